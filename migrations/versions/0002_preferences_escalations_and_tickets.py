"""preferences, escalations, and what a session knows of its ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SESSION_TEXTS = (
    "psa_ticket_id", "psa_ticket_label", "psa_ticket_url", "resolution_note_markdown", "resolution_note_external_id",
    "escalation_package_markdown", "escalation_package_external_id", "resolution_summary", "escalation_reason",
)  # fmt: skip
SESSION_TIMES = ("resolution_note_posted_at", "escalation_package_posted_at", "resolved_at")


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
        "account_settings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("preferences", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="account_settings_pkey"),
    )
    op.create_table(
        "escalations",
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("walk_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "category in ('needs_admin_rights', 'outside_scope', 'not_fixed_by_steps', 'customer_request', 'suspected_incident', 'other')",
            name=op.f("escalations_category_check"),
        ),
        sa.CheckConstraint("num_nonnulls(session_id, walk_id) = 1", name=op.f("escalations_one_subject_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("escalations_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "raised_by"],
            ["users.account_id", "users.id"],
            name=op.f("escalations_account_id_raised_by_fkey"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("escalations_pkey")),
    )
    op.create_index(
        "escalations_open_ix",
        "escalations",
        ["account_id", "id"],
        postgresql_where=sa.text("claimed_by is null and closed_at is null"),
    )
    op.create_index("escalations_account_id_session_id_ix", "escalations", ["account_id", "session_id"])
    op.create_index("escalations_account_id_walk_id_ix", "escalations", ["account_id", "walk_id"])
    op.add_column("ai_sessions", sa.Column("psa_connection_id", sa.Uuid(), nullable=True))
    for name in SESSION_TEXTS:
        op.add_column("ai_sessions", sa.Column(name, sa.Text(), nullable=True))
    for name in SESSION_TIMES:
        op.add_column("ai_sessions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for table in ("account_settings", "escalations"):
        secure(table)
