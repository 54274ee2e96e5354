"""flows, and what finds them"""

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
    for table in ("flows", "flow_versions", "flow_examples", "flow_matchings"):
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
        sa.Column("weights", sa.LargeBinary(), nullable=True),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("flow_matchings_pkey")),
    )
