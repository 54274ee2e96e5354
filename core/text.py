"""What happens to every text from outside before it is kept."""

from __future__ import annotations

import re

from core.errors import Invalid

# Control characters but newline and tab (a carriage return became one before), then bidirectional overrides and isolates, zero-width marks, tag
# characters: they can make a text read as something else than it is. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """`text` without control and invisible characters, with plain newlines, stripped at both ends."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", whole).strip()


def required(text: str | None, *, field: str, limit: int, empty: str) -> str:
    """The cleaned text. Raises `Invalid` on `field` when nothing is left (saying `empty`), or when it is longer than `limit` characters."""
    kept = clean(text or "")
    if not kept:
        raise Invalid(empty, field=field)
    if len(kept) > limit:
        raise Invalid(f"This has {len(kept):,} characters; at most {limit:,} fit. Please shorten it.", field=field)
    return kept


def optional(text: str | None, *, field: str, limit: int) -> str | None:
    """The cleaned text or None. Raises `Invalid` on `field` when it is longer than `limit` characters."""
    return required(text, field=field, limit=limit, empty="") if clean(text or "") else None


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, ending in … where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def first_line(text: str, limit: int) -> str:
    """The first line of `text` that says something, shortened."""
    lines = (line.strip() for line in text.splitlines())
    return shorten(next((line for line in lines if line), ""), limit)


_ENDS = (".", "!", "?", ":", "…", "”", '"', ")", "。", "؟")


def capital(text: str) -> str:
    """`text` with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """`text` as a sentence: with a full stop where it ends without any sign."""
    whole = text.rstrip()
    return whole if whole.endswith(_ENDS) else f"{whole}."
