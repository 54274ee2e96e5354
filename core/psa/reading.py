"""Reading what a system answers: nothing in it is taken for granted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from core.psa.provider import PsaAway, System

Json = dict[str, object]


def inner(entry: Json, name: str) -> Json:
    """The object at `name`, an empty one where there is none."""
    value = entry.get(name)
    return cast("Json", value) if isinstance(value, dict) else {}


def maybe(value: object) -> str | None:
    """A text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def id_of(system: System, entry: Json) -> str:
    """The entry's id, as text. Raises `PsaAway` where there is none: then nobody can tell what was done."""
    value = entry.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value):
        raise PsaAway(system, "it answers without an id", maybe_done=True)
    return str(value)


def listed(entry: Json, name: str) -> list[Json]:
    """The objects in the list at `name`."""
    value = entry.get(name)
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", one) for one in found if isinstance(one, dict)]


def moment(value: object) -> datetime | None:
    """An instant; without a zone it is UTC, and the epoch (Request Tracker's “never”) is none."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    at = read if read.tzinfo else read.replace(tzinfo=UTC)
    return at if at.year > 1970 else None


def utc_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
