"""The script library: categories, templates and their versions, what was generated from them, and the drafts that become templates."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict
from core.ids import UserId
from core.scripts.languages import Language

NAME_LIMIT = 120
DESCRIPTION_LIMIT = 1_000
BODY_LIMIT = 30_000
REASON_LIMIT = 500
SLUG_LIMIT = 60


class Extraction(StrEnum):
    PENDING = "pending"
    DONE = "done"
    NONE = "none"


class DraftStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Category(AccountOwned, Base, kw_only=True):
    __tablename__ = "script_categories"
    __table_args__ = (Index(None, "account_id", "slug", unique=True),)

    slug: Mapped[str]
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class Template(AccountOwned, Base, kw_only=True):
    """A script with parameters. `starter` is what it is called in the box it came from; `version` counts its bodies, from 1."""

    __tablename__ = "script_templates"
    __table_args__ = (
        one_of("language", Language),
        ForeignKeyConstraint(["account_id", "category_id"], ["script_categories.account_id", "script_categories.id"]),
        Index(None, "account_id", "slug", unique=True),
        Index(None, "account_id", "category_id"),
        Index(None, "account_id", "source_fix_id"),
    )

    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    category_id: Mapped[UUID]
    language: Mapped[Language]
    script_body: Mapped[str]
    parameters_schema: Mapped[list[object]]
    version: Mapped[int] = mapped_column(default=1)
    starter: Mapped[str | None] = mapped_column(default=None)
    source_session_id: Mapped[UUID | None] = mapped_column(default=None)
    source_user_id: Mapped[UUID | None] = mapped_column(default=None)
    source_fix_id: Mapped[UUID | None] = mapped_column(default=None)
    source_ticket_ref: Mapped[str | None] = mapped_column(default=None)
    created_by: Mapped[UUID | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    usage_count: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    def refuse_inactive(self) -> None:
        """Raises `Conflict` when it was taken out of the library."""
        if not self.is_active:
            raise Conflict(f"“{self.name}” was taken out of the library. /pilot scripts lists what there is.")


class TemplateVersion(AccountOwned, Base, kw_only=True):
    """What a template was, kept when it is changed."""

    __tablename__ = "script_template_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "template_id"], ["script_templates.account_id", "script_templates.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "template_id", "number", unique=True),
    )

    template_id: Mapped[UUID]
    number: Mapped[int]
    script_body: Mapped[str]
    parameters_schema: Mapped[list[object]]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class Generation(AccountOwned, Base, kw_only=True):
    """A template was filled in. `filled` has what was typed, without passwords; the script itself is not kept."""

    __tablename__ = "script_generations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "template_id"], ["script_templates.account_id", "script_templates.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "template_id", "id"),
        Index(None, "account_id", "session_id"),
        Index(None, "account_id", "fix_id"),
    )

    template_id: Mapped[UUID]
    template_version: Mapped[int]
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    fix_id: Mapped[UUID | None] = mapped_column(default=None)
    user_id: Mapped[UUID]
    filled: Mapped[dict[str, str]]
    generated_at: Mapped[datetime]


class Draft(AccountOwned, Base, kw_only=True):
    """A script that was run and may become a template. `opened_at`: somebody has looked, and nothing but people changes it any more."""

    __tablename__ = "draft_templates"
    __table_args__ = (
        one_of("language", Language),
        one_of("extraction", Extraction),
        one_of("status", DraftStatus),
        ForeignKeyConstraint(
            ["account_id", "source_session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "source_fix_id", unique=True),
        Index(None, "account_id", "source_session_id"),
        Index("draft_templates_pending_ix", "account_id", "id", postgresql_where=text("status = 'pending'")),
    )

    source_session_id: Mapped[UUID]
    source_user_id: Mapped[UUID]
    source_fix_id: Mapped[UUID]
    language: Mapped[Language]
    script_body: Mapped[str]
    proposed_parameters: Mapped[list[object]]
    proposed_name: Mapped[str]
    extraction: Mapped[Extraction] = mapped_column(default=Extraction.PENDING)
    status: Mapped[DraftStatus] = mapped_column(default=DraftStatus.PENDING)
    promoted_template_id: Mapped[UUID | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_by: Mapped[UUID | None] = mapped_column(default=None)
    reject_reason: Mapped[str | None] = mapped_column(default=None)
    offer_ts: Mapped[str | None] = mapped_column(default=None)

    def refuse_resolved(self, resolver: str | None) -> None:
        """Raises `Conflict`, naming `resolver`, when it is no longer pending."""
        if self.status is not DraftStatus.PENDING:
            raise Conflict(f"This draft was already {self.status}{f' by {resolver}' if resolver else ''}.")

    def accept(self, template_id: UUID, *, by: UserId, at: datetime) -> None:
        self.status, self.promoted_template_id, self.resolved_by, self.resolved_at = (
            DraftStatus.ACCEPTED,
            template_id,
            by,
            at,
        )

    def reject(self, reason: str | None, *, by: UserId, at: datetime) -> None:
        self.status, self.reject_reason, self.resolved_by, self.resolved_at = DraftStatus.REJECTED, reason, by, at


class Sheet(AccountOwned, Base, kw_only=True):
    """What one person has typed into a review or builder and not saved yet: forms have pages, and Slack gives back only the one that is open."""

    __tablename__ = "script_sheets"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "user_id"], ["users.account_id", "users.id"], ondelete="CASCADE"),
        Index(None, "account_id", "user_id", "subject", unique=True),
    )

    user_id: Mapped[UUID]
    subject: Mapped[UUID]
    content: Mapped[dict[str, object]]
    updated_at: Mapped[datetime]


def slug_of(name: str) -> str:
    """`name` as lower-case kebab ASCII, at most 60 characters; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LIMIT].strip("-")
