from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, inspect, select, update
from sqlalchemy.dialects.postgresql import insert

from core.db import Base
from core.errors import NotFound
from core.intake.flows.models import Flow, FlowExample, FlowMatching, FlowVersion
from core.intake.flows.tree import Tree
from core.unit import Unit

EXAMPLES_KEPT = 500
"""Learned statements per flow that are read; the newest count."""
NONE_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Shelved:
    """What is known of a published flow to find it by."""

    flow_id: UUID
    slug: str
    title: str
    symptoms: Sequence[str]
    examples: Sequence[str]


async def flow(unit: Unit, flow_id: UUID) -> Flow:
    """Raises `NotFound`."""
    return _found(await unit.session.scalar(select(Flow).where(Flow.account_id == unit.account_id, Flow.id == flow_id)))


async def flow_for_update(unit: Unit, flow_id: UUID) -> Flow:
    """The flow, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Flow).where(Flow.account_id == unit.account_id, Flow.id == flow_id).with_for_update()
    return _found(await unit.session.scalar(wanted))


def _found(flow: Flow | None) -> Flow:
    if flow is None:
        raise NotFound("That flow is not there.")
    return flow


async def by_slug(unit: Unit, slugs: Sequence[str] | None = None) -> Mapping[str, Flow]:
    """The account's flows of these names (None: all), locked until the unit ends."""
    wanted = select(Flow).where(Flow.account_id == unit.account_id)
    if slugs is not None:
        wanted = wanted.where(Flow.slug.in_(slugs))
    # By id, so that two imports of the same flows lock them in the same order.
    return {row.slug: row for row in await unit.session.scalars(wanted.order_by(Flow.id).with_for_update())}


async def listed(unit: Unit) -> Sequence[Flow]:
    """Every flow of the account by its title, those that are switched off last."""
    wanted = select(Flow).where(Flow.account_id == unit.account_id)
    return (await unit.session.scalars(wanted.order_by(Flow.published.desc(), func.lower(Flow.title), Flow.id))).all()


async def version(unit: Unit, flow_id: UUID, number: int) -> FlowVersion:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(FlowVersion).where(
            FlowVersion.account_id == unit.account_id, FlowVersion.flow_id == flow_id, FlowVersion.number == number
        )
    )
    if row is None:
        raise NotFound("That version of the flow is not there.")
    return row


async def latest(unit: Unit, *, published: bool = False) -> Sequence[tuple[Flow, FlowVersion]]:
    """Every flow with its newest version or, where `published` is asked for, those published with what is; by name."""
    number = Flow.published_version if published else Flow.version
    wanted = (
        select(Flow, FlowVersion)
        .join(
            FlowVersion,
            (FlowVersion.account_id == Flow.account_id)
            & (FlowVersion.flow_id == Flow.id)
            & (FlowVersion.number == number),
        )
        .where(Flow.account_id == unit.account_id)
        .order_by(Flow.slug)
    )
    return [(flow, version) for flow, version in await unit.session.execute(wanted)]


async def published_tree(unit: Unit, flow_id: UUID) -> tuple[Flow, int, Tree]:
    """A published flow, the number of its version and its tree. Raises `NotFound`, also for one that is switched off."""
    row = await flow(unit, flow_id)
    if row.published_version is None:
        raise NotFound(f"“{row.title}” was switched off.")
    return row, row.published_version, (await version(unit, flow_id, row.published_version)).tree


async def shelved(unit: Unit) -> Sequence[Shelved]:
    """What the published flows are found by: their own words, and the newest statements that people led to them."""
    wanted = (
        select(Flow.id, Flow.slug, FlowVersion.title, FlowVersion.symptoms, FlowVersion.examples)
        .join(
            FlowVersion,
            (FlowVersion.account_id == Flow.account_id)
            & (FlowVersion.flow_id == Flow.id)
            & (FlowVersion.number == Flow.published_version),
        )
        .where(Flow.account_id == unit.account_id, Flow.published_version.is_not(None))
        .order_by(Flow.id)
    )
    rows = (await unit.session.execute(wanted)).all()
    ranked = (
        select(
            FlowExample.flow_id,
            FlowExample.statement,
            FlowExample.id,
            func.row_number().over(partition_by=FlowExample.flow_id, order_by=FlowExample.id.desc()).label("place"),
        )
        .where(FlowExample.account_id == unit.account_id, FlowExample.flow_id.is_not(None))
        .subquery()
    )
    learned: dict[UUID, list[str]] = {}
    for row in await unit.session.execute(
        select(ranked.c.flow_id, ranked.c.statement).where(ranked.c.place <= EXAMPLES_KEPT).order_by(ranked.c.id)
    ):
        learned.setdefault(row.flow_id, []).append(row.statement)
    return [
        Shelved(row.id, row.slug, row.title, row.symptoms, (*row.examples, *learned.get(row.id, ()))) for row in rows
    ]


