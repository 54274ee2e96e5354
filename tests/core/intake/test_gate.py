"""The category gate, by words alone."""

from __future__ import annotations

import pytest

from core.intake.gate import Gate
from core.intake.vocabulary import Category
from core.llm.words import Words
from tests.core.intake.statements import BELONGING, BELONGING_TO_NONE

AT_LEAST, AT_MOST_WRONG, AT_MOST_BUILT = 78, 2, 2


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(Words())


def test_problems_pass_with_their_category_and_hardly_any_with_another(gate: Gate):
    found = [(category, gate.category_of(one)) for category, problems in BELONGING.items() for one in problems]
    assert sum(category is said for category, said in found) >= AT_LEAST
    assert sum(said not in {category, None} for category, said in found) <= AT_MOST_WRONG


def test_what_belongs_to_no_category_is_not_built(gate: Gate):
    assert sum(gate.category_of(problem) is not None for problem in BELONGING_TO_NONE) <= AT_MOST_BUILT


@pytest.mark.parametrize(
    "problem", ["", "x", "?!", "メールが送信できません", "the " * 2_000, "\U0001f525" * 500, "; drop table users"]
)
def test_whatever_is_said_it_answers(gate: Gate, problem: str):
    assert gate.category_of(problem) is None


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_guide(gate: Gate, category: Category):
    found = gate.guide_for("whatever it is", category)
    assert found is not None
    _, tree = found
    assert tree.start in tree


def test_a_model_is_told_every_category_with_examples(gate: Gate):
    assert [one.id for one in gate.choices] == list(Category)
    assert all(one.examples for one in gate.choices)
