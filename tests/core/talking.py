"""A plan under test and what is said to it, one minute apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from chatbot.core.engine import process
from chatbot.core.events import Event
from chatbot.core.inputs import Arm, Confirm, Input, Jump, Skip
from chatbot.core.plan import Follow, Plan
from chatbot.core.plan_format import plan_from_format
from chatbot.core.state import Action, ActionKind, PlanState, fresh

START = 1_722_816_000_000
MINUTE = 60_000
DAY = 86_400_000
ADD, CLOSE, EXIT, MOVE_STOP, ANSWER = (
    ActionKind.ADD,
    ActionKind.CLOSE,
    ActionKind.EXIT,
    ActionKind.MOVE_STOP,
    ActionKind.ANSWER,
)

FILE: dict[str, Any] = {
    "side": "long",
    "leverage": 10,
    "equity": 800,
    "allocation_pct": 5,
    "tiers": [
        {"weight_pct": 25, "trigger": {"kind": "price", "level": 100, "direction": "down"}},
        {"weight_pct": 25, "trigger": {"kind": "price", "level": 102, "direction": "up"}},
        {"weight_pct": 25, "trigger": {"kind": "price", "level": 103, "direction": "up"}},
        {"weight_pct": 25, "trigger": {"kind": "price", "level": 104, "direction": "up"}},
    ],
    "stop": 96,
    "targets": [
        {"price": 106, "close_pct": 25, "stop_rule": {"kind": "break_even"}},
        {"price": 110, "close_pct": 35, "stop_rule": {"kind": "lock_r"}},
        {"price": 114, "close_pct": 40},
    ],
}
"""R is 4 and 4 of money: notional 400, so each tier is 100 of value and tier 1 is 1 unit at 100."""


def plan(follow: Follow = Follow.CONFIRMED, **changes: Any) -> Plan:
    """The plan above with some fields of its file replaced, followed as told."""
    return replace(plan_from_format({**FILE, **changes}), follow=follow)


@dataclass(slots=True)
class Talk:
    """The state so far; every input is said a minute after the one before."""

    plan: Plan
    state: PlanState = field(init=False)
    at: int = START
    said: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = fresh(self.plan)
        self.give(Arm)

    def give(self, given: Callable[..., Input], *args: Any, **named: Any) -> tuple[Event, ...]:
        """Say `given` with these fields; its moment is added."""
        outcome = process(self.state, given(*args, **named, at=self.at))
        self.state, self.at = outcome.state, self.at + MINUTE
        self.said.extend(outcome.events)
        return outcome.events

    def price(self, *prices: int | str) -> tuple[Event, ...]:
        """The price jumps from one to the next; the events of all of them."""
        return tuple(event for price in prices for event in self.give(Jump, Decimal(price)))

    def pending(self, kind: ActionKind) -> Action:
        """The oldest thing of this kind that is asked."""
        found = self.state.pending(kind)
        assert found is not None, self.state.actions
        return found

    def done(self, kind: ActionKind, price: str | None = None, quantity: str | None = None) -> tuple[Event, ...]:
        """The user did what was asked, as asked or at these numbers."""
        numbers = [None if number is None else Decimal(number) for number in (price, quantity)]
        return self.give(Confirm, self.pending(kind).number, price=numbers[0], quantity=numbers[1])

    def skip(self, kind: ActionKind) -> tuple[Event, ...]:
        """The user did not and will not."""
        return self.give(Skip, self.pending(kind).number)


def names(events: tuple[Event, ...]) -> list[str]:
    """What happened, in order."""
    return [type(event).__name__ for event in events]
