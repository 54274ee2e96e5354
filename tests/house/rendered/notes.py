"""Notes and handoffs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.features.escalations import views as escalations
from bot.features.notes import card_views as cards
from bot.features.notes import views as notes
from bot.features.stats import views as stats
from core.escalations.models import Escalation
from core.escalations.pages import Handoff
from core.fixes.models import FixStatus
from core.home import Stats
from core.ids import new_id
from core.intake.walks.models import WalkKind
from core.llm.notes import SECTIONS, DraftNote, Line, NoteKind, Section
from core.notes.answers import ASKED, presets
from core.notes.models import Preview, WorkingCopy
from core.notes.overview import Figures, NoteCard
from core.notes.postings import Ending, Posting, PostingState, Trouble
from core.notes.previews import Page
from core.psa.models import PsaConnection
from core.psa.provider import System
from core.sessions.models import SessionStatus
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message
from tests.house.rendered.drafts import a_draft


def a_preview(data: Data, kind: NoteKind) -> Preview:
    preview = Preview(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        kind=kind,
        state_version=1,
        prompt_version="1",
        answers={},
        answer_key="",
        wanted_at=NOON,
    )
    cites = tuple(new_id() for _ in range(40))
    lines = tuple(Line(data.text[:3_000], cites) for _ in range(7))
    note = DraftNote(tuple(Section(name.key, lines) for name in SECTIONS[kind]), composed_without_ai=True)
    preview.write(note, {"names": {str(cite): data.text for cite in cites}}, NOON)
    return preview


def a_page(data: Data, kind: NoteKind, *, linked: bool, edited: bool) -> Page:
    session = data.session()
    connection = None
    if linked:
        session.psa_ticket_id, session.psa_ticket_label, session.psa_board_id = "1", data.title, "1"
        connection = PsaConnection(
            account_id=new_id(),
            id=new_id(),
            system=System.CONNECTWISE,
            name=data.title,
            url=URL,
            login={},
            sealed_keys="",
            targets={"1": {one: {"id": "1", "name": data.title, "closed": True} for one in ("resolved", "escalated")}},
            connected_at=NOON,
            changed_at=NOON,
        )
    copy = None
    if edited:
        copy = WorkingCopy(
            account_id=new_id(), id=new_id(), session_id=session.id, kind=kind, user_id=new_id(), updated_at=NOON
        )
        copy.texts = {name.key: data.text * 2 for name in SECTIONS[kind]}
        copy.asked_section = SECTIONS[kind][0].key
    open_ones = [data.fix(FixStatus.APPLIED_PENDING, applied=True) for _ in range(12)] if linked else []
    return Page(
        session,
        kind,
        a_preview(data, kind),
        not edited,
        copy,
        open_ones[:ASKED],
        open_ones[ASKED:],
        presets(kind, open_ones[:ASKED]),
        None,
        connection,
        (f"“{data.title}” was suggested",) * 20 if edited else (),
    )


def a_posting(data: Data, kind: NoteKind, state: PostingState) -> Posting:
    return Posting(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        kind=kind,
        revision=1,
        state=state,
        ticket_id="1",
        ticket_label=data.title,
        text=data.text,
        ai_text=data.text,
        composed_without_ai=True,
        words_changed=1,
        summary=data.text[:500],
        status_before=SessionStatus.ACTIVE,
        requested_by=new_id(),
        requested_at=NOON,
        note_external_id="77",
        observed_status=data.title,
        wanted_status=data.title,
        status_transition_skipped_reason=data.text,
        why=data.text,
        tries=2,
        next_try_at=NOON + timedelta(minutes=1),
        modal="fp-note-1",
    )


def postings(data: Data) -> Iterator[Posting]:
    for kind in NoteKind:
        for state in PostingState:
            posting = a_posting(data, kind, state)
            if state is PostingState.CONCLUDED:
                for ending in Ending:
                    posting.ending = ending
                    yield posting
            elif state is PostingState.FAILED:
                for trouble in Trouble:
                    posting.trouble = trouble
                    yield posting
            else:
                yield posting
                posting.note_external_id = None
                yield posting


def notes_views(data: Data) -> Iterator[Rendered]:
    for kind in NoteKind:
        for linked in (True, False):
            for edited in (True, False):
                page = a_page(data, kind, linked=linked, edited=edited)
                yield Rendered("notes.preview_modal", None, view=notes.preview_modal(page, "fp-note-1"))
                asked = notes.preview_modal(
                    page, "fp-note-1", asks_again=[data.text], news=[data.text] * 9, secrets=(["password"] * 9, "f")
                )
                yield Rendered("notes.preview_modal", None, view=asked)
                bare = replace(page, draft=None, copy=None)
                yield Rendered("notes.writing_modal", None, view=notes.writing_modal(bare, "fp-note-1", why=data.text))
        yield Rendered("notes.rewrite_modal", None, view=notes.rewrite_modal(page, SECTIONS[kind][0]))
        yield message("notes.chooser", notes.chooser(kind, [data.session() for _ in range(20)]))


def note_card_views(data: Data) -> Iterator[Rendered]:
    for posting in postings(data):
        card = NoteCard(posting, data.session(), data.name, URL, [a_draft(data)] * 2, [data.text] * 9)
        yield message("notes.card_blocks", (cards.card_text(card), cards.card_blocks(card)))
        yield Rendered("notes.result_modal", None, view=cards.result_modal(card))
        yield Rendered("notes.others_modal", None, view=cards.others_modal(card, had_typed=True))


def a_handoff(data: Data, *, claimed: bool = False) -> Handoff:
    escalation = Escalation(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        title=data.title,
        reason=data.text[:500],
        raised_by=new_id(),
        raised_at=NOON,
        claimed_by=new_id() if claimed else None,
        claimed_at=NOON if claimed else None,
    )
    return Handoff(escalation, data.name, data.name if claimed else None)


def escalations_views(data: Data) -> Iterator[Rendered]:
    for claimed in (True, False):
        handoff = a_handoff(data, claimed=claimed)
        for session in (data.session(), None):
            yield message("escalations.card", escalations.card(handoff, session, URL))
        handoff.escalation.session_id, handoff.escalation.walk_id = None, handoff.escalation.session_id
        for session in (data.session(), None):
            yield message("escalations.card", escalations.card(handoff, session, URL))
    for found in ([a_handoff(data) for _ in range(10)], []):
        of = {one.escalation.session_id: data.session() for one in found if one.escalation.session_id}
        yield message("escalations.listing", escalations.listing(found, of, 1_000 if found else 0, 1, URL))


def stats_views(data: Data) -> Iterator[Rendered]:
    del data
    yield message("stats.shown", stats.shown(Stats(Figures(0, 0, 0, 0, None, 0, 0, None, NOON), 0, None, None, {})))
    figures = Figures(9, 8, 1, 2, 70.5, 4, 3, 12.0, NOON)
    walks = dict.fromkeys(WalkKind, 3)
    yield message("stats.shown", stats.shown(Stats(figures, 1_000, timedelta(days=90), timedelta(minutes=4), walks)))
