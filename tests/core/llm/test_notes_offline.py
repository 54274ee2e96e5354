"""What the composer writes without a model: for every outcome, in words that fit it, and nothing that is not on record."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from core.llm import notes_offline, rewriting_offline
from core.llm.notes import SECTIONS, NoteBundle, NoteFact, NoteFix, NoteKind, NoteScript, cited

MONDAY, TUESDAY = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)
PROBLEM = NoteBundle(new_id(), "Printer 3", "the printer on floor 3 prints nothing since the update")
FIX = NoteFix(new_id(), "Restart the print spooler", "proposed")
APPLIED = replace(FIX, applied_at=MONDAY)
WORKED = replace(APPLIED, status="applied_success", verified_at=TUESDAY)
FAILED = replace(APPLIED, status="applied_failed", verified_at=TUESDAY, failure_reason="it stops again after a minute")
PARTLY = replace(APPLIED, status="applied_partial", partial_notes="black prints, colour does not")
PENDING = replace(APPLIED, status="applied_pending", pending_reason="the night shift", check_at=TUESDAY)
SCRIPT = NoteScript(new_id(), "Restart a print queue", MONDAY, "Ben")
USED = replace(SCRIPT, used_for=FIX.id)
FACT = NoteFact(new_id(), "the spooler stops with error 0x0000070c", "note")


def written(kind: NoteKind, *fixes: NoteFix, facts: tuple[NoteFact, ...] = (FACT,)) -> dict[str, str]:
    """The sections' texts."""
    note = notes_offline.compose(kind, replace(PROBLEM, fixes=fixes, facts=facts))
    return {section.key: section.text for section in note.sections}


def resolution(*fixes: NoteFix) -> str:
    return written(NoteKind.RESOLUTION, *fixes)["resolution"]


def package(key: str, *fixes: NoteFix) -> str:
    return written(NoteKind.ESCALATION, *fixes)[key]


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        (
            WORKED,
            "We applied “Restart the print spooler” on 2 March 2026 and verified on 3 March 2026 that it solved the problem.",
        ),
        (
            PARTLY,
            "We applied “Restart the print spooler” on 2 March 2026. It solved a part of the problem: black prints, colour does not.",
        ),
        (
            PENDING,
            "We applied “Restart the print spooler” on 2 March 2026. This is provisional. "
            "We are waiting for this before we can confirm it: the night shift. We will check again on 3 March 2026.",
        ),
        (APPLIED, "We applied “Restart the print spooler” on 2 March 2026. Whether it helped was not recorded."),
        (
            FAILED,
            "How the problem was solved was not recorded.\n"
            "We also tried “Restart the print spooler”, which did not resolve it: it stops again after a minute.",
        ),
        (FIX, "How the problem was solved was not recorded."),
    ],
    ids=["worked", "partly", "pending", "applied", "failed", "proposed"],
)
def test_the_customer_reads_what_the_outcome_allows(fix: NoteFix, said: str):
    assert resolution(fix) == said


def test_what_failed_before_is_told_after_what_worked():
    first, second = resolution(FAILED, replace(WORKED, id=new_id(), title="Replace the driver")).split("\n")
    assert first.startswith("We applied “Replace the driver”")
    assert second.startswith("We also tried “Restart the print spooler”, which did not resolve it")


