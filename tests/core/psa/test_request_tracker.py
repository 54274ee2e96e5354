"""Request Tracker does not say which note it made: whatever keeps us from looking, nobody may take the note for one that never arrived."""

from __future__ import annotations

import httpx
import pytest

from core.ids import new_id
from core.psa.adapters import Adapters
from core.psa.address import TrustedHosts, site
from core.psa.login import RequestTrackerLogin
from core.psa.provider import Audience, NewNote, NewTime, PsaAway
from tests.builders import NOON

LOGIN = RequestTrackerLogin(site("rt.example.com", TrustedHosts(), field="url"), "bot", "secret")
UNSEEN = [
    httpx.Response(429, headers={"Retry-After": "5"}, json={"message": "slow down"}),
    httpx.Response(401, json={"message": "expired"}),
    httpx.Response(403, json={"message": "Forbidden"}),
    httpx.Response(404, json={"message": "gone"}),
    httpx.Response(503, text="later"),
]


def tracker(seen: httpx.Response):
    """One that takes every note, and answers so when it is asked for them."""
    taken = httpx.Response(201, json=["Correspondence added"])
    answers = httpx.MockTransport(lambda request: taken if request.method == "POST" else seen)
    return Adapters(httpx.AsyncClient(transport=answers)).connect(LOGIN)


@pytest.mark.parametrize("seen", UNSEEN, ids=lambda seen: str(seen.status_code))
async def test_a_note_that_was_taken_may_be_there_whatever_it_says_next(seen: httpx.Response):
    with pytest.raises(PsaAway) as away:
        await tracker(seen).add_note("17", NewNote("We replaced it.", Audience.CUSTOMER, new_id()))
    assert away.value.maybe_done


@pytest.mark.parametrize("seen", UNSEEN, ids=lambda seen: str(seen.status_code))
async def test_time_that_was_taken_is_booked_whatever_it_says_next(seen: httpx.Response):
    assert await tracker(seen).add_time("17", NewTime(NOON, 15, "Replaced it")) == "17"
