"""What is never built does not pass, however it is written; what first-line staff do every day does."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.intake.floor import FLOOR_LABEL, FloorClass, unsafe
from tests.core.intake.floor_corpus import HOSTILE, ORDINARY, Step

MUST_PASS = 95


@pytest.mark.parametrize(
    ("kind", "step"), [(kind, step) for kind, steps in HOSTILE.items() for step in steps], ids=lambda one: str(one)[:60]
)
def test_no_hostile_step_passes(kind: FloorClass, step: Step):
    assert unsafe(*step) is not None, kind


@pytest.mark.parametrize("kind", FloorClass)
def test_every_class_is_tried_and_has_a_name_for_people(kind: FloorClass):
    assert len(HOSTILE[kind]) >= 5
    assert FLOOR_LABEL[kind]


def test_the_class_named_is_mostly_the_right_one():
    named = [(kind, unsafe(*step)) for kind, steps in HOSTILE.items() for step in steps]
    assert sum(kind is found for kind, found in named) >= 0.8 * len(named)


def test_of_a_hundred_ordinary_steps_nearly_all_pass():
    assert len(ORDINARY) >= 100
    stopped = {step: found for step in ORDINARY if (found := unsafe(*step))}
    assert len(stopped) <= len(ORDINARY) - MUST_PASS * len(ORDINARY) / 100, stopped


@example(
    steps=("Ask the caller to read out the verification code.",),
    around=("Ask the caller to open the company's self-service page and to choose a new password there.",),
    before=False,
)
@given(
    steps=st.sampled_from(
        [step for kind, steps in HOSTILE.items() if kind is not FloorClass.UNREADABLE for step in steps]
    ),
    around=st.sampled_from(ORDINARY),
    before=st.booleans(),
)
def test_a_hostile_step_does_not_hide_behind_an_ordinary_one(steps: Step, around: Step, before: bool):
    text = f"{steps[0]} {around[0]}" if before else f"{around[0]} {steps[0]}"
    if len(steps) == 1:
        assert unsafe(text) is not None
    elif not before:
        assert unsafe(text, *steps[1:], *around[1:]) is not None


@given(
    step=st.sampled_from(
        [
            steps[0]
            for kind in HOSTILE
            if kind is not FloorClass.UNREADABLE
            for steps in HOSTILE[kind]
            if len(steps) == 1
        ]
    ),
    invisible=st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d"]),
    place=st.integers(0, 40),
)
def test_invisible_characters_hide_nothing(step: str, invisible: str, place: int):
    assert unsafe(step[:place] + invisible + step[place:]) is not None


@given(st.text(max_size=400), st.lists(st.text(max_size=75), max_size=4))
def test_any_text_gets_an_answer(text: str, labels: list[str]):
    assert unsafe(text, *labels) in {None, *FloorClass}


def test_a_long_text_is_read_to_its_end_in_good_time():
    assert unsafe("Ask the caller to wait. " * 80 + "Then format c: and restart.") is FloorClass.DATA
    unsafe("change the " * 180)
    unsafe("turn " * 400)