@pytest.mark.parametrize(
    ("fix", "tried", "hypothesis", "step"),
    [
        (FAILED, "did not resolve the problem: it stops again after a minute.", "No hypothesis is left", "Look for another cause"),
        (PARTLY, "worked in part: black prints, colour does not.", "plays a part", "Work on what “Restart the print spooler” left open."),
        (PENDING, "waits to be verified: the night shift.", "Leading hypothesis: “Restart the print spooler” solves it.", "Verify on 3 March 2026"),
        (WORKED, "worked, verified on 3 March 2026.", "escalated all the same", "Find out what is still open"),
        (APPLIED, "whether it helped was not recorded.", "may have helped", "Find out whether"),
        (FIX, "Suggested, but not applied: “Restart the print spooler”.", "The cause is unknown.", "Try “Restart the print spooler”"),
        (replace(FIX, status="dismissed"), "Set aside without applying it", "No hypothesis yet: the cause is unknown.", "Continue from"),
        (replace(APPLIED, status="dismissed"), "and then dismissed; its result was not recorded.", "No hypothesis yet", "Continue from"),
    ],
    ids=["failed", "partly", "pending", "worked", "applied", "proposed", "dismissed", "applied and dismissed"],
)  # fmt: skip
def test_the_next_engineer_reads_what_was_tried_and_what_it_means(fix: NoteFix, tried: str, hypothesis: str, step: str):
    assert tried in package("tried", fix)
    assert hypothesis in package("hypothesis", fix)
    assert step in package("next_steps", fix)


def test_what_is_missing_is_said_plainly():
    customer, engineer = written(NoteKind.RESOLUTION, facts=()), written(NoteKind.ESCALATION, facts=())
    assert customer["confirmed"] == "No further findings were recorded."
    assert customer["root_cause"] == "The cause was not established."
    assert engineer["confirmed"] == "No facts were recorded."
    assert engineer["tried"] == "Nothing has been applied yet."
    assert engineer["hypothesis"] == "No hypothesis yet: the cause is unknown."
    assert engineer["next_steps"].startswith("- Establish the basics")


def test_a_cause_that_is_on_record_is_told():
    cause = NoteFact(new_id(), "Root cause: the driver from the update of Tuesday", "note")
    assert written(NoteKind.RESOLUTION, facts=(cause,))["root_cause"] == "The driver from the update of Tuesday."
    assert written(NoteKind.ESCALATION, facts=(cause,))["hypothesis"] == "The driver from the update of Tuesday."


def with_scripts(kind: NoteKind, *scripts: NoteScript, fix: NoteFix = WORKED) -> dict[str, str]:
    note = notes_offline.compose(kind, replace(PROBLEM, fixes=(fix,), scripts=scripts))
    return {section.key: section.text for section in note.sections}


def test_a_script_that_was_prepared_is_not_said_to_have_been_run():
    customer = with_scripts(NoteKind.RESOLUTION, SCRIPT, fix=FIX)["resolution"]
    assert customer.split("\n") == [
        "How the problem was solved was not recorded.",
        "A script was prepared on 2 March 2026: “Restart a print queue”.",
    ]
    engineer = with_scripts(NoteKind.ESCALATION, SCRIPT, fix=FIX)["tried"]
    assert engineer.split("\n")[0] == "Nothing has been applied yet."
    assert engineer.endswith(
        "- A script was prepared on 2 March 2026: “Restart a print queue”. Whether it was run was not recorded."
    )


def test_a_script_is_told_as_used_for_the_fix_that_was_applied():
    assert with_scripts(NoteKind.RESOLUTION, USED)["resolution"].endswith(
        "\nWe used the script “Restart a print queue” for “Restart the print spooler”."
    )
    assert with_scripts(NoteKind.ESCALATION, USED, fix=FAILED)["tried"].endswith(
        "\n- The script “Restart a print queue” was used for “Restart the print spooler”; it was prepared on 2 March 2026."
    )


def test_the_customer_reads_nothing_of_the_script_of_a_fix_that_was_set_aside():
    aside = replace(APPLIED, status="dismissed")
    assert "script" not in with_scripts(NoteKind.RESOLUTION, USED, fix=aside)["resolution"]
    assert "was used for" in with_scripts(NoteKind.ESCALATION, USED, fix=aside)["tried"]


def test_a_script_that_was_filled_in_several_times_is_one_line_that_rests_on_all_of_them():
    again = replace(SCRIPT, id=new_id(), prepared_at=TUESDAY)
    bundle = replace(PROBLEM, fixes=(APPLIED,), scripts=(SCRIPT, again, replace(USED, id=new_id())))
    *_, prepared, used = notes_offline.compose(NoteKind.ESCALATION, bundle).sections[2].lines
    assert prepared.cites == (SCRIPT.id, again.id)
    assert "on 3 March 2026" in prepared.text
    assert used.cites[-1] == FIX.id
    assert cited(bundle)[SCRIPT.id] == "the script “Restart a print queue”, prepared by Ben"


