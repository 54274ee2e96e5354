"""How alike two problems are, by the words they share. Pure, and cheap enough for a click."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]{3,}")
_QUIET = frozenset(
    _WORD.findall(
        "and are but can cannot cant does doesnt for from had has have her his how its just not now our out says she the their "
        "them then there they this was when where with would you your please help hello since today yesterday"
    )
)
READ = 600


def words_of(text: str) -> frozenset[str]:
    """The words that carry a problem, of its beginning."""
    return frozenset(word.rstrip("s") for word in _WORD.findall(text[:READ].casefold()) if word not in _QUIET)


def like(one: str, other: str) -> float:
    """0 to 1: the share of the words of both that both have."""
    first, second = words_of(one), words_of(other)
    return len(first & second) / len(first | second) if first and second else float(one.casefold() == other.casefold())
