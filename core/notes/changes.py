"""What a draft rests on, and what changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from core.fixes import queries as fix_queries
from core.fixes.models import LABEL, SuggestedFix
from core.scripts import queries as script_queries
from core.scripts.queries import Generated
from core.sessions import queries as session_queries
from core.sessions.models import Fact, Session
from core.text import shorten
from core.unit import Unit

Basis = Mapping[str, object]


@dataclass(frozen=True)
class State:
    """All that a note of the session is written from."""

    session: Session
    facts: Sequence[Fact]
    fixes: Sequence[SuggestedFix]
    scripts: Sequence[Generated]


async def state_of(unit: Unit, session: Session) -> State:
    """The session as it stands."""
    return State(
        session,
        await session_queries.facts(unit, session.id),
        await fix_queries.fixes_of(unit, session.id),
        await script_queries.generations_of(unit, session.id),
    )


def basis(state: State) -> dict[str, object]:
    """What a draft of this state rests on: ids, marks of texts, and how each fix stands."""
    return {
        "problem": _mark(state.session.title, state.session.problem),
        "ticket": state.session.psa_ticket_label or "",
        "facts": {str(fact.id): _mark(fact.text) for fact in state.facts},
        "fixes": {str(fix.id): _mark(*_standing(fix)) for fix in state.fixes},
        "scripts": [str(one.generation.id) for one in state.scripts],
    }


def since(before: Basis | None, state: State) -> tuple[str, ...]:
    """What changed since a draft with this basis, a phrase each; nothing that a note would show: empty."""
    now, then = basis(state), before or {}
    phrases = [*_facts(_map(then, "facts"), _map(now, "facts"))]
    known = _map(then, "fixes")
    for fix in state.fixes:
        key = str(fix.id)
        if key not in known:
            phrases.append(f"“{shorten(fix.title, 80)}” was suggested{_state(fix)}")
        elif known[key] != _map(now, "fixes")[key]:
            phrases.append(f"“{shorten(fix.title, 80)}” is {_word(fix)} now")
    there = cast("Sequence[str]", then.get("scripts") or ())
    fresh = dict.fromkeys(one.name for one in state.scripts if str(one.generation.id) not in there)
    phrases += [f"the script “{shorten(name, 80)}” was prepared" for name in fresh]
    if then.get("problem") != now["problem"]:
        phrases.append("the problem was renamed")
    if then.get("ticket", "") != now["ticket"]:
        phrases.append(f"the ticket is {now['ticket']} now" if now["ticket"] else "the ticket was unlinked")
    return tuple(phrases)


def _facts(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    added, removed = len(now.keys() - before.keys()), len(before.keys() - now.keys())
    edited = len([key for key in before.keys() & now.keys() if before[key] != now[key]])
    counts = ((added, "added"), (edited, "edited"), (removed, "removed"))
    return [f"{count} fact{'s' if count > 1 else ''} {what}" for count, what in counts if count]


def _standing(fix: SuggestedFix) -> tuple[str, ...]:
    said = (fix.partial_notes, fix.pending_reason, fix.failure_reason, fix.check_at and fix.check_at.isoformat())
    return (fix.status.value, str(fix.applied_at is not None), *(one or "" for one in said))


def _word(fix: SuggestedFix) -> str:
    if fix.is_judged:
        return f"recorded as “{LABEL[fix.status]}”"
    return "applied, not judged yet," if fix.applied_at else "not applied"


def _state(fix: SuggestedFix) -> str:
    return f" and {_word(fix).removesuffix(',')}" if fix.is_judged or fix.applied_at else ""


def _mark(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def _map(whole: Basis, key: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", whole.get(key) or {})
