"""Whether two problems are so much alike that somebody should be asked before a second session is made."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import SessionId, new_id
from core.sessions.similar import OpenOne, alike
from tests.journeys.tickets import of_all_lengths

ALIKE = [
    (
        "outlook keeps asking for the password since this morning",
        "Outlook asks a user for the password again and again since this morning",
    ),
    (
        "vpn connects but the file server is not reachable",
        "VPN connected, cannot reach the file server at head office",
    ),
    (
        "the print spooler keeps stopping and nobody in accounting can print",
        "nobody in accounting can print, the spooler on PRN02 keeps stopping",
    ),
]
NOT_ALIKE = [
    ("the printer on floor 3 prints nothing", "the scanner on floor 3 scans nothing"),
    (
        "the coffee machine on floor 3 shows only half of the menu",
        "the door of the server room does not lock any more",
    ),
    ("the print spooler on PRN01 keeps stopping", "the print spooler on PRN02 keeps stopping"),
    ("backup of SRV-APP01 failed with error 0x80070070", "backup of SRV-SQL07 failed with error 0x80070005"),
    ("?", "!"),
]


def an_open_one(problem: str) -> OpenOne:
    return OpenOne(SessionId(new_id()), problem[:150], problem, "Ben", "C0DESK", "1.0")


OTHERS = [
    an_open_one(problem)
    for problem in (
        "new laptop for the starter in sales",
        "the wifi in the warehouse is slow",
        "licence for acrobat has run out",
        "mailbox of the info address is full",
    )
]


@pytest.mark.parametrize(("one", "other"), [*ALIKE, *((b, a) for a, b in ALIKE)])
def test_the_same_problem_in_other_words_is_found_among_others(one: str, other: str):
    found = alike(one, [*OTHERS, an_open_one(other)])
    assert found is not None
    assert found.problem == other


@pytest.mark.parametrize(("one", "other"), [*NOT_ALIKE, *((b, a) for a, b in NOT_ALIKE)])
def test_another_problem_is_not_taken_for_it(one: str, other: str):
    assert alike(one, [*OTHERS, an_open_one(other)]) is None


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=5))
def test_whatever_is_written_it_answers(problem: str, open_ones: list[str]):
    found = alike(problem, [an_open_one(one) for one in open_ones])
    assert found is None or found.problem in open_ones


def test_two_hundred_open_ones_take_no_time_that_a_click_would_notice():
    texts = of_all_lengths(200) or [f"the machine number {n} in room {n * 7} makes a noise" for n in range(200)]
    open_ones = [an_open_one(text) for text in texts]
    begin = time.process_time()
    alike(texts[100], open_ones)
    assert time.process_time() - begin < 1.0
