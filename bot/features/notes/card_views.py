"""What became of a confirmed note: its card in the thread, and the modal it was confirmed in. Pure."""

from __future__ import annotations

import re
from typing import assert_never

from bot import blocks
from bot.blocks import Block, View
from bot.features.notes.question_views import named
from core.llm.notes import SECTIONS, NoteKind
from core.notes.overview import NoteCard
from core.notes.postings import Ending, Posting, PostingState, Trouble
from core.text import ended, shorten

NAME = {NoteKind.RESOLUTION: "Resolution note", NoteKind.ESCALATION: "Escalation package"}
CLOSED = {NoteKind.RESOLUTION: "Resolved", NoteKind.ESCALATION: "Escalated"}
ENDS = {1: "st", 2: "nd", 3: "rd"}


def card_text(card: NoteCard) -> str:
    """What the blocks say, for notifications and screen readers."""
    return blocks.escape(shorten(f"{NAME[card.posting.kind]}: {state(card)}", blocks.FALLBACK))


def card_blocks(card: NoteCard) -> list[Block]:
    posting = card.posting
    loud = "*Needs a decision* · " if posting.state is PostingState.FAILED else ""
    shown: list[Block] = [
        blocks.section(
            f"*{NAME[posting.kind]}* · {loud}confirmed by {blocks.escape(card.requester)}, {blocks.when(posting.requested_at)}"
        ),
        blocks.said(state(card)),
    ]
    if posting.next_try_at is not None and posting.is_under_way:
        shown.append(blocks.context(f"{_next_try(posting)} {blocks.when(posting.next_try_at)}"))
    if buttons := _buttons(card):
        shown.append(blocks.actions(buttons, block_id="note"))
    shown += _text(posting)
    return blocks.fitted(shown)


def _text(posting: Posting) -> list[Block]:
    """The note as it was confirmed; its own headings, and nothing that somebody typed, are bold."""
    titles = "|".join(re.escape(section.title) for section in SECTIONS[posting.kind])
    before, *sections = re.split(rf"^\*\*({titles})\*\*$", posting.text, flags=re.MULTILINE)
    shown = blocks.paragraphs(before.strip())
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        shown += [blocks.section(f"*{blocks.escape(title)}*"), *blocks.paragraphs(text.strip())]
    return shown


def result_modal(card: NoteCard) -> View:
    """What the modal shows after the note was confirmed: how far it is, and in the end what is where."""
    shown: list[Block] = [blocks.said(state(card))]
    if card.posting.next_try_at is not None and card.posting.is_under_way:
        shown.append(blocks.context(f"{_next_try(card.posting)} {blocks.when(card.posting.next_try_at)}"))
    if buttons := _buttons(card):
        shown.append(blocks.actions(buttons, block_id="note"))
    if card.drafts:
        count = "A draft template" if len(card.drafts) == 1 else f"{len(card.drafts)} draft templates"
        review = blocks.button("Review draft", "drafts.review", card.drafts[0].id)
        shown.append(blocks.section(f"{count} from this session can go into the script library.", accessory=review))
    if card.unjudged:
        titles = named(card.unjudged)
        shown.append(
            blocks.said(f"Applied as well, and nobody has said how it went: {titles}. The cards in the thread ask.")
        )
    shown.append(blocks.context("You can close this; the card in the thread stays up to date."))
    view = blocks.modal("house.notice", NAME[card.posting.kind], shown, close="Close")
    return {**view, "external_id": card.posting.modal} if card.posting.modal else view


def others_modal(card: NoteCard, *, had_typed: bool) -> View:
    """What somebody else sees who wants to confirm it too: it is not theirs that is posted. Without buttons: nothing keeps this window up to date."""
    mine = " What stood in your form was not posted." if had_typed else ""
    first = f"{blocks.escape(card.requester)} confirmed this note, {blocks.when(card.posting.requested_at)}.{mine}"
    shown = [
        blocks.section(first),
        blocks.said(state(card)),
        blocks.context("The card in the thread stays up to date, and has the buttons."),
    ]
    return blocks.modal("house.notice", NAME[card.posting.kind], shown, close="Close")


