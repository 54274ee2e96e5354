"""connections to ticket systems, and notes on their way there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
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
    notes()


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


def notes() -> None:
    session = ["ai_sessions.account_id", "ai_sessions.id"]
    person = ["users.account_id", "users.id"]
    kinds = "kind in ('resolution', 'escalation')"
    statuses = "'active', 'paused', 'requesting_escalation', 'escalated', 'resolved', 'abandoned'"
    steps = "'claimed', 'note_posted', 'status_set', 'verified', 'skipped', 'concluded', 'failed'"
    op.create_table(
        "previews",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state_version", sa.Integer(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_notes", sa.Text(), nullable=True),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(), nullable=True),
        sa.Column("basis", postgresql.JSONB(), nullable=True),
        sa.Column("composed_without_ai", sa.Boolean(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(kinds, name=op.f("previews_kind_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"], session, name=op.f("previews_account_id_session_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("previews_pkey")),
    )
    op.create_index(
        "previews_state_key",
        "previews",
        ["account_id", "session_id", "kind", "state_version", "prompt_version", "answer_key"],
        unique=True,
    )
    op.create_table(
        "note_working_copies",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("preview_id", sa.Uuid(), nullable=True),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("revisions", postgresql.JSONB(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_notes", sa.Text(), nullable=True),
        sa.Column("modal", sa.Text(), nullable=True),
        sa.Column("awaits", sa.Boolean(), nullable=False),
        sa.Column("asked_section", sa.Text(), nullable=True),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(kinds, name=op.f("note_working_copies_kind_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            session,
            name=op.f("note_working_copies_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            person,
            name=op.f("note_working_copies_account_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("note_working_copies_pkey")),
    )
    op.create_index(
        "note_working_copies_key",
        "note_working_copies",
        ["account_id", "session_id", "kind", "user_id"],
        unique=True,
    )
    op.create_index("note_working_copies_preview_ix", "note_working_copies", ["account_id", "preview_id"])
    op.create_table(
        "postings",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("ending", sa.String(40), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("ticket_label", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ai_text", sa.Text(), nullable=False),
        sa.Column("composed_without_ai", sa.Boolean(), nullable=False),
        sa.Column("words_changed", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("status_before", sa.String(40), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note_external_id", sa.Text(), nullable=True),
        sa.Column("note_posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_status_id", sa.Text(), nullable=True),
        sa.Column("wanted_status", sa.Text(), nullable=True),
        sa.Column("observed_status", sa.Text(), nullable=True),
        sa.Column("status_transition_skipped_reason", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.String(40), nullable=True),
        sa.Column("trouble", sa.String(40), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("modal", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(kinds, name=op.f("postings_kind_check")),
        sa.CheckConstraint(f"state in ({steps})", name=op.f("postings_state_check")),
        sa.CheckConstraint(
            "ending in ('verified', 'skipped', 'local', 'kept_open', 'cancelled')", name=op.f("postings_ending_check")
        ),
        sa.CheckConstraint(
            "trouble in ('not_verified', 'refused', 'keys', 'gone', 'disconnected', 'unknown')",
            name=op.f("postings_trouble_check"),
        ),
        sa.CheckConstraint(f"failed_at in ({steps})", name=op.f("postings_failed_at_check")),
        sa.CheckConstraint(f"status_before in ({statuses})", name=op.f("postings_status_before_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"], session, name=op.f("postings_account_id_session_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "requested_by"], person, name=op.f("postings_account_id_requested_by_fkey")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("postings_pkey")),
    )
    op.create_index("postings_revision_key", "postings", ["account_id", "session_id", "kind", "revision"], unique=True)
    op.create_index(
        "postings_one_live",
        "postings",
        ["account_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'concluded'"),
    )
    op.create_index(
        "postings_concluded_ix",
        "postings",
        ["account_id", "concluded_at"],
        postgresql_where=sa.text("state = 'concluded'"),
    )
    op.create_table(
        "escalation_cards",
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "escalation_id"],
            ["escalations.account_id", "escalations.id"],
            name=op.f("escalation_cards_account_id_escalation_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("escalation_cards_pkey")),
    )
    op.create_index(
        op.f("escalation_cards_account_id_escalation_id_ix"), "escalation_cards", ["account_id", "escalation_id"]
    )
    for table in ("previews", "note_working_copies", "postings", "escalation_cards"):
        secure(table)
