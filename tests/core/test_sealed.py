"""What is sealed opens in its own place only, and a rotation loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, Unavailable
from core.ids import AccountId, new_id
from core.sealed import Keyring, Place, fresh_key

OLD, NEW = fresh_key("k1"), fresh_key("k2")
RING = Keyring.parse(OLD)
PLACE = Place(AccountId(new_id()), "psa_connections", "secrets", new_id())


@given(st.text())
def test_what_was_sealed_opens_again_and_never_looks_the_same_twice(secret: str) -> None:
    sealed = RING.seal(secret, PLACE)
    assert RING.open(sealed, PLACE) == secret
    assert RING.seal(secret, PLACE) != sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, account_id=AccountId(new_id())),
        replace(PLACE, table="slack_installations"),
        replace(PLACE, column="webhook_secret"),
        replace(PLACE, row=new_id()),
    ],
    ids=["account", "table", "column", "row"],
)
def test_a_sealed_text_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    sealed = RING.seal("private", PLACE)
    with pytest.raises(Unavailable, match="moved here"):
        RING.open(sealed, elsewhere)


def test_a_changed_one_does_not_open() -> None:
    sealed = RING.seal("private", PLACE)
    swapped = "A" if sealed[-6] != "A" else "B"
    with pytest.raises(Unavailable):
        RING.open(sealed[:-6] + swapped + sealed[-5:], PLACE)
    with pytest.raises(Unavailable):
        RING.open("k1:not base64", PLACE)


def test_a_rotation_opens_the_old_and_seals_with_the_new() -> None:
    sealed = RING.seal("private", PLACE)
    rotated = Keyring.parse(f"{NEW},{OLD}")
    assert rotated.open(sealed, PLACE) == "private"
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal("private", PLACE))
    with pytest.raises(Unavailable, match="k1"):
        Keyring.parse(NEW).open(sealed, PLACE)


@pytest.mark.parametrize(
    "wrong", ["k1", "k1:abc", "K!:" + OLD[3:], f"{OLD},{OLD}", OLD[3:], "k1:" + "A" * 64], ids=range(6)
)
def test_a_key_that_is_none_is_said_without_repeating_it(wrong: str) -> None:
    with pytest.raises(Invalid, match="FLOWPILOT_SECRET_KEYS") as refused:
        Keyring.parse(wrong)
    assert OLD[3:] not in str(refused.value)


def test_without_keys_nothing_is_kept() -> None:
    with pytest.raises(Unavailable, match="FLOWPILOT_SECRET_KEYS"):
        Keyring.parse("").seal("private", PLACE)


def test_a_key_ring_shows_no_key() -> None:
    assert OLD[3:] not in repr(RING)
    assert "b'" not in repr(RING)