def state(card: NoteCard) -> str:
    """Where it stands, in plain words."""
    posting = card.posting
    match posting.state:
        case PostingState.CLAIMED:
            if posting.next_try_at is not None:
                return f"Queued for {_ticket(posting)}: {posting.why or 'it is away'} It is posted once, as soon as it can be."
            return f"Posting to {_ticket(posting)} …"
        case PostingState.NOTE_POSTED | PostingState.STATUS_SET:
            if posting.next_try_at is not None:
                return f"{_note(posting)} Its status waits: {posting.why or 'the system is away'}"
            return f"{_note(posting)} Setting the status …"
        case PostingState.VERIFIED | PostingState.SKIPPED:
            return f"{_note(posting)} Closing the session …"
        case PostingState.CONCLUDED:
            return _ended(posting)
        case PostingState.FAILED:
            return _stands_still(card)
        case _:
            assert_never(posting.state)


def _ended(posting: Posting) -> str:
    done = CLOSED[posting.kind]
    match posting.ending:
        case Ending.LOCAL:
            return f"{done}. No ticket is linked, so the note is kept here."
        case Ending.VERIFIED:
            return f"{done}. {_note(posting)} Its status is “{posting.observed_status}”: read back and verified."
        case Ending.SKIPPED:
            return f"{done}. {_note(posting)} Its status was not changed: {posting.status_transition_skipped_reason}."
        case Ending.KEPT_OPEN:
            return f"Kept open. {_note(posting)} The session goes on."
        case Ending.CANCELLED | None:
            return "Taken back before anything was sent. The session goes on."
        case _:
            assert_never(posting.ending)


def _stands_still(card: NoteCard) -> str:
    posting = card.posting
    ticket = _ticket(posting)
    match posting.trouble:
        case Trouble.NOT_VERIFIED:
            return (
                f"{_note(posting)} But its status was to be “{posting.wanted_status}”, and reads back as “{posting.observed_status}”. "
                f"So the session is not closed. Retrying sets the status again; the note is not posted a second time."
            )
        case Trouble.UNKNOWN:
            return f"Nobody can tell whether the note is on {ticket}: {posting.why} Please look at the ticket."
        case Trouble.GONE | Trouble.REFUSED | Trouble.KEYS | Trouble.DISCONNECTED | None:
            where = f"The note is not on {ticket}." if posting.is_unsent else _note(posting)
            return f"{where} {ended(posting.why) if posting.why else ''} The session is not closed.".replace("  ", " ")
        case _:
            assert_never(posting.trouble)


def _buttons(card: NoteCard) -> list[Block]:
    """Only what can still be done."""
    posting = card.posting
    open_ticket = [blocks.button("Open ticket", "notes.open_ticket", posting.id, url=card.url)] if card.url else []
    match posting.state:
        case PostingState.CONCLUDED:
            if posting.ticket_id is None:
                return []
            if posting.ending is Ending.CANCELLED:
                return open_ticket  # nothing was done for the ticket that could be booked
            return [*open_ticket, blocks.button("Log time…", "tickets.time", posting.session_id)]
        case PostingState.FAILED if posting.trouble is Trouble.UNKNOWN:
            return [
                blocks.button("It is there", "notes.look.there", posting.id),
                blocks.button("It is not there: post it", "notes.look.absent", posting.id),
                *open_ticket,
            ]
        case PostingState.FAILED:
            again = "Retry status" if posting.note_external_id else "Try again"
            keep = "Don't post" if posting.is_unsent else "Keep open"
            return [
                blocks.button(again, "notes.retry_status", posting.id, style="primary"),
                *open_ticket,
                blocks.button(keep, "notes.keep_open", posting.id),
            ]
        case _:
            take_back = [blocks.button("Don't post", "notes.cancel", posting.id)] if posting.is_unsent else []
            return [*take_back, *open_ticket]


def _ticket(posting: Posting) -> str:
    return posting.ticket_label or "the ticket"


def _note(posting: Posting) -> str:
    if posting.ticket_id is None:
        return "The note is kept here."
    if posting.note_external_id is None and not posting.is_unsent:
        return f"The note may be on {_ticket(posting)}; FlowPilot has not been able to look."
    number = f" {posting.note_external_id}" if (posting.note_external_id or "").isdigit() else ""
    return (
        f"The note{number} is on {_ticket(posting)}."
        if posting.note_external_id
        else f"Nothing was posted to {_ticket(posting)}."
    )


def _next_try(posting: Posting) -> str:
    """Which try comes next; before one has failed it is simply the next."""
    number = posting.tries + 1
    if number == 1:
        return "Next try"
    return f"{number}{'th' if number % 100 in {11, 12, 13} else ENDS.get(number % 10, 'th')} try"
