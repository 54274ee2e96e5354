"""A small vocabulary of Block Kit. Every limit of Slack's is kept here and nowhere else, so no view can be refused for its size.

`plain` texts never parse mentions or markup, so they are the sink for what people type; `escape` is for the few that go into mrkdwn. What people
copy is never in mrkdwn: a script is `code`, a long text `paragraphs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from bot.escaping import escape
from core.text import shorten

Block = dict[str, object]
View = dict[str, object]

SECTION, HEADER, BUTTON, OPTION, CONTEXT = 3_000, 150, 75, 75, 3_000
INPUT = 3_000
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE = 13_000  # of JSON, all blocks of a message together; Slack refuses a little more than this
FALLBACK = 3_900


def mrkdwn(text: str, limit: int = SECTION) -> Block:
    return {"type": "mrkdwn", "text": _never_empty(shorten(text, limit)), "verbatim": True}


def plain(text: str, limit: int = SECTION) -> Block:
    return {"type": "plain_text", "text": _never_empty(shorten(text, limit)), "emoji": False}


def _never_empty(text: str) -> str:
    return text if text.strip() else "–"


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text.replace("\n", " "), HEADER)}


def section(text: str, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """`text` is mrkdwn: escape what is not ours."""
    return _whole({"type": "section", "text": mrkdwn(text), "accessory": accessory, "block_id": block_id})


def said(text: str, accessory: Block | None = None) -> Block:
    """A section whose text is shown as it is, nothing parsed."""
    return _whole({"type": "section", "text": plain(text), "accessory": accessory})


def paragraphs(text: str, most: int = 4) -> list[Block]:
    """A long text as it is, in sections of 3,000 characters; after `most` of them (a message holds about 13,000) it says that it goes on."""
    parts = [said(text[at : at + SECTION]) for at in range(0, len(text), SECTION)]
    return parts if len(parts) <= most else [*parts[:most], context(f"It goes on: {len(text):,} characters in all.")]


def code(text: str) -> Block:
    """Preformatted text; rich text parses nothing, so a script stays what it is."""
    inside: Block = {
        "type": "rich_text_preformatted",
        "elements": [{"type": "text", "text": _never_empty(shorten(text, SECTION))}],
    }
    return {"type": "rich_text", "elements": [inside]}


def codes(text: str) -> list[Block]:
    """A script of any length as code, parted between its lines, so that each part can be copied as it is."""
    parts: list[str] = []
    rest = text
    while len(rest) > SECTION:
        at = rest.rfind("\n", 1, SECTION)
        at = at if at > 0 else SECTION
        parts.append(rest[:at])
        rest = rest[at:].removeprefix("\n")
    return [code(part) for part in (*parts, rest)]


def context(*texts: str) -> Block:
    """Small print, mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT) for text in texts[:10]]}


def size(shown: Sequence[Block]) -> int:
    """How many characters of JSON these blocks are: what Slack counts against `MESSAGE`."""
    return len(json.dumps(list(shown), ensure_ascii=False, separators=(",", ":")))


def fitted(shown: Sequence[Block], room: int = MESSAGE) -> list[Block]:
    """The blocks with their longest texts cut, as far as it takes to fit into `room`."""
    whole = list(shown)
    for limit in (2_000, 1_200, 700, 400, 250):
        if size(whole) <= room:
            break
        whole = [_cut(block, limit) for block in shown]
    return whole


def _cut(block: Block, limit: int) -> Block:
    cut = dict(block)
    match block:
        case {"type": "plain_text" | "mrkdwn", "text": str(text)}:
            cut["text"] = shorten(text, limit)
        case {"type": "context", "elements": list()}:
            cut["elements"] = [_cut(element, limit) for element in cast("list[Block]", block["elements"])]
        case {"type": "section", "text": dict()}:
            cut["text"] = _cut(cast("Block", block["text"]), limit)
        case _:
            pass
    return cut


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    return _whole({"type": "actions", "elements": list(elements)[:25], "block_id": block_id})


def button(
    label: str,
    action_id: str,
    value: UUID | str,
    *,
    style: str | None = None,
    confirm: Block | None = None,
    url: str | None = None,
) -> Block:
    """`value` carries ids only, never a text."""
    return _whole(
        {
            "type": "button",
            "text": plain(label, BUTTON),
            "action_id": action_id,
            "value": str(value),
            "style": style,
            "confirm": confirm,
            "url": url,
        }
    )


