"""nudges, and how each person wants them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
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


def upgrade() -> None:
    op.add_column("users", sa.Column("nudge_wishes", postgresql.JSONB(), nullable=True))
    op.create_table(
        "nudges",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_id", sa.Uuid(), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("rerouted", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(40), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('fix', 'drafts', 'escalation', 'walk', 'weekly')", name=op.f("nudges_kind_check")),
        sa.CheckConstraint(
            "state in ('planned', 'sending', 'sent', 'answered', 'cancelled', 'unknown')",
            name=op.f("nudges_state_check"),
        ),
        sa.CheckConstraint(
            "answer in ('settled', 'parked_again', 'snoozed', 'muted', 'undeliverable')",
            name=op.f("nudges_answer_check"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("nudges_number_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"], ["users.account_id", "users.id"], name=op.f("nudges_account_id_user_id_fkey")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("nudges_pkey")),
    )
    planned = sa.text("state = 'planned'")
    op.create_index(
        "nudges_one_live",
        "nudges",
        ["account_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state in ('planned', 'sending')"),
    )
    op.create_index("nudges_due_ix", "nudges", ["account_id", "due_at"], postgresql_where=planned)
    op.create_index("nudges_person_ix", "nudges", ["account_id", "user_id", "due_at"], postgresql_where=planned)
    op.create_index("nudges_subject_ix", "nudges", ["account_id", "subject_id", "id"])
    op.create_table(
        "nudge_reminders",
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("audience in ('person', 'admin', 'lead')", name=op.f("nudge_reminders_audience_check")),
        sa.CheckConstraint(
            "state in ('queued', 'sent', 'dropped', 'failed', 'unknown')", name=op.f("nudge_reminders_state_check")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("nudge_reminders_pkey")),
    )
    op.create_index(
        "nudge_reminders_queued_ix",
        "nudge_reminders",
        ["account_id", "due_at"],
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "nudge_reminder_nudges",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("nudge_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "reminder_id"],
            ["nudge_reminders.account_id", "nudge_reminders.id"],
            name=op.f("nudge_reminder_nudges_account_id_reminder_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "nudge_id"],
            ["nudges.account_id", "nudges.id"],
            name=op.f("nudge_reminder_nudges_account_id_nudge_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "reminder_id", "nudge_id", name=op.f("nudge_reminder_nudges_pkey")),
    )
    op.create_index("nudge_reminder_nudges_nudge_ix", "nudge_reminder_nudges", ["account_id", "nudge_id"])
    for table in ("nudges", "nudge_reminders", "nudge_reminder_nudges"):
        secure(table)
    op.execute("grant select (account_id, state, due_at) on nudges to app_worker")
    op.execute("create policy due on nudges for select to app_worker using (state = 'planned')")
