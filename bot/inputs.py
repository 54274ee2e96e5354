"""Inputs that more than one form needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.blocks import INPUT, Block, field, option, plain, text_input

PART = 2_400  # characters put into one of several inputs, so that there is room to write more


def long_field(
    name: str,
    label: str,
    value: str | None,
    *,
    optional: bool = False,
    spare: bool = False,
    revision: int | None = None,
) -> list[Block]:
    """Inputs for a text of any length: one, or as many as it takes, which `forms.py` joins again.

    `spare` adds an empty one to go on in; another `revision` makes Slack take the value given here instead of what stands in the form.
    """
    parts = cut(value or "")
    if spare and len(parts[-1]) > INPUT // 2:
        parts.append("")
    mark = "" if revision is None else f"~{revision}"
    if len(parts) == 1:
        return [field(f"{name}{mark}", label, text_input(lines=True, value=parts[0]), optional=optional)]
    return [
        field(
            f"{name}.{n}{mark}",
            label if n == 1 else f"{label} (goes on, {n} of {len(parts)})",
            text_input(lines=True, value=part),
            optional=optional or n > 1,
        )
        for n, part in enumerate(parts, start=1)
    ]


def cut(text: str) -> list[str]:
    """The text in parts that one input holds. Between two parts there is no white space, since that is what an input may lose at its ends."""
    parts: list[str] = []
    rest = text
    while len(rest) > (INPUT if not parts else INPUT - 200):
        at = PART
        while at > 1 and (rest[at - 1].isspace() or rest[at].isspace()):
            at -= 1
        at = at if at > 1 else PART
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts, rest]


def channel_select() -> Block:
    """A channel of one's own organisation, the one the person is in to begin with."""
    return {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }


def channel_choice(chosen: str | None = None) -> Block:
    """A channel of one's own organisation, or none."""
    kinds = {"include": ["public", "private"], "exclude_external_shared_channels": True, "exclude_bot_users": True}
    element: Block = {"type": "conversations_select", "filter": kinds}
    return element | ({"initial_conversation": chosen} if chosen else {})


def select(action_id: str, options: Sequence[tuple[str, str]], chosen: str) -> Block:
    """A menu of (label, value) that acts at once, with `chosen` set."""
    shown = [option(label, value) for label, value in options]
    now = next((one for one in shown if one["value"] == chosen), shown[0])
    return {"type": "static_select", "action_id": action_id, "options": shown, "initial_option": now}


def checkboxes(options: Sequence[tuple[str, str]], chosen: Collection[str]) -> Block:
    """Boxes of (label, value), at most ten."""
    shown = [option(label, value) for label, value in options[:10]]
    ticked = [one for one in shown if one["value"] in chosen]
    return {"type": "checkboxes", "options": shown, **({"initial_options": ticked} if ticked else {})}


def choice(options: Sequence[tuple[str, str]], chosen: str | None = None, placeholder: str = "Choose") -> Block:
    """A menu of (label, value), at most a hundred, for a form; nothing is chosen at first unless `chosen` is among them."""
    shown = [option(label, value) for label, value in options[:100]]
    first = next((one for one in shown if one["value"] == chosen), None)
    element: Block = {"type": "static_select", "placeholder": plain(placeholder, 150), "options": shown}
    return element | ({"initial_option": first} if first else {})


def number(value: str | None = None) -> Block:
    element: Block = {"type": "number_input", "is_decimal_allowed": True}
    return element | ({"initial_value": value} if value else {})
