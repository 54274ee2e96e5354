"""Somebody without a role comes to work: asks, is let in, works; and those whom nobody can let in."""

from __future__ import annotations

import pytest

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.stories import a_fix, shows, started, told_directly, whispered

REFUSED = "Only engineers can start a session; your role is viewer."
MEMBERS_ONLY = "FlowPilot works for full members of this workspace"


async def asks_for_access(nia: Person) -> None:
    refusal = (await nia.command("/pilot new the printer on floor 2 is stuck")).ephemeral
    assert refusal is not None
    assert REFUSED in refusal.plain()
    assert "/pilot new the printer on floor 2 is stuck" in refusal.plain(), "what was typed is not kept"
    await nia.press("Request access", on=refusal)
    await whispered(nia, "Your request is with the owners and admins.")


async def request_card(owner: Person) -> Message:
    return await told_directly(owner, "Nia Park (<@U0NIA00001>) asks to work with FlowPilot.")


@pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)
async def test_a_newcomer_asks_is_approved_as_engineer_and_works(bot: Bot, slack: Slack, ana: Person) -> None:
    nia = slack.as_("nia")
    await asks_for_access(nia)
    card = await request_card(ana)
    assert card.buttons == ["Approve as engineer", "Approve as L1", "Decline"]

    await ana.press("Approve as engineer", on=card)

    await shows(ana, card, "approved as engineer by Ana Duarte", buttons=[])
    await told_directly(nia, "You now have access to FlowPilot as engineer.")
    session = await started(nia, "the print spooler on PRN02 keeps stopping and nobody can print")
    fix = await a_fix(nia, session)
    await nia.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*: recorded by Nia Park", buttons=[])
    (request,) = await seeds.audited(bot, "access.decided")
    assert (request.slack_user_id, request.detail["role"]) == (seeds.ANA, "engineer")
    assert await slack.violations() == []


async def test_a_newcomer_who_is_approved_as_l1_is_told_so_and_still_starts_no_session(
    slack: Slack, ana: Person
) -> None:
    nia = slack.as_("nia")
    await asks_for_access(nia)
    card = await request_card(ana)
    await ana.press("Approve as L1", on=card)
    await shows(ana, card, "approved as L1 by Ana Duarte", buttons=[])
    await told_directly(nia, "You now have access to FlowPilot as L1.")
    refusal = (await nia.command("/pilot new the printer is stuck")).ephemeral
    assert refusal is not None
    assert "your role is l1" in refusal.plain()


async def test_a_newcomer_who_is_declined_is_told_so_and_may_ask_again(slack: Slack, ana: Person) -> None:
    nia = slack.as_("nia")
    await asks_for_access(nia)
    first = await request_card(ana)
    await ana.press("Decline", on=first)
    await shows(ana, first, "declined by Ana Duarte", buttons=[])
    await told_directly(nia, "Your request for access to FlowPilot was declined.")

    await asks_for_access(nia)

    async def another() -> Message | None:
        return next((each for each in await ana.messages("bot") if each.ts != first.ts and each.buttons), None)

    assert "asks to work with FlowPilot" in (await slack.until(another)).plain()


async def test_asking_twice_puts_up_one_card(bot: Bot, slack: Slack, ana: Person) -> None:
    nia = slack.as_("nia")
    await asks_for_access(nia)
    await asks_for_access(nia)
    await request_card(ana)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert len(await ana.messages("bot")) == 1


async def test_the_second_who_decides_is_told_who_was_first(bot: Bot, slack: Slack, ana: Person) -> None:
    adil, nia = slack.as_("adil"), slack.as_("nia")
    await seeds.is_admin(bot, seeds.ADIL)
    await asks_for_access(nia)
    anas, adils = await request_card(ana), await request_card(adil)

    await ana.press("Approve as engineer", on=anas)
    await adil.press_stale(adils, "Decline")

    await whispered(adil, "This request was already approved by Ana Duarte.")
    await shows(adil, adils, "approved as engineer by Ana Duarte", buttons=[])


async def test_only_an_admin_decides(bot: Bot, slack: Slack, ana: Person, ben: Person) -> None:
    nia = slack.as_("nia")
    await asks_for_access(nia)
    card = await request_card(ana)
    direct = (await ben.screen()).channel_id("bot")
    forged = Message({**card.raw, "channel": direct})
    await ben.press_stale(forged, "Approve as engineer")
    await whispered(ben, "Only admins and owners can decide who gets access; your role is engineer.")
    assert (await request_card(ana)).buttons == card.buttons


async def test_a_viewer_can_ask_from_app_home(slack: Slack, ana: Person) -> None:
    nia = slack.as_("nia")
    home = await nia.home()
    assert home.buttons == ["Request access"]
    await nia.press("Request access", on=home)
    await request_card(ana)


@pytest.mark.parametrize("name", ["gus", "sara"])
async def test_guests_and_people_of_other_organisations_are_refused_everywhere(
    slack: Slack, ana: Person, name: str
) -> None:
    stranger = slack.as_(name)
    channel = "shared-acme" if name == "sara" else "helpdesk"
    refusal = (await stranger.command("/pilot new the printer on floor 2 is stuck", channel)).ephemeral
    assert refusal is not None
    # A command of somebody else's workspace comes from a workspace where FlowPilot is not installed.
    assert (MEMBERS_ONLY if name == "gus" else "FlowPilot is not installed in this workspace.") in refusal.plain()
    assert refusal.buttons == [], "there is nothing they could ask for"

    said = await stranger.say(channel, "@FlowPilot the printer on floor 2 is stuck again")
    assert said.error is None
    await whispered(stranger, MEMBERS_ONLY, channel)
    assert [each for each in await ana.messages(channel) if each.by_bot] == []


async def test_a_guest_can_press_nothing_on_a_card(bot: Bot, slack: Slack, ana: Person) -> None:
    gus = slack.as_("gus")
    session = await started(ana, "the print spooler on PRN02 keeps stopping and nobody can print")
    fix = await a_fix(ana, session)
    before = await seeds.count(bot, "audit_events")
    for label in ("It worked", "Run once"):
        await gus.press(label, on=fix)
    await gus.press("Didn't work…", on=fix)
    await gus.choose("sessions.menu", "Take over", on=await session.card(gus))
    await gus.shortcut("sessions.start_here", on=fix)

    async def five() -> bool:
        return len([each for each in await gus.ephemerals() if MEMBERS_ONLY in each.plain()]) == 5

    await slack.until(five)
    assert await gus.modal() is None
    assert await seeds.count(bot, "audit_events") == before


async def test_whoever_is_deactivated_while_working_can_do_nothing_any_more(
    bot: Bot, slack: Slack, ana: Person, ben: Person
) -> None:
    session = await started(ben, "the print spooler on PRN02 keeps stopping and nobody can print")
    fix = await a_fix(ben, session)
    await slack.world(change_person={"id": seeds.BEN, "kind": "guest"})

    async def is_guest() -> bool:
        return (await seeds.user(bot, seeds.BEN)).kind == "guest"

    await slack.until(is_guest)
    await ben.press("It worked", on=fix)
    await whispered(ben, MEMBERS_ONLY)
    assert (await shows(ana, fix, "*Proposed*")).buttons == fix.buttons

    await slack.world(deactivate="ben")

    async def is_gone() -> bool:
        return (await seeds.user(bot, seeds.BEN)).kind == "gone"

    await slack.until(is_gone)
