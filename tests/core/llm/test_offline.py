import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.llm.offline import OfflineProvider
from core.llm.playbooks import load_playbooks
from core.llm.provider import (
    TITLE_LIMIT,
    EarlierSuggestion,
    Fact,
    ModelProvider,
    PastFix,
    ProblemView,
    Turn,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPOOLER = "Clear the queue and restart the print spooler"
STUCK = "printer queue stuck, nothing prints in accounting"
SPACE = UUID(int=1)


def past_fix(
    title: str = "Roll the Kyocera driver back",
    *,
    problem: str = "nothing prints in accounting, queue is stuck",
    tally: tuple[int, int] = (3, 4),
    outcome: str = "applied_success",
    days_ago: int = 0,
    ticket: str | None = "CW #1234",
    script: str | None = "pnputil /enum-drivers",
) -> PastFix:
    return PastFix(
        problem=problem,
        title=title,
        description="The new driver hangs on duplex jobs.",
        script=script,
        outcome=outcome,
        when=NOON - timedelta(days=days_ago),
        ticket_ref=ticket,
        session_id=uuid5(SPACE, f"{title} {days_ago} {outcome}"),
        successes=tally[0],
        attempts=tally[1],
    )


@pytest.fixture(scope="module")
def offline() -> ModelProvider:
    return OfflineProvider(load_playbooks())


def problem(text: str, *earlier: tuple[str, str], facts: tuple[str, ...] = ()) -> ProblemView:
    return ProblemView(
        text,
        tuple(Fact(uuid5(SPACE, fact), fact, "note") for fact in facts),
        tuple(EarlierSuggestion(title, status) for title, status in earlier),
    )


async def test_a_known_problem_gets_its_playbook_and_says_so(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem(STUCK), ())
    fix = turn.proposal
    assert fix is not None
    assert (fix.title, fix.language, fix.composed_without_ai) == (SPOOLER, "powershell", True)
    assert fix.script is not None
    assert "Restart-Service" in fix.script or "Start-Service Spooler" in fix.script
    assert 40 <= fix.confidence_pct <= 80
    assert fix.sources[0].kind == "playbook"
    assert fix.sources[0].ref == "print-spooler"
    assert turn.reply == "Composed without AI, from the starter playbook “Print spooler stuck”."
    assert fix.ask
    assert turn.questions == ()


async def test_what_worked_here_goes_before_the_starter(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem(STUCK), [past_fix()])
    fix = turn.proposal
    assert fix is not None
    assert (fix.title, fix.script, fix.language) == (
        "Roll the Kyocera driver back",
        "pnputil /enum-drivers",
        "powershell",
    )
    assert fix.sources[0].kind == "past_fix"
    assert fix.sources[0].label == "Worked before in this workspace: 3 of 4 times, last on CW #1234"
    assert fix.composed_without_ai


async def test_one_success_without_a_ticket_is_told_as_it_is(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem(STUCK), [past_fix(tally=(1, 1), ticket=None)])
    assert turn.reply == "Worked before in this workspace: 1 of 1 time."


async def test_the_fix_that_works_more_often_goes_first(offline: ModelProvider) -> None:
    often, seldom = past_fix("Swap the tray", tally=(9, 10)), past_fix("Clean the heads", tally=(2, 10))
    turn = await offline.take_turn(problem(STUCK), [seldom, often])
    assert turn.proposal is not None
    assert turn.proposal.title == "Swap the tray"


async def test_of_two_equal_fixes_the_fresher_goes_first(offline: ModelProvider) -> None:
    fresh, stale = past_fix("Swap the tray"), past_fix("Clean the heads", days_ago=900)
    for past in ([fresh, stale], [stale, fresh]):
        turn = await offline.take_turn(problem(STUCK), past)
        assert turn.proposal is not None
        assert turn.proposal.title == "Swap the tray"


async def test_what_never_worked_is_not_proposed(offline: ModelProvider) -> None:
    failed = past_fix("Clean the heads", tally=(0, 3), outcome="applied_failed")
    turn = await offline.take_turn(problem(STUCK), [failed])
    assert turn.proposal is not None
    assert turn.proposal.title == SPOOLER


async def test_the_starter_loses_confidence_where_it_failed_here(offline: ModelProvider) -> None:
    fresh = (await offline.take_turn(problem(STUCK), ())).proposal
    failed = past_fix(SPOOLER, tally=(0, 3), outcome="applied_failed")
    doubted = (await offline.take_turn(problem(STUCK), [failed])).proposal
    assert fresh is not None
    assert doubted is not None
    assert doubted.confidence_pct < fresh.confidence_pct


async def test_a_fix_for_something_else_stays_out(offline: ModelProvider) -> None:
    other = past_fix("Renew the lease", problem="badge reader on floor two blinks", tally=(9, 9))
    turn = await offline.take_turn(problem(STUCK), [other])
    assert turn.proposal is not None
    assert turn.proposal.title == SPOOLER


@pytest.mark.parametrize("status", ["applied_failed", "applied_partial", "dismissed", "applied_success"])
async def test_what_was_judged_in_this_session_does_not_come_back(offline: ModelProvider, status: str) -> None:
    past = [past_fix()]
    turn = await offline.take_turn(problem(STUCK, ("roll the  kyocera driver BACK", status)), past)
    assert turn.proposal is not None
    assert turn.proposal.title == SPOOLER
    after = await offline.take_turn(problem(STUCK, (past[0].title, status), (SPOOLER, status)), past)
    assert after.proposal is None or after.proposal.title not in {past[0].title, SPOOLER}


async def test_a_failure_is_named_before_the_next_best(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem(STUCK, ("Roll the Kyocera driver back", "applied_failed")), ())
    assert turn.reply.startswith("After “Roll the Kyocera driver back” did not solve it: ")


async def test_what_is_still_open_is_not_proposed_twice(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem(STUCK, (SPOOLER, "applied")), ())
    assert turn.proposal is None
    assert turn.reply == f"“{SPOOLER}”, suggested above, still fits best. Record how it went, or dismiss it."


async def test_facts_can_bring_the_fix(offline: ModelProvider) -> None:
    vague = await offline.take_turn(problem("cannot work"), ())
    assert vague.proposal is None
    told = await offline.take_turn(problem("cannot work", facts=("no space left on device, df shows 100%",)), ())
    assert told.proposal is not None
    assert told.proposal.sources[0].ref == "linux-disk-full"


async def test_facts_are_read_however_long_the_problem_is(offline: ModelProvider) -> None:
    story = "cannot work since the ledger moved " * 228
    told = await offline.take_turn(problem(story, facts=("no space left on device, df shows 100%, linux",)), ())
    assert told.proposal is not None
    assert told.proposal.sources[0].ref == "linux-disk-full"


async def test_where_nothing_fits_it_says_so_and_asks(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem("SAP transport hangs in the import buffer"), ())
    assert turn.proposal is None
    assert turn.reply.startswith("Nothing that is known here fits")
    assert turn.composed_without_ai
    assert 2 <= len(turn.questions) <= 3


async def test_a_hunch_asks_the_questions_of_its_playbook(offline: ModelProvider) -> None:
    turn = await offline.take_turn(problem("please give me access"), ())
    assert turn.proposal is None
    assert "It may be “Access to" in turn.reply
    assert 2 <= len(turn.questions) <= 3


async def test_without_playbooks_it_still_knows_what_worked() -> None:
    bare = OfflineProvider(())
    assert (await bare.take_turn(problem(STUCK), ())).proposal is None
    twice = [past_fix(), past_fix("Renew the lease", problem="badge reader on floor two blinks")]
    turn = await bare.take_turn(problem(STUCK), twice)
    assert turn.proposal is not None
    assert turn.proposal.title == past_fix().title


@pytest.mark.parametrize(
    ("script", "language"),
    [
        ("#!/usr/bin/env bash\ndf -h", "bash"),
        ("#!/usr/bin/env python3\nprint(1)", "python"),
        ("#!/bin/sh\ndf", "bash"),
        ("Get-Date", "powershell"),
        (None, None),
    ],
)
async def test_the_language_of_a_past_script_is_read_from_it(
    offline: ModelProvider, script: str | None, language: str | None
) -> None:
    turn = await offline.take_turn(problem(STUCK), [past_fix(script=script)])
    assert turn.proposal is not None
    assert (turn.proposal.script, turn.proposal.language) == (script, language)


words = st.sampled_from(
    ["printer", "queue", "stuck", "vpn", "outlook", "full", "locked", "🖨️", "مرحبا", "\u202e", "打印", "0x80070005"]
)
texts = st.text(max_size=200) | st.lists(words, max_size=30).map(" ".join)
pasts = st.lists(
    st.builds(
        past_fix,
        st.text(min_size=1, max_size=250),
        problem=texts,
        tally=st.integers(0, 20).flatmap(lambda won: st.integers(won, 30).map(lambda tried: (won, tried))),
        outcome=st.sampled_from(["applied_success", "applied_failed", "applied_partial"]),
        days_ago=st.integers(0, 2000),
    ),
    max_size=6,
)
PROVIDER = OfflineProvider(load_playbooks())


def turn_of(view: ProblemView, past: list[PastFix]) -> Turn:
    return asyncio.run(PROVIDER.take_turn(view, past))


@settings(max_examples=120, deadline=None)
@given(texts, pasts)
@example("", [])
@example("printer " * 1000, [])
@example("\u202eמדפסת\u202c", [])
def test_any_problem_has_a_turn_within_the_limits(text: str, past: list[PastFix]) -> None:
    view = problem(text)
    turn = turn_of(view, past)
    assert turn == turn_of(view, list(reversed(past)))
    assert turn.reply
    if turn.proposal is None:
        assert 2 <= len(turn.questions) <= 3
    else:
        assert 0 <= turn.proposal.confidence_pct <= 100
        assert 0 < len(turn.proposal.title) <= TITLE_LIMIT
        assert turn.proposal.sources


@settings(max_examples=25, deadline=None)
@given(texts, pasts)
def test_failing_again_and_again_ends_in_questions_and_repeats_nothing(text: str, past: list[PastFix]) -> None:
    seen: list[tuple[str, str]] = []
    for _ in range(30):
        fix = turn_of(problem(text, *seen), past).proposal
        if fix is None:
            break
        assert fix.title not in {title for title, _ in seen}
        seen.append((fix.title, "applied_failed"))
    else:
        pytest.fail("it never ran out of proposals")


def test_the_longest_problem_with_a_long_past_is_quick() -> None:
    past = [past_fix(f"Fix {n}", problem=f"{STUCK} on device {n} " * 4, days_ago=n) for n in range(1000)]
    took: list[float] = []
    for _ in range(3):
        began = time.process_time()
        turn_of(problem((STUCK + " and the log says ") * 160), past)
        took.append(time.process_time() - began)
    assert (
        min(took) < 1
    )  # a quarter of that on an idle machine; read word by word for each of the thousand it would be minutes
