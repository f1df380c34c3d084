"""What should have happened: the core driven over every single trade, without anything that watches or stores."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from chatbot.core.engine import process
from chatbot.core.events import Event
from chatbot.core.inputs import Arm, Jump
from chatbot.core.plan import Plan
from chatbot.core.quiet import quiet_interval
from chatbot.core.state import Phase, PlanState, fresh
from chatbot.sandbox.exchange.sources import Point
from tests.day.crowd import Entry, moment


def expected(entry: Entry, trades: Sequence[Point], *, every: bool = False) -> tuple[Event, ...]:
    """The events of a plan over the trades after its arming.

    A price strictly inside the plan's quiet interval is passed over, which is only a way to be quick: with `every`
    the plan is asked at each trade.
    """
    armed = process(fresh(entry.plan), Arm(entry.armed_at))
    state, events = armed.state, list(armed.events)
    quiet = quiet_interval(state)
    for trade in trades[bisect_right(trades, entry.armed_at, key=moment) :]:
        if not every and quiet.holds(trade.price) and not may_expire(state, entry.plan, trade):
            continue
        outcome = process(state, Jump(trade.price, trade.at))
        if outcome.events:
            state, quiet = outcome.state, quiet_interval(outcome.state)
            events += outcome.events
        if state.is_over:
            break
    return tuple(events)


def may_expire(state: PlanState, plan: Plan, trade: Point) -> bool:
    """Whether time alone ends a plan by this trade."""
    return state.phase is Phase.WAITING and plan.expires_at is not None and trade.at >= plan.expires_at
