"""What people's messages mean, as far as words alone tell."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)\|?([^>]*)>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|?)?@?([^>|^]*)[^>]*>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^>|]+)(?:\|([^>]*))?>")
FEWEST_WORDS = 4


def mentioned(text: str) -> set[str]:
    """The Slack ids of the people a message names."""
    return {found[1] for found in _MENTION.finditer(text)}


def readable(text: str, *, without: str | None = None, names: Mapping[str, str] | None = None) -> str:
    """A message's text as a person reads it: Slack's escapes undone, links plain, the mention of `without` (a user id) gone, people by name."""
    known = names or {}
    text = _MENTION.sub(lambda m: "" if m[1] == without else f"@{known.get(m[1]) or m[2] or m[1]}", text)
    text = _CHANNEL.sub(lambda m: f"#{m[2] or m[1]}", text)
    text = _SPECIAL.sub(lambda m: f"@{m[1]}", text)
    text = _LINK.sub(lambda m: m[1] if not m[2] or m[2] == m[1] else f"{m[2]} ({m[1]})", text)
    return html.unescape(text).strip()


def is_problem(text: str) -> bool:
    """Whether a direct message states a problem: a sentence does, a greeting or a question about FlowPilot does not."""
    words = re.findall(r"\w+", text.lower())
    about_us = {
        "flowpilot",
        "help",
        "hello",
        "hi",
        "hey",
        "thanks",
        "thank",
        "you",
        "what",
        "who",
        "can",
        "do",
        "are",
        "is",
        "how",
    }
    return len([word for word in words if word not in about_us]) >= FEWEST_WORDS
