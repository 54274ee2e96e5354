"""How large a soak is, and how it ends when a promise was not kept."""

from __future__ import annotations

from dataclasses import dataclass


class Broken(AssertionError):
    """A promise that was not kept."""


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    fixes: int
    people: int
    days: int
    kills: int
