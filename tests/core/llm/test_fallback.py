"""Whoever waits has an answer in time, whatever the model does; and a model that is ill is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
import pytest

from core.llm.asking import ModelAway, Unusable
from core.llm.fallback import FIRST_PAUSE, OPENS_AFTER, TURN_SECONDS, Admission, Breaker, FallbackProvider
from core.llm.flows import OfflineFlows
from core.llm.offline import OfflineProvider
from core.llm.offline_notes import OfflineNotes
from core.llm.online import OnlineProvider
from core.llm.parameters import OfflineParameters
from core.llm.playbooks import load_playbooks
from core.llm.provider import EarlierSuggestion, ModelProvider, PastFix, ProblemView, Tell, Turn, Usage, silent
from tests.core.llm.seam import Server, said, says, view
from tests.core.llm.test_claude import AWAY, GARBAGE

PROBLEM = view(said("the queue is full of jobs and nothing comes out"))


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def offline() -> OfflineProvider:
    return OfflineProvider(load_playbooks())


@dataclass
class Model(OfflineFlows, OfflineNotes, OfflineParameters):
    """Does what it is told, one thing per call, the last from then on."""

    does: Sequence[Turn | Exception | None]
    calls: int = 0
    waits: asyncio.Event = field(default_factory=asyncio.Event)
    offline: ModelProvider = field(default_factory=lambda: OfflineProvider(()))

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        self.calls += 1
        deed = self.does[min(self.calls, len(self.does)) - 1]
        if isinstance(deed, Exception):
            raise deed
        if deed is None:
            self.waits.set()
            await asyncio.Event().wait()
        assert deed is not None
        return deed


GOOD = Turn(None, "Look at the tray.")


@pytest.mark.parametrize("kind", [*GARBAGE, *AWAY, "refusal", "cut off", "rate limit"])
async def test_whatever_the_server_answers_the_person_has_a_useful_answer(kind: str, offline: OfflineProvider) -> None:
    others = {
        "refusal": says("", stop_reason="refusal"),
        "cut off": says('{"reply": "Rest', stop_reason="max_tokens"),
        "rate limit": httpx2.Response(429, headers={"retry-after": "3600"}),
    }
    server = Server({**GARBAGE, **AWAY, **others}[kind])
    turn = await FallbackProvider(OnlineProvider(server.claude(), offline), offline).take_turn(PROBLEM, ())
    assert len(server.requests) == 1
    assert turn.composed_without_ai
    assert turn.proposal is not None or turn.questions
    assert turn.reply


async def test_a_model_that_takes_forty_seconds_is_not_waited_for(offline: OfflineProvider) -> None:
    model = Model([None])
    turn = await asyncio.wait_for(FallbackProvider(model, offline, turn_seconds=0.2).take_turn(PROBLEM, ()), 15)
    assert turn.composed_without_ai
    assert TURN_SECONDS <= 17  # three seconds of quiet before it, and the person has waited twenty


async def test_what_an_unusable_answer_cost_is_not_forgotten(offline: OfflineProvider) -> None:
    spent = Usage("claude-sonnet-5-5", 10, 10, 0, 99)
    turn = await FallbackProvider(Model([Unusable("it is prose", usage=spent)]), offline).take_turn(PROBLEM, ())
    assert turn.composed_without_ai
    assert turn.usage == spent


async def test_a_fault_of_ours_costs_nobody_their_answer(offline: OfflineProvider) -> None:
    turn = await FallbackProvider(Model([KeyError("x")]), offline).take_turn(PROBLEM, ())
    assert turn.composed_without_ai


async def test_a_well_model_is_asked_each_time(offline: OfflineProvider) -> None:
    model = Model([GOOD])
    provider = FallbackProvider(model, offline)
    assert [await provider.take_turn(PROBLEM, ()) for _ in range(3)] == [GOOD] * 3
    assert provider.offline is offline


async def test_after_some_failures_it_is_left_alone_and_then_probed_once(offline: OfflineProvider) -> None:
    clock = Clock()
    model = Model([*[ModelAway("it answered 529")] * OPENS_AFTER, GOOD])
    provider = FallbackProvider(model, offline, Breaker(clock))
    for _ in range(OPENS_AFTER + 2):
        assert (await provider.take_turn(PROBLEM, ())).composed_without_ai
    assert model.calls == OPENS_AFTER
    clock.now += FIRST_PAUSE + 1
    assert await provider.take_turn(PROBLEM, ()) == GOOD
    assert await provider.take_turn(PROBLEM, ()) == GOOD


async def test_a_long_retry_after_is_kept_to_the_end(offline: OfflineProvider) -> None:
    clock = Clock()
    model = Model([ModelAway("it answered 429", after=3_600), GOOD])
    provider = FallbackProvider(model, offline, Breaker(clock))
    await provider.take_turn(PROBLEM, ())
    clock.now += 3_590
    assert (await provider.take_turn(PROBLEM, ())).composed_without_ai
    assert model.calls == 1
    clock.now += 20
    assert await provider.take_turn(PROBLEM, ()) == GOOD


async def test_a_refusal_says_nothing_about_the_model(offline: OfflineProvider) -> None:
    model = Model([Unusable("it refused", refused=True)])
    provider = FallbackProvider(model, offline)
    for _ in range(OPENS_AFTER + 2):
        await provider.take_turn(PROBLEM, ())
    assert model.calls == OPENS_AFTER + 2


async def test_who_goes_away_while_it_is_probed_leaves_the_probe_to_the_next(offline: OfflineProvider) -> None:
    clock = Clock()
    model = Model([*[ModelAway("it answered 500")] * OPENS_AFTER, None, GOOD])
    provider = FallbackProvider(model, offline, Breaker(clock))
    for _ in range(OPENS_AFTER):
        await provider.take_turn(PROBLEM, ())
    clock.now += FIRST_PAUSE + 1
    probing = asyncio.ensure_future(provider.take_turn(PROBLEM, ()))
    await asyncio.wait_for(model.waits.wait(), 10)
    assert (await provider.take_turn(PROBLEM, ())).composed_without_ai  # one probe at a time
    probing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probing
    assert await provider.take_turn(PROBLEM, ()) == GOOD


def test_each_failed_probe_doubles_the_pause_and_nothing_shortens_what_was_asked() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(OPENS_AFTER):
        breaker.failed(Admission.ORDINARY, "500")
    clock.now += FIRST_PAUSE
    assert breaker.admit() is Admission.PROBE
    breaker.failed(Admission.PROBE, "500")
    clock.now += FIRST_PAUSE
    assert breaker.admit() is None
    clock.now += FIRST_PAUSE
    assert breaker.admit() is Admission.PROBE
    breaker.failed(Admission.PROBE, "429", after=1_000)
    breaker.failed(Admission.ORDINARY, "late")
    breaker.worked(Admission.ORDINARY)
    clock.now += 999
    assert breaker.admit() is None


async def test_a_good_answer_arrives_with_its_parts(offline: OfflineProvider) -> None:
    """The whole way: a turn over the wire, every part of it kept."""
    tried = EarlierSuggestion("Move the printer to another port", "suggested", applied=True)
    asked = said("• Does the printer show an error on its panel?", author="FlowPilot", new=False)
    new = said("yes, the panel shows error 49.4C02. moving it did not help")
    server = Server(
        says(
            {
                "reply": "Error 49.4C02 points to a damaged job.",
                "questions": ["Was the firmware updated lately?", "Does the printer show an error on its panel?"],
                "facts": [{"text": "The panel shows error 49.4C02.", "message_id": "m2", "kind": "question"}],
                "outcome": {"outcome": "applied_failed", "message_id": "m2", "notes": "moving it did not help"},
                "proposal": {
                    "title": "Clear the queue and restart the print spooler",
                    "description": "One damaged job blocks the rest. Clear it, then print a test page.",
                    "confidence_pct": 250,
                    "playbook_id": "print-spooler",
                },
            }
        )
    )
    steps: list[str] = []
    problem = view(asked, new, problem="printer queue stuck, nothing prints in accounting", fixes=(tried,))
    turn = await OnlineProvider(server.claude(), offline).take_turn(problem, (), steps.append)
    assert turn.reply == "Error 49.4C02 points to a damaged job."
    assert turn.questions == ("Was the firmware updated lately?",)
    assert [(fact.text, fact.message_id) for fact in turn.facts] == [("The panel shows error 49.4C02.", new.id)]
    assert turn.outcome is not None
    assert (turn.outcome.outcome, turn.outcome.message_id) == ("applied_failed", new.id)
    assert turn.proposal is not None
    assert (turn.proposal.confidence_pct, turn.proposal.sources[0].ref) == (100, "print-spooler")
    assert turn.prompt_version == "turn-1"
    assert turn.usage is not None
    assert not turn.composed_without_ai
    assert len(steps) == 3
