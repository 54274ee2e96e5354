"""An escalated walk reaches the engineers, and one of them goes on with it as a session."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.calls import Call, new_call, published, seen, taken
from tests.slack import Message, Person, Slack
from tests.stories import shows, whispered


@pytest.fixture
async def lena(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    person = slack.as_("lena")
    await person.command("/l1 mine")
    return person


async def escalated(lena: Person) -> Call:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    await lena.press("Yes", on=card)
    card = await shows(lena, card, "Does a colleague's badge open this door?")
    form = await lena.open_modal("Escalate…", on=card)
    assert (
        await lena.submit(form, reason_category="Needs admin rights", reason="Floor 2 is locked for everybody.")
    ).closed
    await shows(lena, card, "*Escalated* by Lena Vogt")
    return call


async def told(reader: Person) -> Message:
    """The card that tells an engineer, in their messages with FlowPilot."""

    async def card() -> Message | None:
        return next((one for one in await reader.messages("bot") if "*Waiting* for" in one.plain()), None)

    return await reader.slack.until(card)


async def test_the_card_that_tells_engineers_leads_to_a_session_with_what_was_walked(
    slack: Slack, lena: Person, ben: Person
) -> None:
    await ben.command("/pilot mine")
    await escalated(lena)
    card = await told(ben)
    assert "L1-1 my badge does not open the door of floor 2" in card.plain()
    assert "Floor 2 is locked for everybody." in card.plain()
    assert card.buttons == ["Claim", "Continue as a session"]
    await ben.press("Claim", on=card)
    card = await shows(ben, card, "*Claimed* by Ben", buttons=["Continue as a session", "Release"])
    before = await seen(ben)
    await ben.press("Continue as a session", on=card)
    await whispered(ben, "It is yours.")
    session = await new_call(ben, before)
    shown = await session.ticket_says(ben, "Is the light of the badge reader on? Yes")
    assert "Owner <@U0BEN00001>" in shown.plain()
    await shows(ben, card, "*Claimed* by Ben", buttons=[])
    await ben.press_stale(card, "Continue as a session")
    await whispered(ben, "goes on as a session already")
    assert await slack.violations() == []


async def test_the_list_of_escalations_and_app_home_continue_a_walk_at_once(lena: Person, ben: Person) -> None:
    await ben.command("/pilot mine")
    await escalated(lena)
    await told(ben)
    assert "Continue as a session" in (await ben.home()).buttons
    listed = (await ben.command("/pilot escalations")).ephemeral
    assert listed is not None
    assert "Continue as a session" in listed.buttons
    before = await seen(ben)
    await ben.press("Continue as a session", on=listed)
    session = await new_call(ben, before)
    await session.ticket_says(ben, "Is the light of the badge reader on? Yes")
    said = (await ben.command("/pilot escalations")).ephemeral
    assert said is not None
    assert "None." in said.plain()
