"""The review of a draft, the builder, and the lists of drafts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import blocks, inputs
from bot.blocks import Block, View
from core.scripts.dangers import Finding, mark_of
from core.scripts.forms import PER_PAGE, Row
from core.scripts.languages import LABEL
from core.scripts.models import DESCRIPTION_LIMIT, NAME_LIMIT, REASON_LIMIT, Draft, DraftStatus, Template
from core.scripts.pages import PAGE, DraftPage
from core.scripts.parameters import ParameterType
from core.scripts.sheets import Open
from core.sessions.models import Session
from core.text import shorten

TYPES = [(kind.value.capitalize(), kind.value) for kind in ParameterType]
LANGUAGES = [(LABEL[one], one.value) for one in LABEL]
REQUIRED, REMOVED = ("Must be filled in", "required"), ("Remove this parameter", "removed")
MUTE = [("Don't ask again for this team", "mute")]


def review_modal(shown: Open, session: Session, outcome: str) -> View:
    """One draft, with where it comes from and how its fix went."""
    ticket = f"{session.psa_ticket_label} · " if session.psa_ticket_label else ""
    told = blocks.context(
        f"From {blocks.escape(ticket)}“{blocks.escape(shorten(session.title, 150))}” · the fix: {outcome}"
    )
    fields = [told, *_fields(shown, mute=True)]
    return blocks.modal(
        "drafts.accept", "Review draft", fields, submit="Save to library", close="Later", sheet_id=shown.sheet_id
    )


def builder_modal(shown: Open) -> View:
    title = "Edit template" if shown.page.kind == "template" else "Build template"
    fields = _fields(shown, mute=False)
    return blocks.modal(
        "scripts.publish", title, fields, submit="Save to library", close="Later", sheet_id=shown.sheet_id
    )


def _fields(shown: Open, *, mute: bool) -> list[Block]:
    page, revision = shown.page, shown.page.revision
    whole = _noticed(shown)
    if page.page == 0:
        whole += inputs.long_field("edited_body", "Script", page.body, spare=True, revision=revision)
        whole.append(
            blocks.context(
                "A parameter is written *{{key}}* where its value belongs. FlowPilot puts the quotes itself."
            )
        )
        whole += [
            blocks.field(f"name~{revision}", "Name", blocks.text_input(value=page.name, limit=NAME_LIMIT)),
            blocks.field(
                f"category_id~{revision}", "Category", inputs.choice(shown.categories or [("–", "–")], page.category_id)
            ),
            blocks.field(
                f"description~{revision}",
                "Description",
                blocks.text_input(lines=True, value=page.description, limit=DESCRIPTION_LIMIT),
                optional=True,
            ),
        ]
        if page.kind == "new":
            whole.append(blocks.field(f"language~{revision}", "Language", inputs.choice(LANGUAGES, page.language)))
    for row in page.shown:
        whole += _row(row, revision)
    if mute and page.page == page.pages - 1:
        chosen = ["mute"] if page.mute else []
        whole.append(blocks.field(f"mute~{revision}", "Asking", inputs.checkboxes(MUTE, chosen), optional=True))
    return [*whole, _doors(shown)]


def _noticed(shown: Open) -> list[Block]:
    page = shown.page
    said: list[Block] = [blocks.said(shown.said)] if shown.said else []
    if page.pages > 1:
        first = page.page * PER_PAGE + 1
        last = first + len(page.shown) - 1
        said.append(
            blocks.context(f"Parameters {first} to {last} of {len(page.rows)}. What you wrote on the others is kept.")
        )
    said += [
        blocks.context(
            f"The library has one much like this: *{blocks.escape(like.name)}* ({like.slug}, used {like.usage_count} times)"
        )
        for like in shown.like
    ]
    if shown.findings:
        said.append(blocks.section("*Before it is saved, please look at this:*"))
        said += [blocks.said(f"• {finding_line(one)}") for one in shown.findings[:12]]
        if len(shown.findings) > 12:
            said.append(blocks.context(f"and {len(shown.findings) - 12} more"))
        looked = [("I have looked, and it is meant", mark_of(shown.findings))]
        said.append(
            blocks.field(
                f"acknowledged~{page.revision}",
                "Confirm, or change the script",
                inputs.checkboxes(looked, ()),
                optional=True,
            )
        )
    return said


def finding_line(one: Finding) -> str:
    """What was found and where; a secret itself is never repeated."""
    where = f"Line {one.line}: " if one.line else ""
    return f"{where}{one.what}" + ("" if one.is_secret else f": {shorten(one.evidence, 200)}")


def _row(row: Row, revision: int) -> list[Block]:
    name = f"parameters.{row.key}"
    flags = [flag for flag, is_set in (("required", row.required), ("removed", row.removed)) if is_set]
    fields = [
        blocks.section(f"*{{{{{row.key}}}}}*", block_id=f"row.{row.key}~{revision}"),
        blocks.field(f"{name}.label~{revision}", "Label", blocks.text_input(value=row.label, limit=80), optional=True),
        blocks.field(f"{name}.type~{revision}", "Type", inputs.choice(TYPES, row.type)),
        blocks.field(
            f"{name}.default~{revision}", "Default", blocks.text_input(lines=True, value=row.default), optional=True
        ),
    ]
    if row.type is ParameterType.CHOICE or row.choices:
        fields.append(
            blocks.field(
                f"{name}.choices~{revision}",
                "Choices, one a line",
                blocks.text_input(lines=True, value=row.choices),
                optional=True,
            )
        )
    was = f"In the script that was run: {shorten(row.original, 150)}" if row.original else None
    fields.append(
        blocks.field(
            f"{name}.flags~{revision}",
            "This one",
            inputs.checkboxes([REQUIRED, REMOVED], flags),
            optional=True,
            hint=was,
        )
    )
    return fields


def _doors(shown: Open) -> Block:
    page = shown.page
    doors = [blocks.button("Preview", "drafts.preview", shown.sheet_id)]
    if page.page > 0:
        doors.append(blocks.button("Previous parameters", "drafts.page.previous", str(page.page - 1)))
    if page.page + 1 < page.pages:
        doors.append(blocks.button("Next parameters", "drafts.page.next", str(page.page + 1)))
    doors.append(blocks.button("Check the parameters", "drafts.page.here", str(page.page)))
    if page.kind == "draft":
        doors.append(blocks.button("Don't keep…", "drafts.reject", shown.subject, style="danger"))
    return blocks.actions(doors, block_id=f"doors~{page.revision}")


def preview_modal(script: str) -> View:
    told = blocks.context("Filled with the defaults, or with ‹…› where there is none. Nothing is saved yet.")
    return blocks.modal("house.notice", "Preview", [told, *blocks.codes(script)[:90]], close="Back")


def reject_modal(draft: Draft) -> View:
    fields = [
        blocks.said(draft.proposed_name),
        blocks.field(
            "reason",
            "Why is it not worth keeping?",
            blocks.text_input(lines=True, limit=REASON_LIMIT),
            optional=True,
        ),
        blocks.field("mute", "Asking", inputs.checkboxes(MUTE, ()), optional=True),
    ]
    return blocks.modal("drafts.reject", "Don't keep", fields, submit="Don't keep", draft_id=draft.id)


def saved_modal(template: Template) -> View:
    return blocks.notice(
        "Saved", f"“{template.name}” is in the library as {template.slug}. /pilot scripts finds it, and fills it in."
    )


def offer(drafts: Sequence[tuple[Draft, str | None]]) -> tuple[str, list[Block]]:
    """In the thread after a resolve: the session's drafts, one to review at a time; `drafts` each with who reviewed it."""
    waiting = [draft for draft, _ in drafts if draft.status is DraftStatus.PENDING]
    count = f"{len(waiting)} draft template{'' if len(waiting) == 1 else 's'}"
    text = (
        f"{count} from this session can go into the script library."
        if waiting
        else "The draft templates of this session are reviewed."
    )
    shown: list[Block] = [blocks.section(text)]
    for draft, reviewer in drafts[:10]:
        shown.append(blocks.context(f"{blocks.escape(shorten(draft.proposed_name, 150))} · {_fate(draft, reviewer)}"))
    if waiting:
        shown.append(
            blocks.actions(
                [blocks.button("Review draft", "drafts.review", waiting[0].id, style="primary")], block_id="offer"
            )
        )
    return text, shown


