"""First-line staff take calls, walk them, and hand them over."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.calls import CONTROLS, PROBLEM, intake, new_call, published, seen, taken
from tests.slack import Person, Slack
from tests.stories import live_markup, shows, whispered


@pytest.fixture
async def lena(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    person = slack.as_("lena")
    await person.command("/l1 mine")
    return person


async def test_a_call_is_matched_walked_and_resolved(slack: Slack, lena: Person, ben: Person) -> None:
    before = await seen(lena)
    modal = await intake(lena, PROBLEM)
    assert modal.fields == ["problem_statement", "customer_name", "customer_contact"]
    assert (await lena.submit(modal, customer_name="Acme <Ltd> & Sons", customer_contact="+49 30 1234")).closed
    call = await new_call(lena, before)
    ticket = await call.ticket_says(ben, "L1-1 · my badge does not open the door of floor 2")
    assert "Caller: Acme <Ltd> & Sons · +49 30 1234" in ticket.plain()
    assert "*Being walked* · Taken by <@U0LENA0001>" in ticket.plain()
    card = await call.card(lena, "Is the light of the badge reader on?")
    assert card.buttons == ["Yes", "No, it is dark", *CONTROLS]
    await lena.press("No, it is dark", on=card)
    card = await shows(lena, card, "plug the badge reader in again", buttons=["Done", "Back", *CONTROLS])
    assert "*Step 2*" in card.plain()
    await lena.press("Done", on=card)
    card = await shows(lena, card, "Does a colleague's badge open this door?")
    await lena.press("It opens", on=card)
    card = await shows(ben, card, "*This should be solved*", buttons=["Back", *CONTROLS])
    form = await lena.open_modal("Resolve…", on=card)
    refused = await lena.submit(form, resolution_notes="Switched on again.")
    assert "helpful" in refused.field_errors
    assert (await lena.submit(form, helpful="Yes, they did", resolution_notes="It was off; switched on.")).closed
    await shows(ben, card, "*Resolved* by Lena Vogt", buttons=[])
    await call.ticket_says(ben, "Solved: It was off; switched on.")
    assert await slack.violations() == []
    assert [found for found in await live_markup(slack) if "U0LENA0001" not in found] == []


async def test_a_call_is_escalated_and_an_engineer_goes_on(slack: Slack, lena: Person, ben: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    await lena.press("Yes", on=card)
    card = await shows(lena, card, "Does a colleague's badge open this door?")
    await lena.press("Still closed", on=card)
    card = await shows(lena, card, "*This is for an engineer*")
    form = await lena.open_modal("Escalate…", on=card)
    assert (await lena.submit(form, reason="The caller is in a hurry.")).closed
    package = await call.card(ben, "*For the engineer* · Needs admin rights")
    assert "1. Is the light of the badge reader on? → Yes (Lena Vogt)" in package.plain()
    card = await shows(ben, card, "*Escalated* by Lena Vogt", buttons=["Continue as a session"])
    await call.ticket_says(ben, "Escalated: Needs admin rights: The caller is in a hurry.")
    await lena.press("Continue as a session", on=card)
    await whispered(lena, "Only engineers can continue a walk as a session")
    before = await seen(ben)
    await ben.press("Continue as a session", on=card)
    await whispered(ben, "It is yours.")
    session = await new_call(ben, before)
    shown = await session.ticket_says(ben, "Is the light of the badge reader on? Yes")
    assert "Owner <@U0BEN00001>" in shown.plain()
    await shows(ben, card, "Goes on as the session", buttons=[])


async def test_a_viewer_and_an_engineer_who_does_not_cover_are_refused(slack: Slack, lena: Person, ben: Person) -> None:
    said = (await ben.command("/l1 new printer")).ephemeral
    assert said is not None
    assert "engineers who cover for L1" in said.plain()
    assert "You typed: /l1 new printer" in said.plain()
