"""The flows in the box: whole, safe, taught, and found by problems in callers' words."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from core.intake.floor import unsafe
from core.intake.flows.document import FlowDocument
from core.intake.flows.queries import Shelved
from core.intake.flows.starter import BrokenStarter, documents
from core.intake.flows.tree import NodeKind
from core.intake.matcher import stored
from core.intake.matcher.account import AccountMatcher
from core.intake.matcher.decision import Outcome
from core.intake.vocabulary import Category
from core.llm.words import Words
from tests.bench.learn_starter import starter_material
from tests.core.intake.statements import BELONGING, BELONGING_TO_NONE

FOUND, MATCHED_IN_VAIN = 85, 5
BOX = UUID(int=0)


@cache
def matcher() -> AccountMatcher:
    flows = [Shelved(uuid5(BOX, d.slug), d.slug, d.title, d.symptoms, d.examples) for d in documents()]
    return AccountMatcher(flows, Words(), stored.starter(Words()).learned)


def test_there_is_one_for_every_category():
    assert sorted(Category) == sorted(one.category or "" for one in documents())


@pytest.mark.parametrize("document", documents(), ids=lambda one: one.slug)
def test_each_is_worth_using_and_asks_nothing_that_is_never_built(document: FlowDocument):
    kinds = Counter(node.kind for node in document.tree)
    assert 15 <= len(document.tree.nodes) <= 60
    assert kinds[NodeKind.RESOLVED] >= 1
    assert kinds[NodeKind.ESCALATE] >= 3
    assert len(document.examples) >= 30
    assert not [n.id for n in document.tree if unsafe(n.text, *(answer.label for answer in n.answers))]


def test_what_was_learned_is_what_they_say():
    assert stored.starter(Words()).marks == starter_material().marks, "run python -m tests.bench.learn_starter"


def test_a_hundred_problems_find_their_flow():
    slugs = {one.category: one.slug for one in documents()}
    asked = [(text, uuid5(BOX, slugs[kind])) for kind, texts in BELONGING.items() for text in texts]
    assert len(asked) == 100
    missed: list[str] = []
    for text, right in asked:
        decided = matcher().decide(text)
        if decided.outcome is not Outcome.MATCH or decided.candidates[0].flow_id != right:
            missed.append(text)
    assert len(missed) <= len(asked) - FOUND, missed


def test_problems_of_no_flow_are_hardly_ever_matched():
    assert len(BELONGING_TO_NONE) == 50
    matched = [text for text in BELONGING_TO_NONE if matcher().decide(text).outcome is Outcome.MATCH]
    assert len(matched) <= MATCHED_IN_VAIN, matched


@pytest.mark.parametrize(
    "text", ["", " ", "x", "…", "?" * 7_000, "ab " * 2_400, "نسيت كلمة المرور الخاصة بي", "\u200b"]
)
def test_whatever_is_typed_gets_a_decision(text: str):
    decided = matcher().decide(text)
    assert (decided.outcome is Outcome.NONE) == (not decided.candidates)


def test_a_broken_file_names_itself_and_the_line(tmp_path: Path):
    folder = tmp_path
    (folder / "printer.yml").write_text("flow: printer\ntitle: [x]\n")
    with pytest.raises(BrokenStarter, match=r"printer\.yml: Line 1: the flow that begins here has no “nodes”"):
        documents(folder)
