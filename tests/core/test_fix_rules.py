"""Which way an engineer may go with a fix, and what applying it stamps: no database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Conflict, Invalid
from core.fixes.models import FINAL, LABEL, Decision, FixStatus, Outcome, SuggestedFix
from core.ids import UserId, new_id
from tests.builders import NOON

LATER = NOON + timedelta(hours=1)
BEN, EVA = UserId(new_id()), UserId(new_id())
RUNS = {Decision.ONE_OFF, Decision.DRAFT_TEMPLATE}
WAYS = [Decision.ONE_OFF, Decision.DRAFT_TEMPLATE, Decision.BUILD_TEMPLATE]
UNSETTLED = [status for status in FixStatus if status not in FINAL]


def a_fix(
    *,
    script: str | None = "Restart-Service Spooler",
    status: FixStatus = FixStatus.PROPOSED,
    superseded: bool = False,
    applied: bool = False,
    template: bool = False,
) -> SuggestedFix:
    return SuggestedFix(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        title="Restart it",
        description="",
        confidence_pct=50,
        ai_drafted_script=script,
        script_template_id=new_id() if template else None,
        sources=[],
        composed_without_ai=True,
        status=status,
        applied_at=NOON if applied else None,
        applied_by=BEN if applied else None,
        superseded_at=NOON if superseded else None,
        created_at=NOON,
    )


@pytest.mark.parametrize("superseded", [False, True])
@pytest.mark.parametrize("status", UNSETTLED)
@pytest.mark.parametrize("decision", WAYS)
def test_a_way_can_be_chosen_until_the_fix_is_final_also_on_a_superseded_one(
    decision: Decision, status: FixStatus, superseded: bool
):
    fix = a_fix(status=status, superseded=superseded)
    fix.decide(decision, by=BEN, at=LATER)
    assert (fix.user_decision, fix.decided_by, fix.status) == (decision, BEN, status)
    assert fix.applied_at == (LATER if decision in RUNS else None)
    assert fix.applied_by == (BEN if decision in RUNS else None)
    assert fix.verified_at is None


def test_the_last_choice_wins_and_the_first_run_keeps_its_stamp():
    fix = a_fix()
    fix.decide(Decision.ONE_OFF, by=BEN, at=NOON)
    fix.decide(Decision.DRAFT_TEMPLATE, by=EVA, at=LATER)
    fix.decide(Decision.BUILD_TEMPLATE, by=EVA, at=LATER)
    assert (fix.user_decision, fix.decided_by) == (Decision.BUILD_TEMPLATE, EVA)
    assert (fix.applied_at, fix.applied_by) == (NOON, BEN)


@pytest.mark.parametrize("decision", WAYS)
def test_without_a_script_there_is_nothing_to_run(decision: Decision):
    fix = a_fix(script=None)
    with pytest.raises(Invalid, match="no script"):
        fix.decide(decision, by=BEN, at=LATER)
    assert (fix.user_decision, fix.applied_at) == (None, None)


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("status", FINAL)
def test_nothing_is_decided_on_a_final_fix_and_the_refusal_says_who_closed_it(status: FixStatus, decision: Decision):
    fix = a_fix(status=status)
    with pytest.raises(Conflict, match=f"{LABEL[status]}” by Ben"):
        fix.decide(decision, by=EVA, at=LATER, recorder="Ben")
    assert (fix.user_decision, fix.status) == (None, status)


@pytest.mark.parametrize("script", [None, "Restart-Service Spooler"])
@pytest.mark.parametrize("status", UNSETTLED)
def test_dismissing_closes_and_supersedes_the_fix_with_or_without_a_script(status: FixStatus, script: str | None):
    fix = a_fix(status=status, script=script)
    fix.decide(Decision.DISMISSED, by=BEN, at=LATER)
    assert (fix.user_decision, fix.status, fix.recorded_by) == (Decision.DISMISSED, FixStatus.DISMISSED, BEN)
    assert (fix.superseded_at, fix.superseded_by) == (LATER, None)
    assert (fix.applied_at, fix.verified_at) == (None, None)


@pytest.mark.parametrize("status", UNSETTLED)
def test_a_superseded_fix_cannot_be_dismissed(status: FixStatus):
    fix = a_fix(status=status, superseded=True)
    with pytest.raises(Conflict, match="newer"):
        fix.decide(Decision.DISMISSED, by=BEN, at=LATER)
    with pytest.raises(Conflict, match="newer"):
        fix.record(Outcome.DISMISSED, None, None, by=BEN, at=LATER)
    assert (fix.status, fix.user_decision, fix.superseded_at) == (status, None, NOON)


@pytest.mark.parametrize(
    ("script", "template", "decision"),
    [
        (None, False, None),  # done by hand
        ("…", True, None),  # it matched a template, whose form gives the script
        ("…", False, Decision.BUILD_TEMPLATE),  # the script left for the builder
    ],
)
def test_a_fix_that_no_decision_runs_is_applied_by_saying_so(script: str | None, template: bool, decision: Decision):
    fix = a_fix(script=script, template=template)
    fix.user_decision = decision
    fix.apply(by=BEN, at=LATER)
    assert (fix.applied_at, fix.applied_by, fix.verified_at) == (LATER, BEN, None)
    assert fix.status is FixStatus.PROPOSED


@pytest.mark.parametrize("decision", [None, Decision.ONE_OFF])
def test_a_fix_with_a_script_of_its_own_is_applied_by_running_it(decision: Decision | None):
    fix = a_fix()
    fix.user_decision = decision
    with pytest.raises(Invalid, match="Run once"):
        fix.apply(by=BEN, at=LATER)
    assert fix.applied_at is None


def test_a_fix_is_applied_once():
    fix = a_fix(script=None, applied=True)
    with pytest.raises(Conflict, match="already"):
        fix.apply(by=EVA, at=LATER)
    assert (fix.applied_at, fix.applied_by) == (NOON, BEN)


@pytest.mark.parametrize("status", FINAL)
def test_a_final_fix_is_not_applied(status: FixStatus):
    with pytest.raises(Conflict, match="by Ben"):
        a_fix(script=None, status=status).apply(by=EVA, at=LATER, recorder="Ben")


def test_the_first_successor_counts():
    fix, second, third = a_fix(), new_id(), new_id()
    fix.supersede(second, NOON)
    fix.supersede(third, LATER)
    assert (fix.superseded_by, fix.superseded_at) == (second, NOON)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("superseded", [False, True])
@pytest.mark.parametrize("status", FixStatus)
def test_a_superseded_fix_that_was_applied_can_still_be_judged(status: FixStatus, superseded: bool, applied: bool):
    fix = a_fix(status=status, superseded=superseded, applied=applied)
    assert fix.is_settled == (status in FINAL or (superseded and not applied))
