"""What may stand between a call and its walk: open tickets, near flows, the gate; and the lists of calls."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.intake.flows import queries as flows
from core.unit import Role
from tests.bot import seeds
from tests.calls import BADGE, CONTROLS, PROBLEM, intake, new_call, published, seen, taken
from tests.slack import Modal, Person, Slack
from tests.stories import live_markup, shows, whispered

ODD = "the aquarium in the lobby makes strange noises"


@pytest.fixture
async def lena(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    person = slack.as_("lena")
    await person.command("/l1 mine")
    return person


async def asked(who: Person, problem: str, **fields: object) -> Modal:
    """The form after a call was typed that is not walked at once."""
    modal = await intake(who, problem)
    assert not (await who.submit(modal, **fields)).closed
    return await who.next_modal(modal)


async def test_an_open_ticket_of_the_caller_is_shown_first_and_gone_on_with(slack: Slack, lena: Person) -> None:
    call = await taken(lena, customer_name="Acme")
    shown = await asked(lena, "the badge still does not open that door", customer_name="acme")
    assert "This may be open already." in shown.plain()
    assert "*L1-1* · being walked · taken by Lena Vogt" in shown.plain()
    assert shown.submit_label == "Another problem"
    told = await lena.open_modal("Resume", on=shown)
    assert "L1-1 goes on in its thread." in told.plain()
    await lena.close(told)
    before = await seen(lena)
    assert (await lena.submit(shown, problem_statement=PROBLEM)).closed
    another = await new_call(lena, before)
    assert another.root != call.root
    await another.ticket_says(lena, "L1-2")


async def test_out_of_scope_creates_nothing_and_offers_two_ways_on(slack: Slack, lena: Person, ben: Person) -> None:
    before = await seen(lena)
    shown = await asked(lena, ODD, customer_name="Globex")
    assert "none of the things L1 is walked through" in shown.plain()
    assert await seen(lena) == before
    told = await lena.open_modal("Walk it ad hoc", on=shown)
    assert "*L1-1* is open. Its thread is in <#C0HELPDESK>." in told.plain()
    call = await new_call(lena, before)
    card = await call.card(lena, "There are no steps for this.")
    assert card.buttons == CONTROLS
    form = await lena.open_modal("Add note…", on=card)
    assert (await lena.submit(form, {form.fields[0]: "The pump is loose."})).closed
    await shows(ben, card, "The pump is loose.")


async def test_out_of_scope_is_escalated_without_a_walk(slack: Slack, lena: Person, ben: Person) -> None:
    before = await seen(lena)
    shown = await asked(lena, ODD)
    form = await lena.open_modal("Escalate without a walk…", on=shown)
    assert form.values["problem_statement"] is not None
    refused = await lena.submit(form)
    assert "reason_category" in refused.field_errors
    await lena.submit(form, reason_category="Outside what L1 does")
    call = await new_call(ben, before)
    await call.ticket_says(ben, "Escalated: Outside what L1 does")
    card = await call.card(ben, "*Escalated* by Lena Vogt")
    assert card.buttons == ["Continue as a session"]


async def test_the_command_escalates_with_its_text(lena: Person) -> None:
    await lena.command(f"/l1 escalate {ODD}")
    form = await lena.slack.until(lena.modal)
    assert ODD in str(form.values)
    assert form.fields == ["problem_statement", "customer_name", "customer_contact", "reason_category", "reason"]


async def test_a_near_flow_is_suggested_chosen_and_learned(bot: Bot, slack: Slack, lena: Person) -> None:
    await published(
        bot, BADGE.replace("badge-reader", "badge-again").replace("The badge does not", "The badge at night does not")
    )
    shown = await asked(lena, PROBLEM)
    assert "These flows are near." in shown.plain()
    assert shown.buttons.count("Use this one") == 2
    before = await seen(lena)
    button = next(each for each in shown.controls if each.action_id == "intake.use_flow")
    await lena.do("press", **shown.where, **button.where)
    told = await lena.next_modal(shown)
    assert "*L1-1* is open." in told.plain()
    call = await new_call(lena, before)
    await call.card(lena, "Is the light of the badge reader on?")
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        learned = [one for one in await flows.shelved(unit) if PROBLEM in one.examples]
    assert len(learned) == 1


async def test_a_form_holds_seven_thousand_characters_and_the_thread_the_whole(
    slack: Slack, lena: Person, ben: Person
) -> None:
    long = f"{PROBLEM}. " + "The badge reader blinks twice. " * 220
    before = await seen(lena)
    modal = await intake(lena, long)
    assert modal.fields[:3] == ["problem_statement.1", "problem_statement.2", "problem_statement.3"]
    assert (await lena.submit(modal, {"customer_name": "<!channel> & *Co*"})).closed
    call = await new_call(lena, before)
    whole = await call.card(ben, "*The whole problem*")
    assert long.strip() in whole.plain().replace("\n", "")
    assert await slack.violations() == []
    assert [found for found in await live_markup(slack) if "U0LENA0001" not in found] == []


@pytest.mark.parametrize("problem", ["\u200b", "   "], ids=["invisible", "blank"])
async def test_a_call_without_a_problem_is_refused_on_its_field(lena: Person, problem: str) -> None:
    modal = await intake(lena)
    refused = await lena.submit(modal, problem_statement=problem)
    assert refused.field_errors == {"problem_statement": "Say what the caller's problem is."}


async def test_the_shortcut_asks_for_the_channel(slack: Slack, lena: Person) -> None:
    await lena.shortcut("intake.new")
    modal = await slack.until(lena.modal)
    assert modal.fields == ["problem_statement", "customer_name", "customer_contact", "channel"]
    refused = await lena.submit(modal, problem_statement=PROBLEM, channel="random")
    assert "FlowPilot is not in this channel yet." in "".join(refused.field_errors.values())
    before = await seen(lena)
    assert (await lena.submit(modal, channel="helpdesk")).closed
    await new_call(lena, before)


async def test_the_queue_filters_and_pages_newest_first(slack: Slack, lena: Person) -> None:
    for n in range(12):
        before = await seen(lena)
        shown = await asked(lena, f"{ODD}, number {'abcdefghijkl'[n]} {'z' * n}", customer_name=f"Customer {n}")
        await lena.press("Walk it ad hoc", on=shown)
        await new_call(lena, before)
        await lena.reload()
    listed = (await lena.command("/l1 queue")).ephemeral
    assert listed is not None
    assert "1 to 10 of 12" in listed.plain()
    assert listed.plain().index("L1-12") < listed.plain().index("L1-11")
    await lena.press("Next page", on=listed)
    assert "L1-1 " in (await whispered(lena, "11 to 12 of 12")).plain()
    await lena.choose("intake.filter", "Resolved", on=listed)
    await whispered(lena, "Calls: resolved")
    said = (await lena.command("/l1 queue nonsense")).ephemeral
    assert said is not None
    assert "A ticket is open, walking, resolved, escalated" in said.plain()


async def test_my_walks_are_listed_and_resumed(slack: Slack, lena: Person) -> None:
    await taken(lena)
    mine = (await lena.command("/l1 mine")).ephemeral
    assert mine is not None
    assert f"L1-1 {PROBLEM}" in mine.plain()
    await lena.press("Resume", on=mine)
    await whispered(lena, "L1-1 goes on in its thread.")


async def test_app_home_shows_l1_their_calls(slack: Slack, lena: Person) -> None:
    await taken(lena)

    async def listed() -> bool:
        home = await lena.home_now()
        return home is not None and f"L1-1 {PROBLEM}" in home.plain()

    home = await lena.home()
    assert "New session" not in home.buttons
    await slack.until(listed)
