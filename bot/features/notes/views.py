"""The note's preview: what will be posted, to whom, and what the person may do with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never
from zlib import crc32

from bot import blocks, inputs
from bot.blocks import Block, View
from bot.features.notes.question_views import questions
from core.llm.notes import SECTIONS, NoteKind, Section, SectionName
from core.notes.commands import NEEDED
from core.notes.previews import Page
from core.sessions.models import Session
from core.text import shorten

TITLE = {NoteKind.RESOLUTION: "Resolution note", NoteKind.ESCALATION: "Escalation package"}
VERB = {NoteKind.RESOLUTION: "resolve", NoteKind.ESCALATION: "escalate"}
NOT_FOLLOWED = (
    "the instruction could not be followed. Without a model FlowPilot understands: shorter; as a list; numbered; as one paragraph; "
    "add: …; replace “a” with “b”."
)
Layout = Mapping[str, Sequence[tuple[str, str]]]
"""The inputs of an open modal by section: the block id of each, and what stands in it."""
ROOM_LEFT = 400
"""Where an input has less room than this left, the next one is there already."""


def preview_modal(
    page: Page,
    modal: str,
    layout: Layout | None = None,
    *,
    asks_again: Sequence[str] = (),
    news: Sequence[str] = (),
    secrets: tuple[Sequence[str], str] | None = None,
) -> View:
    """The whole preview. `modal` is its external id, `layout` how it stands open already: Slack keeps what is in an input whose id stays.
    `asks_again` says why it was not posted; `news` what changed since the draft that stood here before; `secrets` are what was found, and its
    fingerprint."""
    shown: list[Block] = [blocks.said(page.session.title), blocks.context(*badge(page))]
    shown += [blocks.said(f"Not posted yet. {sentence}") for sentence in asks_again]
    if secrets is not None:
        shown += _secrets(*secrets)
    if news:
        what = shorten("; ".join(news), 1_000)
        shown.append(blocks.said(f"The draft was written anew: {what}. What you wrote yourself is as you left it."))
    shown += _changed(page) + _rewriting(page) + questions(page)
    drafted = {section.key: section for section in page.draft.draft()} if page.draft else {}
    texts, names = page.texts(), page.sources
    for name in SECTIONS[page.kind]:
        open_ones = (layout or {}).get(name.key, ())
        shown += _section(page, name, texts[name.key], open_ones, drafted.get(name.key), names)
    without = page.draft is None or page.draft.composed_without_ai
    shown.append(
        blocks.context("FlowPilot · composed without AI" if without else "FlowPilot · written by AI; please read it")
    )
    return _modal(page, modal, shown, submit="Confirm and post")


def writing_modal(page: Page, modal: str, *, why: str = "Writing the note …") -> View:
    """Shown until the draft is there."""
    return _modal(
        page, modal, [blocks.said(page.session.title), blocks.context(*badge(page)), blocks.said(why)], submit=None
    )


def _modal(page: Page, modal: str, shown: Sequence[Block], *, submit: str | None) -> View:
    view = blocks.modal(
        "notes.post",
        TITLE[page.kind],
        shown,
        submit=submit,
        session_id=page.session.id,
        kind=page.kind,
        preview_id=page.draft.id if page.draft else None,
        state_version=page.session.state_version,
        first=page.asked[0].id if page.asked else None,
    )
    return {**view, "external_id": modal, "notify_on_close": True}


def badge(page: Page) -> list[str]:
    """Who reads it, where it goes, and what becomes of the ticket. Mrkdwn."""
    reader = "*The customer will see this*" if page.kind is NoteKind.RESOLUTION else "*Internal only*"
    session = page.session
    if session.psa_ticket_id is None:
        done = "resolved" if page.kind is NoteKind.RESOLUTION else "escalated"
        return [reader, f"No ticket is linked: the note is kept here, and the session is {done} in FlowPilot only"]
    label = blocks.escape(session.psa_ticket_label or session.psa_ticket_id)
    if page.connection is None or page.connection.removed_at is not None:
        return [reader, f"{label}: its connection was removed, so nothing can be posted there"]
    if page.target is not None:
        return [reader, f"Posted to {label}; its status becomes “{blocks.escape(page.target.name)}”"]
    return [reader, f"Posted to {label}; no status is chosen for its board, so it keeps the one it has"]


def _changed(page: Page) -> list[Block]:
    refresh = blocks.button("Refresh", "notes.refresh", f"{page.kind}:{page.session.id}")
    if page.changed:
        text = f"{'; '.join(page.changed)} since this draft."
        return [blocks.section(blocks.escape(shorten(text[:1].upper() + text[1:], 1_000)), accessory=refresh)]
    if page.draft is not None and not page.is_current:
        return [blocks.section("This draft is of another answer than the one below.", accessory=refresh)]
    return []


def _rewriting(page: Page) -> list[Block]:
    if page.copy is None or page.copy.asked_section is None:
        return []
    title = next((name.title for name in SECTIONS[page.kind] if name.key == page.copy.asked_section), "")
    if page.copy.instruction is not None:
        return [blocks.said(f"“{title}” is being written anew …")]
    return [blocks.said(f"“{title}” stayed as it was: {NOT_FOLLOWED}")]


def _secrets(kinds: Sequence[str], fingerprint: str) -> list[Block]:
    found = ", ".join(kinds)
    return [
        blocks.said(
            f"Not posted yet. The text holds what looks like a secret ({found}). Please take it out; or say below that it may be posted as it stands."
        ),
        blocks.field(
            f"secrets_seen~{fingerprint}",
            "Post it all the same?",
            inputs.checkboxes([("I have looked: this may be posted", fingerprint)], ()),
            optional=True,
        ),
    ]


def _section(
    page: Page,
    name: SectionName,
    text: str,
    open_ones: Sequence[tuple[str, str]],
    drafted: Section | None,
    names: Mapping[str, str],
) -> list[Block]:
    shown = [
        blocks.field(
            block_id,
            name.title if place == 0 else f"{name.title}, continued",
            blocks.text_input(lines=True, value=piece, heard=True),
            optional=place > 0 or name.key != NEEDED[page.kind][0],
            heard=True,
        )
        for place, (block_id, piece) in enumerate(_inputs(page, name.key, text, open_ones))
    ]
    if drafted is not None and (told := _told(drafted, names)):
        shown.append(blocks.context(told))
    value = f"{page.kind}:{page.session.id}"
    buttons = [blocks.button("Rewrite with an instruction…", f"notes.rewrite.{name.key}", value)]
    if name.key in page.edited:
        buttons.append(blocks.button("Back to the draft", f"notes.restore.{name.key}", value))
    return [*shown, blocks.actions(buttons, block_id=f"of.{name.key}.{_mark(page, name.key)}")]


def _mark(page: Page, key: str) -> str:
    """The text that a section was given: another draft, or another text of ours, is another mark."""
    return f"{page.draft.id.hex[-8:] if page.draft else 'none'}.{page.copy.revision(key) if page.copy else 0}"


def _inputs(page: Page, key: str, text: str, open_ones: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The inputs of a section. Those that are open stay as they are, with one more where the last is nearly full; cut anew, they get new ids, or
    Slack would show what stood in them before."""
    mark = _mark(page, key)
    if open_ones and open_ones[-1][0].partition("~")[2].startswith(mark):
        last_id, last = open_ones[-1]
        more = [(f"{key}.{len(open_ones)}~{last_id.partition('~')[2]}", "")] if is_nearly_full(last) else []
        return [*open_ones, *more]
    pieces = parts(text)
    cut = f".{crc32(repr([len(piece) for piece in pieces[:-1]]).encode()):x}" if len(pieces) > 1 else ""
    return [(f"{key}.{place}~{mark}{cut}", piece) for place, piece in enumerate(pieces)]


