"""Blocks and views against Slack's limits: what the real one would answer with invalid_blocks or invalid_arguments."""

from collections.abc import Iterator
from typing import Literal

from bot.sandbox.checks import Check, anything, array, both, flag, number, one_of, problem, shape, string, typed
from bot.sandbox.elements import (
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    any_text,
    distinct_action_ids,
    element_of,
    mrkdwn,
    plain,
)
from bot.sandbox.wire import Json, compact, obj, objs, text

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
BLOCKS_PAYLOAD = 13_200
MARKDOWN_TOTAL = 12_000


def block(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """A block: its type, the required fields, the optional ones and perhaps a block_id."""
    return shape({"type": anything, **required}, {"block_id": ID, **(optional or {})})


def actions_apart(value: object, pointer: str) -> Iterator[str]:
    """Say where two elements of the block share an action_id."""
    yield from distinct_action_ids(objs(obj(value).get("elements")), f"{pointer}/elements")


def text_or_fields(value: object, pointer: str) -> Iterator[str]:
    """Say where a section has nothing to show."""
    if not {"text", "fields"} & obj(value).keys():
        yield problem("a section needs text or fields", pointer)


def one_image(value: object, pointer: str) -> Iterator[str]:
    """Say where an image has no source, or two."""
    fields = obj(value)
    if ("image_url" in fields) == ("slack_file" in fields):
        yield problem("exactly one of image_url and slack_file is required", pointer)


IN_CONTEXT = typed({"plain_text": plain(3000), "mrkdwn": mrkdwn(3000), "image": element_of("image")}, "context element")
CELL = typed({"raw_text": anything, "rich_text": anything, "raw_number": anything}, "table cell")
RICH_TEXT = array(
    typed(
        {
            name: shape(
                {"type": anything, "elements": array(anything, 0, 1000)},
                {"style": anything, "indent": anything, "border": anything, "offset": anything},
            )
            for name in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
        },
        "rich text element",
    ),
    0,
    100,
)

EVERYWHERE: dict[str, Check] = {
    "section": both(
        block(
            {},
            {
                "text": any_text(3000),
                "fields": array(any_text(2000), 1, 10),
                "accessory": element_of(*IN_SECTION),
                "expand": flag,
            },
        ),
        text_or_fields,
    ),
    "divider": block({}),
    "header": block({"text": plain(150)}),
    "context": block({"elements": array(IN_CONTEXT, 1, 10)}),
    "actions": both(block({"elements": array(element_of(*IN_ACTIONS), 1, 25)}), actions_apart),
    "input": block(
        {"label": plain(2000), "element": element_of(*IN_INPUT)},
        {"dispatch_action": flag, "hint": plain(2000), "optional": flag},
    ),
    "image": both(
        block({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": anything, "title": plain(2000)}),
        one_image,
    ),
    "rich_text": block({"elements": RICH_TEXT}),
    "video": block(
        {"alt_text": string(2000), "title": plain(200), "thumbnail_url": string(3000), "video_url": string(3000)},
        {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": string(3000),
            "provider_name": string(50),
            "title_url": string(3000),
        },
    ),
}
ALERT: dict[str, Check] = {
    "alert": block({"text": any_text(3000)}, {"level": one_of("default", "info", "warning", "error", "success")})
}
CARD = block(
    {},
    {
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "icon": anything,
        "hero_image": anything,
        "actions": array(element_of("button"), 1, 5),
    },
)
TASK_STATUS = one_of("pending", "in_progress", "complete", "error")
MESSAGES_ONLY: dict[str, Check] = {
    "markdown": block({"text": string(MARKDOWN_TOTAL)}),
    "context_actions": both(
        block({"elements": array(element_of("feedback_buttons", "icon_button"), 1, 5)}), actions_apart
    ),
    "table": block({"rows": array(array(CELL, 1, 20), 1, 100)}, {"column_settings": array(anything, 0, 20)}),
    "data_table": block(
        {"rows": array(anything, 1, 1000), "caption": string(3000)},
        {"page_size": number(1, 100), "row_header_column_index": number(0, 19)},
    ),
    "card": CARD,
    "carousel": block({"elements": array(typed({"card": CARD}, "carousel element"), 1, 10)}),
    "task_card": block(
        {"task_id": string(255), "title": string(3000)},
        {"status": TASK_STATUS, "details": anything, "output": anything, "sources": array(anything, 0, 100)},
    ),
    "plan": block({"title": string(3000)}, {"tasks": array(anything, 0, 100)}),
    "file": block({"external_id": string(255), "source": one_of("remote")}),
}
INSIDE = {
    name: EVERYWHERE[name] for name in ("section", "divider", "header", "context", "actions", "image", "rich_text")
}
MESSAGES_ONLY["container"] = block(
    {"child_blocks": array(typed(INSIDE, "child block"), 1, 10)},
    {
        "title": plain(150),
        "subtitle": plain(150),
        "rich_text_title": anything,
        "icon": anything,
        "width": anything,
        "has_header_divider": flag,
        "is_collapsible": flag,
        "default_collapsed": flag,
    },
)
ONE_BLOCK: dict[Surface, Check] = {
    "message": typed({**EVERYWHERE, **ALERT, **MESSAGES_ONLY}, "block"),
    "modal": typed({**EVERYWHERE, **ALERT}, "block"),
    "home": typed(EVERYWHERE, "block"),
}
VIEW_FIELDS: dict[str, Check] = {
    "type": anything,
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = shape(
    {"type": anything, "title": plain(24), "blocks": anything},
    {
        **VIEW_FIELDS,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = shape({"type": anything, "blocks": anything}, VIEW_FIELDS)


def block_problems(blocks: object, surface: Surface, pointer: str = "/blocks") -> list[str]:
    """Return what Slack would say against these blocks on that surface; nothing when they are good."""
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = list(array(ONE_BLOCK[surface], 0, most)(blocks, pointer))
    known = objs(blocks)
    ids = [each["block_id"] for each in known if "block_id" in each]
    if len(set(map(str, ids))) != len(ids):
        found.append(problem("block_id must be unique", pointer))
    if sum(each.get("type") in ("table", "data_table") for each in known) > 1:
        found.append(problem("only one table is allowed", pointer))
    if sum(len(text(each.get("text"))) for each in known if each.get("type") == "markdown") > MARKDOWN_TOTAL:
        found.append(problem(f"markdown blocks must be less than {MARKDOWN_TOTAL + 1} characters together", pointer))
    return found


def blocks_too_long(blocks: object) -> bool:
    """Return whether Slack would refuse the blocks of a message for their total size."""
    return len(compact(blocks)) > BLOCKS_PAYLOAD


def view_problems(view: Json, surface: Literal["modal", "home"]) -> list[str]:
    """Return what Slack would say against this view; nothing when it is good."""
    if view.get("type") != surface:
        return [problem(f"type must be {surface}", "/view/type")]
    found = list((MODAL if surface == "modal" else HOME)(view, "/view"))
    found += block_problems(view.get("blocks"), surface, "/view/blocks")
    has_input = any(each.get("type") == "input" for each in objs(view.get("blocks")))
    if surface == "modal" and has_input and "submit" not in view:
        found.append(problem("submit is required when there is an input block", "/view"))
    return found


def with_ids(blocks: list[Json], fresh: Iterator[str]) -> list[Json]:
    """Return the blocks with a block_id on each and an action_id on each element, as Slack completes them."""
    return [_completed(each, fresh) for each in blocks]


def _completed(each: Json, fresh: Iterator[str]) -> Json:
    done: Json = {"block_id": next(fresh), **each} if "block_id" not in each else dict(each)
    for slot in ("accessory", "element"):
        inner = obj(done.get(slot))
        if inner and inner.get("type") != "image" and "action_id" not in inner:
            done[slot] = {**inner, "action_id": next(fresh)}
    if done.get("type") in ("actions", "context_actions"):
        done["elements"] = [
            inner if "action_id" in inner else {**inner, "action_id": next(fresh)} for inner in objs(done["elements"])
        ]
    return done
