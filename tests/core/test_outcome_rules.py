"""How a fix went: what is asked for, what is stamped, what stays final, and who may correct it. No database."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from core.errors import Conflict, Forbidden, Invalid
from core.fixes.models import FINAL, LABEL, FixStatus, Outcome
from tests.builders import NOON
from tests.core.test_fix_rules import BEN, EVA, LATER, UNSETTLED, a_fix

JUDGED = [outcome for outcome in Outcome if outcome is not Outcome.DISMISSED]
VERIFIED = {Outcome.APPLIED_SUCCESS, Outcome.APPLIED_FAILED}
NEEDS_NOTES = {Outcome.APPLIED_PARTIAL, Outcome.APPLIED_PENDING}


@pytest.mark.parametrize(("before", "outcome"), list(product(UNSETTLED, JUDGED)))
@pytest.mark.parametrize("applied", [False, True])
def test_until_it_is_final_any_outcome_can_be_recorded(before: FixStatus, outcome: Outcome, applied: bool):
    fix = a_fix(status=before, applied=applied)
    fix.record(outcome, "only floor 3", None, by=EVA, at=LATER)
    assert fix.status.value == outcome.value
    assert (fix.recorded_by, fix.recorded_at) == (EVA, LATER)
    assert (fix.applied_at, fix.applied_by) == ((NOON, BEN) if applied else (LATER, EVA))
    assert fix.verified_at == (LATER if outcome in VERIFIED else None)
    assert fix.is_final == (outcome in VERIFIED)
    assert fix.superseded_at is None


@pytest.mark.parametrize(
    ("outcome", "kept_in"),
    [
        (Outcome.APPLIED_FAILED, "failure_reason"),
        (Outcome.APPLIED_PARTIAL, "partial_notes"),
        (Outcome.APPLIED_PENDING, "pending_reason"),
    ],
)
def test_the_notes_are_kept_where_they_belong(outcome: Outcome, kept_in: str):
    fix = a_fix()
    fix.record(outcome, "the customer is away", None, by=BEN, at=LATER)
    places = ("failure_reason", "partial_notes", "pending_reason")
    assert {place: getattr(fix, place) for place in places if getattr(fix, place)} == {kept_in: "the customer is away"}


@pytest.mark.parametrize("notes", [None, ""])
@pytest.mark.parametrize("outcome", JUDGED)
def test_partial_and_pending_need_words_and_the_others_do_not(outcome: Outcome, notes: str | None):
    fix = a_fix()
    if outcome in NEEDS_NOTES:
        with pytest.raises(Invalid) as refusal:
            fix.record(outcome, notes, None, by=BEN, at=LATER)
        assert refusal.value.field == "notes"
        assert (fix.status, fix.applied_at, fix.recorded_at) == (FixStatus.PROPOSED, None, None)
        return
    fix.record(outcome, notes, None, by=BEN, at=LATER)
    assert fix.is_final


def test_waiting_may_be_recorded_again_with_a_new_reason_and_then_become_a_success():
    fix = a_fix()
    fix.record(Outcome.APPLIED_PENDING, "the customer is away", LATER + timedelta(days=1), by=BEN, at=LATER)
    fix.record(Outcome.APPLIED_PENDING, "the weekend", None, by=EVA, at=LATER)
    assert (fix.pending_reason, fix.check_at, fix.verified_at) == ("the weekend", None, None)
    fix.record(Outcome.APPLIED_SUCCESS, None, None, by=BEN, at=LATER)
    assert (fix.status, fix.verified_at) == (FixStatus.APPLIED_SUCCESS, LATER)


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [
        (timedelta(0), "passed"),
        (timedelta(seconds=-1), "passed"),
        (timedelta(days=90, seconds=1), "90 days"),
    ],
)
def test_the_time_to_ask_again_lies_ahead_and_within_90_days(ahead: timedelta, sentence: str):
    fix = a_fix()
    with pytest.raises(Invalid, match=sentence) as refusal:
        fix.record(Outcome.APPLIED_PENDING, "the weekend", NOON + ahead, by=BEN, at=NOON)
    assert refusal.value.field == "check_at"
    assert fix.status is FixStatus.PROPOSED


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=90)])
def test_the_bounds_of_the_time_to_ask_again_are_allowed(ahead: timedelta):
    fix = a_fix()
    fix.record(Outcome.APPLIED_PENDING, "the weekend", NOON + ahead, by=BEN, at=NOON)
    assert fix.check_at == NOON + ahead


@pytest.mark.parametrize("outcome", [o for o in JUDGED if o is not Outcome.APPLIED_PENDING])
def test_only_a_waiting_fix_has_a_time_to_ask_again(outcome: Outcome):
    fix = a_fix()
    fix.record(Outcome.APPLIED_PENDING, "the weekend", LATER + timedelta(days=1), by=BEN, at=LATER)
    fix.record(outcome, "half of it", LATER + timedelta(days=1), by=BEN, at=LATER)
    assert fix.check_at is None


@pytest.mark.parametrize(("final", "outcome"), list(product(sorted(FINAL), Outcome)))
def test_a_final_outcome_stays_and_the_refusal_says_who_recorded_what(final: FixStatus, outcome: Outcome):
    fix = a_fix(status=final)
    with pytest.raises(Conflict, match=f"{LABEL[final]}” by Ben"):
        fix.record(outcome, "words", None, by=EVA, at=LATER, recorder="Ben")
    assert (fix.status, fix.recorded_at) == (final, None)


@pytest.mark.parametrize("status", UNSETTLED)
def test_dismissing_as_an_outcome_is_final_supersedes_and_verifies_nothing(status: FixStatus):
    fix = a_fix(status=status, applied=True)
    fix.record(Outcome.DISMISSED, None, None, by=EVA, at=LATER)
    assert (fix.status, fix.superseded_at, fix.verified_at) == (FixStatus.DISMISSED, LATER, None)
    assert (fix.recorded_by, fix.applied_at) == (EVA, NOON)


@pytest.mark.parametrize("outcome", JUDGED)
def test_a_superseded_fix_that_was_applied_is_judged_like_any_other(outcome: Outcome):
    fix = a_fix(superseded=True, applied=True)
    fix.record(outcome, "words", None, by=BEN, at=LATER)
    assert (fix.status.value, fix.superseded_at) == (outcome.value, NOON)


@pytest.mark.parametrize(
    ("final", "outcome"), [(f, o) for f, o in product(sorted(FINAL), Outcome) if f.value != o.value]
)
@pytest.mark.parametrize(("by", "is_admin"), [(BEN, False), (EVA, True)])
def test_the_recorder_or_an_admin_can_correct_a_final_outcome(
    final: FixStatus, outcome: Outcome, by: object, is_admin: bool
):
    fix = a_fix(status=final, applied=True)
    fix.recorded_by, fix.verified_at = BEN, NOON
    corrector = BEN if by == BEN else EVA
    fix.correct(outcome, "pressed the wrong button", by=corrector, is_admin=is_admin, at=LATER)
    assert fix.status.value == outcome.value
    assert (fix.recorded_by, fix.recorded_at) == (corrector, LATER)
    assert fix.verified_at == (LATER if outcome in VERIFIED else None)
    if outcome is Outcome.DISMISSED:
        assert fix.superseded_at is not None


@pytest.mark.parametrize("final", FINAL)
def test_nobody_else_can_correct_it(final: FixStatus):
    fix = a_fix(status=final)
    fix.recorded_by = BEN
    other = Outcome.APPLIED_PARTIAL
    with pytest.raises(Forbidden, match="recorded this outcome"):
        fix.correct(other, "I know better", by=EVA, is_admin=False, at=LATER)
    assert (fix.status, fix.recorded_by) == (final, BEN)


@pytest.mark.parametrize("status", UNSETTLED)
def test_what_is_not_final_is_recorded_not_corrected(status: FixStatus):
    with pytest.raises(Conflict, match=LABEL[status]):
        a_fix(status=status).correct(Outcome.APPLIED_SUCCESS, "why", by=BEN, is_admin=True, at=LATER)


@pytest.mark.parametrize("final", FINAL)
def test_a_correction_that_corrects_nothing_is_refused(final: FixStatus):
    with pytest.raises(Conflict, match=LABEL[final]):
        a_fix(status=final).correct(Outcome(final.value), "why", by=BEN, is_admin=True, at=LATER)
