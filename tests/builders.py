"""What a test needs to exist already: accounts, people, sessions, fixes; made by the house's own commands on a real database."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from core.accounts import queries as people_queries
from core.accounts import service as accounts
from core.accounts.models import Kind, User
from core.accounts.service import Profile, Workspace
from core.audit import queries as audit
from core.fixes import queries as fix_queries
from core.fixes import service as fixes
from core.fixes.models import SuggestedFix
from core.ids import AccountId, FixId, new_id
from core.llm.provider import Proposal
from core.scope import Role
from core.sessions import queries as session_queries
from core.sessions import service as sessions
from core.sessions.commands import StartSession
from core.sessions.models import Session
from core.unit import Database, Unit

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""

PEOPLE: Mapping[str, tuple[str, Role | None, Kind]] = {
    "ana": ("U0ANA00001", Role.OWNER, Kind.MEMBER),
    "adil": ("U0ADIL0001", Role.ADMIN, Kind.MEMBER),
    "ben": ("U0BEN00001", Role.ENGINEER, Kind.MEMBER),
    "eva": ("U0EVA00001", Role.ENGINEER, Kind.MEMBER),
    "lena": ("U0LENA0001", Role.L1, Kind.MEMBER),
    "nia": ("U0NIA00001", None, Kind.MEMBER),
    "gus": ("U0GUS00001", None, Kind.GUEST),
    "sara": ("U0SARA0001", None, Kind.STRANGER),
}
"""Name → (Slack id, the role they were given, what Slack says they are). None: nobody gave them one, so they are viewers."""

PROPOSAL = Proposal(
    title="Restart the print spooler",
    description="Stop the spooler, empty its folder, start it again.",
    confidence_pct=70,
    composed_without_ai=True,
)
SCRIPTED = replace(PROPOSAL, script="Restart-Service Spooler", language="powershell")

_numbers = count(1)


@dataclass
class Clock:
    """The domain's clock, moved by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> datetime:
        """Moves it on and returns the new time."""
        self.now += by
        return self.now


@dataclass(frozen=True)
class Account:
    """One account on `database`, seen as its people see it."""

    database: Database
    id: AccountId

    def unit(self, who: str | None = None, *, receipt: str | None = None) -> AbstractAsyncContextManager[Unit]:
        """A unit for `who` ("ben", or a Slack id), or for the house itself."""
        person = slack_id(who) if who else None
        return self.database.unit(self.id, person=person, receipt=receipt, source="test")

    async def user(self, who: str) -> User:
        """Somebody as the account knows them. Raises LookupError for somebody it never met."""
        async with self.unit() as unit:
            found = await people_queries.user_by_slack_id(unit, slack_id(who))
        if found is None:
            raise LookupError(who)
        return found

    async def session(self, session_id: UUID) -> Session:
        """A session as it stands now."""
        async with self.unit() as unit:
            return await session_queries.session(unit, session_id)

    async def fix(self, fix_id: UUID) -> SuggestedFix:
        """A fix as it stands now."""
        async with self.unit() as unit:
            return await fix_queries.fix(unit, FixId(fix_id))

    async def trail(self, subject: UUID) -> list[str]:
        """What the audit says was done to something, oldest first."""
        async with self.unit() as unit:
            return [event.what for event in await audit.trail(unit, subject)]


def slack_id(who: str) -> str:
    """The Slack id of one of `PEOPLE`; anything else is taken as an id."""
    return PEOPLE[who][0] if who in PEOPLE else who


def a_place() -> Workspace:
    """A workspace that no other test has."""
    number = next(_numbers)
    team = f"T{number:010d}"
    return Workspace("", team, f"Workspace {number}", f"https://w{number}.slack.com/", f"UBOT{number}", f"B{number}")


async def an_account(database: Database, *who: str) -> Account:
    """A freshly installed account that has met the people named (nobody named: all of `PEOPLE`)."""
    place = a_place()
    account_id = await people_queries.claim_workspace(database.engine, "", place.team_id, AccountId(new_id()))
    account = Account(database, account_id)
    async with account.unit() as unit:
        await accounts.install(unit, place)
        for name in who or PEOPLE:
            slack_user_id, role, kind = PEOPLE[name]
            await accounts.meet(unit, Profile(slack_user_id, name.capitalize(), kind, "Europe/Berlin"))
            if role:
                await accounts.grant(unit, slack_user_id, role)
    return account


async def a_session(
    account: Account,
    *,
    by: str = "ben",
    problem: str = "The printer on floor 3 prints nothing",
    channel: str = "C0DESK",
) -> Session:
    """A session that `by` started."""
    async with account.unit(by) as unit:
        return await sessions.start(unit, StartSession(problem=problem, channel=channel))


async def a_fix(account: Account, session: Session | None = None, proposal: Proposal = PROPOSAL) -> SuggestedFix:
    """A fix before the engineer, in `session` or in a new one."""
    home = session or await a_session(account)
    async with account.unit() as unit:
        locked = await session_queries.session_for_update(unit, home.id)
        return await fixes.suggest(unit, locked, proposal)
