"""What the cards and App Home show, read in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import queries as people
from core.accounts.models import AccessRequest, User
from core.fixes import queries
from core.fixes.models import SuggestedFix
from core.fixes.pages import Waiting
from core.ids import FixId, SessionId, UserId
from core.outbox import queries as outbox
from core.outbox.models import Delivery
from core.scope import Role
from core.sessions import queries as sessions
from core.sessions.models import Fact, Session
from core.sessions.pages import Page
from core.unit import Unit


@dataclass(frozen=True)
class SessionCard:
    session: Session
    owner: User
    facts: Sequence[Fact]
    fix: SuggestedFix | None


async def session_card(unit: Unit, session_id: SessionId) -> SessionCard:
    """Raises `NotFound`."""
    session = await sessions.session(unit, session_id)
    owner = await people.user(unit, session.owner_id)
    fix = (await queries.active_of(unit, [session.id])).get(session.id)
    return SessionCard(session, owner, await sessions.facts(unit, session_id), fix)


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


@dataclass(frozen=True)
class Home:
    """`requests` and `in_question` are empty for who may not act on them."""

    waiting: Sequence[Waiting]
    waiting_total: int
    waiting_page: int
    sessions: Page
    requests: Sequence[tuple[AccessRequest, str]]
    in_question: Sequence[Delivery]


async def home(unit: Unit, user: User, *, waiting_page: int = 0, sessions_page: int = 0) -> Home:
    """What needs `user`, and what is theirs."""
    waiting, total = await queries.pending(unit, UserId(user.id), waiting_page)
    mine = await sessions.mine(unit, UserId(user.id), sessions_page)
    requests: list[tuple[AccessRequest, str]] = []
    if user.role in {Role.ADMIN, Role.OWNER}:
        asked = await people.open_requests(unit)
        names = await people.users(unit, [request.user_id for request in asked])
        requests = [(request, names[request.user_id].name) for request in asked]
    return Home(waiting, total, waiting_page, mine, requests, await outbox.unknown(unit))
