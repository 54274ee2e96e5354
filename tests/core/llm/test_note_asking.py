"""Notes by the model, at its HTTP seam: what it is given, and what of its answer is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.ids import new_id
from core.llm import note_asking, notes_offline
from core.llm.asking import Unusable
from core.llm.fallback import FallbackProvider
from core.llm.notes import DraftNote, NoteBundle, NoteFact, NoteFix, NoteKind, NoteScript
from core.llm.offline import OfflineProvider
from core.llm.online import OnlineProvider
from tests.core.llm.seam import Server, says

FACT = NoteFact(new_id(), "the spooler stops with error 0x70c on PRN01", "note")
FIX = NoteFix(
    new_id(),
    "Replace the driver",
    "applied_pending",
    applied_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    pending_reason="the night shift",
)
BUNDLE = NoteBundle(new_id(), "Printer", "the printer prints nothing", (FACT,), (FIX,))
WORKED = replace(BUNDLE, fixes=(replace(FIX, status="applied_success", verified_at=FIX.applied_at),))


def answer(**sections: list[tuple[str, list[str]]]) -> dict[str, object]:
    return {
        "sections": [
            {"key": key, "lines": [{"text": text, "cites": cites} for text, cites in lines]}
            for key, lines in sections.items()
        ]
    }


async def written(said: dict[str, object], bundle: NoteBundle = BUNDLE) -> DraftNote:
    claude = Server(says(said)).claude()
    try:
        return await note_asking.write_note(claude, NoteKind.RESOLUTION, bundle)
    finally:
        await claude.close()


def text(note: DraftNote, key: str) -> str:
    return next(section.text for section in note.sections if section.key == key)


async def test_lines_that_pass_are_shown_with_what_they_rest_on():
    said = answer(confirmed=[("The spooler stopped with error 0x70c on PRN01.", ["F1"])])
    note = await written(said)
    (line,) = next(section.lines for section in note.sections if section.key == "confirmed")
    assert line.cites == (FACT.id,)
    assert not note.composed_without_ai
    assert note.usage is not None


@pytest.mark.parametrize(
    "line",
    [
        "We replaced the driver on 4 March 2026.",
        "The server FS07 was restarted.",
        "See https://evil.example for details.",
        "The problem is solved.",
    ],
    ids=["date", "host", "link", "success"],
)
async def test_what_nothing_supports_is_left_out_and_the_composer_takes_its_place(line: str):
    note = await written(answer(problem=[("The printer prints nothing.", ["P"])], resolution=[(line, ["X1"])]))
    instead = notes_offline.compose(NoteKind.RESOLUTION, BUNDLE)
    assert text(note, "resolution") == text(instead, "resolution")
    assert text(note, "problem") == "The printer prints nothing."


async def test_success_may_be_said_of_what_was_verified():
    line = "We replaced the driver on 2 March 2026, and the problem is solved."
    assert text(await written(answer(resolution=[(line, ["X1"])]), WORKED), "resolution") == line
    unsupported = await written(answer(problem=[("The printer.", ["P"])], resolution=[(line, ["F1"])]), WORKED)
    assert text(unsupported, "resolution") != line, "it must rest on the fix that worked"


async def test_scripts_have_ids_of_their_own_and_one_that_is_not_there_is_not_cited():
    script = NoteScript(new_id(), "Restart a print queue", datetime(2026, 3, 2, 11, tzinfo=UTC), "Ben", FIX.id)
    other = replace(script, id=new_id(), name="Test a port", used_for=None)
    line = "The script “Restart a print queue” was used to replace the driver."
    said = answer(resolution=[(line, ["S1", "X1", "S9"]), ("A script was prepared: “Test a port”.", ["S2"])])
    bundle = replace(BUNDLE, scripts=(script, other))
    note = await written(said, bundle)
    resolution = next(section.lines for section in note.sections if section.key == "resolution")
    assert [one.cites for one in resolution] == [(script.id, FIX.id), (other.id,)]
    assert note_asking.given(NoteKind.RESOLUTION, bundle).payload["scripts"] == [
        {"id": "S1", "name": "Restart a print queue", "prepared_on": "2 March 2026", "used_for": "X1"},
        {"id": "S2", "name": "Test a port", "prepared_on": "2 March 2026"},
    ]


async def test_an_answer_of_which_nothing_passes_is_none():
    with pytest.raises(Unusable):
        await written(answer(resolution=[("FS07 was restarted.", ["X1"])]))


async def test_a_secret_in_a_fact_does_not_reach_the_model():
    server = Server(says(answer(problem=[("The printer.", ["P"])])))
    claude = server.claude()
    secret = replace(BUNDLE, facts=(replace(FACT, text="The password is Xk9!mQ2p#Lz7"),))
    await note_asking.write_note(claude, NoteKind.RESOLUTION, secret)
    await claude.close()
    assert "Xk9!mQ2p#Lz7" not in str(server.asked)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("We put in the previous driver.", True),
        ("", False),
        ("We restarted FS07.", False),
        ("It is solved now.", False),
    ],
)
async def test_a_rewritten_section_may_say_what_the_section_and_the_state_say(said: str, understood: bool):
    claude = Server(says({"text": said})).claude()
    before = "We replaced the driver with the previous one."
    done = await note_asking.rewrite_section(claude, NoteKind.RESOLUTION, BUNDLE, "resolution", before, "shorter")
    await claude.close()
    assert (done.understood, done.text) == (understood, said if understood else before)
    assert done.usage is not None, "it is paid for, liked or not"


async def test_what_an_unusable_note_cost_is_known():
    server = Server(says(answer(confirmed=[("We restarted FS07 on 4 March 2026.", ["F1"])])))
    offline = OfflineProvider(())
    provider = FallbackProvider(OnlineProvider(claude := server.claude(), offline), offline)
    note = await provider.write_note(NoteKind.RESOLUTION, BUNDLE)
    await claude.close()
    assert note.composed_without_ai
    assert note.usage is not None
