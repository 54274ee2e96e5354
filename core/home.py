"""What App Home shows of everything, read in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts import queries as people
from core.accounts.models import AccessRequest, User
from core.escalations import queries as escalations
from core.escalations.pages import Handoff
from core.fixes import queries as fixes
from core.fixes.pages import Waiting
from core.ids import UserId
from core.intake.overview import Calls, calls
from core.outbox import queries as outbox
from core.outbox.models import Delivery
from core.scope import Role
from core.scripts import queries as scripts
from core.sessions import queries as sessions
from core.sessions.pages import Page
from core.unit import Unit

ENGINEERS = frozenset({Role.ENGINEER, Role.ADMIN, Role.OWNER})


@dataclass(frozen=True)
class Home:
    """`requests` and `in_question` are empty for who may not act on them. `drafts` counts those that wait for a review, up to 100,
    `handed_on` is what nobody has claimed yet."""

    waiting: Sequence[Waiting]
    waiting_total: int
    waiting_page: int
    sessions: Page
    requests: Sequence[tuple[AccessRequest, str]]
    in_question: Sequence[Delivery]
    calls: Calls
    drafts: int = 0
    handed_on: Sequence[Handoff] = ()
    handed_on_total: int = 0


async def home(unit: Unit, user: User, *, waiting_page: int = 0, sessions_page: int = 0) -> Home:
    """What needs `user`, and what is theirs."""
    waiting, total = await fixes.pending(unit, UserId(user.id), waiting_page)
    mine = await sessions.mine(unit, UserId(user.id), sessions_page)
    requests: list[tuple[AccessRequest, str]] = []
    if user.role in {Role.ADMIN, Role.OWNER}:
        asked = await people.open_requests(unit)
        names = await people.users(unit, [request.user_id for request in asked])
        requests = [(request, names[request.user_id].name) for request in asked]
    drafts = await scripts.pending_drafts(unit) if user.role in ENGINEERS else 0
    handed_on, how_many = await escalations.waiting(unit) if user.role in ENGINEERS else ((), 0)
    unknown = await outbox.unknown(unit, user.slack_user_id)
    of_calls = await calls(unit, user)
    return Home(waiting, total, waiting_page, mine, requests, unknown, of_calls, drafts, handed_on, how_many)
