"""the first story"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


ACCOUNT_TABLES = (
    "accounts", "slack_installations", "users", "access_requests", "access_cards", "ai_sessions", "session_messages", "session_facts",
    "session_suggested_fixes", "outbox", "received", "audit_events",
)  # fmt: skip


def secure() -> None:
    """Every row of an account is seen and written only by a unit in that account, by the tables' owner too."""
    for table in ACCOUNT_TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy account on {table} using (account_id = app.account_id()) with check (account_id = app.account_id())"
        )
    op.execute("grant select, insert, update, delete on all tables in schema public to app_rw")
    op.execute("revoke all on alembic_version from app_rw")
    op.execute("revoke update, delete on audit_events from app_rw")
    op.execute("grant select (account_id, state, due_at, lease_until) on outbox to app_worker")
    op.execute("create policy due on outbox for select to app_worker using (state in ('waiting', 'leased', 'sending'))")


def upgrade() -> None:
    op.execute("create schema app")
    op.execute("grant usage on schema app to app_rw, app_worker")
    # Empty or never set reads as NULL, and NULL equals no account: no rows.
    op.execute(
        "create function app.account_id() returns uuid language sql stable parallel safe "
        "as $$ select nullif(current_setting('app.account_id', true), '')::uuid $$"
    )
    op.execute("grant execute on function app.account_id() to app_rw, app_worker")
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("accounts_pkey")),
    )
    op.create_table(
        "audit_events",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("slack_user_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("acting_as", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("audit_events_pkey")),
    )
    op.create_index(
        op.f("audit_events_account_id_subject_id_ix"), "audit_events", ["account_id", "subject", "id"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("ids", postgresql.JSONB(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=True),
        sa.Column("supersede_key", sa.Text(), nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target", postgresql.JSONB(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'leased', 'sending', 'done', 'failed', 'unknown')", name=op.f("outbox_state_check")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("outbox_pkey")),
    )
    op.create_index(op.f("outbox_dedupe_key"), "outbox", ["account_id", "dedupe_key"], unique=True)
    op.create_index(
        op.f("outbox_due_ix"),
        "outbox",
        ["account_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'leased', 'sending')"),
    )
    op.create_index(
        op.f("outbox_order_ix"),
        "outbox",
        ["account_id", "order_key", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'leased', 'sending')"),
    )
    op.create_index(
        op.f("outbox_supersede_key"),
        "outbox",
        ["account_id", "supersede_key"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        op.f("outbox_unknown_ix"),
        "outbox",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_table(
        "received",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("received_pkey")),
    )
    op.create_index(op.f("received_account_id_at_ix"), "received", ["account_id", "at"], unique=False)
    op.create_table(
        "slack_installations",
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("slack_installations_pkey")),
    )
    op.create_index(
        op.f("slack_installations_account_id_enterprise_id_team_id_ix"),
        "slack_installations",
        ["account_id", "enterprise_id", "team_id"],
        unique=True,
    )
    op.create_table(
        "slack_workspaces",
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "team_id", name=op.f("slack_workspaces_pkey")),
    )
    op.create_table(
        "users",
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("can_cover_l1", sa.Boolean(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("home_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind in ('unknown', 'member', 'guest', 'stranger', 'bot', 'gone')", name=op.f("users_kind_check")
        ),
        sa.CheckConstraint("role in ('viewer', 'l1', 'engineer', 'admin', 'owner')", name=op.f("users_role_check")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("users_pkey")),
    )
    op.create_index(op.f("users_account_id_slack_user_id_ix"), "users", ["account_id", "slack_user_id"], unique=True)
    op.create_table(
        "access_requests",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state in ('open', 'approved', 'declined')", name=op.f("access_requests_state_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("access_requests_account_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("access_requests_pkey")),
    )
    op.create_index(
        op.f("access_requests_one_open"),
        "access_requests",
        ["account_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "ai_sessions",
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("state_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("private_channel", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status in ('active', 'paused', 'requesting_escalation', 'escalated', 'resolved', 'abandoned')",
            name=op.f("ai_sessions_status_check"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "owner_id"],
            ["users.account_id", "users.id"],
            name=op.f("ai_sessions_account_id_owner_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("ai_sessions_pkey")),
    )
    op.create_index(
        op.f("ai_sessions_open_ix"),
        "ai_sessions",
        ["account_id", "last_active_at"],
        unique=False,
        postgresql_where=sa.text("status in ('active', 'paused', 'requesting_escalation')"),
    )
    op.create_index(
        op.f("ai_sessions_owner_ix"),
        "ai_sessions",
        ["account_id", "owner_id", "last_active_at"],
        unique=False,
        postgresql_where=sa.text("status in ('active', 'paused', 'requesting_escalation')"),
    )
    op.create_index(op.f("ai_sessions_thread_key"), "ai_sessions", ["account_id", "channel", "thread_ts"], unique=True)
    op.create_table(
        "access_cards",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["access_requests.account_id", "access_requests.id"],
            name=op.f("access_cards_account_id_request_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("access_cards_pkey")),
    )
    op.create_index(
        op.f("access_cards_account_id_request_id_ix"), "access_cards", ["account_id", "request_id"], unique=False
    )
    op.create_table(
        "session_facts",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "source in ('question', 'diagnostic_check', 'note')", name=op.f("session_facts_source_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("session_facts_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("session_facts_pkey")),
    )
    op.create_index(
        op.f("session_facts_account_id_session_id_id_ix"),
        "session_facts",
        ["account_id", "session_id", "id"],
        unique=False,
    )
    op.create_table(
        "session_messages",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("author in ('person', 'flowpilot')", name=op.f("session_messages_author_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("session_messages_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("session_messages_pkey")),
    )
    op.create_index(
        op.f("session_messages_account_id_session_id_id_ix"),
        "session_messages",
        ["account_id", "session_id", "id"],
        unique=False,
    )
    op.create_table(
        "session_suggested_fixes",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("confidence_pct", sa.Integer(), nullable=False),
        sa.Column("script_template_id", sa.Uuid(), nullable=True),
        sa.Column("ai_drafted_script", sa.Text(), nullable=True),
        sa.Column("ai_drafted_language", sa.Text(), nullable=True),
        sa.Column("ai_drafted_parameters", postgresql.JSONB(), nullable=True),
        sa.Column("sources", postgresql.JSONB(), nullable=False),
        sa.Column("composed_without_ai", sa.Boolean(), nullable=False),
        sa.Column("user_decision", sa.String(40), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("partial_notes", sa.Text(), nullable=True),
        sa.Column("pending_reason", sa.Text(), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_reason", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status in ('proposed', 'applied_success', 'applied_failed', 'applied_partial', 'applied_pending', 'dismissed')",
            name=op.f("session_suggested_fixes_status_check"),
        ),
        sa.CheckConstraint(
            "user_decision in ('one_off', 'draft_template', 'build_template', 'dismissed')",
            name=op.f("session_suggested_fixes_user_decision_check"),
        ),
        sa.CheckConstraint(
            "confidence_pct between 0 and 100", name=op.f("session_suggested_fixes_confidence_pct_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("session_suggested_fixes_account_id_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("session_suggested_fixes_pkey")),
    )
    op.create_index(
        op.f("session_suggested_fixes_judged_ix"),
        "session_suggested_fixes",
        ["account_id", "verified_at"],
        unique=False,
        postgresql_where=sa.text("verified_at is not null"),
    )
    op.create_index(
        op.f("session_suggested_fixes_one_active"),
        "session_suggested_fixes",
        ["account_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.create_index(
        op.f("session_suggested_fixes_pending_ix"),
        "session_suggested_fixes",
        ["account_id", "applied_at"],
        unique=False,
        postgresql_where=sa.text("status = 'applied_pending'"),
    )
    op.create_index(
        op.f("session_suggested_fixes_session_ix"),
        "session_suggested_fixes",
        ["account_id", "session_id", "id"],
        unique=False,
    )
    secure()