def _fate(draft: Draft, reviewer: str | None) -> str:
    who = blocks.escape(reviewer or "somebody")
    match draft.status:
        case DraftStatus.PENDING:
            return "waits for a review"
        case DraftStatus.ACCEPTED:
            return f"saved to the library by {who}"
        case DraftStatus.REJECTED:
            why = f": {blocks.escape(shorten(draft.reject_reason, 300))}" if draft.reject_reason else ""
            return f"not kept, says {who}{why}"


def list_modal(shown: Sequence[Block]) -> View:
    """The list where App Home was clicked."""
    return blocks.modal("house.notice", "Drafts", shown, close="Close")


def listing(page: DraftPage, now: datetime, url: str, *, all_of_them: bool) -> tuple[str, list[Block]]:
    """`/pilot drafts [all]`, newest first, with age and reviewer."""
    title = "All drafts" if all_of_them else "Drafts to review"
    if not page.items:
        return f"{title}: none.", [blocks.section(f"*{title}*\nNone.")]
    first = page.number * PAGE + 1
    total = f"{page.total}" if page.total < 1_000 else "1,000 or more"
    shown: list[Block] = [
        blocks.section(f"*{title}*"),
        blocks.context(f"{first} to {first + len(page.items) - 1} of {total}, newest first"),
    ]
    for one in page.items:
        days = (now - one.draft.created_at).days
        age = "made today" if days < 1 else f"made {days} day{'s' if days > 1 else ''} ago"
        link = blocks.session_link(url, one.session.title, one.session.channel, one.session.thread_ts)
        name = blocks.escape(shorten(one.draft.proposed_name, 120))
        line = f"*{name}* · {LABEL[one.draft.language]} · {age}\n{_fate(one.draft, one.reviewer)} · {link}"
        waits = one.draft.status is DraftStatus.PENDING
        shown.append(
            blocks.section(
                line,
                blocks.button(f"Review {shorten(one.draft.proposed_name, 60)}", "drafts.review", one.draft.id)
                if waits
                else None,
            )
        )
    if page.more:
        which = "all" if all_of_them else "pending"
        shown.append(blocks.actions([blocks.button("Next page", "drafts.list", f"{which}:{page.number + 1}")]))
    return f"{title}: {page.total}", blocks.fitted(shown)
