"""What App Home and `/pilot stats` show of everything, read in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from core.accounts import queries as people
from core.accounts.models import AccessRequest, User
from core.escalations import queries as escalations
from core.escalations.pages import Handoff
from core.fixes import queries as fixes
from core.fixes.pages import Waiting
from core.ids import UserId
from core.intake.overview import Calls, calls
from core.intake.walks import queries as walks
from core.intake.walks.models import WalkKind
from core.notes.overview import Figures, figures
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
    """`handed_on` is what nobody has claimed yet, and `drafts` how many wait for a review (counted up to 100), both for engineers; `requests` and
    `in_question` are empty for who may not act on them."""

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


@dataclass(frozen=True)
class Stats:
    """What `/pilot stats` shows. `drafts` wait for a review (counted up to 1,000): the oldest since `oldest_draft`, half of them since `median_draft`
    or longer. `walks` by kind are those that began since `figures.since`."""

    figures: Figures
    drafts: int
    oldest_draft: timedelta | None
    median_draft: timedelta | None
    walks: Mapping[WalkKind, int]


async def stats(unit: Unit) -> Stats:
    """The account's figures."""
    shown = await figures(unit)
    ages = [unit.now - since for since in await scripts.waiting_since(unit)]
    middle = timedelta(seconds=median(age.total_seconds() for age in ages)) if ages else None
    begun = await walks.begun_since(unit, shown.since)
    return Stats(shown, len(ages), ages[0] if ages else None, middle, begun)
