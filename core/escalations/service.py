"""Handing work on and taking it up. Each function returns the escalation."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.accounts import queries as people
from core.accounts.models import User
from core.errors import Invalid
from core.escalations import queries
from core.escalations.models import REASON_LIMIT, TITLE_LIMIT, Escalation, EscalationCard, Reason
from core.ids import EscalationId, SessionId, UserId, WalkId, new_id
from core.nudges import service as nudges
from core.nudges.policy import Kind
from core.outbox.events import EscalationChanged, EscalationRaised, HomeChanged
from core.outbox.note_events import EscalationTold
from core.scope import Role
from core.sessions import queries as sessions
from core.sessions.service import changed
from core.text import clean, first_line
from core.unit import Unit


async def raise_(
    unit: Unit,
    *,
    session_id: SessionId | None = None,
    walk_id: WalkId | None = None,
    title: str,
    reason: str,
    category: Reason | None = None,
    by: UserId | None = None,
) -> Escalation:
    """Puts a session's or a walk's work before the engineers; one of the same subject that is still open is closed by it.

    `by` is who handed it on, where that is not whoever the unit runs for.
    `reason` is cut to its first line, at most 500 characters. Raises `Invalid` on `reason` when it is blank.
    """
    said = first_line(clean(reason), REASON_LIMIT)
    if not said:
        raise Invalid("Say why it is escalated.", field="reason")
    await close(unit, session_id=session_id, walk_id=walk_id)
    escalation = unit.add(
        Escalation(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session_id,
            walk_id=walk_id,
            title=first_line(clean(title), TITLE_LIMIT) or "Untitled",
            reason=said,
            category=category,
            raised_by=by or unit.scope.actor.id,
            raised_at=unit.now,
        )
    )
    await _unclaimed(unit, escalation)
    unit.audit("escalation.raised", escalation.id, of=str(session_id or walk_id), category=category)
    unit.emit(EscalationRaised(EscalationId(escalation.id)))
    return escalation


async def claim(unit: Unit, escalation_id: EscalationId) -> Escalation:
    """Makes whoever asks the one who goes on; of a session also its owner. Claiming again is harmless.

    Raises `Forbidden`, `Conflict` for who raised it, and when somebody was first (saying who and when).
    """
    person = unit.scope.need_engineer("claim an escalation")
    escalation = await queries.escalation_for_update(unit, escalation_id)
    if not escalation.claim(person.id, unit.now, claimer=await _claimer(unit, escalation)):
        return escalation
    if escalation.session_id is not None:
        session = await sessions.session_for_update(unit, escalation.session_id)
        session.take_up(person.id, unit.now)
        changed(unit, session)
    await nudges.cancel(unit, escalation.id)
    unit.audit("escalation.claimed", escalation.id)
    unit.emit(EscalationChanged(escalation_id))
    return escalation


async def release(unit: Unit, escalation_id: EscalationId) -> Escalation:
    """Gives it back to the queue. Raises `Forbidden`, `Conflict` when it is somebody else's."""
    person = unit.scope.need_engineer("release an escalation")
    escalation = await queries.escalation_for_update(unit, escalation_id)
    escalation.release(
        person.id, may_any=person.role in {Role.ADMIN, Role.OWNER}, claimer=await _claimer(unit, escalation)
    )
    if escalation.session_id is not None:
        session = await sessions.session_for_update(unit, escalation.session_id)
        session.hand_back(unit.now)
        changed(unit, session)
    await _unclaimed(unit, escalation)
    unit.audit("escalation.released", escalation.id)
    unit.emit(EscalationChanged(escalation_id))
    return escalation


async def remember_card(unit: Unit, escalation_id: EscalationId, channel: str, ts: str) -> None:
    """Keeps where it is shown, so that the card can follow what becomes of it."""
    unit.add(
        EscalationCard(account_id=unit.account_id, id=new_id(), escalation_id=escalation_id, channel=channel, ts=ts)
    )
    escalation = await queries.escalation_for_update(unit, escalation_id)
    if escalation.claimed_by is not None or escalation.closed_at is not None:
        unit.emit(EscalationChanged(escalation_id))


async def tell(unit: Unit, escalation_id: EscalationId, *, somewhere: bool) -> None:
    """Has the engineers told: in a channel where there is one for it (`somewhere`), else each of them but who raised it, at most 50."""
    escalation = await queries.escalation_for_update(unit, escalation_id)
    engineers = await people.engineers(unit)
    if somewhere:
        unit.emit(EscalationTold(escalation_id, UserId(escalation.raised_by)))
    else:
        for engineer in engineers:
            if engineer.id != escalation.raised_by:
                unit.emit(EscalationTold(escalation_id, UserId(engineer.id)))
    show_queue(unit, engineers)


def show_queue(unit: Unit, engineers: Sequence[User]) -> None:
    """App Home of everybody who sees the queue shows it anew."""
    for engineer in engineers:
        if engineer.home_opened_at is not None:
            unit.emit(HomeChanged(UserId(engineer.id)))


async def close(unit: Unit, *, session_id: UUID | None = None, walk_id: UUID | None = None) -> None:
    """What was escalated went on in another way: it waits for nobody any more."""
    for escalation in await queries.open_of(unit, session_id=session_id, walk_id=walk_id):
        escalation.closed_at = unit.now
        await nudges.cancel(unit, escalation.id)
        unit.emit(EscalationChanged(EscalationId(escalation.id)))


async def _unclaimed(unit: Unit, escalation: Escalation) -> None:
    """The leads are told if nobody takes it up."""
    await nudges.plan(unit, Kind.ESCALATION, escalation.id, owner_id=None, severity=escalation.severity)


async def _claimer(unit: Unit, escalation: Escalation) -> str:
    return (await people.user(unit, escalation.claimed_by)).name if escalation.claimed_by else "Nobody"