def test_many_facts_are_counted_and_none_is_cut_in_the_middle():
    many = tuple(NoteFact(new_id(), f"{number} {'x' * 2_990}", "note") for number in range(40))
    lines = written(NoteKind.RESOLUTION, facts=many)["confirmed"].split("\n")
    assert lines[-1] == f"- {40 - (len(lines) - 1)} further findings are on record."
    assert all(line.endswith("x" * 2_990) for line in lines[:-1])


STATUSES = ["proposed", "applied_success", "applied_failed", "applied_partial", "applied_pending", "dismissed"]
WORDS = st.text(alphabet=st.characters(categories=("L",)), min_size=1, max_size=20)


@st.composite
def fixes(draw: st.DrawFn) -> NoteFix:
    status = draw(st.sampled_from(STATUSES))
    applied = MONDAY if status.startswith("applied") or draw(st.booleans()) else None
    verified = TUESDAY if status in {"applied_success", "applied_failed"} else None
    words = {name: draw(st.none() | WORDS) for name in ("partial_notes", "pending_reason", "failure_reason")}
    return NoteFix(
        draw(st.uuids()), draw(WORDS), status, applied, verified, draw(st.booleans()), check_at=None, **words
    )


@given(
    kind=st.sampled_from(list(NoteKind)),
    tried=st.lists(fixes(), max_size=4),
    known=st.lists(WORDS, max_size=3),
    names=st.lists(st.tuples(WORDS, st.booleans()), max_size=3),
)
def test_every_line_cites_what_exists_and_holds_no_number_of_its_own(
    kind: NoteKind, tried: list[NoteFix], known: list[str], names: list[tuple[str, bool]]
):
    facts = tuple(NoteFact(new_id(), text, "note") for text in known)
    applied = next((fix.id for fix in tried if fix.applied_at is not None), None)
    scripts = tuple(NoteScript(new_id(), name, MONDAY, "Ben", applied if used else None) for name, used in names)
    bundle = replace(PROBLEM, fixes=tuple(tried), facts=facts, scripts=scripts, problem="the printer prints nothing")
    ids: set[UUID] = {bundle.problem_id, *(one.id for each in (facts, tried, scripts) for one in each)}
    note = notes_offline.compose(kind, bundle)
    assert [section.key for section in note.sections] == [name.key for name in SECTIONS[kind]]
    for section in note.sections:
        assert section.text.strip()
        for line in section.lines:
            assert set(line.cites) <= ids
            assert set(re.findall(r"\d+", line.text)) <= {"2", "3", "2026"}
    verified = any(fix.status == "applied_success" for fix in tried)
    if kind is NoteKind.RESOLUTION and not verified:
        assert "solved the problem." not in note.sections[-1].text


@pytest.mark.parametrize(
    ("instruction", "text", "anew"),
    [
        ("make it a list", "One.\nTwo.", "- One.\n- Two."),
        ("number the steps", "- One\n- Two", "1. One\n2. Two"),
        ("one paragraph please", "- One\n- Two.", "One. Two."),
        ("shorter", "We did this. And then a lot more of it.", "We did this."),
        ("add: we called back at noon", "One.", "One.\nWe called back at noon."),
        ("replace “PRN1” with “PRN2”", "PRN1 and PRN1", "PRN2 and PRN2"),
    ],
)
def test_instructions_that_words_alone_can_follow(instruction: str, text: str, anew: str):
    done = rewriting_offline.rewrite(text, instruction)
    assert (done.understood, done.text) == (True, anew)


def test_an_instruction_that_is_not_understood_changes_nothing():
    done = rewriting_offline.rewrite("One.", "as a sonnet")
    assert (done.understood, done.text) == (False, "One.")
