"""what a note takes as given of several fixes, which draft it took the place of, and since when its window was asked for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Drafts are made anew from the state, so nothing is carried over: an answer chosen and not confirmed yet is asked for again.
    for table in ("previews", "note_working_copies"):
        op.add_column(
            table, sa.Column("answers", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb"))
        )
        op.alter_column(table, "answers", server_default=None)
        op.drop_column(table, "answer")
        op.drop_column(table, "answer_notes")
    op.add_column("note_working_copies", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.add_column("postings", sa.Column("modal_asked_at", sa.DateTime(timezone=True), nullable=True))
