"""Slack fails while people are reminded: nobody is asked twice, nothing is forgotten, and what cannot be known is said."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import TIMESTAMP, bindparam, text

from bot.app import Bot, whoami
from bot.installations import Installations
from bot.metrics import Metrics
from bot.nudging import Nudging
from bot.sandbox.server import SandboxServer
from core.accounts import preferences
from tests.bot import seeds
from tests.conftest import Fresh, a_bot
from tests.reminded import ASKED, Ahead, berlin, parked, reminded, reminders
from tests.slack import Person, Slack
from tests.stories import shows, told_directly


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer, clock: Ahead) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace, clock=clock) as one:
        yield one


async def states(bot: Bot) -> list[tuple[str, str]]:
    """Every nudge's state and every reminder's, oldest first."""
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        nudges = await unit.session.execute(text("select 'nudge', state from nudges order by id"))
        made = await unit.session.execute(text("select audience, state from nudge_reminders order by id"))
        return [(row[0], row[1]) for row in [*nudges, *made]]


async def looked_after(bot: Bot) -> None:
    """What the clock does once a minute."""
    home = Installations(bot.database, bot.slack, await whoami(bot.slack))
    await Nudging(bot.database, bot.database.engine, home, Metrics()).look_after()


@pytest.mark.parametrize(
    "mode", ["drop_after", *(pytest.param(mode, marks=pytest.mark.long) for mode in ("drop_before", "http500", "slow"))]
)
async def test_a_reminder_whose_answer_is_lost_is_there_once(
    bot: Bot, slack: Slack, ben: Person, clock: Ahead, mode: str
):
    await parked(bot, ben)
    await slack.fault("chat.postMessage", mode, times=2, seconds=0.2)
    await reminded(ben, clock, "2027-03-01 16:01")
    clock.by += timedelta(minutes=1)  # whoever must look again does
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert len(await reminders(ben)) == 1
    assert await states(bot) == [("nudge", "sent"), ("nudge", "planned"), ("person", "sent")]


async def test_slack_wants_ten_minutes_rest_and_what_is_settled_meanwhile_is_not_asked(
    bot: Bot, slack: Slack, ben: Person, clock: Ahead
):
    (one,) = await parked(bot, ben)
    await slack.fault("chat.postMessage", "ratelimited", retry_after=600)
    clock.reach("2027-03-01 16:01")
    await slack.until(lambda: _failed(slack))
    await slack.until(lambda: seeds.nothing_is_under_way(bot))
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        wait = text("select due_at - cast(:now as timestamptz) from outbox where effect = 'nudges.post'")
        left = await unit.session.scalar(wait.bindparams(bindparam("now", clock(), TIMESTAMP(timezone=True))))
    assert left is not None
    assert timedelta(seconds=570) < left <= timedelta(seconds=600)
    assert (await ben.press("It worked", on=one.card)).ms < 1_000, "clicks wait for nothing"
    await shows(ben, one.card, "*Worked*: recorded by Ben Okafor", buttons=[])
    clock.by += timedelta(minutes=11)
    await slack.until(lambda: seeds.nothing_waits(bot, "nudges.%"))
    assert await reminders(ben) == []


@pytest.mark.parametrize("code", ["messages_tab_disabled", pytest.param("user_disabled", marks=pytest.mark.long)])
async def test_whoever_cannot_be_written_to_is_asked_through_the_admins(
    bot: Bot, slack: Slack, ben: Person, clock: Ahead, code: str
):
    ana = slack.as_("ana")
    await ana.command("/pilot mine")
    await parked(bot, ben)
    await slack.fault("chat.postMessage", "error", error=code)
    clock.reach("2027-03-01 16:01")
    await slack.until(lambda: _failed(slack))
    await slack.until(lambda: seeds.nothing_waits(bot))
    await looked_after(bot)
    nudge = await told_directly(ana, "Ben Okafor cannot be asked, or wants no reminders, so this comes to the admins.")
    await ana.press("It worked", on=nudge)
    await shows(ana, nudge, "Worked: recorded by Ana Duarte", buttons=[])
    assert await reminders(ben) == []


async def test_a_lead_channel_that_is_gone_is_told_to_an_admin(bot: Bot, slack: Slack, ben: Person, clock: Ahead):
    ana = slack.as_("ana")
    await ana.command("/pilot mine")
    async with bot.database.unit(await seeds.account_of(bot), person=seeds.ANA) as unit:
        await preferences.change(unit, {"nudge_lead_channel": "C0NOC00001", "nudge_timezone": "Europe/Berlin"})
    await parked(bot, ben)
    for at in ("2027-03-01 16:01", "2027-03-02 09:31"):
        await reminded(ben, clock, at)
    await slack.world(archive="noc")
    await reminded(ben, clock, "2027-03-03 09:31")
    told = await told_directly(ana, "has not answered 2 reminders, or wants none")
    assert "that should have had this is gone" in told.plain()


async def test_somebody_who_wants_quiet_is_asked_when_it_is_over(bot: Bot, slack: Slack, ben: Person, clock: Ahead):
    await parked(bot, ben)
    quiet = (berlin("2027-03-01 15:00"), berlin("2027-03-01 16:45"))
    since, until = (int(at.timestamp()) for at in quiet)
    await slack.world(undisturbed={"id": "ben", "since": since, "until": until})
    clock.reach("2027-03-01 16:01")
    await slack.until(lambda: _asked_for_quiet(slack))
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert await reminders(ben) == []
    await slack.fault("dnd.teamInfo", "error", error="missing_scope")
    await reminded(ben, clock, "2027-03-01 16:46")


async def test_where_nobody_can_look_the_engineer_is_told_that_it_may_not_have_arrived(
    bot: Bot, slack: Slack, ana: Person, ben: Person, clock: Ahead
):
    await ana.home()
    await ben.home()
    await parked(bot, ben)
    await slack.fault("chat.postMessage", "drop_before")
    await slack.fault("conversations.history", "error", error="missing_scope", times=9)
    clock.reach("2027-03-01 16:01")
    await slack.until(lambda: _in_question(bot))
    await looked_after(bot)
    await slack.until(lambda: seeds.nothing_waits(bot))
    home = await ben.home_now()
    assert home is not None
    assert "the last time may not have arrived" in home.plain()
    assert "A reminder to you may not have arrived" in home.plain()
    shown = await ana.home_now()
    assert shown is not None
    assert "may not have arrived" not in shown.plain()
    assert [one for one in await states(bot) if one[0] == "nudge"] == [("nudge", "unknown"), ("nudge", "planned")]
    await ben.press("Send again", on=home)
    await told_directly(ben, ASKED)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert [one for one in await states(bot) if one[0] == "nudge"] == [("nudge", "sent"), ("nudge", "planned")]


async def test_a_workspace_that_removed_the_app_is_left_alone_until_it_is_back(
    bot: Bot, slack: Slack, ben: Person, clock: Ahead
):
    await parked(bot, ben)
    await slack.fault("chat.postMessage", "error", error="token_revoked", times=3)
    clock.reach("2027-03-01 16:01")
    await slack.until(lambda: _failed(slack))
    await slack.clear_faults()
    clock.reach("2027-03-02 08:00")  # it is early, and the first reminder's day is over
    await slack.until(lambda: seeds.nothing_is_under_way(bot))
    assert await reminders(ben) == []
    await reminded(ben, clock, "2027-03-02 09:01")
    assert len(await reminders(ben)) == 1


async def _failed(slack: Slack) -> bool:
    return any(not call.ok for call in await slack.log("chat.postMessage"))


async def _asked_for_quiet(slack: Slack) -> bool:
    return bool(await slack.log("dnd.teamInfo"))


async def _in_question(bot: Bot) -> bool:
    return await seeds.count(bot, "outbox where state = 'unknown'") == 1
