"""The first tables: users, drafts, plans and their events, messages, reminders, updates, prices, settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")
COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "settings",
    "quotes",
    "inbox",
    "reminders",
    "slots",
    "outbox",
    "fills",
    "plan_events",
    "plans",
    "drafts",
    "users",
)


def upgrade() -> None:
    people()
    plans()
    what_happened()
    messages()
    around()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def people() -> None:
    """Users and their drafts."""
    op.create_table(
        "users",
        sa.Column("user_id", sa.BigInteger, autoincrement=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("is_owner", sa.Boolean, nullable=False),
        sa.Column("equity", EXACT),
        sa.Column("exchange", sa.String),
        sa.Column("daily_hour", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
    )
    op.create_index("ix_users_chat_id", "users", ["chat_id"])
    op.create_table(
        "drafts",
        sa.Column("draft_id", COUNTED),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("touched_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name="pk_drafts"),
        sa.UniqueConstraint("user_id", name="uq_drafts_user_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_drafts_user_id_users"),
        sqlite_autoincrement=True,
    )


def plans() -> None:
    """What was agreed, and where it stands."""
    op.create_table(
        "plans",
        sa.Column("plan_id", COUNTED),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("exchange", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("low", EXACT),
        sa.Column("high", EXACT),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("agreed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plans"),
        sa.UniqueConstraint("user_id", "number", name="uq_plans_user_id_number"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_plans_user_id_users"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plans_phase", "plans", ["phase"])
    op.create_index("ix_plans_due_at", "plans", ["due_at"])


def what_happened() -> None:
    """The events of plans, and the fills they recorded."""
    op.create_table(
        "plan_events",
        sa.Column("plan_id", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "sequence", name="pk_plan_events"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name="fk_plan_events_plan_id_plans"),
    )
    op.create_table(
        "fills",
        sa.Column("plan_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("index", sa.Integer, nullable=False),
        sa.Column("price", EXACT, nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("action", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("assumed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_fills"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name="fk_fills_plan_id_plans"),
    )


def messages() -> None:
    """What is to be sent, and which message is edited in place."""
    op.create_table(
        "outbox",
        sa.Column("outbox_id", COUNTED),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("dedupe", sa.String, nullable=False),
        sa.Column("keyboard", sa.Text, nullable=False),
        sa.Column("plan_id", sa.BigInteger),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("action", sa.Integer, nullable=False),
        sa.Column("slot", sa.String),
        sa.Column("fresh", sa.Boolean, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("why_dead", sa.Text),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe", name="uq_outbox_dedupe"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name="fk_outbox_plan_id_plans"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_leaving", "outbox", ["state", "priority", "planned_at", "outbox_id"])
    op.create_index("ix_outbox_queue", "outbox", ["chat_id", "state", "priority", "planned_at", "outbox_id"])
    op.create_index("ix_outbox_plan", "outbox", ["plan_id", "state"])
    op.create_table(
        "slots",
        sa.Column("chat_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("slot", sa.String, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "slot", name="pk_slots"),
    )


def around() -> None:
    """Reminders, incoming updates, prices and settings."""
    op.create_table(
        "reminders",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Integer, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "action", name="pk_reminders"),
    )
    op.create_index("ix_reminders_due_at", "reminders", ["due_at"])
    op.create_table(
        "inbox",
        sa.Column("position", COUNTED),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text),
        sa.PrimaryKeyConstraint("position", name="pk_inbox"),
        sa.UniqueConstraint("update_id", name="uq_inbox_update_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "quotes",
        sa.Column("exchange", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("price", EXACT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("exchange", "symbol", name="pk_quotes"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
