"""Slack fails in every way it can: nothing is posted twice, nothing is lost, and people are told the truth."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.app import Bot
from bot.sandbox import scopes
from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from tests.bot import seeds
from tests.patience import as_meant
from tests.slack import Home, Message, Person, Slack
from tests.stories import Session, a_fix, shows, started, told_directly, whispered

PROBLEM = "the print spooler on PRN02 keeps stopping and nobody can print"
FAILINGS = ["drop_before", "drop_after", "http500", "ratelimited", "slow"]


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


@pytest.fixture
async def fix(bot: Bot, slack: Slack, ana: Person, session: Session) -> Message:
    card = await a_fix(ana, session)
    await slack.until(lambda: seeds.nothing_waits(bot))
    return card


async def written_by_bot(reader: Person) -> list[str]:
    """The first line of everything FlowPilot wrote, threads and all."""
    screen = await reader.screen()
    return sorted(
        each.plain().splitlines()[0]
        for messages in screen.known.values()
        for each in messages.values()
        if each.by_bot and not each.ephemeral
    )


@pytest.mark.parametrize("mode", FAILINGS)
async def test_what_is_posted_is_there_once(bot: Bot, slack: Slack, ana: Person, mode: str) -> None:
    long = [
        f"{PROBLEM.replace('PRN02', printer)}. " + "We tried a lot already. " * 40 for printer in ("PRN02", "PRN03")
    ]
    for problem in long:  # a mishap, a post that goes well, a mishap
        await slack.fault("chat.postMessage", mode, retry_after=1, seconds=0.2)
        await ana.command(f"/pilot new {problem}")
        await slack.until(lambda: seeds.nothing_waits(bot))
        await slack.clear_faults()
    titles = [problem[:149].rstrip() + "…" for problem in long]
    written = await written_by_bot(ana)
    assert written == sorted(
        [*titles, *["*The whole problem*"] * 2, *["Clear the queue and restart the print spooler"] * 2]
    )
    assert await seeds.count(bot, "ai_sessions") == 2


@pytest.mark.parametrize("mode", FAILINGS)
@pytest.mark.parametrize("method", ["chat.update", "views.publish"])
async def test_what_is_shown_becomes_true_all_the_same(
    bot: Bot, slack: Slack, ana: Person, session: Session, fix: Message, method: str, mode: str
) -> None:
    await ana.home()
    modal = await ana.open_modal("Waiting to verify…", on=fix)
    await slack.fault(method, mode, retry_after=1, seconds=0.2)
    assert (await ana.submit(modal, notes="the night run")).closed

    async def home_is_true() -> bool:
        home = await ana.home_now()
        return home is not None and "Waits for: the night run" in home.plain()

    await shows(ana, fix, "Waits for: the night run")
    await session.becomes(ana, "*Fix* · waiting to be verified")
    await slack.until(home_is_true)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert len(await session.replies(ana)) == 1


async def test_while_slack_is_away_clicks_are_kept_and_shown_afterwards(
    bot: Bot, slack: Slack, ana: Person, ben: Person, session: Session, fix: Message
) -> None:
    await slack.fault("*", "drop_before", times=1_000)
    assert (await ana.press("It worked", on=fix)).status == 200
    await ben.choose("sessions.menu", "Take over", on=await session.card(ben))
    assert [event.what for event in await seeds.audited(bot, "fix.recorded")] == ["fix.recorded"]
    assert "*Proposed*" in (await shows(ana, fix, "")).plain()
    await slack.clear_faults()
    await shows(ana, fix, "*Worked*: recorded by Ana Duarte", buttons=[])
    await session.becomes(ana, "Owner <@U0BEN00001>")


async def test_an_answer_that_cannot_be_given_in_the_channel_goes_to_the_conversation(
    slack: Slack, ana: Person, fix: Message
) -> None:
    await slack.fault("respond", "http500")
    await ana.press("Run once", on=fix)
    await told_directly(ana, "Here is the script for")


@pytest.mark.parametrize("mode", ["drop_before", "http500", "error"])
async def test_a_form_that_did_not_open_is_said_to_have_not(slack: Slack, ana: Person, fix: Message, mode: str) -> None:
    await slack.fault("views.open", mode)
    await ana.press("Didn't work…", on=fix)
    await whispered(ana, "Slack was too slow to open the form. Please press the button again.")
    await slack.clear_faults()
    assert (await ana.open_modal("Didn't work…", on=fix)).title == "How did it go?"


@pytest.mark.parametrize("mode", ["slow", "drop_before", "http500", "ratelimited", "error"])
async def test_whom_slack_does_not_name_in_time_is_refused_and_may_try_again(bot: Bot, slack: Slack, mode: str) -> None:
    ana = slack.as_("ana")
    await slack.fault("users.info", mode, times=3, seconds=1.5, retry_after=1, error="missing_scope")
    with as_meant():
        reply = await ana.command(f"/pilot new {PROBLEM}", "sec-private")
    assert reply.ephemeral is not None
    assert "Slack did not say in time who you are" in reply.ephemeral.plain()
    assert f"/pilot new {PROBLEM}" in reply.ephemeral.plain()
    assert await seeds.count(bot, "ai_sessions") == 0
    await slack.clear_faults()

    async def known_now() -> bool:
        again = await ana.command("/pilot mine")
        return again.ephemeral is not None and "None." in again.ephemeral.plain()

    await slack.until(known_now)


@pytest.mark.parametrize("mode", ["slow", "drop_before", "http500", "ratelimited"])
async def test_a_channel_that_slack_does_not_describe_gets_no_session(
    bot: Bot, slack: Slack, ana: Person, mode: str
) -> None:
    await slack.fault("conversations.info", mode, times=3, seconds=1.5)
    with as_meant():
        reply = await ana.command(f"/pilot new {PROBLEM}", "noc")
    assert reply.ephemeral is not None
    assert "Nothing was started; please try again." in reply.ephemeral.plain()
    assert f"/pilot new {PROBLEM}" in reply.ephemeral.plain()
    assert await seeds.count(bot, "ai_sessions") == 0


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "not_allowed_token_type"])
async def test_what_a_workspace_lacks_is_left_out_and_never_an_error_to_a_person(
    bot: Bot, slack: Slack, ana: Person, fix: Message, error: str
) -> None:
    await ana.home()
    for method in ("chat.update", "views.publish", "conversations.info"):
        await slack.fault(method, "error", error=error, times=1_000)
    before = len(await ana.ephemerals())
    await ana.press("It worked", on=fix)
    await started(ana, "the coffee machine shows half a menu", "noc")
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert [event.what for event in await seeds.audited(bot, "fix.recorded")] == ["fix.recorded"]
    assert [each.text for each in (await ana.ephemerals("helpdesk"))[before:]] == []


class TestWithoutTheRightToReadHistory:
    """FlowPilot may not look whether a post whose answer was lost arrived: a person looks, and says."""

    @pytest.fixture
    async def workspace(self) -> AsyncGenerator[SandboxServer]:
        granted = tuple(each for each in scopes.ALL if not each.endswith(":history"))
        one = SandboxServer(WorkspaceSettings(scopes=granted))
        await one.start("127.0.0.1", 0)
        try:
            yield one
        finally:
            await one.stop()

    @pytest.fixture
    async def asked(self, slack: Slack, ana: Person) -> Home:
        """App Home with the question; the post never arrived."""
        await ana.home()
        await slack.fault("chat.postMessage", "drop_before")
        await ana.command(f"/pilot new {PROBLEM}")

        async def question() -> Home | None:
            await ana.do("home")
            home = await ana.home_now()
            return home if home is not None and "may not have arrived" in home.plain() else None

        return await slack.until(question)

    async def test_it_is_shown_in_app_home_and_sent_again_once(
        self, bot: Bot, slack: Slack, ana: Person, asked: Home
    ) -> None:
        assert "A message in <#C0HELPDESK> may not have arrived" in asked.plain()
        assert await ana.messages("helpdesk") == []
        await ana.press("Send again", on=asked, repeat=3)

        async def card() -> Message | None:
            return next((each for each in await ana.messages("helpdesk") if each.by_bot), None)

        found = await slack.until(card)
        await a_fix(ana, Session(found.channel, found.ts, found.ts))
        await slack.until(lambda: seeds.nothing_waits(bot))
        assert len(await ana.messages("helpdesk")) == 1

    async def test_it_holds_up_nothing_else(self, slack: Slack, ana: Person, ben: Person, asked: Home) -> None:
        assert asked.buttons[0] == "Send again"
        other = await started(ben, "the coffee machine shows half a menu", "noc")
        await other.first_turn(ben)
        await ana.command("/pilot status")
        await whispered(ana, "1 in question")
