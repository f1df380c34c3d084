"""What is kept of people, plans, messages and reminders: the values that go into the database and come out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from chatbot.core.events import Event
from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.core.plan import Plan, TriggerPrice
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase


class Priority(IntEnum):
    """How urgent a message is; the smallest leaves first."""

    STOP = 1
    REPLY = 2
    STOP_MOVE = 3
    TARGET = 4
    ADD = 5
    INFO = 6


@dataclass(frozen=True, slots=True)
class User:
    """A person the bot answers. `daily_hour` is the UTC hour of the daily checklist; paused: the bot was blocked."""

    user_id: int
    chat_id: int
    is_owner: bool = False
    equity: Decimal | None = None
    exchange: str | None = None
    daily_hour: int = 8
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan being talked through. `answers` is JSON-ready; `version` grows with every change; 0 = not stored yet."""

    user_id: int
    chat_id: int
    step: str
    answers: Mapping[str, object]
    draft_id: int = 0
    version: int = 0
    touched_at: Millis = 0


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A stored plan without its events: what watching and listing need."""

    plan_id: int
    number: int
    user_id: int
    chat_id: int
    exchange: str
    symbol: str
    phase: Phase
    sequence: int
    interval: Interval
    due_at: Millis | None
    trigger_price: TriggerPrice = TriggerPrice.LAST

    @property
    def market(self) -> Market:
        """What it is watched by."""
        return Market(self.exchange, self.symbol, self.trigger_price)


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A stored plan with all its events, oldest first."""

    row: PlanRow
    plan: Plan
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class OutMessage:
    """One message to send. `keyboard` is rows of buttons as JSON-ready dicts: {"text", "data"|"copy"|"url", "style"}.

    With a `slot`, the chat's newest message of that slot is edited in place (or replaced at the bottom when
    `fresh`), and older queued messages of the slot are superseded. `dedupe` is unique: writing it twice keeps one.
    `action` is what of its plan the message asks for, or 0: once that is settled, an unsent message is superseded.
    `seen_at` is when the price it tells of was traded, or None: latency is measured from there.
    """

    chat_id: int
    text: str
    priority: Priority
    dedupe: str
    keyboard: Sequence[Sequence[Mapping[str, str]]] = ()
    plan_id: int | None = None
    sequence: int = 0
    slot: str | None = None
    fresh: bool = False
    not_before: Millis = 0
    action: int = 0
    seen_at: Millis | None = None


class SendState(StrEnum):
    """The life of an outbox row: queued -claim-> sending -ok-> sent | -later-> queued | -never-> dead."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    SUPERSEDED = "superseded"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed outbox row. `uncertain`: an earlier try may have been delivered, so this one is marked a repeat."""

    outbox_id: int
    message: OutMessage
    created_at: Millis
    attempts: int
    uncertain: bool
    message_id: int | None
    """The Telegram message of the slot to edit, if the slot has one."""


class ReminderKind(StrEnum):
    """What a reminder is about."""

    ACTION = "action"
    DRAFT = "draft"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to say again at `due_at`. `subject` is the plan, draft or user; `action` the action's number."""

    kind: ReminderKind
    subject: int
    action: int
    user_id: int
    due_at: Millis
    count: int = 0


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """A Telegram update as it came, kept until what it changed is committed."""

    update_id: int
    payload: str


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that lets one person in. `digest` stands for what the link carries, which is kept nowhere."""

    digest: str
    created_by: int
    created_at: Millis
    expires_at: Millis
