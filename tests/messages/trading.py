"""Drives plans through the real engine and shows the alerts as text: what a reader of the chat would see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from chatbot.core.engine import process, slide
from chatbot.core.events import Event
from chatbot.core.figures import GAP
from chatbot.core.inputs import Arm, Confirm, Input, Jump, Skip
from chatbot.core.liquidation import flat
from chatbot.core.money import Side
from chatbot.core.plan import (
    BreakEven,
    Direction,
    Follow,
    LockR,
    MoveTrigger,
    Plan,
    PriceTrigger,
    Resting,
    Target,
    Tier,
    Trail,
)
from chatbot.core.state import ActionKind, PlanState, fresh
from chatbot.messages.alerts import Alert, PlanView, alerts
from chatbot.messages.values import Button, Message

UP, DOWN = Direction.UP, Direction.DOWN
BY_HAND = Resting(entries=False, stop=False, targets=False)
MINUTE = 60_000
VIEW = PlanView(7, 3, "BTC", "USDT", flat(Decimal("0.005")), 0)


def price(level: str, direction: Direction) -> PriceTrigger:
    """A level to trade at."""
    return PriceTrigger(Decimal(level), direction)


def long_plan(**changes: Any) -> Plan:
    """The plan of the rules' worked example, on a market with ticks of 0.1 and lots of 0.0001."""
    plan = Plan(
        exchange="binanceusdm",
        symbol="BTC/USDT:USDT",
        side=Side.LONG,
        leverage=Decimal(10),
        equity=Decimal(10_000),
        allocation_pct=Decimal(5),
        tiers=(
            Tier(Decimal(25), price("60000", DOWN)),
            Tier(Decimal(25), MoveTrigger(Decimal("0.5"))),
            Tier(Decimal(30), price("60600", UP)),
            Tier(Decimal(20), price("60900", UP)),
        ),
        stop=Decimal(59_000),
        targets=(
            Target(Decimal(61_000), Decimal(25), BreakEven()),
            Target(Decimal(62_500), Decimal(35), LockR(Decimal(1))),
            Target(Decimal(64_000), Decimal(30), Trail(Decimal(1), step_pct=Decimal("0.25"))),
        ),
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.0001"),
        follow=Follow.CONFIRMED,
    )
    return replace(plan, **changes)


def short_plan(**changes: Any) -> Plan:
    """The mirror of the long plan around 60 000."""
    plan = long_plan(
        side=Side.SHORT,
        tiers=(
            Tier(Decimal(25), price("60000", UP)),
            Tier(Decimal(25), MoveTrigger(Decimal("0.5"))),
            Tier(Decimal(30), price("59400", DOWN)),
            Tier(Decimal(20), price("59100", DOWN)),
        ),
        stop=Decimal(61_000),
        targets=(
            Target(Decimal(59_000), Decimal(25), BreakEven()),
            Target(Decimal(57_500), Decimal(35), LockR(Decimal(1))),
            Target(Decimal(56_000), Decimal(30), Trail(Decimal(1), step_pct=Decimal("0.25"))),
        ),
    )
    return replace(plan, **changes)


@dataclass
class Trade:
    """A plan under way; `said` is what the last input was answered with."""

    plan: Plan
    view: PlanView = VIEW
    at: int = 0
    said: tuple[Alert, ...] = ()
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state: PlanState = fresh(self.plan)
        self.give(Arm(0))

    def give(self, given: Input) -> str:
        """Anything the engine takes; the alerts as text."""
        outcome = process(self.state, given)
        return self.tell(outcome.state, outcome.events)

    def tell(self, state: PlanState, events: tuple[Event, ...]) -> str:
        before, self.state = self.state, state
        self.events.extend(events)
        self.said = alerts(before, state, events, self.view)
        return "\n\n".join(shown(alert) for alert in self.said)

    def jump(self, *prices: str) -> str:
        """Prices one after the other, a minute apart; what the last one caused."""
        text = ""
        for value in prices:
            self.at += MINUTE
            text = self.give(Jump(Decimal(value), self.at))
        return text

    def slide(self, *prices: str) -> str:
        """A continuous way through these prices, told as one update."""
        before = state = self.state
        events: list[Event] = []
        for start, end in pairwise(prices):
            self.at += MINUTE
            outcome = slide(state, Decimal(start), Jump(Decimal(end), self.at))
            state, events = outcome.state, [*events, *outcome.events]
        self.state = before
        return self.tell(state, tuple(events))

    def done(self, kind: ActionKind, **actual: Any) -> str:
        """The oldest action of this kind was done, as asked or with other numbers."""
        action = self.state.pending(kind)
        assert action is not None
        self.at += 1000
        return self.give(Confirm(action.number, self.at, **actual))

    def skip(self, kind: ActionKind) -> str:
        """The oldest action of this kind was not done."""
        action = self.state.pending(kind)
        assert action is not None
        self.at += 1000
        return self.give(Skip(action.number, self.at))

    def enter(self, *prices: str) -> None:
        """Tiers taken at these prices, each confirmed, each stop moved."""
        for value in prices:
            self.jump(value)
            self.done(ActionKind.ADD)
            if self.state.pending(ActionKind.MOVE_STOP):
                self.done(ActionKind.MOVE_STOP)


def shown(alert: Alert) -> str:
    """An alert with its urgency, its text and its buttons."""
    head = f"[{alert.priority.name} event {alert.sequence} action {alert.action}]"
    return f"{head}\n{message_text(alert.message)}"


def message_text(message: Message) -> str:
    """Text and rows of buttons, with plain spaces."""
    rows = [" | ".join(label(button) for button in row) for row in message.keyboard]
    return "\n".join([message.text, *rows]).replace(GAP, " ")


def label(button: Button) -> str:
    """A button with what it does."""
    if button.press is None:
        return f"({button.label} = {button.copy})"
    press = button.press
    return f"({button.label}: {press.verb.name.lower()} {press.subject}/{press.version})"


def texts(said: Iterable[Alert]) -> list[str]:
    """The alerts' texts, with plain spaces."""
    return [alert.message.text.replace(GAP, " ") for alert in said]
