"""From a modal's state to a command: the block is named after the field, so what is wrong finds its place again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.errors import Invalid

Filled = TypeVar("Filled", bound=BaseModel)
Json = Mapping[str, object]


def name_of(block_id: str) -> str:
    """The field a block fills: `field[.part][~revision]` without its revision and, for a long text, its numbered part."""
    whole = block_id.partition("~")[0]
    name, _, part = whole.rpartition(".")
    return name if name and part.isdigit() else whole


def values(view: Json) -> dict[str, object]:
    """What the form holds, by field: the parts of a long text joined in order, empty inputs as None, ids from its metadata."""
    found: dict[str, object] = dict(meta(view))
    state = cast("Json", cast("Json", view.get("state") or {}).get("values") or {})
    parts: dict[str, dict[int, str]] = {}
    for block_id in state:
        # One element a block; its action id is `value`, or the look-up's own where options are asked for.
        element = next(iter(cast("Json", state[block_id]).values()), None)
        name, value = name_of(block_id), _value(cast("Json", element or {}))
        number = block_id.partition("~")[0].removeprefix(name).lstrip(".")
        if number:
            parts.setdefault(name, {})[int(number)] = value if isinstance(value, str) else ""
        else:
            found[name] = value
    for name, texts in parts.items():
        found[name] = "".join(texts[number] for number in sorted(texts)) or None
    return found


def meta(view: Json) -> dict[str, object]:
    """The ids a modal carries. Raises `Invalid` when they are not ours."""
    try:
        read = json.loads(str(view.get("private_metadata") or "{}"))
    except json.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise Invalid("This form carries nothing FlowPilot knows. Please open it again.")
    return cast("dict[str, object]", read)


def command(kind: type[Filled], view: Json) -> Filled:
    """The command a form submits. Raises `Invalid` on the field that does not fit."""
    given = {name: value for name, value in values(view).items() if name in kind.model_fields}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid("This does not fit here; please check it.", field=str(first["loc"][0])) from None


def block_of(view: Json, field: str) -> str | None:
    """The block of an open form that fills `field`."""
    return next((block_id for block_id in _inputs(view) if name_of(block_id) == field), None)


def first_input(view: Json) -> str | None:
    return next(iter(_inputs(view)), None)


def _inputs(view: Json) -> list[str]:
    blocks = cast("list[Json]", view.get("blocks") or [])
    return [str(block["block_id"]) for block in blocks if block.get("type") == "input" and block.get("block_id")]


def _value(element: Json) -> object:
    match element.get("type"):
        case "radio_buttons" | "static_select" | "external_select":
            return cast("Json", element.get("selected_option") or {}).get("value")
        case "users_select":
            return element.get("selected_user")
        case "conversations_select" | "channels_select":
            return element.get("selected_conversation") or element.get("selected_channel")
        case "timepicker":
            return element.get("selected_time")
        case "datetimepicker":
            at = element.get("selected_date_time")
            return datetime.fromtimestamp(float(at), UTC) if isinstance(at, int | float) and at else None
        case "checkboxes":
            return [option.get("value") for option in cast("list[Json]", element.get("selected_options") or [])]
        case _:
            return element.get("value") or None
