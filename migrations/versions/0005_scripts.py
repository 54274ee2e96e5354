"""scripts: the library, its drafts, and what was generated"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "script_categories", "script_templates", "script_template_versions", "script_generations", "draft_templates", "script_sheets",
)  # fmt: skip


def secure(table: str) -> None:
    """Every row of an account is seen and written only by a unit in that account, by the table's owner too."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy account on {table} using (account_id = app.account_id()) with check (account_id = app.account_id())"
    )
    op.execute(f"grant select, insert, update, delete on {table} to app_rw")


def upgrade() -> None:
    op.create_table(
        "script_categories",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("script_categories_pkey")),
    )
    op.create_index(
        op.f("script_categories_account_id_slug_ix"), "script_categories", ["account_id", "slug"], unique=True
    )
    op.create_table(
        "script_sheets",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("script_sheets_account_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("script_sheets_pkey")),
    )
    op.create_index(
        op.f("script_sheets_account_id_user_id_subject_ix"),
        "script_sheets",
        ["account_id", "user_id", "subject"],
        unique=True,
    )
    op.create_table(
        "script_templates",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("script_body", sa.Text(), nullable=False),
        sa.Column("parameters_schema", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starter", sa.Text(), nullable=True),
        sa.Column("source_session_id", sa.Uuid(), nullable=True),
        sa.Column("source_user_id", sa.Uuid(), nullable=True),
        sa.Column("source_fix_id", sa.Uuid(), nullable=True),
        sa.Column("source_ticket_ref", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "language in ('powershell', 'bash', 'python')", name=op.f("script_templates_language_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "category_id"],
            ["script_categories.account_id", "script_categories.id"],
            name=op.f("script_templates_account_id_category_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("script_templates_pkey")),
    )
    op.create_index(
        op.f("script_templates_account_id_category_id_ix"),
        "script_templates",
        ["account_id", "category_id"],
        unique=False,
    )
    op.create_index(
        op.f("script_templates_account_id_slug_ix"), "script_templates", ["account_id", "slug"], unique=True
    )
    op.create_index(
        op.f("script_templates_account_id_source_fix_id_ix"),
        "script_templates",
        ["account_id", "source_fix_id"],
        unique=False,
    )
    op.create_table(
        "draft_templates",
        sa.Column("source_session_id", sa.Uuid(), nullable=False),
        sa.Column("source_user_id", sa.Uuid(), nullable=False),
        sa.Column("source_fix_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("script_body", sa.Text(), nullable=False),
        sa.Column("proposed_parameters", postgresql.JSONB(), nullable=False),
        sa.Column("proposed_name", sa.Text(), nullable=False),
        sa.Column("extraction", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("promoted_template_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("reject_reason", sa.Text(), nullable=True),
        sa.Column("offer_ts", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("extraction in ('pending', 'done', 'none')", name=op.f("draft_templates_extraction_check")),
        sa.CheckConstraint("language in ('powershell', 'bash', 'python')", name=op.f("draft_templates_language_check")),
        sa.CheckConstraint("status in ('pending', 'accepted', 'rejected')", name=op.f("draft_templates_status_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "source_session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("draft_templates_account_id_source_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("draft_templates_pkey")),
    )
    op.create_index(
        op.f("draft_templates_account_id_source_fix_id_ix"),
        "draft_templates",
        ["account_id", "source_fix_id"],
        unique=True,
    )
    op.create_index(
        op.f("draft_templates_account_id_source_session_id_ix"),
        "draft_templates",
        ["account_id", "source_session_id"],
        unique=False,
    )
    op.create_index(
        "draft_templates_pending_ix",
        "draft_templates",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "script_generations",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("fix_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("filled", postgresql.JSONB(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("script_generations_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "template_id"],
            ["script_templates.account_id", "script_templates.id"],
            name=op.f("script_generations_account_id_template_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("script_generations_pkey")),
    )
    op.create_index(
        op.f("script_generations_account_id_fix_id_ix"), "script_generations", ["account_id", "fix_id"], unique=False
    )
    op.create_index(
        op.f("script_generations_account_id_session_id_ix"),
        "script_generations",
        ["account_id", "session_id"],
        unique=False,
    )
    op.create_index(
        op.f("script_generations_account_id_template_id_id_ix"),
        "script_generations",
        ["account_id", "template_id", "id"],
        unique=False,
    )
    op.create_table(
        "script_template_versions",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("script_body", sa.Text(), nullable=False),
        sa.Column("parameters_schema", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "template_id"],
            ["script_templates.account_id", "script_templates.id"],
            name=op.f("script_template_versions_account_id_template_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("script_template_versions_pkey")),
    )
    op.create_index(
        op.f("script_template_versions_account_id_template_id_number_ix"),
        "script_template_versions",
        ["account_id", "template_id", "number"],
        unique=True,
    )
    for table in TABLES:
        secure(table)