async def belong_to_none(unit: Unit) -> Sequence[str]:
    """The newest statements of which somebody said that no flow was right."""
    wanted = (
        select(FlowExample.statement)
        .where(FlowExample.account_id == unit.account_id, FlowExample.flow_id.is_(None))
        .order_by(FlowExample.id.desc())
        .limit(NONE_KEPT)
    )
    return (await unit.session.scalars(wanted)).all()


async def keep_example(unit: Unit, example: FlowExample) -> None:
    """Writes a label down; of the same statement the last label counts."""
    await unit.session.execute(
        insert(FlowExample)
        .values(_columns(example))
        .on_conflict_do_update(
            index_elements=["account_id", "digest"],
            set_={"flow_id": example.flow_id, "id": example.id, "created_at": example.created_at},
        )
    )


async def put(unit: Unit, rows: Sequence[Flow | FlowVersion]) -> None:
    """Writes new rows at once, one kind after the other: an import may have a thousand flows."""
    flows = [_columns(row) for row in rows if isinstance(row, Flow)]
    versions = [_columns(row) for row in rows if isinstance(row, FlowVersion)]
    for kind, values in ((Flow, flows), (FlowVersion, versions)):
        if values:
            await unit.session.execute(insert(kind), values)


def _columns(row: Base) -> dict[str, object]:
    return {name: getattr(row, name) for name in (column.key for column in inspect(row).mapper.column_attrs)}


async def raise_revision(unit: Unit) -> int:
    """Says that what the account's matcher knows has changed, and returns the new revision."""
    raised = (
        insert(FlowMatching)
        .values(account_id=unit.account_id, revision=1)
        .on_conflict_do_update(index_elements=["account_id"], set_={"revision": FlowMatching.revision + 1})
        .returning(FlowMatching.revision)
    )
    return (await unit.session.execute(raised)).scalar_one()


async def revisions(unit: Unit) -> tuple[int, int | None]:
    """The revision of what is published and learned, and the one that the weights were learned at."""
    row = (
        await unit.session.execute(
            select(FlowMatching.revision, FlowMatching.learned_revision).where(
                FlowMatching.account_id == unit.account_id
            )
        )
    ).first()
    return (row.revision, row.learned_revision) if row else (0, None)


async def starter_given(unit: Unit) -> str | None:
    """The digest of the flows in the box as the account was given them last."""
    return await unit.session.scalar(select(FlowMatching.starter).where(FlowMatching.account_id == unit.account_id))


async def give_starter(unit: Unit, digest: str) -> None:
    """Writes that digest down."""
    given = insert(FlowMatching).values(account_id=unit.account_id, revision=0, starter=digest)
    await unit.session.execute(given.on_conflict_do_update(index_elements=["account_id"], set_={"starter": digest}))


async def weights(unit: Unit) -> bytes | None:
    """What was learned last."""
    return await unit.session.scalar(select(FlowMatching.weights).where(FlowMatching.account_id == unit.account_id))


async def keep_weights(unit: Unit, weights: bytes | None, revision: int) -> bool:
    """Keeps what was learned at `revision`, unless something newer is there; whether it was kept."""
    older = func.coalesce(FlowMatching.learned_revision, -1) < revision
    kept = await unit.session.execute(
        update(FlowMatching)
        .where(FlowMatching.account_id == unit.account_id, older)
        .values(weights=weights, learned_revision=revision, learned_at=unit.now)
        .returning(FlowMatching.revision)
    )
    return kept.first() is not None