def parts(text: str) -> list[str]:
    """The text in pieces that an input holds, an empty one at the end where the last is nearly full; joined they are the text again.

    Slack counts as JavaScript does: a character beyond the basic plane is two.
    """
    pieces: list[str] = []
    rest = text
    while length(rest) > blocks.INPUT:
        end = blocks.INPUT
        while length(rest[:end]) > blocks.INPUT:
            end -= (length(rest[:end]) - blocks.INPUT + 1) // 2
        # After a line or a word, where there is one in the second half.
        cut = max(rest.rfind("\n", end // 2, end), -1)
        cut = cut if cut > 0 else rest.rfind(" ", end // 2, end)
        end = cut + 1 if cut > 0 else end
        pieces.append(rest[:end])
        rest = rest[end:]
    pieces.append(rest)
    return [*pieces, ""] if is_nearly_full(rest) else pieces


def is_nearly_full(text: str) -> bool:
    """Whether an input with this text needs another one after it."""
    return length(text) > blocks.INPUT - ROOM_LEFT


def length(text: str) -> int:
    """In the units that Slack counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _told(section: Section, names: Mapping[str, str]) -> str:
    """What the lines of the draft rest on, small."""
    told: list[str] = []
    for number, line in enumerate(section.lines, 1):
        known = [names[str(cite)] for cite in line.cites if str(cite) in names]
        if known:
            told.append((f"line {number}: " if len(section.lines) > 1 else "") + ", ".join(known))
    if not told:
        return ""
    return blocks.escape(shorten(f"The draft rests on {'; '.join(told)}", 1_200))


def rewrite_modal(page: Page, name: SectionName) -> View:
    instruction = blocks.field(
        "instruction",
        "How should it be?",
        blocks.text_input(lines=True, limit=500, placeholder="Shorter; as a list; say that we called back at noon"),
    )
    return blocks.modal(
        "notes.rewrite",
        "Rewrite",
        [blocks.said(f"{TITLE[page.kind]}: {name.title}"), instruction],
        submit="Rewrite",
        session_id=page.session.id,
        kind=page.kind,
        section=name.key,
    )


def chooser(kind: NoteKind, sessions: Sequence[Session]) -> tuple[str, list[Block]]:
    """Several sessions in one channel: which one is meant?"""
    verb = VERB[kind]
    text = f"There are several sessions in this channel. Which one do you want to {verb}?"
    shown: list[Block] = [blocks.section(text)]
    for session in sessions[:20]:
        match kind:
            case NoteKind.RESOLUTION:
                pick = blocks.button("Resolve…", "notes.preview.resolution", session.id)
            case NoteKind.ESCALATION:
                pick = blocks.button("Escalate…", "notes.preview.escalation", session.id)
            case _:
                assert_never(kind)
        shown.append(blocks.section(blocks.escape(shorten(session.title, 150)), accessory=pick))
    return text, shown
