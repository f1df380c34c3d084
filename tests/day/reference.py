"""What should have happened: the core driven over every single trade, without anything that watches or stores."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.core.engine import process
from chatbot.core.events import Event
from chatbot.core.inputs import Arm, Confirm, Input, Jump
from chatbot.core.money import Millis
from chatbot.core.state import fresh
from chatbot.sandbox.exchange.sources import Point
from tests.day.crowd import Entry, moment


@dataclass(frozen=True, slots=True)
class Tap:
    """A user said that an action was done, as asked, when so many trades of its market had been made."""

    action: int
    at: Millis
    trades: int


def expected(entry: Entry, trades: Sequence[Point], taps: Sequence[Tap] = ()) -> tuple[Event, ...]:
    """The events of a plan over the trades after its arming, with what its user said in between."""
    state, events = fresh(entry.plan), list[Event]()
    for given in inputs(entry, trades, taps):
        outcome = process(state, given)
        state = outcome.state
        events += outcome.events
        if state.is_over:
            break
    return tuple(events)


def inputs(entry: Entry, trades: Sequence[Point], taps: Sequence[Tap]) -> Iterator[Input]:
    """All that a plan is given, in order: its arming, every trade from then on, each tap after the trade before it."""
    yield Arm(entry.armed_at)
    said = deque(taps)
    for number in range(bisect_right(trades, entry.armed_at, key=moment), len(trades) + 1):
        while said and said[0].trades == number:
            tap = said.popleft()
            yield Confirm(tap.action, tap.at, market=trades[number - 1].price)
        if number < len(trades):
            yield Jump(trades[number].price, trades[number].at)
