"""Twenty real tickets, each from the command to the outcome, over both ways by which Slack reaches the bot."""

from __future__ import annotations

import pytest

from bot.sandbox.wire import obj, text
from core.text import clean
from tests.journeys.tickets import parameters
from tests.slack import Message, Person, Slack
from tests.stories import PROBLEM, Session, a_fix, live_markup, shows, started, whispered

DECIDING = ["Run once", "Run now, templatize later", "Build template"]
RECORDING = ["It worked", "Didn't work…", "Partly…", "Waiting to verify…", "Dismiss"]
SHOWN = 700


@pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)
@pytest.mark.parametrize(("number", "problem"), parameters(20))
async def test_a_ticket_goes_from_the_command_to_its_outcome(
    slack: Slack, ana: Person, ben: Person, number: int, problem: str
) -> None:
    session = await started(ana, problem)
    await the_problem_can_be_read(session, ben, clean(problem))
    await session.first_turn(ana)
    if await session.fixes(ana):
        await a_fix_is_applied_and_judged(session, ana, ben, number)
    else:
        await an_answer_becomes_a_fact(session, ana, ben)
    assert await slack.violations() == []
    assert await live_markup(slack) == []


async def the_problem_can_be_read(session: Session, reader: Person, problem: str) -> None:
    """All of it: on the card, or where it is long, in the thread's first message."""
    card = await session.card(reader)
    if len(problem) <= SHOWN:
        assert problem in card.plain()
        return
    assert problem[: SHOWN - 10] in card.plain()
    assert "The whole text is the first message of the thread." in card.plain()

    async def whole() -> Message | None:
        return next((each for each in await session.replies(reader) if PROBLEM in each.plain()), None)

    message = await reader.slack.until(whole)
    assert "".join(text(obj(block["text"])["text"]) for block in message.blocks[1:]) == problem
    assert message.ts == (await session.replies(reader))[0].ts


async def a_fix_is_applied_and_judged(session: Session, ana: Person, ben: Person, number: int) -> None:
    fix = await a_fix(ana, session)
    await session.becomes(ben, "*Fix* · proposed")
    if fix.buttons == [*DECIDING, *RECORDING]:
        await ana.press("Run once", on=fix)
        handed = await whispered(ana, "Here is the script for")
        assert "The fix is marked as applied" in handed.plain()
    else:
        # By hand, or with a template of the library; either way a person says that it is done.
        filled = ["Fill in and run…"] if "Fill in and run…" in fix.buttons else []
        assert fix.buttons == [*filled, "I applied it", *RECORDING]
        await ana.press("I applied it", on=fix)
    await shows(ben, fix, "Applied by Ana Duarte")
    await session.becomes(ben, "*Fix* · applied, not judged yet")
    await (worked, failed, partly, waiting)[number % 4](session, fix, ana, ben)


async def worked(session: Session, fix: Message, ana: Person, ben: Person) -> None:
    await ana.press("It worked", on=fix)
    await shows(ben, fix, "*Worked*: recorded by Ana Duarte", buttons=[])
    await session.becomes(ben, "*Fix* · worked")


async def failed(session: Session, fix: Message, ana: Person, ben: Person) -> None:
    modal = await ana.open_modal("Didn't work…", on=fix)
    assert (await ana.submit(modal, notes="The same message came back after the restart.")).closed
    judged = await shows(ben, fix, "*Did not work*: recorded by Ana Duarte", buttons=[])
    assert "What happened: The same message came back after the restart." in judged.plain()

    async def next_turn() -> list[Message]:
        return (await session.fixes(ben))[1:] or await session.questions(ben)

    following = (await ben.slack.until(next_turn))[0]
    assert "It worked" in following.buttons or "After “" in following.plain()


async def partly(session: Session, fix: Message, ana: Person, ben: Person) -> None:
    modal = await ana.open_modal("Partly…", on=fix)
    assert (await ana.submit(modal, notes="Fine on the second try only.")).closed
    judged = await shows(ben, fix, "*Worked partly*: recorded by Ana Duarte")
    assert "Works so far: Fine on the second try only." in judged.plain()
    assert "It worked" in judged.buttons
    await session.becomes(ben, "*Fix* · worked partly")


async def waiting(session: Session, fix: Message, ana: Person, ben: Person) -> None:
    modal = await ana.open_modal("Waiting to verify…", on=fix)
    assert (await ana.submit(modal, notes="the month's end run")).closed
    judged = await shows(ben, fix, "*Waiting to be verified*: recorded by Ana Duarte")
    assert "Waits for: the month's end run" in judged.plain()
    await session.becomes(ben, "*Fix* · waiting to be verified")
    listed = (await ben.command("/pilot pending")).ephemeral
    assert listed is not None
    assert "Waits for: the month's end run" in listed.plain()
    await ben.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*: recorded by Ben Okafor", buttons=[])
    await session.becomes(ana, "*Fix* · worked")


async def an_answer_becomes_a_fact(session: Session, ana: Person, ben: Person) -> None:
    (asked,) = await session.questions(ben)
    assert "• " in asked.plain()
    modal = await ana.open_modal("Add fact…", on=await session.card(ana))
    assert (await ana.submit(modal, text="It began on Monday, for one person only.")).closed
    await session.becomes(ben, "• It began on Monday, for one person only.")
