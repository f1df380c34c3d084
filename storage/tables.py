"""The schema: one SQLModel class a table, and each table by name for the statements of the repositories.

Times are milliseconds since the epoch. Rows carry no rules: values are checked by the core, not here.
"""

from decimal import Decimal
from typing import ClassVar, cast

from sqlalchemy import BigInteger, Index, MetaData, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import BigNumber, DecimalText

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NEVER_REUSED = {"sqlite_autoincrement": True}
"""Ids stay in buttons of old messages: the id of a deleted row must not come back as another one's."""


class Kept(SQLModel):
    """What all tables share: one metadata with named constraints, so that migrations can find them again."""

    metadata: ClassVar[MetaData] = METADATA


class UserTable(Kept, table=True):
    """The people the bot answers."""

    __tablename__ = "users"

    user_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(sa_type=BigInteger, index=True)
    is_owner: bool
    equity: Decimal | None = Field(sa_type=DecimalText)
    exchange: str | None
    daily_hour: int
    paused: bool


class DraftTable(Kept, table=True):
    """At most one draft a user."""

    __tablename__ = "drafts"
    __table_args__ = NEVER_REUSED

    draft_id: int = Field(primary_key=True, sa_type=BigNumber)
    user_id: int = Field(sa_type=BigInteger, foreign_key="users.user_id", unique=True)
    chat_id: int = Field(sa_type=BigInteger)
    step: str
    answers: str = Field(sa_type=Text)
    version: int
    touched_at: int = Field(sa_type=BigInteger)


class PlanTable(Kept, table=True):
    """Plans: what watching needs in columns of its own, and what was agreed."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("user_id", "number"), NEVER_REUSED)

    plan_id: int = Field(primary_key=True, sa_type=BigNumber)
    user_id: int = Field(sa_type=BigInteger, foreign_key="users.user_id")
    number: int
    chat_id: int = Field(sa_type=BigInteger)
    exchange: str
    symbol: str
    phase: str = Field(index=True)
    sequence: int
    low: Decimal | None = Field(sa_type=DecimalText)
    high: Decimal | None = Field(sa_type=DecimalText)
    due_at: int | None = Field(sa_type=BigInteger, index=True)
    agreed: str = Field(sa_type=Text)
    trigger_price: str = Field(sa_column_kwargs={"server_default": "last"})


class PlanEventTable(Kept, table=True):
    """Everything that happened, in order. Rows are only ever added."""

    __tablename__ = "plan_events"

    plan_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="plans.plan_id")
    sequence: int = Field(primary_key=True)
    name: str
    at: int = Field(sa_type=BigInteger)
    payload: str = Field(sa_type=Text)


class FillTable(Kept, table=True):
    """The fills as they are believed now: recorded by one event, corrected by later ones."""

    __tablename__ = "fills"

    plan_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="plans.plan_id")
    number: int = Field(primary_key=True)
    kind: str
    index: int
    price: Decimal = Field(sa_type=DecimalText)
    quantity: Decimal = Field(sa_type=DecimalText)
    action: int
    at: int = Field(sa_type=BigInteger)
    assumed: bool


class OutboxTable(Kept, table=True):
    """Messages to send. `urgency` and the id are the place in the queue; `due_at` is when to try, again or at first."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_leaving", "state", "urgency", "outbox_id", "chat_id"),
        Index("ix_outbox_queue", "chat_id", "state", "urgency", "outbox_id"),
        Index("ix_outbox_plan", "plan_id", "state"),
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_planned", "state", "planned_at"),
        NEVER_REUSED,
    )

    outbox_id: int = Field(primary_key=True, sa_type=BigNumber)
    chat_id: int = Field(sa_type=BigInteger)
    text: str = Field(sa_type=Text)
    priority: int
    dedupe: str = Field(unique=True)
    keyboard: str = Field(sa_type=Text)
    plan_id: int | None = Field(sa_type=BigInteger, foreign_key="plans.plan_id")
    sequence: int
    action: int
    slot: str | None
    fresh: bool
    not_before: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    planned_at: int = Field(sa_type=BigInteger)
    due_at: int = Field(sa_type=BigInteger)
    state: str
    attempts: int
    uncertain: bool
    settled: bool
    message_id: int | None = Field(sa_type=BigInteger)
    sent_at: int | None = Field(sa_type=BigInteger)
    why_dead: str | None = Field(sa_type=Text)
    seen_at: int | None = Field(sa_type=BigInteger)
    urgency: int = Field(sa_column_kwargs={"server_default": "6"})


class SlotTable(Kept, table=True):
    """The Telegram message that is edited in place, per chat and slot."""

    __tablename__ = "slots"

    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    slot: str = Field(primary_key=True)
    message_id: int = Field(sa_type=BigInteger)


class ReminderTable(Kept, table=True):
    """What is to be said again."""

    __tablename__ = "reminders"

    kind: str = Field(primary_key=True)
    subject: int = Field(primary_key=True, sa_type=BigInteger)
    action: int = Field(primary_key=True)
    user_id: int = Field(sa_type=BigInteger)
    due_at: int = Field(sa_type=BigInteger, index=True)
    count: int


class InboxTable(Kept, table=True):
    """Updates in the order they came. Without a payload, the update is dealt with and only its id is remembered."""

    __tablename__ = "inbox"
    __table_args__ = NEVER_REUSED

    position: int = Field(primary_key=True, sa_type=BigNumber)
    update_id: int = Field(sa_type=BigInteger, unique=True)
    payload: str | None = Field(sa_type=Text)


class QuoteTable(Kept, table=True):
    """The newest price seen per market."""

    __tablename__ = "quotes"

    exchange: str = Field(primary_key=True)
    symbol: str = Field(primary_key=True)
    trigger_price: str = Field(primary_key=True)
    price: Decimal = Field(sa_type=DecimalText)
    at: int = Field(sa_type=BigInteger)


class WatermarkTable(Kept, table=True):
    """Up to when every minute of a market's price is known and decided on."""

    __tablename__ = "watermarks"

    exchange: str = Field(primary_key=True)
    symbol: str = Field(primary_key=True)
    trigger_price: str = Field(primary_key=True)
    known_until: int = Field(sa_type=BigInteger)


class InviteTable(Kept, table=True):
    """Links that let one more person in: only a digest is kept, and only until it is used or expires."""

    __tablename__ = "invites"

    digest: str = Field(primary_key=True)
    created_by: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)


class SettingTable(Kept, table=True):
    """Small facts the bot keeps about itself."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


def table_of(model: type[Kept]) -> Table:
    """The table behind a class; SQLModel doesn't declare it to type checkers."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]  # set by SQLModel's metaclass


USERS = table_of(UserTable)
DRAFTS = table_of(DraftTable)
PLANS = table_of(PlanTable)
PLAN_EVENTS = table_of(PlanEventTable)
FILLS = table_of(FillTable)
OUTBOX = table_of(OutboxTable)
SLOTS = table_of(SlotTable)
REMINDERS = table_of(ReminderTable)
INBOX = table_of(InboxTable)
QUOTES = table_of(QuoteTable)
WATERMARKS = table_of(WatermarkTable)
INVITES = table_of(InviteTable)
SETTINGS = table_of(SettingTable)