def menu(action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """An overflow menu of (label, "verb:id"), at most five."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [option(label, value) for label, value in options[:5]],
    }


def option(label: str, value: str) -> Block:
    return {"text": plain(label, OPTION), "value": value}


def confirm(title: str, text: str, yes: str) -> Block:
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Cancel", 30),
        "style": "danger",
    }


def field(
    name: str, label: str, element: Block, *, optional: bool = False, hint: str | None = None, heard: bool = False
) -> Block:
    """An input of a form: the block is named after the field it fills, so a refusal finds its place. `heard`: we are told of every change at once."""
    return _whole(
        {
            "type": "input",
            "block_id": name,
            "label": plain(label, 2_000),
            "element": {"action_id": "value", **element},
            "optional": optional,
            "hint": plain(hint, 2_000) if hint else None,
            "dispatch_action": True if heard else None,
        }
    )


def text_input(
    *,
    lines: bool = False,
    value: str | None = None,
    limit: int = INPUT,
    placeholder: str | None = None,
    heard: bool = False,
) -> Block:
    """`heard` (with that of `field`): every character counts as a change."""
    return _whole(
        {
            "type": "plain_text_input",
            "multiline": lines,
            "max_length": min(limit, INPUT),
            "initial_value": shorten(value, min(limit, INPUT)) if value else None,
            "placeholder": plain(placeholder, 150) if placeholder else None,
            "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]} if heard else None,
        }
    )


def radio(options: Sequence[tuple[str, str]], chosen: str | None = None) -> Block:
    """Radio buttons of (label, value), at most ten."""
    shown = [option(label, value) for label, value in options[:10]]
    return _whole(
        {
            "type": "radio_buttons",
            "options": shown,
            "initial_option": next((o for o in shown if o["value"] == chosen), None),
        }
    )


def select(options: Sequence[tuple[str, str]], chosen: str | None = None) -> Block:
    """A menu of (label, value), at most a hundred."""
    shown = [option(label, value) for label, value in options[:100]]
    return _whole(
        {
            "type": "static_select",
            "options": shown,
            "initial_option": next((o for o in shown if o["value"] == chosen), None),
        }
    )


def moment(value: datetime | None = None) -> Block:
    """A date and time, in the clicker's own zone."""
    return _whole({"type": "datetimepicker", "initial_date_time": int(value.timestamp()) if value else None})


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    **meta: object,
) -> View:
    """A modal; `meta` holds ids only, and comes back as fields of the command."""
    return _whole(
        {
            "type": "modal",
            "callback_id": callback_id,
            "title": plain(title, 24),
            "submit": plain(submit, 24) if submit else None,
            "close": plain(close, 24),
            "blocks": list(blocks)[:VIEW_BLOCKS],
            "private_metadata": json.dumps(
                {
                    key: value if isinstance(value, bool) else str(value)
                    for key, value in meta.items()
                    if value is not None
                }
            ),
        }
    )


def notice(title: str, text: str, more: Sequence[Block] = ()) -> View:
    """A modal that only says something."""
    return modal("house.notice", title, [said(text), *more], close="Close")


def home(blocks: Sequence[Block]) -> View:
    return {"type": "home", "blocks": list(blocks)[:VIEW_BLOCKS]}


def when(at: datetime) -> str:
    """`at` for mrkdwn, in the reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def link(url: str | None, text: str) -> str:
    """Mrkdwn: `text`, linked where there is an address. What would end the link early is taken out of both."""
    shown = escape(text.replace("|", "¦"))
    if not url or not url.startswith(("https://", "http://")):
        return shown
    safe = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20")
    return f"<{safe}|{shown}>"


def session_link(url: str, title: str, channel: str, thread_ts: str | None) -> str:
    """Mrkdwn: a session's title, linked to its thread once that is there."""
    shown = escape(shorten(title.replace("|", "¦"), 90))
    if thread_ts is None:
        return f"*{shown}*"
    return f"<{url.rstrip('/')}/archives/{channel}/p{thread_ts.replace('.', '')}|{shown}>"


def _whole(block: Mapping[str, object]) -> Block:
    return {key: value for key, value in block.items() if value is not None}
