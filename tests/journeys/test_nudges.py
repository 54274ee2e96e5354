"""A fix that waits to be verified is asked about: when it is time, by a direct message, until somebody answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.fixes.models import FixStatus
from core.unit import Role
from tests.bot import seeds
from tests.calls import new_call, published, seen, taken
from tests.conftest import Fresh, a_bot
from tests.notes import preview
from tests.reminded import ASKED, Ahead, berlin, parked, reminded, reminders
from tests.slack import Home, Message, Modal, Person, Slack
from tests.stories import shows, started, told_directly, whispered


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer, clock: Ahead) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace, clock=clock) as one:
        yield one


@pytest.fixture
async def ben(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    person = slack.as_("ben")
    await person.command("/pilot mine")
    return person


async def home_says(who: Person, sentence: str) -> Home:
    async def says() -> Home | None:
        home = await who.home_now()
        return home if home is not None and sentence in home.plain() else None

    return await who.slack.until(says)


async def test_it_is_asked_after_four_working_hours_and_the_answer_shows_everywhere(
    bot: Bot, ben: Person, clock: Ahead
):
    await ben.home()
    (one,) = await parked(bot, ben)
    assert "2027-03-01 15:00 UTC" in (await home_says(ben, "next reminder")).plain()
    nudge = await reminded(ben, clock, "2027-03-01 16:01")
    assert ASKED in nudge.plain()
    assert "the night backup" in nudge.text
    assert nudge.buttons == [
        "It worked",
        "Didn't work…",
        "Partly…",
        "Still waiting…",
        "Snooze 1 h",
        "Snooze until tomorrow 9:00",
        "Mute this one",
    ]
    await home_says(ben, "Asked once")
    answer = (await ben.command("/pilot pending")).ephemeral
    assert answer is not None
    assert "Asked once · next reminder" in answer.plain()
    await ben.press("It worked", on=nudge)
    await shows(ben, nudge, "Worked: recorded by Ben Okafor", buttons=[])
    await shows(ben, one.card, "*Worked*: recorded by Ben Okafor", buttons=[])
    await home_says(ben, "Nothing waits for you.")
    assert (await seeds.fix(bot, one.seed.fix_id)).status is FixStatus.APPLIED_SUCCESS


async def test_still_waiting_asks_for_what_and_until_when_and_keeps_to_it(bot: Bot, ben: Person, clock: Ahead):
    (one,) = await parked(bot, ben)
    nudge = await reminded(ben, clock, "2027-03-01 16:01")
    modal = await ben.open_modal("Still waiting…", on=nudge)
    assert modal.values["notes"] == {"value": {"type": "plain_text_input", "value": "the night backup"}}
    night = berlin("2027-03-02 23:30")
    assert "notes" in (await ben.submit(modal, notes="")).field_errors
    assert (await ben.submit(modal, notes="the weekly reboot", check_at=int(night.timestamp()))).closed
    await shows(ben, nudge, "Still waiting for: the weekly reboot. FlowPilot asks again", buttons=[])
    again = await reminded(ben, clock, "2027-03-02 23:30")
    assert "the weekly reboot" in again.plain()
    # Settled elsewhere: both messages say so, and a button that is still on somebody's screen tells who it was.
    await ben.press("It worked", on=one.card)
    await shows(ben, again, "Worked: recorded by Ben Okafor", buttons=[])
    await ben.press_stale(again, "Didn't work…")
    await whispered(ben, "This fix was already recorded as “worked” by Ben Okafor.")


async def test_it_can_be_put_off_and_muted(bot: Bot, ben: Person, clock: Ahead):
    await ben.home()
    await parked(bot, ben)
    nudge = await reminded(ben, clock, "2027-03-01 16:01")
    await ben.press("Snooze 1 h", on=nudge)
    await shows(ben, nudge, "Snoozed. FlowPilot asks again", buttons=[])
    later = await reminded(ben, clock, "2027-03-01 17:02")
    await ben.press("Snooze until tomorrow 9:00", on=later)
    await shows(ben, later, "Snoozed. FlowPilot asks again", buttons=[])
    morning = await reminded(ben, clock, "2027-03-02 09:00")
    await ben.press("Mute this one", on=morning)
    await shows(ben, morning, "Muted: nobody is asked about this one any more", buttons=[])
    await home_says(ben, "reminders are muted")
    clock.by += timedelta(days=9)
    await ben.slack.until(lambda: seeds.nothing_waits(bot))
    assert len(await reminders(ben)) == 3


async def test_three_at_once_are_one_message_that_stands_for_all(bot: Bot, ben: Person, clock: Ahead):
    some = await parked(bot, ben, 3)
    digest = await reminded(ben, clock, "2027-03-01 16:01")
    assert "3 things wait for an answer" in digest.plain()
    assert digest.buttons == ["It worked", "Didn't work…", "Partly…", "Still waiting…"] * 3
    first = next(control for control in digest.controls if control.label == "It worked")
    assert first.element["value"] == str(some[0].seed.fix_id)
    await ben.do("press", **digest.where, **first.where)
    digest = await shows(ben, digest, "2 things wait for an answer")
    assert f"*{some[0].seed.title}* · Worked: recorded by Ben Okafor" in digest.plain()
    menu = next(control for control in digest.controls if control.kind == "overflow")
    muted = f"mute:{some[1].seed.fix_id}"
    await ben.do("press", **digest.where, **menu.where, value=muted)
    await shows(ben, digest, f"*{some[1].seed.title}* · Muted")
    await shows(ben, digest, "1 thing waits for an answer")
    assert len(await reminders(ben)) == 1


async def test_after_two_unanswered_the_leads_hear_of_it(bot: Bot, slack: Slack, ben: Person, clock: Ahead):
    ana = slack.as_("ana")
    await ana.command("/pilot mine")
    modal = await ana.open_modal("settings.open.nudges", on=await settings(ana))
    refused = await ana.submit(modal, nudge_lead_channel="random")
    assert "FlowPilot is not in this channel yet" in "".join(refused.field_errors.values())
    refused = await ana.submit(modal, nudge_lead_channel="noc", nudge_holidays="Atlantis")
    assert "There is no calendar" in refused.field_errors["nudge_holidays"]
    saved = await ana.submit(modal, nudge_holidays="DE-BE", nudge_timezone="Europe/Berlin", nudge_weekly_digest="Yes")
    assert saved.closed
    await parked(bot, ben)
    for at in ("2027-03-01 16:01", "2027-03-02 09:31"):
        await reminded(ben, clock, at)
    await reminded(ben, clock, "2027-03-03 09:31")
    lead = await posted_in(slack, "noc", "has not answered 2 reminders, or wants none")
    assert "Ben Okafor" in lead.plain()
    await ana.press("It worked", on=lead)
    await shows(ana, lead, "Worked: recorded by Ana Duarte", buttons=[])
    clock.reach("2027-03-09 09:31")  # the Monday is International Women's Day, a holiday in Berlin
    week = await posted_in(slack, "noc", "In the last seven days 1 worked and 0 did not.")
    assert week.buttons == []


async def test_everybody_says_for_themselves_how_they_want_it(bot: Bot, ben: Person, clock: Ahead):
    home = await ben.home()
    modal = await ben.open_modal("My reminders", on=home)
    refused = await ben.submit(modal, start="07:00")
    assert "start" in refused.field_errors
    assert (await ben.submit(modal, mode="All together, once a morning", start="07:00", end="15:00")).closed
    await parked(bot, ben)
    assert (await reminded(ben, clock, "2027-03-02 09:30")).plain().startswith("*How did it go?*")
    modal = await ben.open_modal("My reminders", on=await ben.home())
    assert modal.values["mode"]["value"]["selected_option"]["value"] == "digest"  # type: ignore[index]


async def test_an_escalation_that_nobody_claims_is_pointed_out_with_a_button(slack: Slack, ben: Person, clock: Ahead):
    ana = slack.as_("ana")
    await ana.command("/pilot mine")
    session = await started(ben, "the replication between the two file servers stands still")
    await ben.submit(await preview(ben, "Escalate…", session))
    await session.becomes(ben, "*Escalated*")
    nudge = await reminded(ana, clock, "2027-03-01 16:05")
    assert "Who takes it up?" in nudge.plain()
    assert nudge.plain().startswith("*Who takes it up?*"), "it belongs to nobody, so nobody is missing"
    assert f"/archives/{session.channel}/p{session.root.replace('.', '')}|" in nudge.plain()
    assert nudge.buttons == ["Claim", "Snooze 1 h", "Snooze until tomorrow 9:00", "Mute this one"]
    await ana.press("Snooze 1 h", on=nudge)
    await shows(ana, nudge, "Snoozed. FlowPilot asks again", buttons=[])
    again = await reminded(ana, clock, "2027-03-01 17:06")
    await ana.press("Claim", on=again)
    await shows(ana, again, "Claimed by Ana Duarte", buttons=[])
    await session.becomes(ana, "Owner <@U0ANA00001>")


async def test_who_escalated_is_not_asked_to_claim_it(bot: Bot, slack: Slack, clock: Ahead):
    await seeds.has_role(bot, seeds.ADIL, Role.ADMIN)
    ana, adil = slack.as_("ana"), slack.as_("adil")
    for one in (ana, adil):
        await one.command("/pilot mine")
    session = await started(ana, "the replication between the two file servers stands still")
    await ana.submit(await preview(ana, "Escalate…", session))
    await session.becomes(ana, "*Escalated*")
    nudge = await reminded(adil, clock, "2027-03-01 16:05")
    assert "Ana Duarte wrote:" in nudge.plain()
    await adil.press("Mute this one", on=nudge)
    await shows(adil, nudge, "Muted: nobody is asked about this one any more", buttons=[])
    assert not [each for each in await reminders(ana) if "Who takes it up?" in each.plain()]


async def test_who_escalated_and_is_alone_is_told_that_it_still_lies_there(slack: Slack, clock: Ahead):
    ana = slack.as_("ana")
    await ana.command("/pilot mine")
    session = await started(ana, "the replication between the two file servers stands still")
    await ana.submit(await preview(ana, "Escalate…", session))
    await session.becomes(ana, "*Escalated*")
    told = await reminded(ana, clock, "2027-03-01 16:05")
    assert "*Nobody has taken this up yet*" in told.plain()
    assert "there is nobody else here who could claim it" in told.plain()
    assert "Nobody has taken this up yet: the replication" in told.text
    assert told.buttons == ["Snooze 1 h", "Snooze until tomorrow 9:00", "Mute this one"]


async def test_an_escalated_call_that_nobody_claims_leads_to_its_thread(bot: Bot, slack: Slack, clock: Ahead):
    await published(bot)
    ana, lena = slack.as_("ana"), slack.as_("lena")
    await ana.command("/pilot mine")
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    call = await taken(lena)
    form = await lena.open_modal("Escalate…", on=await call.card(lena, "Is the light of the badge reader on?"))
    assert (await lena.submit(form, reason_category="Needs admin rights", reason="It is locked.")).closed
    await told_directly(ana, "*Waiting* for an engineer to claim it")
    nudge = await reminded(ana, clock, "2027-03-01 13:05")
    assert f"/archives/{call.channel}/p{call.root.replace('.', '')}|L1-1 my badge" in nudge.plain()
    assert nudge.buttons[:2] == ["Claim", "Continue as a session"]
    before = await seen(ana)
    await ana.press("Continue as a session", on=nudge)
    session = await new_call(ana, before)
    await session.ticket_says(ana, "Owner <@U0ANA00001>")
    await shows(ana, nudge, "Claimed by Ana Duarte", buttons=[])


async def settings(who: Person) -> Modal:
    before = await who.modal()
    await who.command("/pilot settings")
    return await who.next_modal(before)


async def posted_in(slack: Slack, channel: str, sentence: str) -> Message:
    async def there() -> Message | None:
        said = await slack.as_("ana").messages(channel)
        return next((each for each in said if each.by_bot and sentence in each.plain()), None)

    return await slack.until(there)
