"""What the coach needs from the rooms around it: small protocols to keep its records through, and what may go wrong.

A unit of work is one transaction: everything written in it lands together, or nothing does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from chatbot.core.events import Event, Filled
from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import Plan, TriggerPrice
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.records import (
    Draft,
    Invite,
    Outgoing,
    OutMessage,
    PlanRecord,
    PlanRow,
    Reminder,
    ReminderKind,
    StoredUpdate,
    User,
)

Clock = Callable[[], Millis]

current_update: ContextVar[int | None] = ContextVar("current_update", default=None)
"""The id of the update being dealt with: the first unit of work that changes anything also marks it as done."""


T = TypeVar("T")


class OnDatabase(Protocol):
    """Runs a function on the database thread, the caller's context along; raises what it raises."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


class PlanUnreadable(ValueError):
    """A plan is stored, but can't be read: it is shown to nobody and watched by nobody."""


class PlanMoved(Exception):
    """The plan changed since it was read (another sequence number than expected): read again and decide anew."""


class DatabaseLost(Exception):
    """The database's server went away in the middle of a unit of work: nothing of it is kept, do it all again."""


class DatabaseGone(DatabaseLost):
    """As DatabaseLost, but this process writes nothing any more: do not try again."""


class Users(Protocol):
    """The people the bot answers."""

    def get(self, user_id: int) -> User | None: ...
    def in_chat(self, chat_id: int) -> User | None:
        """Whose private chat with the bot this is."""
        ...

    def put(self, user: User) -> None: ...
    def pause(self, chat_id: int, *, paused: bool) -> bool:
        """Whether anybody has this chat."""
        ...

    def move_chat(self, old_chat_id: int, new_chat_id: int) -> None: ...
    def owner(self) -> User | None: ...
    def all(self) -> Sequence[User]: ...


class Drafts(Protocol):
    """At most one draft a user."""

    def of(self, user_id: int) -> Draft | None: ...
    def put(self, draft: Draft) -> Draft:
        """Store with `version` + 1; gives back what is stored."""
        ...

    def drop(self, user_id: int) -> None: ...


class Invites(Protocol):
    """Links that let one more person in, each once and until it expires."""

    def put(self, invite: Invite) -> None: ...
    def take(self, digest: str, now: Millis) -> bool:
        """Use up the open invite with this digest; whether there was one."""
        ...

    def open_of(self, user_id: int, now: Millis) -> Sequence[Invite]:
        """The user's invites that are neither used nor expired, the oldest first."""
        ...

    def revoke(self, user_id: int, digest: str | None = None) -> int:
        """Drop one of the user's invites, or all. How many there were."""
        ...

    def tidy(self, now: Millis) -> None:
        """Forget what expired."""
        ...


class Plans(Protocol):
    """Plans and their append-only events.

    What is done for a person goes through the methods that take the user: whose plan it is stands in the query.
    `record`, `fills`, `watched` and `due` are the machinery's, which moves the plans of all users.
    """

    def add(self, user: User, plan: Plan) -> PlanRow:
        """A new plan without events, numbered within its user from 1."""
        ...

    def append(
        self,
        record: PlanRow,
        events: Sequence[Event],
        interval: Interval,
        phase: Phase,
        due_at: Millis | None,
    ) -> PlanRow:
        """Add events after `record.sequence` and update the row, if it is still its user's; else raises PlanMoved."""
        ...

    def record(self, plan_id: int) -> PlanRecord | None:
        """Whoever's plan with its events; raises PlanUnreadable where what is stored makes no plan."""
        ...

    def record_of(self, user: User, plan_id: int) -> PlanRecord | None:
        """As `record`, if the plan is this user's and lives in their chat: another's is as one there is not."""
        ...

    def of_user(self, user_id: int, number: int) -> PlanRecord | None:
        """As `record`, by the user and their number of it."""
        ...

    def open_of(self, user_id: int) -> Sequence[PlanRow]: ...
    def all_of(self, user_id: int) -> Sequence[PlanRow]: ...
    def watched(self) -> Sequence[PlanRow]:
        """Every plan that is armed and not over (waiting, open, closing), of all users."""
        ...

    def due(self, now: Millis) -> Sequence[PlanRow]:
        """Plans not over whose `due_at` has come."""
        ...

    def happened(self, market: Market, since: Millis) -> Sequence[tuple[PlanRow, Event]]:
        """What happened to a market's plans from a moment on, over or not, in order of time, but what is unreadable."""
        ...

    def fills(self, plan_id: int) -> Sequence[Filled]: ...


