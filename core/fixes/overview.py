"""What the cards show, read in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import queries as people
from core.accounts.models import User
from core.fixes import queries
from core.fixes.models import SuggestedFix
from core.ids import FixId, SessionId
from core.sessions import queries as sessions
from core.sessions.models import Fact, Message, Session
from core.spending import queries as spending
from core.spending.pages import NOTHING, Spent
from core.turns import queries as turns
from core.unit import Unit

LAST_WORDS = 4


@dataclass(frozen=True)
class SessionCard:
    session: Session
    owner: User
    facts: Sequence[Fact]
    fix: SuggestedFix | None
    spent: Spent = NOTHING


async def session_card(unit: Unit, session_id: SessionId) -> SessionCard:
    """Raises `NotFound`."""
    session = await sessions.session(unit, session_id)
    owner = await people.user(unit, session.owner_id)
    fix = (await queries.active_of(unit, [session.id])).get(session.id)
    facts = await sessions.facts(unit, session_id)
    return SessionCard(session, owner, facts, fix, await spending.of_session(unit, session_id))


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
