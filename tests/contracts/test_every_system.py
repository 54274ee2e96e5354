"""What FlowPilot may rely on, whichever ticket system it speaks with."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import DomainError
from core.ids import new_id
from core.psa.login import ConnectWiseLogin
from core.psa.provider import (
    PAGE,
    Audience,
    KeysRefused,
    NewNote,
    NewTime,
    PsaAway,
    PsaRefused,
    TicketGone,
)
from core.psa.trial import try_out
from tests.contracts.conftest import Place
from tests.contracts.cuts import cut_after

HOSTILE = (
    '"',
    "'",
    "\\",
    '\\" or id = 99121 or summary contains "',
    "' OR id = 1 OR Subject LIKE '",
    "%",
    "_",
    "größe ✓",
    ")",
    "a\nb",
    "x" * 400,
    "#",
    "٣",
)


async def test_a_ticket_is_read(place: Place):
    ticket = await place.provider.read_ticket(place.ticket)
    assert (ticket.id, ticket.title, ticket.label) == (place.ticket, place.title, f"{place.mark} #{place.ticket}")
    assert ticket.board.id == place.board
    assert ticket.board.name
    assert not ticket.status.closed
    assert ticket.contact is not None
    assert ticket.contact.email == "kim.novak@northwind.example"
    assert ticket.url.startswith(place.url)
    assert place.ticket in ticket.url
    assert ticket.changed_at is not None
    assert ticket.merged_into is None


async def test_a_closed_ticket_says_so(place: Place):
    assert (await place.provider.read_ticket(place.closed_ticket)).status.closed


@pytest.mark.parametrize("number", ["999999", "0", "-1", "abc", "1/notes", "", "٣", "9" * 30])
async def test_what_is_no_ticket_is_refused(place: Place, number: str):
    with pytest.raises((TicketGone, PsaRefused)):
        await place.provider.read_ticket(number)


async def test_a_deleted_ticket_is_gone(place: Place):
    ticket = await place.open("To be deleted")
    await place.delete(ticket)
    with pytest.raises(TicketGone, match=ticket):
        await place.provider.read_ticket(ticket)


async def test_a_merged_ticket_names_the_one_that_goes_on(place: Place):
    ticket = await place.open("The same again")
    await place.merge(ticket, place.ticket)
    read = await place.provider.read_ticket(ticket)
    assert (read.id, read.merged_into) == (ticket, place.ticket)


@pytest.mark.parametrize("audience", Audience)
async def test_a_note_is_added_once_and_found_again(place: Place, audience: Audience):
    text = "What we found:\n\n• the driver — “größer”\n  <b>not bold</b> & *not bold*\nDone."
    note = NewNote(text, audience, new_id())
    note_id = await place.provider.add_note(place.ticket, note)
    assert await place.provider.find_note(place.ticket, note.mark) == note_id
    (found,) = [one for one in await place.provider.notes_of(place.ticket) if one.id == note_id]
    assert found.audience is audience
    assert found.text.startswith(text)


async def test_a_note_that_nobody_wrote_is_not_found(place: Place):
    await place.provider.add_note(place.ticket, NewNote("Something", Audience.INTERNAL, new_id()))
    assert await place.provider.find_note(place.ticket, new_id()) is None


async def test_a_long_note_loses_no_character(place: Place):
    text = "\n".join(f"{number}: " + "ä" * 90 for number in range(600))
    note = NewNote(text, Audience.INTERNAL, new_id())
    note_id = await place.provider.add_note(place.ticket, note)
    found = next(one for one in await place.provider.notes_of(place.ticket) if one.id == note_id)
    assert found.text.startswith(text)


async def test_a_note_on_a_ticket_that_is_gone_is_told(place: Place):
    with pytest.raises(TicketGone):
        await place.provider.add_note("999999", NewNote("Something", Audience.INTERNAL, new_id()))


async def test_the_status_is_what_was_read_afterwards(place: Place):
    ticket = await place.open("To be resolved")
    after = await place.provider.set_status(ticket, place.resolved)
    assert after.status == place.resolved
    assert (await place.provider.read_ticket(ticket)).status == place.resolved


async def test_a_status_that_the_board_does_not_have_changes_nothing(place: Place):
    """One system refuses it, the other answers 200: either way nobody is told that it was set."""
    before = await place.provider.read_ticket(place.ticket)
    with contextlib.suppress(PsaRefused):
        after = await place.provider.set_status(place.ticket, place.unknown_status)
        assert after.status == before.status
    assert (await place.provider.read_ticket(place.ticket)).status == before.status


async def test_tickets_are_found_by_number_and_by_words(place: Place):
    by_number = await place.provider.find_tickets(f"#{place.ticket}")
    assert [one.id for one in by_number.items] == [place.ticket]
    by_words = await place.provider.find_tickets(place.title[4:24].upper())
    assert place.ticket in [one.id for one in by_words.items]
    assert all(not one.status.closed for one in by_words.items)


async def test_only_open_tickets_of_the_boards_are_found(place: Place):
    found = await place.provider.find_tickets(boards=[place.board])
    assert place.ticket in [one.id for one in found.items]
    assert place.closed_ticket not in [one.id for one in found.items]
    assert {one.board.id for one in found.items} == {place.board}
    assert not (await place.provider.find_tickets(boards=["777"])).items


async def test_many_tickets_come_in_pages_newest_first(place: Place):
    numbers = [await place.open(f"Paged {number}") for number in range(PAGE + 2)]
    first = await place.provider.find_tickets("Paged")
    second = await place.provider.find_tickets("Paged", page=1)
    assert (len(first.items), first.more) == (PAGE, True)
    assert [one.id for one in (*first.items, *second.items)][: len(numbers)] == sorted(numbers, key=int, reverse=True)


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_persons_text_is_never_a_part_of_the_query(place: Place, text: str):
    title = f"Hostile {text[:60]} title".replace("\n", " ")
    ticket = await place.open(title)
    found = [one.id for one in (await place.provider.find_tickets(text)).items]
    assert place.others[0] not in found or text.strip(" #") in "%_"
    if "\n" not in text and len(text) < 60 and text != "#":
        assert ticket in found


async def test_boards_have_statuses_of_their_own(place: Place):
    boards = await place.provider.boards()
    assert place.board in [one.id for one in boards]
    statuses = await place.provider.statuses(place.board)
    assert place.resolved in statuses
    assert place.unknown_status.id not in [one.id for one in statuses]
    with pytest.raises(PsaRefused):
        await place.provider.statuses("777")


async def test_members_can_be_told_by_their_mail(place: Place):
    members = await place.provider.members()
    assert any(one.email and "@" in one.email for one in members)


async def test_contacts_are_found(place: Place):
    company = (await place.provider.read_ticket(place.ticket)).company
    found = await place.provider.contacts(company.id if company else "", "kim" if place.tracker else "Kim")
    assert "kim.novak@northwind.example" in [one.email for one in found]


async def test_time_is_booked(place: Place):
    started = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert await place.provider.add_time(place.ticket, NewTime(started, 15, "Replaced the driver"))


async def test_wrong_keys_are_named_and_never_repeated(place: Place):
    if isinstance(place.login, ConnectWiseLogin):
        wrong = place.adapters.connect(replace(place.login, private_key="hunter2secret"))
    else:
        wrong = place.adapters.connect(replace(place.login, password="hunter2secret"))
    with pytest.raises(KeysRefused) as refused:
        await wrong.read_ticket(place.ticket)
    assert "hunter2secret" not in str(refused.value)


async def test_a_trial_finds_everything_that_is_needed(place: Place):
    tried = await try_out(place.provider)
    assert tried.ticket is not None
    assert place.resolved in tried.statuses[place.board]
    assert tried.by_mail


async def test_a_lost_answer_is_told_apart_from_a_lost_call(place: Place):
    """The answer is cut after the system has done its work: nobody claims that nothing was done, and the note is found."""
    note = NewNote("Written once", Audience.INTERNAL, new_id())
    async with cut_after(place, "POST") as through:
        with pytest.raises(PsaAway) as away:
            await through.add_note(place.ticket, note)
    assert away.value.maybe_done
    assert await place.provider.find_note(place.ticket, note.mark) is not None


async def test_a_system_that_is_not_there_has_done_nothing(place: Place):
    async with cut_after(place, "nothing") as through:
        pass
    with pytest.raises(PsaAway) as away:
        await through.add_note(place.ticket, NewNote("Never written", Audience.INTERNAL, new_id()))
    assert not away.value.maybe_done
    assert isinstance(away.value, DomainError)
