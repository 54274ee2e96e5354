"""connections to ticket systems, and notes on their way there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
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
    connections()


def connections() -> None:
    op.create_table(
        "psa_connections",
        sa.Column("system", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("login", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_keys", sa.Text(), nullable=False),
        sa.Column("targets", postgresql.JSONB(), nullable=False),
        sa.Column("members", postgresql.JSONB(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("system in ('connectwise', 'request_tracker')", name=op.f("psa_connections_system_check")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("psa_connections_pkey")),
    )
    op.create_index(
        op.f("psa_connections_account_id_removed_at_id_ix"), "psa_connections", ["account_id", "removed_at", "id"]
    )
    secure("psa_connections")
    for name in ("psa_board_id", "psa_company", "psa_contact"):
        op.add_column("ai_sessions", sa.Column(name, sa.Text(), nullable=True))
    # Which sessions are about one ticket: a second one is pointed out, and a link in a channel is shown what it leads to.
    op.create_index(
        "ai_sessions_ticket_ix",
        "ai_sessions",
        ["account_id", "psa_connection_id", "psa_ticket_id"],
        postgresql_where=sa.text("psa_ticket_id is not null"),
    )
    op.create_table(
        "ticket_follows",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("callback_id", sa.Text(), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed_by", sa.Uuid(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("ticket_follows_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("ticket_follows_pkey")),
    )
    op.create_index(
        "ticket_follows_one_open",
        "ticket_follows",
        ["account_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "ticket_follows_due_ix",
        "ticket_follows",
        ["account_id", "next_look_at"],
        postgresql_where=sa.text("ended_at is null"),
    )
    secure("ticket_follows")
