"""First-line calls asked of a model, at its HTTP seam."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

import httpx2
import pytest

from core.intake import building
from core.llm.asking import ModelAway, Unusable, prompt
from core.llm.claude import Claude, Models
from core.llm.fallback import FallbackProvider
from core.llm.flow_asking import OnlineFlows
from core.llm.flows import Choice, Guide, GuideStep, NextStep, OfflineFlows, Walked, WalkView
from core.llm.provider import ModelProvider

GUIDE = Guide(
    "Mail",
    "a",
    {"a": GuideStep("question", "Is Outlook open?", (("Yes", "b"), ("No", "b"))), "b": GuideStep("resolved", "Fine.")},
)
WALK = WalkView(
    "Outlook does not send, my password is Hunter2secret!",
    "Mail and Outlook",
    (Walked("Is it on?", "Yes"),),
    guide=GUIDE,
)
CATEGORIES = (Choice("printer", "Printer", ("it does not print",)), Choice("vpn_connect", "VPN"))


class Server:
    """Answers every question with the same."""

    def __init__(self, said: Mapping[str, object] | int) -> None:
        self.said = said
        self.asked: list[dict[str, object]] = []

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(cast("dict[str, object]", json.loads(request.content)))
        if isinstance(self.said, int):
            return httpx2.Response(
                self.said, json={"type": "error", "error": {"type": "overloaded_error", "message": "no"}}
            )
        body = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [{"type": "text", "text": json.dumps(self.said)}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 10},
        }
        return httpx2.Response(200, json=body)

    @property
    def flows(self) -> OnlineFlows:
        models = Models("claude-sonnet-5-5", "claude-haiku-5-5")
        return OnlineFlows(Claude("sk-test", models, transport=httpx2.MockTransport(self._answer)))


async def test_a_step_is_asked_for_with_the_walk_as_data():
    server = Server({"kind": "question", "text": "Is “Work offline” pressed?", "labels": ["Yes", "No"], "reason": ""})
    step = await server.flows.next_node(WALK)
    assert step == NextStep("question", "Is “Work offline” pressed?", ("Yes", "No"))
    assert building.checked(step) is not None
    sent = json.dumps(server.asked[0], ensure_ascii=False)
    assert "Is Outlook open?" in sent
    assert "Hunter2secret" not in sent, "what callers say may hold secrets"
    assert prompt("next_node").text[:60] in json.dumps(server.asked[0]["system"])
    assert "Outlook does not send" not in json.dumps(server.asked[0]["system"]), "data is never in the prompt"


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "question", "text": "Did you run format c: yet?", "labels": ["Yes", "No"]},
        {"kind": "instruction", "text": "Open cmd as administrator and run the script.", "labels": []},
        {"kind": "question", "text": "What now?", "labels": ["Wait", "Delete the user's profile"]},
        {"kind": "question", "text": "One?", "labels": ["Yes"]},
        {"kind": "poem", "text": "Roses are red", "labels": []},
    ],
)
async def test_what_a_model_says_is_checked_as_if_anybody_had_said_it(said: Mapping[str, object]):
    assert building.checked(await Server(said).flows.next_node(WALK)) is None


@pytest.mark.parametrize("said", [{}, {"kind": "question"}, {"text": "Hm?"}, {"kind": 7, "text": ["x"]}])
async def test_an_answer_without_a_step_is_unusable(said: Mapping[str, object]):
    with pytest.raises(Unusable):
        await Server(said).flows.next_node(WALK)


async def test_a_category_is_one_of_the_list_or_none():
    assert await Server({"id": "printer"}).flows.classify("it does not print", CATEGORIES) == "printer"
    assert await Server({"id": ""}).flows.classify("hello", CATEGORIES) is None
    assert await Server({"id": "root_access"}).flows.classify("hello", CATEGORIES) is None


async def test_an_order_holds_what_there_is_once():
    server = Server({"ids": ["vpn_connect", "elsewhere", "vpn_connect", "printer"]})
    assert await server.flows.rank("vpn", CATEGORIES) == ["vpn_connect", "printer"]


async def test_a_model_that_is_away_says_so():
    with pytest.raises(ModelAway):
        await Server(529).flows.next_node(WALK)


async def test_behind_a_model_that_is_away_the_starter_flow_goes_on():
    away, offline = Server(529), OfflineFlows()
    provider = FallbackProvider(cast("ModelProvider", away.flows), cast("ModelProvider", offline))
    fresh = WalkView("Outlook does not send", "Mail", guide=GUIDE)
    step = await provider.next_node(fresh)
    assert (step.text, step.labels, step.composed_without_ai) == ("Is Outlook open?", ("Yes", "No"), True)
    assert await provider.classify("it does not print", CATEGORIES) is None
    assert list(await provider.rank("vpn", CATEGORIES)) == ["printer", "vpn_connect"]
