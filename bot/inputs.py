"""More elements for forms, beside the vocabulary in `blocks`: menus, ticks, numbers, and a text longer than one input holds."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import INPUT, Block, field, option, plain, text_input

PART = 2_400  # characters put into one input, so that there is room to write more
MOST_PARTS = 13


def select(options: Sequence[tuple[str, str]], chosen: str | None = None, placeholder: str = "Choose") -> Block:
    """A menu of (label, value), at most a hundred."""
    shown = [option(label, value) for label, value in options[:100]]
    first = next((one for one in shown if one["value"] == chosen), None)
    element: Block = {"type": "static_select", "placeholder": plain(placeholder, 150), "options": shown}
    return element | ({"initial_option": first} if first else {})


def ticks(options: Sequence[tuple[str, str]], chosen: Sequence[str] = ()) -> Block:
    """Boxes to tick, of (label, value), at most ten."""
    shown = [option(label, value) for label, value in options[:10]]
    first = [one for one in shown if one["value"] in chosen]
    element: Block = {"type": "checkboxes", "options": shown}
    return element | ({"initial_options": first} if first else {})


def number(value: str | None = None) -> Block:
    element: Block = {"type": "number_input", "is_decimal_allowed": True}
    return element | ({"initial_value": value} if value else {})


def long_text(name: str, label: str, text: str, *, revision: int = 0) -> list[Block]:
    """Inputs for a text of any length, named `name.0`, `name.1` …, and an empty one at the end where the last is nearly full."""
    parts = cut(text)
    if len(parts[-1]) > INPUT - 800 and len(parts) < MOST_PARTS:
        parts.append("")
    if len(parts) == 1:
        return [field(f"{name}~{revision}", label, text_input(lines=True, value=parts[0] or None))]
    return [
        field(
            f"{name}.{number}~{revision}",
            f"{label} ({number + 1} of {len(parts)})",
            text_input(lines=True, value=part or None),
            optional=True,
        )
        for number, part in enumerate(parts)
    ]


def cut(text: str) -> list[str]:
    """The text in parts that one input holds. No part begins or ends with white space, since that is what an input may lose."""
    parts: list[str] = []
    rest = text
    while len(rest) > INPUT - 200:
        at = PART
        while at > 1 and (rest[at - 1].isspace() or rest[at].isspace()):
            at -= 1
        at = at if at > 1 else PART
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts, rest]
