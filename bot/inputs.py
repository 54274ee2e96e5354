"""Inputs that more than one form needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.blocks import INPUT, Block, field, option, text_input


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
    parts = [(value or "")[at : at + INPUT] for at in range(0, len(value or ""), INPUT)] or [""]
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
