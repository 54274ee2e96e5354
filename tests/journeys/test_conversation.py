"""What comes of a conversation: facts on the card, an outcome to confirm, a private word about a secret; edits and deletions count."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.llm.provider import FactToKeep, OutcomeToPropose, ProblemView, Turn
from core.unit import Role
from tests.bot import seeds
from tests.builders import PROPOSAL
from tests.conftest import Fresh, a_bot
from tests.slack import Message, Person, Slack
from tests.stories import Session, a_fix, answered, live_markup, shows, started, whispered
from tests.thinkers import Listener

PROBLEM = "the coffee machine on floor 3 shows only half of the menu"


def understood(view: ProblemView) -> Turn:
    """A stand-in that understands one thing of each kind."""
    new = [said for said in view.thread if said.is_new]
    if not new:
        return Turn(PROPOSAL, "Try this.")
    last = new[-1]
    heard = Turn(None, f"I read: {last.text}{' and a file' if last.files else ''}")
    if "monday" in last.text.lower():
        return replace(heard, facts=(FactToKeep("It began on Monday.", "question", last.id),))
    if "works" in last.text:
        return replace(heard, outcome=OutcomeToPropose("applied_success", last.id))
    if "partly" in last.text:
        return replace(heard, outcome=OutcomeToPropose("applied_partial", last.id, "the left half is there"))
    return heard


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace, provider=Listener(understood)) as one:
        await seeds.has_role(one, seeds.BEN, Role.ENGINEER)
        yield one


@pytest.fixture
async def session(bot: Bot, ana: Person) -> Session:
    del bot
    session = await started(ana, PROBLEM)
    await a_fix(ana, session)
    return session


async def says(who: Person, session: Session, words: str, **more: object) -> Message:
    """Writes in the thread, and returns the message once FlowPilot has answered it."""
    said = await who.say("helpdesk", words, session.root, **more)
    await answered(who, session, said.ts)
    message = await who.message("helpdesk", said.ts)
    assert message is not None
    return message


async def test_what_is_established_stands_on_the_card_with_its_source(
    slack: Slack, ana: Person, session: Session
) -> None:
    ben = slack.as_("ben")
    await says(ben, session, "it began on Monday")
    card = await session.becomes(ana, "• It began on Monday.")
    modal = await ana.open_modal("Source…", on=card)
    assert "An answer to a question · Ben Okafor" in modal.plain()
    assert modal.submit_label is None, "what came from a message is edited there"
    before = modal
    await ana.press("Remove", on=modal)
    assert "It is known no more." in (await ana.next_modal(before)).plain()
    await session.becomes(ana, "Nothing established yet.")
    assert await slack.violations() == []


async def test_a_note_is_added_edited_and_removed_on_the_card(slack: Slack, ana: Person, session: Session) -> None:
    modal = await ana.open_modal("Add fact…", on=await session.card(ana))
    assert (await ana.submit(modal, text="The machine is in room 7")).closed
    card = await session.becomes(ana, "• The machine is in room 7")
    ben = slack.as_("ben")
    modal = await ben.open_modal("Edit…", on=card)
    assert (await ben.submit(modal, text="The machine is in room 8")).closed
    await session.becomes(ana, "• The machine is in room 8")


async def test_an_edited_message_is_read_anew_and_a_deleted_one_is_forgotten(
    bot: Bot, slack: Slack, ana: Person, session: Session
) -> None:
    message = await says(ana, session, "it began on Monday")
    await session.becomes(ana, "• It began on Monday.")
    await ana.edit(message, "it began on Tuesday")
    await session.becomes(ana, "Nothing established yet.")

    async def read_anew() -> bool:
        return any("I read: it began on Tuesday" in each.plain() for each in await session.replies(ana))

    await slack.until(read_anew)
    again = await says(ana, session, "no, Monday was right")
    await session.becomes(ana, "• It began on Monday.")
    await ana.delete(again)
    await session.becomes(ana, "Nothing established yet.")
    assert await seeds.count(bot, "session_messages where text ilike '%monday was right%' and author = 'person'") == 0


async def test_a_statement_becomes_a_question_and_only_a_click_records_it(
    bot: Bot, slack: Slack, ana: Person, session: Session
) -> None:
    ben, fix = slack.as_("ben"), await a_fix(ana, session)
    await says(ben, session, "it works now")
    await shows(ana, fix, "What was written in the thread sounds as if it worked.")
    assert await seeds.audited(bot, "fix.recorded") == []
    await ana.press("Yes, it worked", on=fix)
    await shows(ben, fix, "*Worked*: recorded by Ana Duarte", buttons=[])


async def test_a_rejected_question_does_not_come_back(slack: Slack, ana: Person, session: Session) -> None:
    fix = await a_fix(ana, session)
    await says(ana, session, "it works now")
    asked = await shows(ana, fix, "*Is that so?*")
    await slack.as_("ben").press("No", on=asked)

    async def gone() -> Message | None:
        now = await ana.message("helpdesk", fix.ts)
        return now if now is not None and "Is that so?" not in now.plain() else None

    await slack.until(gone)
    await says(ana, session, "it works, really")
    await ana.press_stale(asked, "Yes, it worked")
    await whispered(ana, "This question was answered already.")
    assert "Is that so?" not in ((await ana.message("helpdesk", fix.ts)) or fix).plain()


async def test_partly_asks_for_the_part_with_what_was_said(ana: Person, session: Session) -> None:
    fix = await a_fix(ana, session)
    await says(ana, session, "only partly")
    await shows(ana, fix, "*Is that so?*")
    modal = await ana.open_modal("Yes, it worked partly…", on=fix)
    assert (await ana.submit(modal)).closed
    await shows(ana, fix, "Works so far: the left half is there")


async def test_after_three_messages_without_an_outcome_it_asks_how_it_went(ana: Person, session: Session) -> None:
    fix = await a_fix(ana, session)
    await ana.press("I applied it", on=fix)
    for words in ("one", "two", "three"):
        await says(ana, session, words)

    async def asked() -> Message | None:
        return next((e for e in await session.replies(ana) if "nobody has said yet how it went" in e.plain()), None)

    assert "Its card: <https://flowpilot-sandbox.slack.com/archives/" in (await ana.slack.until(asked)).plain()


async def test_who_writes_a_secret_is_told_alone_and_no_model_sees_it(
    bot: Bot, slack: Slack, ana: Person, session: Session
) -> None:
    await says(ana, session, "the admin password is Tr0ub4dor&3 if you need it")
    await whispered(ana, "Your message holds what looks like a password", "helpdesk")
    assert await slack.as_("ben").ephemerals() == []
    assert await seeds.count(bot, "session_messages where text like '%Tr0ub4dor%'") == 0
    assert "Tr0ub4dor" not in "\n".join(each.plain() for each in await session.replies(ana))


async def test_a_screenshot_is_noted_as_present(ana: Person, session: Session) -> None:
    said = await ana.say("helpdesk", "see here", session.root, files=[{"name": "screen.png", "mimetype": "image/png"}])
    assert "and a file" in (await answered(ana, session, said.ts)).plain()


async def test_colleagues_who_talk_to_each_other_are_left_alone(
    bot: Bot, slack: Slack, ana: Person, session: Session
) -> None:
    before = len(await session.replies(ana))
    await slack.as_("ben").say("helpdesk", ":thumbsup:", session.root)
    await ana.say("helpdesk", "@ben can you look at it?", session.root)
    await slack.as_("lena").say("helpdesk", "I had that too last week", session.root)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert len(await session.replies(ana)) == before
    assert await seeds.count(bot, "session_messages where author = 'person'") == 2
    assert await seeds.count(bot, "session_messages where text = '@Ben Okafor can you look at it?'") == 1
    assert await slack.as_("lena").ephemerals() == []


async def test_a_late_joiner_is_caught_up_alone(slack: Slack, ana: Person, session: Session) -> None:
    await says(ana, session, "it began on Monday")
    card = await session.becomes(ana, "• It began on Monday.")
    ben = slack.as_("ben")
    await ben.press("Catch me up", on=card)
    said = (await whispered(ben, "*What was tried*")).plain()
    for part in (
        PROBLEM,
        "• It began on Monday.",
        "• Restart the print spooler: proposed",
        "Ana Duarte: it began on Monday",
    ):
        assert part in said
    assert not [each for each in await ana.ephemerals() if "What was tried" in each.plain()]
    assert await slack.violations() == []


@pytest.mark.parametrize(
    "words",
    ["<!channel> <!here>", "\u202egnirts", "x" * 3_900, "@channel *b* `c` <https://evil.example|bank>", "💥" * 300],
)
async def test_whatever_is_written_in_the_thread_nothing_comes_alive(
    slack: Slack, ana: Person, session: Session, words: str
) -> None:
    await says(ana, session, f"look: {words}")
    assert await live_markup(slack) == []
    assert await slack.violations() == []
