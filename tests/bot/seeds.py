"""What an account already has when a test begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from bot.app import Bot
from bot.features.fixes import views
from core.accounts import queries as accounts
from core.accounts import service as people
from core.accounts.models import Kind, User
from core.audit import queries as audit
from core.audit.models import AuditEvent
from core.fixes import queries as fixes
from core.fixes.models import FixStatus, SuggestedFix
from core.fixes.overview import FixCard
from core.ids import AccountId, FixId, UserId, new_id
from core.sessions.models import Session
from core.unit import Role

ANA, BEN, LENA, ADIL, NIA = "U0ANA00001", "U0BEN00001", "U0LENA0001", "U0ADIL0001", "U0NIA00001"
HELPDESK = "C0HELPDESK"
TOGETHER = 25  # rows that one unit writes: each is a part of its closing statement
MANY_YEARS_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def account_of(bot: Bot) -> AccountId:
    """The one account there is."""
    (account_id,) = await accounts.accounts(bot.database.engine)
    return account_id


async def has_role(bot: Bot, slack_user_id: str, role: Role) -> None:
    """Gives somebody a role, as `grant` on the command line does."""
    async with bot.database.unit(await account_of(bot), source="test") as unit:
        await people.grant(unit, slack_user_id, role)


async def user(bot: Bot, slack_user_id: str) -> User:
    """What the account knows of a person it has met."""
    async with bot.database.unit(await account_of(bot)) as unit:
        found = await accounts.user_by_slack_id(unit, slack_user_id)
    assert found is not None, f"{slack_user_id} is not known to the account"
    return found


@dataclass(frozen=True)
class Seed:
    """A fix in a session of its own, and the ts of its card in the helpdesk."""

    fix_id: FixId
    title: str
    ts: str


async def fixes_in(
    bot: Bot, how_many: int, *, owner: str = ANA, status: FixStatus = FixStatus.PROPOSED, title: str = "Restart PRN"
) -> list[Seed]:
    """So many sessions of the owner's in the helpdesk, each with one fix whose card is up."""
    owner_id = UserId((await user(bot, owner)).id)
    account_id, seeds = await account_of(bot), list[Seed]()
    for begin in range(0, how_many, TOGETHER):
        async with bot.database.unit(account_id, source="test") as unit:
            pairs = [
                _session_with_fix(account_id, owner_id, n, unit.now, status, title)
                for n in range(begin, min(begin + TOGETHER, how_many))
            ]
            cards = await asyncio.gather(*(_card(bot, session, fix) for session, fix in pairs))
            for (session, fix), ts in zip(pairs, cards, strict=True):
                unit.add(session)
                unit.add(fix)
                fix.card_ts = ts
                seeds.append(Seed(FixId(fix.id), fix.title, ts))
    return seeds


async def _card(bot: Bot, session: Session, fix: SuggestedFix) -> str:
    card = FixCard(fix, session, {}, None)
    shown = await bot.slack.post(
        session.channel, text=views.card_text(card), blocks=views.card_blocks(card), thread_ts=session.thread_ts
    )
    return str(shown["ts"])


def _session_with_fix(
    account_id: AccountId, owner_id: UserId, n: int, at: datetime, status: FixStatus, title: str
) -> tuple[Session, SuggestedFix]:
    began = MANY_YEARS_AGO + timedelta(minutes=n)
    session = Session(
        account_id=account_id,
        id=new_id(),
        title=f"Printer {n:04} is stuck",
        problem=f"Printer {n:04} is stuck",
        owner_id=owner_id,
        started_by=owner_id,
        channel=HELPDESK,
        thread_ts=f"{began.timestamp():.0f}.{n:06}",
        created_at=at,
        last_active_at=at,
    )
    fix = SuggestedFix(
        account_id=account_id,
        id=new_id(),
        session_id=session.id,
        title=f"{title}{n:04}",
        description="A damaged job blocks the queue.",
        confidence_pct=70,
        sources=["Composed without AI, from a test"],
        composed_without_ai=True,
        created_at=at,
    )
    if status is not FixStatus.PROPOSED:
        fix.status, fix.pending_reason = status, f"the night shift on floor {n}"
        fix.applied_at = fix.recorded_at = at - timedelta(days=how_old(n))
        fix.applied_by = fix.recorded_by = owner_id
    return session, fix


