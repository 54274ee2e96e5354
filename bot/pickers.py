"""Inputs of a form that are picked rather than typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from bot.blocks import Block, option


def clock(chosen: time | None = None) -> Block:
    """A time of day, by the wall."""
    return _whole({"type": "timepicker", "initial_time": f"{chosen:%H:%M}" if chosen is not None else None})


def several(options: Sequence[tuple[str, str]], chosen: Sequence[str] = ()) -> Block:
    """Boxes of (label, value) to tick, at most ten."""
    shown = [option(label, value) for label, value in options[:10]]
    ticked = [one for one in shown if one["value"] in chosen]
    return _whole({"type": "checkboxes", "options": shown, "initial_options": ticked or None})


def channel(chosen: str | None = None) -> Block:
    """A channel of this workspace that nobody from elsewhere reads."""
    only_ours = {
        "include": ["public", "private"],
        "exclude_external_shared_channels": True,
        "exclude_bot_users": True,
    }
    return _whole({"type": "conversations_select", "filter": only_ours, "initial_conversation": chosen or None})


def person(chosen: str | None = None) -> Block:
    """Somebody of the workspace, by their Slack id."""
    return _whole({"type": "users_select", "initial_user": chosen or None})


def _whole(block: Mapping[str, object]) -> Block:
    return {key: value for key, value in block.items() if value is not None}
