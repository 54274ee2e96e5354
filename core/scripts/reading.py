"""What the readers of the three languages say about a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """By itself, inside single or double quotes, where several words may stand, or where nothing but digits is safe."""

    BARE = "bare"
    SINGLE = "single"
    DOUBLE = "double"
    WORDS = "words"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Place:
    """One placeholder: `start` and `end` are its offsets in the body."""

    key: str
    start: int
    end: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Reading:
    """The placeholders that a value can be put into safely, and why not, by offset, where there is a special reason."""

    places: tuple[Place, ...]
    why: Mapping[int, str] | None = None

    def reason(self, start: int) -> str:
        """Why the placeholder at `start` is not among the places."""
        return (self.why or {}).get(start, "a value cannot be put in safely here.")


class Unsure(Exception):
    """From here on the reader cannot tell what is quoted. Its text is the reason for the person."""
