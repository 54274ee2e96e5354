"""Flows come and go: added, edited, published, switched off, imported and exported, and taught by what people choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from core.errors import Conflict, NotFound
from core.ids import new_id
from core.intake.flows import queries, starter
from core.intake.flows.document import FlowDocument, check_document
from core.intake.flows.models import Flow, FlowExample, FlowSource, FlowVersion, version_of
from core.outbox.events import FlowsChanged
from core.secrets import masked
from core.text import clean, shorten
from core.unit import Unit

STATEMENT_KEPT = 600
"""Characters of a learned statement: the problem stands at the beginning."""


@dataclass(frozen=True)
class Imported:
    """The names of the flows that an import added and changed, and of those that were there already as they are."""

    added: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    same: list[str] = field(default_factory=list[str])


async def add(unit: Unit, document: FlowDocument, *, publish: bool, source: FlowSource) -> Flow:
    """Keeps a new flow. Raises `Invalid` on the field that is wrong, `Conflict` when its name is taken."""
    check_document(document)
    if await queries.by_slug(unit, [document.slug]):
        raise Conflict(f"There is a flow called {document.slug} already.")
    flow, version = _new(unit, document, source, publish=publish)
    unit.add(flow)
    unit.add(version)
    unit.audit("flow.added", flow.id, slug=flow.slug, published=publish)
    await changed(unit)
    return flow


async def edit(unit: Unit, flow_id: UUID, document: FlowDocument, *, publish: bool = True) -> Flow:
    """Keeps a new version of the flow, which keeps its name; walks under way stay on theirs. Raises `NotFound`, `Invalid`."""
    unit.scope.need_engineer("edit a flow")
    check_document(document)
    flow = await queries.flow_for_update(unit, flow_id)
    unit.add(_again(unit, flow, document, FlowSource.EDITED, publish=publish))
    unit.audit("flow.edited", flow.id, version=flow.version, published=publish)
    await changed(unit)
    return flow


async def publish(unit: Unit, flow_id: UUID) -> Flow:
    """Publishes the newest version. Raises `NotFound`, `Forbidden`, `Conflict` when it is published already."""
    unit.scope.need_admin("publish flows")
    flow = await queries.flow_for_update(unit, flow_id)
    if flow.published_version == flow.version:
        raise Conflict(f"“{flow.title}” is published already.")
    before = flow.published_version
    flow.publish(flow.version, unit.now)
    unit.audit("flow.published", flow.id, before=before, after=flow.version)
    await changed(unit)
    return flow


async def retire(unit: Unit, flow_id: UUID) -> Flow:
    """Switches it off for new calls; walks under way go on. Raises `NotFound`, `Forbidden`, `Conflict` when it is off."""
    unit.scope.need_admin("switch flows off")
    flow = await queries.flow_for_update(unit, flow_id)
    before = flow.published_version
    flow.retire(unit.now)
    unit.audit("flow.retired", flow.id, before=before)
    await changed(unit)
    return flow


async def import_text(unit: Unit, text: str, *, source: FlowSource = FlowSource.IMPORTED) -> Imported:
    """Reads flows and publishes them; one whose name is there gets a new version. Raises `Invalid` naming lines; then nothing is kept."""
    from core.intake.flows.written import read  # noqa: PLC0415 - with YAML, which a start does not pay for

    return await put(unit, read(text), source=source)


async def put(unit: Unit, documents: Sequence[FlowDocument], *, source: FlowSource) -> Imported:
    """Adds and publishes flows, or new versions of those that are there and differ; a flow that is switched off stays off."""
    known = await queries.by_slug(unit, [document.slug for document in documents])
    kept = {flow.slug: version.document(flow.slug) for flow, version in await queries.latest(unit)} if known else {}
    done, rows = Imported(), list[Flow | FlowVersion]()
    for document in documents:
        flow = known.get(document.slug)
        if flow is None:
            fresh, version = _new(unit, document, source, publish=True)
            rows += [fresh, version]
            done.added.append(document.slug)
            unit.audit("flow.added", fresh.id, slug=fresh.slug, published=True)
        elif kept[document.slug] == document:
            done.same.append(document.slug)
        else:
            rows.append(_again(unit, flow, document, source, publish=flow.retired_at is None))
            done.changed.append(document.slug)
            unit.audit("flow.edited", flow.id, version=flow.version, published=flow.published)
    if rows:
        await queries.put(unit, rows)
        await changed(unit, to_learn=source is not FlowSource.STARTER)
    return done


async def document(unit: Unit, slug: str) -> FlowDocument:
    """The newest version of a flow by its name. Raises `NotFound`."""
    flow = (await queries.by_slug(unit, [slug])).get(slug)
    if flow is None:
        raise NotFound(f"There is no flow called {slug}.")
    return (await queries.version(unit, flow.id, flow.version)).document(slug)


async def export_text(unit: Unit) -> str:
    """Every flow of the account in its newest version, as YAML that `import_text` reads."""
    from core.intake.flows.written import write  # noqa: PLC0415

    return write(version.document(flow.slug) for flow, version in await queries.latest(unit))


async def settle_starter(unit: Unit, folder: Path = starter.STARTER) -> Imported:
    """Gives an account the flows in the box, and newer ones of them where nobody wrote a version of their own.

    One that an admin switched off stays off. Costs one statement when the account has them as they are.
    """
    digest = starter.digest(folder)
    if await queries.starter_given(unit) == digest:
        return Imported()
    await queries.give_starter(unit, digest)
    theirs = {flow.slug for flow, version in await queries.latest(unit) if version.source is not FlowSource.STARTER}
    return await put(
        unit, [one for one in starter.documents(folder) if one.slug not in theirs], source=FlowSource.STARTER
    )


async def learn_choice(unit: Unit, problem: str, flow_id: UUID | None) -> None:
    """A person said which flow a problem belongs to, None: to none that there is. It is an example from now on, without its secrets."""
    statement = shorten(" ".join(masked(clean(problem)).split()), STATEMENT_KEPT)
    if not statement:
        return
    person = unit.scope.person
    await queries.keep_example(
        unit,
        FlowExample(
            account_id=unit.account_id,
            id=new_id(),
            flow_id=flow_id,
            statement=statement,
            digest=sha256(statement.casefold().encode()).hexdigest(),
            created_by=person.id if person else None,
            created_at=unit.now,
        ),
    )
    await changed(unit)


async def changed(unit: Unit, *, to_learn: bool = True) -> None:
    """What the account's matcher knows is another: it is built anew, and learned anew in the background where that is worth it."""
    await queries.raise_revision(unit)
    if to_learn:
        unit.emit(FlowsChanged(unit.account_id))


def _new(unit: Unit, document: FlowDocument, source: FlowSource, *, publish: bool) -> tuple[Flow, FlowVersion]:
    flow = Flow(
        account_id=unit.account_id,
        id=new_id(),
        slug=document.slug,
        title=document.title,
        category=document.category,
        created_at=unit.now,
        updated_at=unit.now,
    )
    if publish:
        flow.publish(flow.version, unit.now)
    return flow, _version(unit, flow, document, source)


def _again(unit: Unit, flow: Flow, document: FlowDocument, source: FlowSource, *, publish: bool) -> FlowVersion:
    flow.version += 1
    flow.title, flow.category, flow.updated_at = document.title, document.category, unit.now
    if publish:
        flow.publish(flow.version, unit.now)
    return _version(unit, flow, document, source)


def _version(unit: Unit, flow: Flow, document: FlowDocument, source: FlowSource) -> FlowVersion:
    person = unit.scope.person
    return version_of(flow, document, version_id=new_id(), source=source, by=person.id if person else None, at=unit.now)
