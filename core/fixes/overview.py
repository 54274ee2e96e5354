"""What the cards show, read in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import queries as people
from core.accounts.models import User
from core.escalations import queries as escalations
from core.escalations.pages import Handoff
from core.fixes import queries
from core.fixes.models import SuggestedFix
from core.ids import FixId, SessionId
from core.psa import queries as connections
from core.sessions import queries as sessions
from core.sessions.models import Fact, Message, Session, SessionStatus
from core.spending import queries as spending
from core.spending.pages import NOTHING, Spent
from core.tickets import queries as tickets
from core.turns import queries as turns
from core.unit import Unit

LAST_WORDS = 4


@dataclass(frozen=True)
class SessionCard:
    """`note` says how far a note is that is on its way to the ticket, `handoff` who was asked to go on.

    `can_link`: the account has a ticket system; `follows`: the thread hears of changes on the ticket.
    """

    session: Session
    owner: User
    facts: Sequence[Fact]
    fix: SuggestedFix | None
    note: str | None = None
    handoff: Handoff | None = None
    can_link: bool = False
    follows: bool = False
    spent: Spent = NOTHING


async def session_card(unit: Unit, session_id: SessionId) -> SessionCard:
    """Raises `NotFound`."""
    session = await sessions.session(unit, session_id)
    owner = await people.user(unit, session.owner_id)
    fix = (await queries.active_of(unit, [session.id])).get(session.id)
    handoff = await escalations.latest_of(unit, session_id) if session.status is SessionStatus.ESCALATED else None
    linked = session.psa_ticket_id is not None
    return SessionCard(
        session,
        owner,
        await sessions.facts(unit, session_id),
        fix,
        spent=await spending.of_session(unit, session_id),
        handoff=handoff,
        can_link=linked or bool(await connections.connections(unit)),
        follows=linked and await tickets.follow_of(unit, session_id) is not None,
    )


@dataclass(frozen=True)
class CatchUp:
    """A session for who comes to it late: every fix, oldest first, and the last messages with their authors' names."""

    card: SessionCard
    fixes: Sequence[SuggestedFix]
    said: Sequence[tuple[str, Message]]


async def catch_up(unit: Unit, session_id: SessionId) -> CatchUp:
    """Raises `NotFound`."""
    card = await session_card(unit, session_id)
    thread = [(name or "FlowPilot", message) for message, name in await turns.thread(unit, session_id) if message.text]
    return CatchUp(card, await queries.fixes_of(unit, session_id), thread[-LAST_WORDS:])


@dataclass(frozen=True)
class FixCard:
    """`names` tells who did what; `successor` is the title of the fix that took this one's place."""

    fix: SuggestedFix
    session: Session
    names: dict[UUID, str]
    successor: str | None


async def fix_card(unit: Unit, fix_id: FixId) -> FixCard:
    """Raises `NotFound`."""
    fix = await queries.fix(unit, fix_id)
    session = await sessions.session(unit, fix.session_id)
    who = [person for person in (fix.decided_by, fix.applied_by, fix.recorded_by) if person is not None]
    names = {person.id: person.name for person in (await people.users(unit, who)).values()} if who else {}
    successor = (await queries.fix(unit, FixId(fix.superseded_by))).title if fix.superseded_by else None
    return FixCard(fix, session, names, successor)
