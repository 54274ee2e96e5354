"""How long tests wait for what must come, and how long they let it take. How fast it comes is the bench's to say: a busy machine fails nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from bot import channels, guard, people
from core.intake import desk

PATIENCE = 20.0
ACK_SECONDS = 12.0
"""So long the tests' Slack waits for an answer. The real one waits three."""
_TIMES = 3
_MEANT = ((guard, "LIMIT", guard.LIMIT), *((one, "PATIENCE", one.PATIENCE) for one in (channels, people, desk)))


def be_patient() -> None:
    """A click may take longer in this process than in front of Slack."""
    for module, name, seconds in _MEANT:
        setattr(module, name, seconds * _TIMES)


@contextmanager
def as_meant() -> Generator[None]:
    """For the tests of these limits."""
    for module, name, seconds in _MEANT:
        setattr(module, name, seconds)
    try:
        yield
    finally:
        be_patient()
