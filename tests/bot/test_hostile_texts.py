"""Texts nobody would wish for: each is shown as it was written, and nothing in it comes alive."""

from __future__ import annotations

import pytest

from core.text import clean
from tests.slack import Message, Person, Slack
from tests.stories import Session, a_fix, form, live_in, live_markup, shows, started

NASTY = [
    "😀 the 🖨️ on floor 👩‍💻 3 prints 💥",
    "\u202eהמדפסת בקומה 3 לא מדפיסה שום דבר",
    "الطابعة في الطابق الثالث لا تطبع",
    "<!channel> <!here> <!everyone> the printer is stuck",
    "<@U0BEN00001> and <@W0BEN00001|ben> and <#C0NOC00001> and <!subteam^S123|@all> say it is stuck",
    "&amp; &lt;!channel&gt; &amp;lt;@U0BEN00001&amp;gt; is on the screen",
    "<https://evil.example|https://bank.example> opened by itself; mailto:x@evil.example too",
    "*bold* _slanted_ ~gone~ `code` ```block``` > quoted :tada:",
    "a | b | <!date^1^{date}|never> > < & \"quotes\" 'here'",
    "@channel @here @everyone nobody can print",
    "\\n \\u0000 %s {0} {{key}} ${HOME} $(reboot) '; drop table users; --",
    "zero\u200bwidth\u2060 and \ufeffmarks",
]


@pytest.mark.parametrize("begin", range(0, len(NASTY), 4))
async def test_a_problem_is_shown_as_it_was_written_and_nothing_in_it_comes_alive(
    slack: Slack, ana: Person, begin: int
) -> None:
    for problem in NASTY[begin : begin + 4]:
        session = await started(ana, problem)
        assert clean(problem) in (await session.card(ana)).plain()
        await session.first_turn(ana)
        modal = await ana.open_modal("Add fact…", on=await session.card(ana))
        assert (await ana.submit(modal, text=f"fact: {problem}")).closed
        await session.becomes(ana, f"• fact: {clean(problem)}")
        modal = await form(ana, "sessions.menu", "Rename…", on=await session.card(ana))
        assert (await ana.submit(modal, title=f"title: {problem}")).closed
        await session.becomes(ana, f"title: {clean(problem)}")
        for words in (f"find {problem}", "mine", problem):
            answer = (await ana.command(f"/pilot {words}")).ephemeral
            assert answer is not None
            assert alive(answer) == []
    assert await live_markup(slack) == []
    assert await slack.violations() == []


def alive(answer: Message) -> list[str]:
    """What came alive in a private answer, which stands in no log."""
    return live_in(answer.raw)


@pytest.mark.parametrize("text", NASTY[3:9])
async def test_what_is_typed_about_an_outcome_stays_dead_too(slack: Slack, ana: Person, ben: Person, text: str) -> None:
    session = await started(ana, "the print spooler on PRN02 keeps stopping and nobody can print")
    fix = await a_fix(ana, session)
    await ana.home()
    modal = await ana.open_modal("Waiting to verify…", on=fix)
    assert (await ana.submit(modal, notes=text)).closed
    await shows(ben, fix, "*Waiting to be verified*")
    listed = (await ben.command("/pilot pending")).ephemeral
    assert listed is not None
    assert alive(listed) == []
    modal = await ana.open_modal("Didn't work…", on=fix)
    assert (await ana.submit(modal, notes=text)).closed
    await shows(ben, fix, "What happened: ")
    assert await live_markup(slack) == []
    assert await slack.violations() == []


async def test_a_mention_inside_a_direct_message_or_a_mention_stays_dead(slack: Slack, ana: Person) -> None:
    for channel, words, shown in (
        ("bot", "please tell @ben and @channel <!channel> that #noc is down", "that #noc is down"),
        ("noc", "@FlowPilot ask @ben or @here <!here> why the door of #general stays open", "the door of #general"),
    ):
        ts = (await ana.say(channel, words)).ts

        async def card(channel: str = channel, ts: str = ts) -> Message | None:
            return next((each for each in await ana.messages(channel, ts) if each.by_bot), None)

        assert shown in (await slack.until(card)).plain()
    assert await live_markup(slack) == []


async def test_seven_thousand_characters_are_kept_whole(ana: Person) -> None:
    problem = " ".join(f"line {n} of the event log says that nothing is wrong at all" for n in range(125))[:7_000]
    session = await started(ana, problem)

    async def whole() -> bool:
        texts = [str(block) for each in await session.replies(ana) for block in each.blocks]
        return all(any(f"line {n} " in text for text in texts) for n in (0, 60, 115))

    await ana.slack.until(whole)
    assert "The whole text is the first message of the thread." in (await session.card(ana)).plain()


async def test_nine_thousand_characters_are_refused_and_not_lost(ana: Person) -> None:
    problem = "x" * 9_000
    answer = (await ana.command(f"/pilot new {problem}")).ephemeral
    assert answer is not None
    assert answer.plain().startswith("This has 9,000 characters; at most 8,000 fit. Please shorten it.")
    assert "".join(answer.plain().split("\n")).count("x") >= 9_000


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\ufeff", "\u202e"])
async def test_a_problem_of_invisible_characters_is_none(slack: Slack, ana: Person, nothing: str) -> None:
    answer = (await ana.command(f"/pilot new {nothing}")).ephemeral
    assert answer is not None
    assert "Say what the problem is." in answer.plain()
    await ana.command("/pilot new")
    modal = await slack.until(ana.modal)
    assert (await ana.submit(modal, problem=nothing)).field_errors == {"problem": "Say what the problem is."}
    assert (await ana.submit(modal, problem="   \n ")).field_errors != {}


async def test_a_session_of_one_character_is_a_session(ana: Person) -> None:
    session: Session = await started(ana, "?")
    await session.first_turn(ana)
