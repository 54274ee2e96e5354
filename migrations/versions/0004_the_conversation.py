"""the conversation: turns, what people think of them and what they cost, and what a thread's messages need to be followed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def secure(table: str) -> None:
    """Every row of an account is seen and written only by a unit in that account, by the table's owner too."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy account on {table} using (account_id = app.account_id()) with check (account_id = app.account_id())"
    )
    op.execute(f"grant select, insert, update, delete on {table} to app_rw")


def add(table: str, name: str, kind: sa.Boolean | postgresql.JSONB, default: str) -> None:
    """A column that may not be empty: the rows there are get `default`, those to come bring their own."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
    op.alter_column(table, name, server_default=None)


def upgrade() -> None:
    add("session_messages", "files", postgresql.JSONB(), "'[]'")
    add("session_messages", "wants_answer", sa.Boolean(), "false")
    add("session_messages", "composed_without_ai", sa.Boolean(), "true")
    op.add_column("session_messages", sa.Column("turn_id", sa.Uuid(), nullable=True))
    op.add_column("session_messages", sa.Column("fix_id", sa.Uuid(), nullable=True))
    op.add_column("session_messages", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session_messages", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("session_messages_ts_key", "session_messages", ["account_id", "session_id", "ts"], unique=True)
    fixes = "session_suggested_fixes"
    op.add_column(fixes, sa.Column("ai_outcome_proposal", sa.String(40), nullable=True))
    op.add_column(fixes, sa.Column("ai_outcome_notes", sa.Text(), nullable=True))
    op.add_column(fixes, sa.Column("asked_how_at", sa.DateTime(timezone=True), nullable=True))
    add(fixes, "ai_outcomes_rejected", postgresql.JSONB(), "'[]'")
    op.create_check_constraint(
        op.f("session_suggested_fixes_ai_outcome_proposal_check"),
        fixes,
        "ai_outcome_proposal in ('applied_success', 'applied_failed', 'applied_partial', 'applied_pending', 'dismissed')",
    )
    op.create_table(
        "session_turns",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_ts", sa.Text(), nullable=True),
        sa.Column("streamed", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt_version", sa.Text(), nullable=True),
        sa.Column("composed_without_ai", sa.Boolean(), nullable=False),
        sa.Column("over_budget", sa.Boolean(), nullable=False),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status in ('thinking', 'answered', 'done', 'stopped')", name=op.f("session_turns_status_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("session_turns_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("session_turns_pkey")),
    )
    op.create_index(
        op.f("session_turns_one_at_a_time"),
        "session_turns",
        ["account_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("status in ('thinking', 'answered')"),
    )
    op.create_index(op.f("session_turns_session_ix"), "session_turns", ["account_id", "session_id", "id"])
    op.create_table(
        "turn_feedback",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("verdict in ('up', 'down')", name=op.f("turn_feedback_verdict_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "turn_id"],
            ["session_turns.account_id", "session_turns.id"],
            name=op.f("turn_feedback_account_id_turn_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("turn_feedback_pkey")),
    )
    op.create_index(
        op.f("turn_feedback_person_key"), "turn_feedback", ["account_id", "turn_id", "user_id"], unique=True
    )
    op.create_table(
        "model_spending",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_micro_usd", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("model_spending_pkey")),
    )
    op.create_index(op.f("model_spending_account_id_at_ix"), "model_spending", ["account_id", "at"])
    op.create_index(op.f("model_spending_account_id_session_id_ix"), "model_spending", ["account_id", "session_id"])
    op.add_column("ai_sessions", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("session_turns", "turn_feedback", "model_spending"):
        secure(table)
