"""What nothing-missed needs: how far each market is known, the price a plan follows, when a print was seen, invites."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DECIMALS = (("users", "equity"), ("plans", "low"), ("plans", "high"), ("fills", "price"), ("fills", "quantity"))
"""On PostgreSQL they were NUMERIC, which keeps the number but not its form; they are text now, as on SQLite."""


def upgrade() -> None:
    op.create_table(
        "watermarks",
        sa.Column("exchange", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("trigger_price", sa.String, nullable=False),
        sa.Column("known_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("exchange", "symbol", "trigger_price", name="pk_watermarks"),
    )
    op.create_table(
        "invites",
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_invites"),
    )
    # Prices are news: those of before are asked for anew.
    op.drop_table("quotes")
    op.create_table(
        "quotes",
        sa.Column("exchange", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("trigger_price", sa.String, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("exchange", "symbol", "trigger_price", name="pk_quotes"),
    )
    with rebuilt("plans") as plans:
        plans.add_column(sa.Column("trigger_price", sa.String, nullable=False, server_default="last"))
    queue_by_urgency()
    on_postgresql("TEXT")


def queue_by_urgency() -> None:
    """The place of a message in the queue: how urgent what stands behind it in its plan is, and its id."""
    for name in ("leaving", "queue"):
        op.drop_index(f"ix_outbox_{name}", "outbox")
    with rebuilt("outbox") as outbox:
        outbox.add_column(sa.Column("seen_at", sa.BigInteger))
        outbox.add_column(sa.Column("urgency", sa.Integer, nullable=False, server_default="6"))
    op.execute("UPDATE outbox SET urgency = priority")
    op.create_index("ix_outbox_leaving", "outbox", ["state", "urgency", "outbox_id", "chat_id"])
    op.create_index("ix_outbox_queue", "outbox", ["chat_id", "state", "urgency", "outbox_id"])
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_planned", "outbox", ["state", "planned_at"])


def downgrade() -> None:
    on_postgresql("NUMERIC")
    op.drop_table("quotes")
    op.create_table(
        "quotes",
        sa.Column("exchange", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("price", sa.Text().with_variant(sa.Numeric(), "postgresql"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("exchange", "symbol", name="pk_quotes"),
    )
    for name in ("leaving", "queue", "due", "planned"):
        op.drop_index(f"ix_outbox_{name}", "outbox")
    with rebuilt("outbox") as outbox:
        outbox.drop_column("urgency")
        outbox.drop_column("seen_at")
    op.create_index("ix_outbox_leaving", "outbox", ["state", "priority", "planned_at", "outbox_id"])
    op.create_index("ix_outbox_queue", "outbox", ["chat_id", "state", "priority", "planned_at", "outbox_id"])
    with rebuilt("plans") as plans:
        plans.drop_column("trigger_price")
    op.drop_table("invites")
    op.drop_table("watermarks")


def on_postgresql(kind: str) -> None:
    """Decimals as this kind, where the database is PostgreSQL: on SQLite they were text from the beginning."""
    if op.get_context().dialect.name == "postgresql":
        for table, column in DECIMALS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} USING {column}::{kind}")


def rebuilt(table: str) -> AbstractContextManager[BatchOperations]:
    """A table under change: SQLite copies it into a new one, with ids that are still never reused."""
    recreate: Literal["always", "never"] = "always" if op.get_context().dialect.name == "sqlite" else "never"
    return op.batch_alter_table(table, recreate=recreate, table_kwargs={"sqlite_autoincrement": True})
