"""Templates that say nearly the same: pointed out before a second one is made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from core.scripts import queries
from core.scripts.languages import Language
from core.scripts.models import Template
from core.unit import Unit

LOOKED_AT = 300
ALIKE = 0.7
TOLD = 3
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]+")


def alike(one: str, other: str) -> float:
    """How much of the words of two scripts is common to both, 0 to 1."""
    ours, theirs = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


async def resembling(unit: Unit, body: str, language: Language, *, apart_from: UUID) -> Sequence[Template]:
    """At most three templates of the language that resemble a script, the most alike first."""
    if not body.strip():
        return []
    shelf = await queries.templates(unit, starters=True, limit=LOOKED_AT)
    measured = [
        (alike(body, one.script_body), one) for one in shelf if one.language is language and one.id != apart_from
    ]
    near = sorted((found for found in measured if found[0] >= ALIKE), key=lambda found: -found[0])
    return [one for _, one in near[:TOLD]]
