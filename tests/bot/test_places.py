"""Channels that are not ours, not open or not there any more, and cards that somebody took away."""

from __future__ import annotations

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.stories import Session, a_fix, new_session, shows, started, told_directly, whispered

PROBLEM = "the print spooler on PRN02 keeps stopping and nobody can print"
SHARED = "This channel is shared with another organisation, and internal notes would leak there."
INVITE = "FlowPilot is not in this channel yet. Type /invite @FlowPilot here, then try again."


async def test_a_channel_shared_with_another_organisation_gets_no_session(bot: Bot, slack: Slack, ana: Person) -> None:
    answer = (await ana.command(f"/pilot new {PROBLEM}", "shared-acme")).ephemeral
    assert answer is not None
    assert SHARED in answer.plain()
    assert f"/pilot new {PROBLEM}" in answer.plain()
    await ana.say("shared-acme", f"@FlowPilot {PROBLEM}")
    await whispered(ana, SHARED, "shared-acme")
    message = await slack.as_("lena").say("shared-acme", "the scanner is slow")
    shown = await ana.message("shared-acme", message.ts)
    assert shown is not None
    await ana.shortcut("sessions.start_here", on=shown)
    modal = await slack.until(ana.modal)
    assert SHARED in (await ana.submit(modal)).field_errors["problem"]
    assert await seeds.count(bot, "ai_sessions") == 0
    assert [each for each in await ana.messages("shared-acme") if each.by_bot] == []


async def test_where_flowpilot_is_not_it_says_how_to_invite_it_and_keeps_the_text(
    bot: Bot, slack: Slack, ana: Person
) -> None:
    long = f"{PROBLEM} {'and again ' * 600}END"
    answer = (await ana.command(f"/pilot new {long}", "random")).ephemeral
    assert answer is not None
    assert answer.plain().startswith(INVITE)
    kept = "".join(answer.plain().split("\n")[1:])
    assert f"/pilot new {long}".replace(" ", "") in kept.replace(" ", "")
    await slack.world(invite_bot="random")
    await started(ana, PROBLEM, "random")
    assert await seeds.count(bot, "ai_sessions") == 1


async def test_a_session_card_that_was_deleted_is_put_up_again_in_its_thread(
    slack: Slack, ana: Person, ben: Person
) -> None:
    session = await started(ana, PROBLEM)
    fix = await a_fix(ana, session)
    await slack.world(delete_message={"channel": session.channel, "ts": session.card_ts})
    await ben.press("It worked", on=fix)

    async def again() -> Message | None:
        thread = await ana.messages(session.channel, session.root)
        return next((each for each in thread if "*Fix* · worked" in each.plain()), None)

    card = await slack.until(again)
    await ana.choose("sessions.menu", "Pause", on=card)
    await shows(ana, card, "*Paused*")


async def test_a_fix_card_that_was_deleted_comes_back_while_it_can_be_worked_on(slack: Slack, ana: Person) -> None:
    session = await started(ana, PROBLEM)
    fix = await a_fix(ana, session)
    await slack.world(delete_message={"channel": fix.channel, "ts": fix.ts})
    await ana.press_stale(fix, "Run once")

    async def again() -> Message | None:
        return next((each for each in await session.fixes(ana) if each.ts != fix.ts), None)

    card = await slack.until(again)
    await shows(ana, card, "Applied by Ana Duarte")
    await ana.press("It worked", on=card)
    await shows(ana, card, "*Worked*: recorded by Ana Duarte", buttons=[])


async def test_a_session_whose_channel_is_archived_goes_to_its_owners_conversation(
    slack: Slack, ana: Person, ben: Person
) -> None:
    session = await started(ana, PROBLEM, "noc")
    fix = await a_fix(ana, session)
    await slack.world(archive="noc")
    await ben.press_stale(fix, "It worked")
    card = await told_directly(ana, "*Fix* · worked")
    await ana.choose("sessions.menu", "Pause", on=card)
    await shows(ana, card, "*Paused*")


async def test_the_next_suggestion_finds_its_way_when_the_channel_is_archived(
    slack: Slack, ana: Person, ben: Person
) -> None:
    session = await started(ana, PROBLEM, "noc")
    fix = await a_fix(ana, session)
    modal = await ben.open_modal("Didn't work…", on=fix)
    await slack.world(archive="noc")
    assert (await ben.submit(modal, notes="It stopped again")).closed
    await told_directly(ana, "After “Clear the queue and restart the print spooler” did not solve it")


async def test_a_channel_that_is_archived_before_the_card_came_loses_nothing(
    bot: Bot, slack: Slack, ana: Person
) -> None:
    await ana.command("/pilot new the scanner is slow", "noc")
    await new_session(ana, "noc", set())  # from now on the channel is known to be fit
    await slack.fault("chat.postMessage", "ratelimited", retry_after=1)
    await ana.command(f"/pilot new {PROBLEM}", "noc")
    await slack.world(archive="noc")
    card = await told_directly(ana, f"{PROBLEM}\nSession · *Active*")  # the first one may move there, too
    assert "*What we know*" in card.plain()
    moved = Session(card.channel, card.ts, card.ts)
    fix = await a_fix(ana, moved)
    await ana.press("It worked", on=fix)
    await moved.becomes(ana, "*Fix* · worked")
    assert await seeds.count(bot, "ai_sessions") == 2


async def test_the_next_suggestion_finds_its_way_when_flowpilot_is_put_out_of_the_channel(
    slack: Slack, ana: Person
) -> None:
    session = await started(ana, PROBLEM, "noc")
    fix = await a_fix(ana, session)
    modal = await ana.open_modal("Didn't work…", on=fix)
    await slack.world(kick_bot="noc")
    assert (await ana.submit(modal, notes="It stopped again")).closed
    await told_directly(ana, "After “Clear the queue and restart the print spooler” did not solve it")
