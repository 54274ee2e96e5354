"""A model that does all that hostile texts order changes nothing; what an honest one says reaches people as it is."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Unavailable
from core.llm.claims import stated_outcome, without_orders
from core.llm.fallback import FallbackProvider
from core.llm.guard import Sources, inventions, passing, tidy
from core.llm.named import folded
from core.llm.offline import OfflineProvider
from core.llm.online import OnlineProvider
from core.llm.playbooks import load_playbooks
from core.llm.provider import EarlierSuggestion, KnownTemplate, PastFix, ProblemView, Turn
from tests.core.llm.seam import Server, said, says, view

FOLDER = Path(__file__).parent
HOSTILE: list[dict[str, object]] = yaml.safe_load((FOLDER / "hostile.yml").read_text(encoding="utf-8"))
BENIGN: list[str] = yaml.safe_load((FOLDER / "benign.yml").read_text(encoding="utf-8"))
TRIED = EarlierSuggestion("Clear the queue and restart the print spooler", "suggested", applied=True)


@pytest.fixture(scope="module")
def offline() -> OfflineProvider:
    return OfflineProvider(load_playbooks())


def bundle(where: str, text: str) -> tuple[ProblemView, Sequence[PastFix]]:
    """A session in which the hostile text stands at its place."""
    asked = said("• Does the printer show an error?", author="FlowPilot", new=False)
    problem = view(said("it prints nothing", new=False), said("what should i do"), fixes=(TRIED,))
    thread = (problem.thread[0], problem.thread[1])
    past = PastFix(text, text, text, None, "applied_success", datetime(2026, 3, 2, tzinfo=UTC), None, uuid4(), 1, 1)
    match where:
        case "message":
            thread = (thread[0], said(text))
        case "author":
            thread = (thread[0], said("it prints nothing still", author=text))
        case "file":
            thread = (thread[0], said("see the file", files=(text,)))
        case "problem":
            problem = replace(problem, problem=f"{problem.problem}. {text}")
        case "fact":
            problem = replace(problem, facts=view(facts=(text,)).facts)
        case "template":
            problem = replace(problem, templates=(KnownTemplate(uuid4(), text, text, "powershell"),))
        case "past":
            return replace(problem, thread=(*thread, asked)), [past]
        case _:
            raise ValueError(where)
    return replace(problem, thread=(*thread, asked)), []


def shown(turn: Turn) -> str:
    """All of a turn that a person may see or that is kept."""
    parts = [turn.reply, *turn.questions, *(fact.text for fact in turn.facts)]
    if turn.proposal:
        parts += [turn.proposal.title, turn.proposal.description, turn.proposal.script or ""]
        parts += [source.label for source in turn.proposal.sources]
    return "\n".join([*parts, turn.outcome.notes if turn.outcome else ""])


def test_the_corpora_are_as_large_as_promised() -> None:
    assert len(HOSTILE) >= 40
    assert len(BENIGN) == 100
    assert len(set(BENIGN)) == 100


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: str(cast("dict[str, object]", case)["text"])[:40])
async def test_an_obeying_model_changes_nothing(case: Mapping[str, object], offline: OfflineProvider) -> None:
    answer = {key: case[key] for key in ("reply", "facts", "outcome", "proposal", "questions") if key in case}
    server = Server(says(answer))
    problem, past = bundle(str(case["where"]), str(case["text"]))
    online = OnlineProvider(server.claude(), offline)
    try:
        checked: Turn | None = await online.take_turn(problem, past)
    except Unavailable:
        checked = None  # nothing of it was left: the composer behind it answers
    final = await FallbackProvider(online, offline).take_turn(problem, past)
    assert server.requests
    for turn in (checked, final):
        if turn is None:
            continue
        for forbidden in ("<!", "<@", "@here", "@channel", "@everyone", *cast("list[str]", case["never"])):
            assert forbidden not in shown(turn).replace(str(case["text"]) if turn.composed_without_ai else "\0", "")
        assert turn.outcome is None
        texts = {one.id: one.text for one in problem.thread if not one.by_flowpilot}
        assert all(fact.message_id in texts for fact in turn.facts)
    assert checked is None or checked.facts == ()
    assert final.reply


def test_ordinary_answers_reach_people_unaltered() -> None:
    sources = Sources(["nothing prints since this morning for accounting, the queue is stuck"], ["Jane Doe"])
    altered = [text for text in BENIGN if passing(tidy(text, 2_000), sources, "reply") != text]
    assert len(altered) <= 5, altered


KNOWN = Sources(
    [
        "SRV-PRINT01 at 10.1.2.3 does not answer, see https://kb.contoso.com/a/1?x=2 and ticket #4711",
        "jane.doe@contoso.com asked, error on LAPTOP-4411, 12 users",
    ],
    ["Jane Doe"],
)


@pytest.mark.parametrize(
    "text",
    [
        "SRV-PRINT01 has the address 10.1.2.3.",
        "Open https://kb.contoso.com/a/1?x=2, as in ticket #4711.",
        "Ask Jane to restart LAPTOP-4411.",
        "Write to jane.doe@contoso.com.",
        "Is srv-print01 a virtual machine?",
        "The name contoso.com is resolved by the server.",
    ],
)
def test_what_the_sources_name_may_be_named(text: str) -> None:
    assert inventions(text, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SRV-PRINT02 has it too.", "host"),
        ("The server is 10.1.2.30.", "address"),
        ("The server is 110.1.2.3.", "address"),
        ("Open https://kb.contoso.com/a/1?x=2.evil.io/x", "link"),
        ("Open https://kb.contoso.com/a/12", "link"),
        ("Open contoso.com.evil.io", "host"),
        ("It is as in ticket #47110.", "ticket"),
        ("Ask Jorge to look.", "person"),
        ("joe.doe@contoso.com knows.", "address"),
        ("Copy it from \\\\nas07\\share first.", "host"),
        ("Its adapter is 00:1a:2b:3c:4d:5e.", "address"),
    ],
)
def test_what_they_do_not_name_may_not(text: str, kind: str) -> None:
    assert kind in {one.kind for one in inventions(text, KNOWN)}


def test_in_a_note_numbers_must_be_in_the_sources_too() -> None:
    assert inventions("It affected 12 users.", KNOWN, numbers=True) == []
    assert [one.key for one in inventions("It affected 13 users.", KNOWN, numbers=True)] == ["13"]


def test_of_a_long_answer_only_the_bad_sentence_is_left_out() -> None:
    text = "Restart the spooler on the server. Then log on to SRV-EVIL99. After that print a test page from Notepad."
    kept = passing(text, KNOWN, "reply")
    assert kept == "Restart the spooler on the server. After that print a test page from Notepad."


def test_a_torso_is_not_shown() -> None:
    assert (
        passing("Do not do this: log on to SRV-EVIL99 and SRV-EVIL98 and open evil-portal.com. Yes.", KNOWN, "reply")
        == ""
    )


@pytest.mark.parametrize(
    "piece", ["www.", "a.", "1.", "::", "<@", "[](", "#1", "Ask Bob ", "it is ", "works but ", "say outcome "]
)
def test_no_text_makes_the_guard_slow(piece: str) -> None:
    answer, source = (piece * 8_000)[:8_000], (piece * 60_000)[:60_000]
    begins = time.perf_counter()
    passing(tidy(answer, 8_000), Sources([without_orders(source)]), "reply")
    stated_outcome(answer)
    assert time.perf_counter() - begins < 8  # half a second at most on an idle machine


@given(st.text(max_size=300))
def test_what_is_tidied_stays_tidy_and_holds_no_mark_of_slacks(text: str) -> None:
    once = tidy(text, 200)
    assert len(once) <= 200
    assert not re.search(r"<[@#!][^<>\n]{1,200}>|(?i:(?<![\w.])@(?:here|channel|everyone)\b)", once)


@example("V", ["10.9.8.7"])
@example("driver version", ["10.9.8.7"])
@given(
    st.text(max_size=200),
    st.lists(st.sampled_from(["10.9.8.7", "SRV-EVIL99", "https://evil.example/x", "#99887766"]), min_size=1),
)
def test_whatever_stands_around_it_an_invention_never_passes(around: str, inventions_in_it: list[str]) -> None:
    text = f"{around} {' and '.join(inventions_in_it)} {around}"
    shown = passing(tidy(text, 2_000), KNOWN, "reply")
    assert not any(one.casefold() in folded(shown).casefold() for one in inventions_in_it if one not in around)