def how_old(n: int) -> int:
    """Days since the n-th seeded fix was applied: the first is the oldest."""
    return 400 - n


async def trail(bot: Bot, subject: UUID) -> Sequence[AuditEvent]:
    """What the audit has about a fix, session or request, oldest first."""
    async with bot.database.unit(await account_of(bot)) as unit:
        return await audit.trail(unit, subject)


async def fix(bot: Bot, fix_id: FixId) -> SuggestedFix:
    """A fix as it stands in the database."""
    async with bot.database.unit(await account_of(bot)) as unit:
        return await fixes.fix(unit, fix_id)


async def outcomes_recorded(bot: Bot) -> dict[UUID, list[tuple[str, str]]]:
    """Of every fix: who recorded which outcome, as the audit has it."""
    wanted = text(
        "select subject, slack_user_id, detail->>'after' as after from audit_events "
        "where what = 'fix.recorded' or (what = 'fix.decided' and detail->>'after' = 'dismissed') order by id"
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    async with bot.database.unit(await account_of(bot)) as unit:
        for row in await unit.session.execute(wanted):
            found.setdefault(row.subject, []).append((row.slack_user_id, row.after))
    return found


async def count(bot: Bot, table: str) -> int:
    """How many rows the account has in a table."""
    async with bot.database.unit(await account_of(bot)) as unit:
        return await unit.session.scalar(text(f"select count(*) from {table}")) or 0


async def nothing_waits(bot: Bot, effect: str = "%") -> bool:
    """Whether every delivery (of one effect) is concluded."""
    return await _none_is(bot, effect, "waiting", "leased", "sending")


async def nothing_is_under_way(bot: Bot) -> bool:
    """Whether no delivery is being made at this moment; some may wait."""
    return await _none_is(bot, "%", "leased", "sending")


async def _none_is(bot: Bot, effect: str, *states: str) -> bool:
    wanted = text("select not exists (select from outbox where effect like :effect and state = any(:states))")
    async with bot.database.unit(await account_of(bot)) as unit:
        return bool(await unit.session.scalar(wanted, {"effect": effect, "states": list(states)}))


async def is_admin(bot: Bot, slack_user_id: str) -> None:
    """Makes somebody an admin."""
    await has_role(bot, slack_user_id, Role.ADMIN)


async def audited(bot: Bot, what: str) -> Sequence[AuditEvent]:
    """Every audit event of one kind, oldest first."""
    async with bot.database.unit(await account_of(bot)) as unit:
        wanted = select(AuditEvent).where(AuditEvent.account_id == unit.account_id, AuditEvent.what == what)
        return (await unit.session.scalars(wanted.order_by(AuditEvent.id))).all()


async def fix_of_another_account(bot: Bot) -> FixId:
    """A fix in an account of somebody else's, in the same database."""
    place = people.Workspace("", "T0ELSEWHER", "Elsewhere", "https://elsewhere.slack.com/", "U0BOT", "B0BOT")
    account_id = await accounts.claim_workspace(bot.database.engine, "", place.team_id, AccountId(new_id()))
    async with bot.database.unit(account_id, source="test") as unit:
        await people.install(unit, place)
        owner = await people.meet(unit, people.Profile("U0ELSEWHER", "Else", Kind.MEMBER, "UTC"))
        owner_id = UserId(owner.id)
    async with bot.database.unit(account_id, source="test") as unit:
        session, fix = _session_with_fix(account_id, owner_id, 0, unit.now, FixStatus.PROPOSED, "Theirs ")
        unit.add(session)
        unit.add(fix)
    return FixId(fix.id)
