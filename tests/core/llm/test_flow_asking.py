"""First-line calls asked of a model, at its HTTP seam."""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx2
import pytest

from core.intake import building
from core.llm.asking import ModelAway, Unusable, prompt
from core.llm.fallback import FallbackProvider
from core.llm.flows import Choice, Guide, GuideStep, Walked, WalkView
from core.llm.offline import OfflineProvider
from core.llm.online import OnlineProvider
from tests.core.llm.seam import Server, says

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
OFFLINE = OfflineProvider(())
CATEGORIES = (Choice("printer", "Printer", ("it does not print",)), Choice("vpn_connect", "VPN"))


def asked(said: Mapping[str, object] | int) -> tuple[Server, OnlineProvider]:
    """A model that says this of everything, or fails with this status."""
    failed = {"type": "error", "error": {"type": "overloaded_error", "message": "no"}}
    server = Server(says(said) if not isinstance(said, int) else httpx2.Response(said, json=failed))
    return server, OnlineProvider(server.claude(), OFFLINE)


def flows(said: Mapping[str, object] | int) -> OnlineProvider:
    return asked(said)[1]


async def test_a_step_is_asked_for_with_the_walk_as_data():
    server, provider = asked(
        {"kind": "question", "text": "Is “Work offline” pressed?", "labels": ["Yes", "No"], "reason": ""}
    )
    step = await provider.next_node(WALK)
    assert (step.kind, step.text, step.labels) == ("question", "Is “Work offline” pressed?", ("Yes", "No"))
    assert step.usage is not None
    assert building.checked(step) is not None
    sent = server.sent
    assert "Is Outlook open?" in sent
    assert "Hunter2secret" not in sent, "what callers say may hold secrets"
    assert prompt("next_node").text[:60] in json.dumps(server.asked["system"])
    assert "Outlook does not send" not in json.dumps(server.asked["system"]), "data is never in the prompt"


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "question", "text": "Did you run format c: yet?", "labels": ["Yes", "No"]},
        {"kind": "instruction", "text": "Open cmd as administrator and run the script.", "labels": []},
        {"kind": "question", "text": "What now?", "labels": ["Wait", "Delete the user's profile"]},
        {"kind": "question", "text": "One?", "labels": ["Yes"]},
        {"kind": "question", "text": "Can you open https://fix-it.example/tool?", "labels": ["Yes", "No"]},
        {"kind": "instruction", "text": "Connect to srv-mail01.acme.local first.", "labels": []},
        {"kind": "poem", "text": "Roses are red", "labels": []},
    ],
)
async def test_what_a_model_says_is_checked_as_if_anybody_had_said_it(said: Mapping[str, object]):
    assert building.checked(await flows(said).next_node(WALK)) is None


@pytest.mark.parametrize("said", [{}, {"kind": "question"}, {"text": "Hm?"}, {"kind": 7, "text": ["x"]}])
async def test_an_answer_without_a_step_is_unusable(said: Mapping[str, object]):
    with pytest.raises(Unusable):
        await flows(said).next_node(WALK)


async def test_a_category_is_one_of_the_list_or_none():
    assert (await flows({"id": "printer"}).classify("it does not print", CATEGORIES)).ids == ("printer",)
    assert (await flows({"id": ""}).classify("hello", CATEGORIES)).ids == ()
    assert (await flows({"id": "root_access"}).classify("hello", CATEGORIES)).ids == ()


async def test_an_order_holds_what_there_is_once():
    provider = flows({"ids": ["vpn_connect", "elsewhere", "vpn_connect", "printer"]})
    assert (await provider.rank("vpn", CATEGORIES)).ids == ("vpn_connect", "printer")


async def test_a_model_that_is_away_says_so():
    with pytest.raises(ModelAway):
        await flows(529).next_node(WALK)


async def test_behind_a_model_that_is_away_the_starter_flow_goes_on():
    provider = FallbackProvider(flows(529), OFFLINE)
    fresh = WalkView("Outlook does not send", "Mail", guide=GUIDE)
    step = await provider.next_node(fresh)
    assert (step.text, step.labels, step.composed_without_ai) == ("Is Outlook open?", ("Yes", "No"), True)
    assert (await provider.classify("it does not print", CATEGORIES)).ids == ()
    assert (await provider.rank("vpn", CATEGORIES)).ids == ("printer", "vpn_connect")
