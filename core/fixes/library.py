"""The library as people see it: with how well each template did, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.fixes import queries
from core.ids import CategoryId
from core.scripts import boxes
from core.scripts import queries as scripts
from core.scripts.models import Category
from core.scripts.pages import Shelf
from core.sessions import queries as sessions
from core.unit import Unit


@dataclass(frozen=True)
class Provenance:
    """The session a template was generated from, and who ran its script there."""

    title: str
    channel: str
    thread_ts: str | None
    ticket_ref: str | None
    resolved_by: str | None


@dataclass(frozen=True)
class Library:
    """A page of it. `success` is (worked, judged) by template; a template that was never judged is not in it."""

    text: str
    category_id: CategoryId | None
    shelf: Shelf
    categories: Sequence[Category]
    success: Mapping[UUID, tuple[int, int]]
    provenance: Mapping[UUID, Provenance]


async def library(unit: Unit, text: str = "", category_id: CategoryId | None = None, number: int = 0) -> Library:
    """What the library has for `text` in a category; 0 is the first page."""
    unit.scope.need_engineer("see the script library")
    await boxes.stock(unit)
    starters = (await preferences.of(unit)).starter_library_enabled
    shelf = await scripts.shelf(unit, text, category_id, number, starters=starters)
    templates = [one.template for one in shelf.items]
    origins = await sessions.by_id(unit, [one.source_session_id for one in templates if one.source_session_id])
    who = await people.users(unit, [one.source_user_id for one in templates if one.source_user_id])
    provenance: dict[UUID, Provenance] = {}
    for template in templates:
        if template.source_session_id is None or (session := origins.get(template.source_session_id)) is None:
            continue
        ran = who.get(template.source_user_id) if template.source_user_id else None
        provenance[template.id] = Provenance(
            session.title, session.channel, session.thread_ts, template.source_ticket_ref, ran and ran.name
        )
    success = await queries.success_of(unit, [one.id for one in templates])
    return Library(text, category_id, shelf, await scripts.categories(unit), success, provenance)