class Outbox(Protocol):
    """Messages to send, at least once, the most urgent first; those of one plan in order, but for its stops."""

    def add(self, message: OutMessage, now: Millis) -> None: ...
    def supersede_actions(self, plan_id: int, actions: Collection[int]) -> None:
        """Messages of this plan that ask for one of these are not sent, or if one is under way, not sent again."""
        ...

    def supersede_begun(self, chat_id: int, beginning: str) -> None:
        """Queued messages of this chat whose `dedupe` begins so are not sent any more."""
        ...

    def unsent_actions(self, plan_id: int) -> frozenset[int]:
        """What the messages of this plan ask for that are queued or under way, as far as it still counts."""
        ...

    def claim(
        self, now: Millis, *, limit: int = 1, busy_chats: frozenset[int] = frozenset(), urgent_only: bool = False
    ) -> Sequence[Outgoing]:
        """Mark as sending and hand out the most urgent due rows, at most one a chat, none of `busy_chats`
        and none of paused users. `urgent_only`: stops and replies."""
        ...

    def waiting(self, chat_id: int, now: Millis, limit: int) -> Sequence[Outgoing]:
        """The first rows of a chat that are queued and due, in the order in which they leave."""
        ...

    def claim_too(self, outbox_ids: Collection[int]) -> None:
        """Mark these as sending: they go with what was claimed of their chat."""
        ...

    def sent(self, outbox_id: int, message_id: int | None, now: Millis) -> None:
        """Delivered; the row's slot, if any, now is `message_id`."""
        ...

    def sent_together(self, outbox_ids: Collection[int], message_id: int, now: Millis) -> None:
        """Delivered as one message; none of them has a slot."""
        ...

    def later(self, outbox_id: int, not_before: Millis, *, uncertain: bool) -> None: ...
    def dead(self, outbox_id: int, why: str) -> None: ...
    def recover(self) -> int:
        """At start: rows found in `sending` are queued again, marked uncertain. How many there were."""
        ...

    def next_due(self, now: Millis) -> Millis | None:
        """The first moment after this one at which a queued row becomes due."""
        ...

    def newest(self) -> Millis | None:
        """When the last message that is kept was queued."""
        ...

    def slot_message(self, chat_id: int, slot: str) -> int | None: ...
    def forget_slot(self, chat_id: int, slot: str) -> None: ...
    def depth(self) -> int: ...
    def oldest_unsent(self) -> Millis | None:
        """When the oldest message that is queued or under way was to leave, those for paused users aside."""
        ...

    def tidy(self, before: Millis) -> int:
        """Forget rows planned before this that will never be sent (again), some at a time. How many there were."""
        ...


class Reminders(Protocol):
    """What is to be said again; one row per (kind, subject, action)."""

    def put(self, reminder: Reminder) -> None: ...
    def drop(self, kind: ReminderKind, subject: int, action: int | None = None) -> None: ...
    def get(self, kind: ReminderKind, subject: int, action: int) -> Reminder | None: ...
    def due(self, now: Millis, limit: int = 100) -> Sequence[Reminder]: ...


class Inbox(Protocol):
    """Updates that came and are not yet dealt with."""

    def add(self, updates: Sequence[StoredUpdate]) -> None:
        """Keep updates; one that was ever kept before is not kept again."""
        ...

    def waiting(self) -> Sequence[StoredUpdate]: ...
    def known(self, update_ids: Collection[int]) -> frozenset[int]:
        """Those of these that were ever kept, dealt with or not."""
        ...

    def done(self, update_id: int) -> None: ...
    def last_id(self) -> int | None: ...


class Quotes(Protocol):
    """The newest price seen per market."""

    def put(self, exchange: str, quotes: Sequence[Quote], trigger_price: TriggerPrice = TriggerPrice.LAST) -> None: ...
    def get(self, exchange: str, symbol: str, trigger_price: TriggerPrice = TriggerPrice.LAST) -> Quote | None: ...


class Watermarks(Protocol):
    """Up to when every minute of a market's price is known and decided on."""

    def get(self, market: Market) -> Millis | None: ...
    def all(self) -> Mapping[Market, Millis]: ...
    def put(self, market: Market, known_until: Millis) -> None:
        """Only ever forward: an older moment than the one kept changes nothing."""
        ...

    def drop(self, market: Market) -> None: ...


class Held(Protocol):
    """Everything that is kept about one person, wherever it lies."""

    def of(self, user: User) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """All of it as JSON-ready rows, by table."""
        ...

    def delete(self, user: User) -> Sequence[PlanRow]:
        """Delete all of it. The plans there were, each as it stood."""
        ...


class Settings(Protocol):
    """Small facts the bot keeps about itself: the signing key, the owner link, a dialog a user is in.

    The name of one about a user ends in a colon and their id: so it is found again when they are to be forgotten.
    """

    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str) -> None: ...
    def drop(self, name: str) -> None: ...


class Unit(Protocol):
    """One transaction's view of everything that is kept."""

    @property
    def users(self) -> Users: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def quotes(self) -> Quotes: ...
    @property
    def watermarks(self) -> Watermarks: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def invites(self) -> Invites: ...
    @property
    def held(self) -> Held: ...


class Units(Protocol):
    """Opens units of work: commits when the block ends well, rolls everything back when it raises."""

    def __call__(self) -> AbstractContextManager[Unit]: ...
    def scrub(self) -> None:
        """What was deleted leaves the files too, as far as the database lets us."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What a use case wants the caller to know: a short toast for a tapped button, if any."""

    toast: str = ""
    show_alert: bool = False
    notes: tuple[str, ...] = field(default_factory=tuple)
