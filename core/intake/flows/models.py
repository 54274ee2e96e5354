"""Flows as they are kept: who may be walked along what, every version there ever was, and the statements that led to each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict
from core.intake.flows.document import FlowDocument
from core.intake.flows.tree import Tree, as_json, from_json
from core.intake.vocabulary import Category


class FlowSource(StrEnum):
    """Where a version comes from."""

    STARTER = "starter"
    IMPORTED = "imported"
    PROPOSAL = "proposal"
    EDITED = "edited"


class Flow(AccountOwned, Base, kw_only=True):
    """One flow by its name. `version` is the newest, `published_version` the one that calls are walked along, None when it is off."""

    __tablename__ = "flows"
    __table_args__ = (
        one_of("category", Category),
        UniqueConstraint("account_id", "slug"),
        Index("flows_published_ix", "account_id", "id", postgresql_where=text("published_version is not null")),
    )

    slug: Mapped[str]
    title: Mapped[str]
    category: Mapped[Category | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    published: Mapped[bool] = mapped_column(default=False)
    published_version: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(default=None)

    def publish(self, number: int, at: datetime) -> None:
        """Calls are walked along version `number` from now on; walks under way keep theirs."""
        self.published, self.published_version, self.retired_at, self.updated_at = True, number, None, at

    def retire(self, at: datetime) -> None:
        """No new call finds it. Raises `Conflict` when it is off already."""
        if not self.published:
            raise Conflict(f"“{self.title}” is switched off already.")
        self.published, self.published_version, self.retired_at, self.updated_at = False, None, at, at


class FlowVersion(AccountOwned, Base, kw_only=True):
    """A flow as it was written once; never changed afterwards, so that a walk ends on the tree it began on."""

    __tablename__ = "flow_versions"
    __table_args__ = (
        one_of("category", Category),
        one_of("source", FlowSource),
        ForeignKeyConstraint(["account_id", "flow_id"], ["flows.account_id", "flows.id"], ondelete="CASCADE"),
        UniqueConstraint("account_id", "flow_id", "number"),
    )

    flow_id: Mapped[UUID]
    number: Mapped[int]
    source: Mapped[FlowSource]
    title: Mapped[str]
    category: Mapped[Category | None] = mapped_column(default=None)
    symptoms: Mapped[list[str]]
    examples: Mapped[list[str]]
    stored_tree: Mapped[dict[str, object]] = mapped_column("tree")
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_at: Mapped[datetime]

    @property
    def tree(self) -> Tree:
        return from_json(self.stored_tree)

    def document(self, slug: str) -> FlowDocument:
        """What was written, under the flow's name."""
        return FlowDocument(slug, self.title, self.category, tuple(self.symptoms), tuple(self.examples), self.tree)


def version_of(
    flow: Flow, document: FlowDocument, *, version_id: UUID, source: FlowSource, by: UUID | None, at: datetime
) -> FlowVersion:
    """The row that keeps `document` as the flow's newest version."""
    return FlowVersion(
        account_id=flow.account_id,
        id=version_id,
        flow_id=flow.id,
        number=flow.version,
        source=source,
        title=document.title,
        category=document.category,
        symptoms=list(document.symptoms),
        examples=list(document.examples),
        stored_tree=as_json(document.tree),
        made_by=by,
        made_at=at,
    )


class FlowExample(AccountOwned, Base, kw_only=True):
    """A statement that a person labelled: it belongs to this flow or, without one, to none that there is."""

    __tablename__ = "flow_examples"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "flow_id"], ["flows.account_id", "flows.id"], ondelete="CASCADE"),
        Index(None, "account_id", "flow_id", "id"),
        UniqueConstraint("account_id", "digest"),
    )

    flow_id: Mapped[UUID | None] = mapped_column(default=None)
    statement: Mapped[str]
    digest: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class FlowMatching(Base, kw_only=True):
    """What finds an account's flows. `revision` rises with every change of what is published or taught; `weights` were learned at
    `learned_revision`; `starter` names the flows in the box as the account was given them last."""

    __tablename__ = "flow_matchings"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    learned_revision: Mapped[int | None] = mapped_column(default=None)
    starter: Mapped[str | None] = mapped_column(default=None)
    weights: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    learned_at: Mapped[datetime | None] = mapped_column(default=None)
