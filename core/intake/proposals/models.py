"""A flow that grew out of a walk that helped: an engineer reviews it before it counts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict
from core.ids import UserId
from core.intake.flows.tree import Tree, as_json, from_json
from core.intake.vocabulary import Category


class ProposalStatus(StrEnum):
    PENDING = "pending"
    PUBLISHED = "published"
    DECLINED = "declined"


class FlowProposal(AccountOwned, Base, kw_only=True):
    """`examples` are the problems of the walks it came from, `walks` how many those are; `revision` rises with every change of the tree."""

    __tablename__ = "flow_proposals"
    __table_args__ = (
        one_of("status", ProposalStatus),
        one_of("category", Category),
        CheckConstraint("num_nonnulls(source_session_id, source_walk_id) = 1", name="one_source"),
        ForeignKeyConstraint(
            ["account_id", "source_session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["account_id", "source_walk_id"], ["l1_walk_sessions.account_id", "l1_walk_sessions.id"], ondelete="CASCADE"
        ),
        Index("flow_proposals_pending_ix", "account_id", "id", postgresql_where=text("status = 'pending'")),
    )

    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.PENDING)
    title: Mapped[str]
    category: Mapped[Category | None] = mapped_column(default=None)
    examples: Mapped[list[str]] = mapped_column(JSONB)
    tree: Mapped[dict[str, object]] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(default=0)
    walks: Mapped[int] = mapped_column(default=1)
    source_session_id: Mapped[UUID | None] = mapped_column(default=None)
    source_walk_id: Mapped[UUID | None] = mapped_column(default=None)
    validated_by_outcome: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    flow_id: Mapped[UUID | None] = mapped_column(default=None)

    @property
    def grown(self) -> Tree:
        return from_json(self.tree)

    def need_pending(self, decider: str | None) -> None:
        """Raises `Conflict`, saying who decided what."""
        if self.status is not ProposalStatus.PENDING:
            raise Conflict(f"This proposal was already {self.status}{f' by {decider}' if decider else ''}.")

    def need_revision(self, revision: int) -> None:
        """Raises `Conflict` when it was changed since `revision`."""
        if revision != self.revision:
            raise Conflict("This proposal was changed meanwhile. Please open the review again to see it.")

    def regrow(self, tree: Tree) -> None:
        """Gives it another tree."""
        self.tree = as_json(tree)
        self.revision += 1

    def decide(self, status: ProposalStatus, *, by: UserId, at: datetime) -> None:
        self.status, self.decided_by, self.decided_at = status, by, at
