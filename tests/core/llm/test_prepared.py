"""A script that was only prepared is told as that: whatever its name, and however a model puts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ids import new_id
from core.llm import note_asking, notes_offline
from core.llm.notes import NoteBundle, NoteFact, NoteFix, NoteKind, NoteScript
from core.llm.prepared import Prepared
from tests.core.llm.seam import Server, says
from tests.core.llm.test_note_asking import answer, text, written

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCRIPT = NoteScript(new_id(), "Clear a print queue", AT, "Ben")
FIX = NoteFix(new_id(), "Replace the driver", "applied_success", applied_at=AT, verified_at=AT)
FACT = NoteFact(new_id(), "the spooler stops", "note")
BUNDLE = NoteBundle(new_id(), "Printer", "the printer prints nothing", (FACT,), (FIX,), (SCRIPT,))

RUN = [
    "We ran the script “{}”.",
    "We ran {} on Monday.",
    "The script “{}” was run, and the queue was empty.",
    "The script “{}” was prepared and run.",
    "A script was prepared: “{}”. We executed it afterwards.",
    "A script, “{}”, was prepared. Then it was applied.",
    "We used the script {} to empty the queue.",
    "By running “{}” we emptied the queue.",
    "We prepared the script “{}”, which we ran at noon.",
    "We prepared “{}” and used it.",
    "The script “{}” emptied the queue.",
    "The queue was emptied with the script “{}”.",
    "- “{}” script executed successfully",
    "Das Skript „{}“ wurde ausgeführt.",
    "Das Skript „{}“ wurde vorbereitet und ausgeführt.",
    "Nous avons exécuté le script « {} ».",
    "Se ejecutó el script «{}».",
    "Lo script “{}” è stato eseguito.",
    "Het script “{}” is uitgevoerd.",
]
TOLD = [
    "A script was prepared on 2 March 2026: “{}”.",
    "- A script was prepared: “{}”. Whether it was run was not recorded.",
    "We also prepared the script “{}”, but have not run it.",
    "The script “{}” was prepared and is ready to be run.",
    "The script “{}” was prepared; nobody has recorded that it was executed.",
    "- Run the script “{}”, if the queue fills up again.",
    "We replaced the driver, and the script “{}” was prepared for the next time.",
    "We used the previous driver. The script “{}” was prepared.",
    "Das Skript „{}“ wurde vorbereitet.",
    "Le script « {} » a été préparé, mais pas exécuté.",
    "Se preparó el script «{}».",
]
NAMES = st.one_of(
    st.sampled_from(
        ["Run disk cleanup", "Restart-Service (spooler)", "ran", "Not used. Applied?", "Prüfe Zertifikat", "C++ 100 %"]
    ),
    st.text(st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd"]), min_size=3, max_size=30),
)
CITED = Prepared(("Clear a print queue",), is_cited=True, unnamed=True)


@given(name=NAMES, sentence=st.sampled_from(RUN), cited=st.booleans(), big=st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_run_that_nobody_recorded_is_seen_whatever_the_script_is_called(
    name: str, sentence: str, cited: bool, big: bool
):
    said = sentence.format(name.upper() if big and name.upper().lower() == name.lower() else name)
    assert Prepared((name,), is_cited=cited).told_as_run(said)


@given(name=NAMES, sentence=st.sampled_from(TOLD), cited=st.booleans())
@settings(max_examples=150, deadline=None)
def test_that_it_was_prepared_may_be_said_whatever_it_is_called(name: str, sentence: str, cited: bool):
    assert not Prepared((name,), is_cited=cited, unnamed=True).told_as_run(sentence.format(name))


STATUSES = ["proposed", "applied_success", "applied_failed", "applied_partial", "applied_pending", "dismissed"]
TITLES = st.sampled_from(["Replace the driver", "Run the cleanup", "Use another port", "Clear a print queue"])


@st.composite
def a_fix(draw: st.DrawFn) -> NoteFix:
    applied_at = draw(st.sampled_from([AT, None]))
    by_script = applied_at is not None and draw(st.booleans())
    return NoteFix(new_id(), draw(TITLES), draw(st.sampled_from(STATUSES)), applied_at=applied_at, by_script=by_script)


@given(
    fixes=st.lists(a_fix(), max_size=3),
    names=st.lists(NAMES, max_size=3),
    kind=st.sampled_from(list(NoteKind)),
    data=st.data(),
)
@settings(max_examples=100, deadline=None)
def test_what_is_composed_without_a_model_never_says_more(
    fixes: list[NoteFix], names: list[str], kind: NoteKind, data: st.DataObject
):
    used_for = st.sampled_from([None, *(fix.id for fix in fixes if fix.applied_at)])
    scripts = tuple(NoteScript(new_id(), name, AT, "Ben", data.draw(used_for)) for name in names)
    bundle = replace(BUNDLE, fixes=tuple(fixes), scripts=scripts)
    state = note_asking.given(kind, bundle)
    for section in notes_offline.compose(kind, bundle).sections:
        for line in section.lines:
            assert not state.prepared(line.cites).told_as_run(line.text), line


@pytest.mark.parametrize(
    ("line", "cites"),
    [
        ("We ran the script “Clear a print queue”.", ["S1"]),
        ("We ran Clear a print queue.", ["X1"]),
        ("We ran a script and replaced the driver.", ["X1"]),
        ("The spooler was cleared by the script.", ["S1"]),
        ("A script was prepared. It was then executed.", ["S1"]),
    ],
)
async def test_such_a_line_is_left_out_and_the_composer_takes_its_place(line: str, cites: list[str]):
    note = await written(answer(problem=[("The printer prints nothing.", ["P"])], resolution=[(line, cites)]), BUNDLE)
    assert text(note, "resolution") == text(notes_offline.compose(NoteKind.RESOLUTION, BUNDLE), "resolution")


RAN = replace(FACT, text="Ran Clear a print queue by hand at noon; no change")
OURS = replace(FIX, by_script=True)
LOGON = replace(FACT, text="The logon script stops with an error")


@pytest.mark.parametrize(
    ("line", "cites", "bundle"),
    [
        ("A script was prepared: “Clear a print queue”.", ["S1"], BUNDLE),
        ("We ran the script “Clear a print queue” by hand.", ["F1"], replace(BUNDLE, facts=(RAN,))),
        ("We ran the script for “Replace the driver”.", ["X1"], replace(BUNDLE, fixes=(OURS,))),
        (
            "We used the script “Clear a print queue”.",
            ["S1", "X1"],
            replace(BUNDLE, scripts=(replace(SCRIPT, used_for=FIX.id),)),
        ),
        ("The logon script started and stopped with an error.", ["F1"], replace(BUNDLE, facts=(LOGON,))),
    ],
    ids=["prepared", "a fact says so", "the fix's own script", "used for a fix", "a script of the customer's"],
)
async def test_what_is_on_record_may_be_said(line: str, cites: list[str], bundle: NoteBundle):
    assert text(await written(answer(resolution=[(line, cites)]), bundle), "resolution") == line


@pytest.mark.parametrize(
    ("before", "instruction", "understood"),
    [
        ("The script “Clear a print queue” was prepared.", "shorter", False),
        ("We ran the script “Clear a print queue”.", "shorter", True),
        ("The queue was full.", "say that we ran the script Clear a print queue", True),
    ],
)
async def test_a_rewritten_section_says_it_only_where_a_person_does(before: str, instruction: str, understood: bool):
    claude = Server(says({"text": "We ran the script “Clear a print queue”."})).claude()
    done = await note_asking.rewrite_section(claude, NoteKind.RESOLUTION, BUNDLE, "resolution", before, instruction)
    await claude.close()
    assert done.understood is understood
