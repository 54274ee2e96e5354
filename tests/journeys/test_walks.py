"""Walking: going back, notes of two people, taking over, deleted cards, steps that are built on the way, and the flow that grows out of them."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.accounts import service as people
from core.unit import Role
from tests.bot import seeds
from tests.calls import CONTROLS, PROBLEM, intake, new_call, published, seen, switched_off, taken
from tests.slack import Message, Person, Slack
from tests.stories import shows, whispered

BUILT = "nothing comes out when I print, documents hang in the queue"


@pytest.fixture
async def lena(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    person = slack.as_("lena")
    await person.command("/l1 mine")
    return person


@pytest.fixture
async def adil(bot: Bot, slack: Slack) -> Person:
    """An engineer who covers for L1."""
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        await people.grant(unit, seeds.ADIL, Role.ENGINEER, cover_l1=True)
    person = slack.as_("adil")
    await person.command("/l1 mine")
    return person


async def test_back_undoes_a_step_and_an_old_card_answers_nothing_new(slack: Slack, lena: Person) -> None:
    call = await taken(lena)
    first = await call.card(lena, "Is the light of the badge reader on?")
    await lena.press("No, it is dark", on=first)
    second = await shows(lena, first, "*Step 2*")
    await lena.press("Back", on=second)
    again = await shows(lena, second, "*Step 1*", buttons=["Yes", "No, it is dark", *CONTROLS])
    await lena.press_stale(first, "No, it is dark")
    await whispered(lena, "This step was undone meanwhile.")
    await lena.press("Yes", on=again)
    now = await shows(lena, again, "Does a colleague's badge open this door?")
    await lena.press_stale(again, "Yes")
    await lena.press_stale(again, "No, it is dark")
    await whispered(lena, "This was already answered “Yes” by Lena Vogt.")
    assert "*Step 2*" in (await shows(lena, now, "Does a colleague's badge open this door?")).plain()


async def test_a_delivery_that_comes_three_times_answers_once(slack: Slack, lena: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    await lena.press("No, it is dark", on=card, repeat=3)
    await shows(lena, card, "*Step 2*")
    assert await slack.violations() == []


async def test_notes_of_two_people_are_both_kept(slack: Slack, lena: Person, adil: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    hers = await lena.open_modal("Add note…", on=card)
    his = await adil.open_modal("Add note…", on=card)
    assert (await lena.submit(hers, {hers.fields[0]: "The cable is loose."})).closed
    await shows(lena, card, "The cable is loose.")
    assert not (await adil.submit(his, {his.fields[0]: "Rang twice."})).closed
    both = await adil.next_modal(his)
    assert "Somebody else changed these notes meanwhile." in both.plain()
    assert "The cable is loose." in str(both.values) + str(both.view)
    assert (await adil.submit(both)).closed
    shown = await shows(lena, card, "Rang twice.")
    assert "The cable is loose." in shown.plain()
    assert "*Notes* · Adil" in shown.plain()


async def test_who_covers_takes_over_and_the_card_says_so(slack: Slack, lena: Person, adil: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    await adil.press("Take over", on=card)
    await whispered(adil, "It is yours now; Lena Vogt had it.")
    await shows(lena, card, "<@U0ADIL0001>")
    await adil.press("Take over", on=card)
    await whispered(adil, "This walk is already yours.")


async def test_two_people_resume_at_once_and_each_is_told(slack: Slack, lena: Person, adil: Person) -> None:
    await taken(lena)
    listed = (await lena.command("/l1 mine")).ephemeral
    assert listed is not None
    walk_id = next(each.element["value"] for each in listed.controls if each.action_id == "walks.resume")
    await adil.do(
        "press",
        **listed.where,
        **next(e for e in listed.controls if e.action_id == "walks.resume").where,
        snapshot=listed.raw,
    )
    await lena.press("Resume", on=listed)
    assert walk_id
    await whispered(lena, "goes on in its thread.")


async def test_a_card_that_was_deleted_comes_back(slack: Slack, bot: Bot, lena: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    await bot.slack.call("chat.delete", channel=card.channel, ts=card.ts)
    listed = (await lena.command("/l1 mine")).ephemeral
    assert listed is not None
    await lena.press("Resume", on=listed)

    async def back() -> Message | None:
        return next(
            (one for one in await call.replies(lena) if one.ts != card.ts and "badge reader on?" in one.plain()), None
        )

    await slack.until(back)


async def test_steps_are_built_walked_and_become_a_flow(bot: Bot, slack: Slack, lena: Person, ben: Person) -> None:
    await switched_off(bot, "printer")
    before = await seen(lena)
    assert (await lena.submit(await intake(lena, BUILT))).closed
    call = await new_call(lena, before)
    card = await call.card(lena, "What does the caller see?")
    assert "Composed without AI from the nearest starter flow" in card.plain()
    await lena.press("Nothing is printed", on=card)
    card = await shows(lena, card, "Can others print on the same printer now?")
    form = await lena.open_modal("Resolve…", on=card)
    assert (await lena.submit(form, helpful="Yes, they did", resolution_notes="It printed by itself.")).closed
    told = await call.card(ben, "became a proposed flow")
    await ben.press("Draw it", on=told)
    await whispered(ben, "The picture is in the thread.")
    [picture] = [one for each in await ben.messages(call.channel, call.root) for one in each.files]
    assert picture["name"] == "flow.png"
    await slack.fault("files.getUploadURLExternal", "error", error="missing_scope")
    await ben.press("Draw it", on=told)
    await whispered(ben, "The picture cannot be shared here.")
    review = await ben.open_modal("Review…", on=told)
    assert "nobody has walked yet" in review.plain()
    edit = next(each for each in review.controls if each.action_id == "flows.edit")
    await ben.do("press", **review.where, **edit.where)
    form = await ben.next_modal(review)
    assert form.title == "Edit a step"
    await ben.submit(form, text="What exactly does the caller see?")
    review = await ben.next_modal(form)
    assert "What exactly does the caller see?" in review.plain()
    await ben.submit(review, title="Nothing comes out of the printer")
    done = await ben.next_modal(review)
    assert "“Nothing comes out of the printer” is published." in done.plain()
    before = await seen(lena)
    assert (await lena.submit(await intake(lena, BUILT))).closed
    call = await new_call(lena, before)
    await call.card(lena, "What exactly does the caller see?")
    assert await slack.violations() == []


async def test_l1_does_not_review(bot: Bot, slack: Slack, lena: Person) -> None:
    await switched_off(bot, "printer")
    before = await seen(lena)
    await lena.submit(await intake(lena, BUILT))
    call = await new_call(lena, before)
    card = await call.card(lena, "What does the caller see?")
    form = await lena.open_modal("Resolve…", on=card)
    await lena.submit(form, helpful="Yes, they did", resolution_notes="It printed by itself.")
    told = await call.card(lena, "became a proposed flow")
    for label in ("Review…", "Draw it"):
        await lena.press(label, on=told)
        await whispered(lena, "Only engineers can review flows")


async def test_a_walk_that_ended_keeps_no_dead_button(slack: Slack, lena: Person) -> None:
    call = await taken(lena)
    card = await call.card(lena, "Is the light of the badge reader on?")
    form = await lena.open_modal("Resolve…", on=card)
    await lena.submit(form, helpful="No, it was solved otherwise", resolution_notes=PROBLEM)
    await shows(lena, card, "the steps did not help", buttons=[])
    await lena.press_stale(card, "Yes")
    await whispered(lena, "This walk is resolved by Lena Vogt, so it cannot be changed any more.")
