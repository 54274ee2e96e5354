"""flows, what finds them, and the calls that are walked along them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CATEGORIES = (
    "category in ('password_reset', 'account_lockout', 'printer', 'email_outlook_client', 'wifi_network_basics', "
    "'vpn_connect', 'teams_zoom_av', 'browser_cache_cookies', 'peripheral_reconnect', 'os_restart_update')"
)
REASONS = (
    "('needs_admin_rights', 'outside_scope', 'not_fixed_by_steps', 'customer_request', 'suspected_incident', 'other')"
)


def secure(table: str) -> None:
    """Every row of an account is seen and written only by a unit in that account, by the table's owner too."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy account on {table} using (account_id = app.account_id()) with check (account_id = app.account_id())"
    )
    op.execute(f"grant select, insert, update, delete on {table} to app_rw")


def upgrade() -> None:
    flows()
    walks()
    for table in (
        "flows", "flow_versions", "flow_examples", "flow_matchings", "internal_tickets", "l1_walk_sessions", "flow_proposals",
    ):  # fmt: skip
        secure(table)


def flows() -> None:
    op.create_table(
        "flows",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(CATEGORIES, name=op.f("flows_category_check")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("flows_pkey")),
        sa.UniqueConstraint("account_id", "slug", name=op.f("flows_account_id_slug_key")),
    )
    op.create_index(
        "flows_published_ix", "flows", ["account_id", "id"], postgresql_where=sa.text("published_version is not null")
    )
    op.create_table(
        "flow_versions",
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("symptoms", postgresql.JSONB(), nullable=False),
        sa.Column("examples", postgresql.JSONB(), nullable=False),
        sa.Column("tree", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(CATEGORIES, name=op.f("flow_versions_category_check")),
        sa.CheckConstraint(
            "source in ('starter', 'imported', 'proposal', 'edited')", name=op.f("flow_versions_source_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["flows.account_id", "flows.id"],
            name=op.f("flow_versions_account_id_flow_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("flow_versions_pkey")),
        sa.UniqueConstraint(
            "account_id", "flow_id", "number", name=op.f("flow_versions_account_id_flow_id_number_key")
        ),
    )
    op.create_table(
        "flow_examples",
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["flows.account_id", "flows.id"],
            name=op.f("flow_examples_account_id_flow_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("flow_examples_pkey")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("flow_examples_account_id_digest_key")),
    )
    op.create_index(
        op.f("flow_examples_account_id_flow_id_id_ix"), "flow_examples", ["account_id", "flow_id", "id"], unique=False
    )
    op.create_table(
        "flow_matchings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("learned_revision", sa.Integer(), nullable=True),
        sa.Column("starter", sa.Text(), nullable=True),
        sa.Column("weights", sa.LargeBinary(), nullable=True),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("flow_matchings_pkey")),
    )


def walks() -> None:
    op.create_table(
        "internal_tickets",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("problem_statement", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("customer_contact", sa.Text(), nullable=True),
        sa.Column("psa_connection_id", sa.Uuid(), nullable=True),
        sa.Column("psa_ticket_id", sa.Text(), nullable=True),
        sa.Column("psa_ticket_label", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("acting_as", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("private_channel", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status in ('open', 'walking', 'resolved', 'escalated')", name=op.f("internal_tickets_status_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by"],
            ["users.account_id", "users.id"],
            name=op.f("internal_tickets_account_id_created_by_fkey"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("internal_tickets_pkey")),
    )
    op.create_index("internal_tickets_number_key", "internal_tickets", ["account_id", "number"], unique=True)
    op.create_index("internal_tickets_status_ix", "internal_tickets", ["account_id", "status", "number"], unique=False)
    op.create_index(
        "internal_tickets_unfinished_ix",
        "internal_tickets",
        ["account_id", "number"],
        unique=False,
        postgresql_where=sa.text("status in ('open', 'walking')"),
    )
    op.create_table(
        "l1_walk_sessions",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("session_kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column("flow_version", sa.Integer(), nullable=True),
        sa.Column("flow_proposal_id", sa.Uuid(), nullable=True),
        sa.Column("tree", postgresql.JSONB(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("acting_as", sa.Text(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("current_node_id", sa.Text(), nullable=True),
        sa.Column("pending_node", postgresql.JSONB(), nullable=True),
        sa.Column("walked_path", postgresql.JSONB(), nullable=False),
        sa.Column("composed_without_ai", sa.Boolean(), nullable=False),
        sa.Column("walk_notes", sa.Text(), nullable=False),
        sa.Column("notes_revision", sa.Integer(), nullable=False),
        sa.Column("notes_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("resolution_notes", sa.Text(), nullable=True),
        sa.Column("escalation_reason", sa.Text(), nullable=True),
        sa.Column("escalation_reason_category", sa.String(40), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(CATEGORIES, name=op.f("l1_walk_sessions_category_check")),
        sa.CheckConstraint(
            f"escalation_reason_category in {REASONS}",
            name=op.f("l1_walk_sessions_escalation_reason_category_check"),
        ),
        sa.CheckConstraint(
            "session_kind in ('flow', 'proposal', 'adhoc', 'ai_build')",
            name=op.f("l1_walk_sessions_session_kind_check"),
        ),
        sa.CheckConstraint(
            "status in ('active', 'resolved', 'escalated', 'abandoned')", name=op.f("l1_walk_sessions_status_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["flows.account_id", "flows.id"],
            name=op.f("l1_walk_sessions_account_id_flow_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "owner_id"],
            ["users.account_id", "users.id"],
            name=op.f("l1_walk_sessions_account_id_owner_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "ticket_id"],
            ["internal_tickets.account_id", "internal_tickets.id"],
            name=op.f("l1_walk_sessions_account_id_ticket_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("l1_walk_sessions_pkey")),
    )
    op.create_index(
        "l1_walk_sessions_one_active",
        "l1_walk_sessions",
        ["account_id", "ticket_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "l1_walk_sessions_owner_ix",
        "l1_walk_sessions",
        ["account_id", "owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "l1_walk_sessions_stale_ix",
        "l1_walk_sessions",
        ["account_id", "last_step_at"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("l1_walk_sessions_ticket_ix", "l1_walk_sessions", ["account_id", "ticket_id", "id"], unique=False)
    op.create_table(
        "flow_proposals",
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("examples", postgresql.JSONB(), nullable=False),
        sa.Column("tree", postgresql.JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("walks", sa.Integer(), nullable=False),
        sa.Column("source_session_id", sa.Uuid(), nullable=True),
        sa.Column("source_walk_id", sa.Uuid(), nullable=True),
        sa.Column("validated_by_outcome", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(CATEGORIES, name=op.f("flow_proposals_category_check")),
        sa.CheckConstraint("status in ('pending', 'published', 'declined')", name=op.f("flow_proposals_status_check")),
        sa.CheckConstraint(
            "num_nonnulls(source_session_id, source_walk_id) = 1", name=op.f("flow_proposals_one_source_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "source_session_id"],
            ["ai_sessions.account_id", "ai_sessions.id"],
            name=op.f("flow_proposals_account_id_source_session_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "source_walk_id"],
            ["l1_walk_sessions.account_id", "l1_walk_sessions.id"],
            name=op.f("flow_proposals_account_id_source_walk_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("flow_proposals_pkey")),
    )
    op.create_index(
        "flow_proposals_pending_ix",
        "flow_proposals",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_foreign_key(
        op.f("l1_walk_sessions_account_id_flow_proposal_id_fkey"),
        "l1_walk_sessions",
        "flow_proposals",
        ["account_id", "flow_proposal_id"],
        ["account_id", "id"],
    )
