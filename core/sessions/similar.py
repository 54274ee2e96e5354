"""Whether a problem that somebody is about to start a session for is being worked on already. Pure; it takes some milliseconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.ids import SessionId
from core.llm.matching import SIMILAR, Document, Matcher
from core.llm.words import Words

ALIKE_FROM = 0.75  # seen from both sides: a short text is in many long ones
_READ = 600
_LOOKED_AT = 3
# What tells one machine, ticket or error from another: a word with a digit in it, or a long number.
_NAMES = re.compile(r"\b(?=\w*\d)(?=\w*[a-z])[\w-]{3,}\b|\b\d{4,}\b", re.IGNORECASE)


@dataclass(frozen=True)
class OpenOne:
    """An open session, as far as it matters for who would start another."""

    id: SessionId
    title: str
    problem: str
    owner: str
    channel: str
    thread_ts: str | None


def alike(problem: str, open_ones: Sequence[OpenOne]) -> OpenOne | None:
    """The open session that is most like `problem`, if one is very much so. Two that name different machines are not alike."""
    words = Words()
    begins, names = problem[:_READ], _named(problem)
    candidates = {str(one.id): one for one in open_ones if not _apart(names, _named(one.problem))}
    matcher = Matcher(
        [Document(key, one.problem[:_READ]) for key, one in candidates.items()], words, calibration=SIMILAR
    )
    for match in matcher.match(begins, limit=_LOOKED_AT):
        found = candidates[match.id]
        back = Matcher([Document("it", begins)], words, background=matcher, calibration=SIMILAR)
        if match.score >= ALIKE_FROM and any(
            one.score >= ALIKE_FROM for one in back.match(found.problem[:_READ], limit=1)
        ):
            return found
    return None


def _named(text: str) -> set[str]:
    return {name.casefold() for name in _NAMES.findall(text[:_READ])}


def _apart(ours: set[str], theirs: set[str]) -> bool:
    return bool(ours and theirs and not ours & theirs)
