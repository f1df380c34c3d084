"""What the rendering of a plan needs beside its state, and what it gives back: an alert with its urgency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.events import Event
from chatbot.core.liquidation import Maintenance
from chatbot.core.money import ONE, Millis
from chatbot.core.plan import MarginMode, Plan
from chatbot.core.state import Phase, PlanState
from chatbot.messages import numbers
from chatbot.messages.values import Keyboard, Message
from chatbot.records import Priority

USER_TEXT_LIMIT: Final = 400
"""The longest part of a user's own words that is repeated in a message."""
FRESH: Final[Millis] = 60_000
"""A price older than this is shown with its time."""
DAY: Final[Millis] = 24 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class PlanView:
    """How a plan is called and quoted. `maintenance` is None where it is unknown, or means nothing (cross).

    `seen_at` is when the price shown with the plan was seen; None for a fresh one. Where the exchange counts in
    contracts, `contract_size` is how much of the base one is.
    """

    plan_id: int
    number: int
    base: str
    quote: str
    maintenance: Maintenance | None
    now: Millis
    seen_at: Millis | None = None
    contract_size: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Alert:
    """A message with its urgency. `sequence` is its event's number in the plan; `action` what it asks for, or 0."""

    message: Message
    priority: Priority
    sequence: int
    action: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """One event between the states it leads from and to."""

    event: Event
    before: PlanState
    after: PlanState


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one plan as text: in its tick, its base and its quote currency."""

    plan: Plan
    view: PlanView

    def price(self, value: Decimal) -> str:
        return numbers.price(value, self.plan.tick_size)

    def quantity(self, value: Decimal) -> str:
        return numbers.quantity(value, self.view.base, self.view.contract_size)

    def in_base(self, value: Decimal) -> str:
        """A quantity where there is room for one way to say it."""
        return numbers.quantity(value, self.view.base)

    def money(self, value: Decimal) -> str:
        return numbers.money(value, self.view.quote)

    def signed(self, value: Decimal) -> str:
        return numbers.signed_money(value, self.view.quote)

    @property
    def title(self) -> str:
        """Which plan this is about: `Plan 3 · BTC long`."""
        return f"Plan {self.view.number} · {self.view.base} {self.plan.side.value}"

    def price_seen(self, value: Decimal) -> str:
        """A market price; one that may no longer hold says when it was seen: `60 450, last 13:46 UTC`."""
        seen, now = self.view.seen_at, self.view.now
        if seen is None or now - seen <= FRESH:
            return self.price(value)
        when = numbers.utc_time(seen) if now - seen < DAY else numbers.utc_stamp(seen)
        return f"{self.price(value)}, last {when}"

    @property
    def isolated(self) -> bool:
        return self.plan.margin_mode is MarginMode.ISOLATED


@dataclass(frozen=True, slots=True)
class Episode:
    """Consecutive events told as one message; `final` is where the whole update ended."""

    moments: tuple[Moment, ...]
    final: PlanState
    figures: Figures

    @property
    def before(self) -> PlanState:
        """The state before the first of the events."""
        return self.moments[0].before

    @property
    def after(self) -> PlanState:
        """The state after the last of the events."""
        return self.moments[-1].after

    @property
    def overtaken(self) -> bool:
        """Whether the same update went on to an exit or a further target: its message says what to do now."""
        return self.final.phase not in (Phase.WAITING, Phase.OPEN) or self.final.targets_hit > self.after.targets_hit


@dataclass(frozen=True, slots=True)
class Spoken:
    """An alert's lines, the most urgent first, with its buttons."""

    lines: tuple[str, ...]
    priority: Priority
    keyboard: Keyboard = ()
    action: int = 0


def figures_of(plan: Plan, view: PlanView) -> Figures:
    """Figures for HTML: the names of base and quote are escaped once, here."""
    return Figures(plan, replace(view, base=escape(view.base), quote=escape(view.quote)))


def said(text: str) -> str:
    """A user's own words, shortened and safe inside HTML."""
    short = text if len(text) <= USER_TEXT_LIMIT else text[: USER_TEXT_LIMIT - 1] + "…"
    return escape(short, quote=False)


def bold(text: str) -> str:
    """The line a phone shows first. `text` is HTML already."""
    return f"<b>{text}</b>"


def sentence(text: str) -> str:
    """The same words with a capital first letter."""
    return text[:1].upper() + text[1:]
