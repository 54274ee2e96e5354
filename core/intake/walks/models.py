"""A walk: one call, one step at a time. Any L1 or covering engineer of the account may go on with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict, Invalid
from core.escalations.models import Reason
from core.ids import UserId
from core.intake.flows.tree import Node
from core.intake.vocabulary import Category
from core.intake.walks import steps
from core.intake.walks.steps import Pending, Step, standing

NOTES_LIMIT = 256 * 1024  # bytes
MOST_STEPS = 200
"""Steps in the record, undone ones too: somebody who goes back and forth that often needs an engineer."""


class WalkKind(StrEnum):
    """What is walked: a published flow, a proposal nobody published yet, nothing but notes, or steps that are built on the way."""

    FLOW = "flow"
    PROPOSAL = "proposal"
    ADHOC = "adhoc"
    AI_BUILD = "ai_build"


class WalkStatus(StrEnum):
    ACTIVE = "active"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"


class Walk(AccountOwned, Base, kw_only=True):
    """`visit` rises with every answer and every *Back*, `version` with every change. `tree` is the walk's own: of a proposal as it was, or as
    far as it has been built; a published flow's is kept by its version."""

    __tablename__ = "l1_walk_sessions"
    __table_args__ = (
        one_of("session_kind", WalkKind),
        one_of("status", WalkStatus),
        one_of("escalation_reason_category", Reason),
        one_of("category", Category),
        ForeignKeyConstraint(
            ["account_id", "ticket_id"], ["internal_tickets.account_id", "internal_tickets.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["account_id", "flow_id"], ["flows.account_id", "flows.id"]),
        ForeignKeyConstraint(
            ["account_id", "flow_proposal_id"], ["flow_proposals.account_id", "flow_proposals.id"], use_alter=True
        ),
        ForeignKeyConstraint(["account_id", "owner_id"], ["users.account_id", "users.id"]),
        Index("l1_walk_sessions_ticket_ix", "account_id", "ticket_id", "id"),
        # A ticket is walked once at a time.
        Index(
            "l1_walk_sessions_one_active",
            "account_id",
            "ticket_id",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("l1_walk_sessions_owner_ix", "account_id", "owner_id", "id", postgresql_where=text("status = 'active'")),
        Index("l1_walk_sessions_stale_ix", "account_id", "last_step_at", postgresql_where=text("status = 'active'")),
    )

    ticket_id: Mapped[UUID]
    session_kind: Mapped[WalkKind]
    status: Mapped[WalkStatus] = mapped_column(default=WalkStatus.ACTIVE)
    title: Mapped[str]
    category: Mapped[Category | None] = mapped_column(default=None)
    flow_id: Mapped[UUID | None] = mapped_column(default=None)
    flow_version: Mapped[int | None] = mapped_column(default=None)
    flow_proposal_id: Mapped[UUID | None] = mapped_column(default=None)
    tree: Mapped[dict[str, object] | None] = mapped_column(JSONB, default=None)
    owner_id: Mapped[UUID]
    started_by: Mapped[UUID]
    acting_as: Mapped[str | None] = mapped_column(default=None)
    visit: Mapped[int] = mapped_column(default=1)
    current_node_id: Mapped[str | None] = mapped_column(default=None)
    pending_node: Mapped[dict[str, object] | None] = mapped_column(JSONB, default=None)
    walked_path: Mapped[list[dict[str, object]]] = mapped_column(JSONB, default_factory=list[dict[str, object]])
    composed_without_ai: Mapped[bool] = mapped_column(default=False)
    walk_notes: Mapped[str] = mapped_column(default="")
    notes_revision: Mapped[int] = mapped_column(default=0)
    notes_by: Mapped[UUID | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=0)
    helpful: Mapped[bool | None] = mapped_column(default=None)
    resolution_notes: Mapped[str | None] = mapped_column(default=None)
    escalation_reason: Mapped[str | None] = mapped_column(default=None)
    escalation_reason_category: Mapped[Reason | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)
    started_at: Mapped[datetime]
    last_step_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    card_ts: Mapped[str | None] = mapped_column(default=None)

    @property
    def is_active(self) -> bool:
        return self.status is WalkStatus.ACTIVE

    @property
    def pending(self) -> Pending | None:
        """The step before the person; None in an ad hoc walk, and while the next one is being built."""
        return steps.pending_from_json(self.pending_node) if self.pending_node else None

    @property
    def path(self) -> tuple[Step, ...]:
        """Every step that was answered, undone ones too, oldest first."""
        return tuple(map(steps.step_from_json, self.walked_path))

    @property
    def is_thinking(self) -> bool:
        """The next step is being built."""
        return self.is_active and self.session_kind is WalkKind.AI_BUILD and self.pending_node is None

    def need_active(self, ender: str | None) -> None:
        """Raises `Conflict`, saying how it ended; `ender` is the name of who ended it."""
        if not self.is_active:
            by = f" by {ender}" if ender and self.status is not WalkStatus.ABANDONED else ""
            raise Conflict(f"This walk is {self.status}{by}, so it cannot be changed any more.{_AFTER[self.status]}")

    def show(self, node: Node) -> None:
        """Puts a step before the person, as the present visit."""
        self.pending_node = steps.pending_as_json(Pending(self.visit, node))
        self.current_node_id = node.id

    def answered_before(self, visit: int) -> Step | None:
        """The step that was answered at that visit."""
        return next((step for step in self.path if step.visit == visit), None)

    def answer(self, visit: int, choice: int, *, by: UserId, at: datetime) -> Step:
        """Records the answer to the step before the person; what comes next is shown by whoever knows it. Raises `Conflict`."""
        pending = self.pending
        if pending is None or pending.visit != visit:
            raise Conflict("This step is not before you any more. The card shows where the walk is now.")
        if not 0 <= choice < len(pending.node.answers):
            raise Conflict("This answer is not one of this step's. Please use the newest card.")
        self._room_for_a_step()
        step = Step(visit, pending.node, choice, by, at)
        self.walked_path = [*self.walked_path, steps.step_as_json(step)]
        self.pending_node = self.current_node_id = None
        self.visit += 1
        self.touch(at)
        return step

    def back(self, visit: int, *, by: UserId, at: datetime) -> Step:
        """Undoes the last step that counts and shows it again; it stays in the record. Raises `Conflict`."""
        if visit != self.visit:
            raise Conflict("The walk has moved since. The card shows where it is now.")
        path = self.path
        if not standing(path):
            raise Conflict("This is the first step; there is nothing to go back to.")
        last = standing(path)[-1]
        self.walked_path = [steps.step_as_json(step.undo(by) if step is last else step) for step in path]
        self.visit += 1
        self.show(last.node)
        self.touch(at)
        return last

    def _room_for_a_step(self) -> None:
        if len(self.walked_path) >= MOST_STEPS:
            raise Conflict(
                f"This walk has {MOST_STEPS} steps in its record, undone ones included. Please resolve or escalate it."
            )

    def note(self, text: str, revision: int, *, by: UserId, at: datetime) -> None:
        """Replaces the notes. Raises `NotesMoved` when they are not those of `revision` any more, `Invalid` when they are too long."""
        if revision != self.notes_revision:
            raise NotesMoved
        if len(text.encode()) > NOTES_LIMIT:
            raise Invalid(
                f"The notes would have {len(text.encode()) // 1024 + 1} KB; at most {NOTES_LIMIT // 1024} fit. Please shorten them.",
                field="walk_notes",
            )
        self.walk_notes, self.notes_by = text, by
        self.notes_revision += 1
        self.touch(at)

    def take_over(self, by: UserId, at: datetime) -> UUID:
        """Makes `by` its owner, and returns who was. Raises `Conflict` when it is theirs."""
        if self.owner_id == by:
            raise Conflict("This walk is already yours.")
        before, self.owner_id = self.owner_id, by
        self.touch(at)
        return before

    def resolve(self, helpful: bool | None, notes: str | None, *, by: UserId, at: datetime) -> None:
        """Raises `Invalid` on `helpful` or `resolution_notes`."""
        if helpful is None:
            raise Invalid("Say whether the steps helped.", field="helpful")
        if not notes:
            raise Invalid("Say what solved it, in a sentence.", field="resolution_notes")
        self.helpful, self.resolution_notes = helpful, notes
        self._end(WalkStatus.RESOLVED, by, at)

    def escalate(self, category: Reason | None, reason: str | None, *, by: UserId, at: datetime) -> None:
        """Raises `Invalid` on `reason_category`."""
        if category is None:
            raise Invalid("Say why an engineer is needed.", field="reason_category")
        self.escalation_reason_category, self.escalation_reason = category, reason
        self._end(WalkStatus.ESCALATED, by, at)

    def abandon(self, at: datetime) -> None:
        self._end(WalkStatus.ABANDONED, None, at)

    def _end(self, status: WalkStatus, by: UserId | None, at: datetime) -> None:
        self.status, self.ended_by, self.resolved_at = status, by, at
        self.version += 1

    def touch(self, at: datetime) -> None:
        """Somebody works on it."""
        self.version += 1
        self.last_step_at = at


class NotesMoved(Exception):  # an outcome: the form is shown again, with both texts
    """Somebody else changed the notes since they were read."""


_AFTER = {
    WalkStatus.ACTIVE: "",
    WalkStatus.RESOLVED: " If the problem is back, take the call anew with /l1 new.",
    WalkStatus.ESCALATED: " An engineer goes on with it.",
    WalkStatus.ABANDONED: " Its ticket is open again: /l1 queue lists it, and a new walk can be started there.",
}
