"""Work is handed on: who hears of it, who takes it up, and who was too late."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.notes import preview
from tests.slack import Message, Person, Slack
from tests.stories import Session, shows, started, whispered

PROBLEM = "the replication between the two file servers stands still since the night"


@pytest.fixture
async def adil(bot: Bot, slack: Slack, ben: Person) -> Person:
    await ben.command("/pilot mine")
    await seeds.has_role(bot, seeds.ADIL, Role.ENGINEER)
    person = slack.as_("adil")
    await person.command("/pilot mine")
    return person


@pytest.fixture
async def session(ana: Person, adil: Person) -> Session:
    del adil
    session = await started(ana, PROBLEM)
    await ana.submit(await preview(ana, "Escalate…", session))
    await session.becomes(ana, "*Escalated*")
    return session


async def told(reader: Person, session: Session) -> Message:
    """The card that tells the channel of it."""

    async def card() -> Message | None:
        said = await reader.messages(session.channel)
        return next((each for each in said if "*Waiting* for an engineer" in each.plain()), None)

    return await reader.slack.until(card)


async def test_the_first_who_claims_it_has_it_and_the_second_is_told_who(
    ana: Person, ben: Person, adil: Person, session: Session
) -> None:
    card = await told(ben, session)
    assert "*Escalated* by Ana" in card.plain()
    await ben.press("Claim", on=card)
    await whispered(ben, "is yours now")
    claimed = await shows(ana, card, "*Claimed* by Ben", buttons=["Release"])
    await adil.press_stale(card, "Claim")
    await whispered(adil, "Ben Okafor claimed this on")
    await session.becomes(ana, "*Active*")
    await session.becomes(ana, "Owner <@U0BEN00001>")
    await ben.press_stale(card, "Claim")
    assert claimed.ts == card.ts


async def test_who_escalated_it_does_not_take_it_up(ana: Person, session: Session) -> None:
    card = await session.becomes(ana, "It waits for an engineer to claim it.")
    await ana.press("Claim", on=card)
    await whispered(ana, "You escalated this yourself; somebody else has to take it up.")


async def test_the_queue_is_listed_and_what_is_given_back_waits_again(
    ana: Person, ben: Person, session: Session
) -> None:
    listed = (await ben.command("/pilot escalations")).ephemeral
    assert listed is not None
    assert "1 to 1 of 1" in listed.plain()
    assert PROBLEM in listed.plain()
    await ben.press("Claim", on=listed)
    await session.becomes(ben, "*Active*")
    assert "None." in ((await ben.command("/pilot escalations")).ephemeral or listed).plain()
    card = next(each for each in await ana.messages(session.channel) if "Release" in each.buttons)
    await ben.press("Release", on=card)
    await session.becomes(ana, "*Escalated*")
    assert PROBLEM in ((await ben.command("/pilot escalations")).ephemeral or listed).plain()


async def test_an_escalated_session_can_still_be_resolved_and_leaves_the_queue(ben: Person, session: Session) -> None:
    await ben.submit(await preview(ben, "Resolve…", session), {})
    await session.becomes(ben, "*Resolved*")
    listed = (await ben.command("/pilot escalations")).ephemeral
    assert listed is not None
    assert "None." in listed.plain()
    await ben.choose("sessions.menu", "Reopen", on=await session.card(ben))
    await session.becomes(ben, "*Active*")


async def test_the_queue_stands_in_app_home(ben: Person, session: Session) -> None:
    home = await ben.home()

    async def shown() -> bool:
        now = await ben.home_now()
        return now is not None and PROBLEM in now.plain() and "Claim" in now.buttons

    await ben.slack.until(shown)
    await ben.press("Claim", on=home)
    await session.becomes(ben, "Owner <@U0BEN00001>")

    async def gone() -> bool:
        now = await ben.home_now()
        return now is not None and "Claim" not in now.buttons

    await ben.slack.until(gone)
