"""What becomes of a text from outside, and how times read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.text import clean, first_line, optional, required, shorten

HIDDEN = "\u202e\u202d\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\u00ad\U000e0041"
# Characters that a mixture should be likely to hold: what must go, what must stay, and what stands between them.
MIXED = st.text(st.one_of(st.sampled_from(HIDDEN + "\r\n\t\0\x07\x1b\x85 ab\u200d\u200cشﻻא👩\ud800"), st.characters()))


@given(MIXED)
@example("\r\u200b\n")
@example("\ud800")
def test_what_is_kept_has_no_control_or_direction_character(text: str):
    kept = clean(text)
    assert not set(HIDDEN) & set(kept)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in kept)
    assert kept == kept.strip()


@given(MIXED)
def test_cleaning_twice_changes_nothing_more(text: str):
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"])))
def test_letters_digits_and_signs_of_every_script_stay(text: str):
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "الطابعة لا تعمل",
        "המדפסת לא עובדת",
        "نمی\u200cخواهم",  # Persian needs the non-joiner
        "👩\u200d💻 broke it",  # a person at a computer is three characters and one sign
        "❤️‍🔥",
        "👍🏽",
        "🇩🇪",
    ],
)
def test_right_to_left_letters_and_joined_emoji_stay_whole(text: str):
    assert clean(text) == text


def test_all_kinds_of_newlines_become_one():
    assert clean("one\r\ntwo\rthree\nfour") == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize("nothing", [None, "", "   ", "\n\t", "\u200b\u202e", "\0"])
def test_a_text_that_says_nothing_is_missing(nothing: str | None):
    with pytest.raises(Invalid, match="Say it") as refusal:
        required(nothing, field="notes", limit=10, empty="Say it.")
    assert refusal.value.field == "notes"
    assert optional(nothing, field="notes", limit=10) is None


def test_a_text_that_is_too_long_is_refused_with_both_numbers():
    with pytest.raises(Invalid, match=r"8,001 characters; at most 8,000 fit") as refusal:
        required("x" * 8_001, field="problem", limit=8_000, empty="")
    assert refusal.value.field == "problem"
    assert required("x" * 8_000, field="problem", limit=8_000, empty="") == "x" * 8_000
    with pytest.raises(Invalid, match="at most 3 fit"):
        optional("long", field="notes", limit=3)


def test_what_is_removed_does_not_count_towards_the_limit():
    assert required(" \u200b" * 50 + "ten chars." + "\u200b" * 50, field="f", limit=10, empty="") == "ten chars."


@given(st.text(), st.integers(1, 50))
def test_shortened_texts_fit_and_say_that_something_was_cut(text: str, limit: int):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


def test_the_first_line_is_the_first_that_says_something():
    assert first_line("\n  \n  Printer is on fire  \nsince noon", 150) == "Printer is on fire"
    assert first_line("x" * 200, 150) == "x" * 149 + "…"
    assert first_line("\n \n", 150) == ""
