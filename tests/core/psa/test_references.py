"""Which tickets a text names."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.psa.provider import System
from core.psa.references import MOST, Reference, named_in, typed
from tests.house.rendered.connections import a_connection
from tests.house.rendered.data import Data

CW = "https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=99123&companyName=x"
RT = "https://rt.example.com/rt/Ticket/Display.html?id=17"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("printer is down #12345", [Reference("12345")]),
        ("#12345: printer is down", [Reference("12345")]),
        ("(see #12345, #12346)", [Reference("12345"), Reference("12346")]),
        ("CW #99123 again", [Reference("99123", System.CONNECTWISE)]),
        ("like RT #17", [Reference("17", System.REQUEST_TRACKER)]),
        (f"look at {CW}.", [Reference("99123", host="na.myconnectwise.net")]),
        (f"<{RT}|the ticket>", [Reference("17", host="rt.example.com")]),
        ("https://desk.example.com/tickets/88/notes", [Reference("88", host="desk.example.com")]),
        ("#00123", [Reference("123")]),
        ("#1 #1 #1", [Reference("1")]),
        ("color #fff, C#12, page&#39;s, a/#12, ##12, #0, #1234567890123", []),
        ("https://example.com/#12345", []),
        ("room 4711, 12345", []),
        ("", []),
    ],
)
def test_what_is_named(text: str, named: list[Reference]):
    assert list(named_in(text)) == named


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12345", "12345"),
        (" #12345 ", "12345"),
        ("CW #5", "5"),
        (CW, "99123"),
        ("abc", None),
        ("٣", None),
        ("0", None),
        ("", None),
    ],
)
def test_what_is_typed_into_a_ticket_field(text: str, number: str | None):
    found = typed(text)
    assert (found.ticket_id if found else None) == number


@given(st.text(alphabet=st.characters() | st.sampled_from("#:/?=&<>|CWRT0123456789 "), max_size=300))
def test_no_text_is_too_strange(text: str):
    found = named_in(text)
    assert len(found) <= MOST
    for one in found:
        assert one.ticket_id.isascii()
        assert one.ticket_id.isdecimal()
        assert len(one.ticket_id) < 10
    typed(text)


@dataclass(frozen=True)
class Fits:
    reference: Reference
    yes: bool


@pytest.mark.parametrize(
    "case",
    [
        Fits(Reference("1"), True),
        Fits(Reference("1", System.CONNECTWISE), True),
        Fits(Reference("1", System.REQUEST_TRACKER), False),
        Fits(Reference("1", host="na.myconnectwise.net"), True),
        Fits(Reference("1", host="api-na.myconnectwise.net"), True),
        Fits(Reference("1", host="eu.myconnectwise.net"), False),
        Fits(Reference("1", host="na.myconnectwise.net.evil.example"), False),
    ],
)
def test_a_reference_fits_the_connection_it_names(case: Fits):
    assert case.reference.fits(a_connection(Data("x"))) is case.yes
