"""The way a price went, found after the fact: a plan is taken along it, each threshold from when it was armed on.

What is seen live needs none of this: whatever arrives is later than all that was armed before. What is found late is
told with its own time, and a price of before a threshold was armed must not count for it (RULES 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final, assert_never

from chatbot.core.candles import Candle
from chatbot.core.engine import Outcome, process, slide
from chatbot.core.events import Event
from chatbot.core.evolve import evolve
from chatbot.core.inputs import Jump
from chatbot.core.money import Millis, Side
from chatbot.core.plan import Direction, Plan
from chatbot.core.quiet import Interval, quiet_interval, thresholds
from chatbot.core.state import Phase, PlanState, TierPhase, fresh
from chatbot.core.timeframes import MINUTE
from chatbot.core.triggers import Level, levels_of

NOWHERE: Final = Interval(None, None)


@dataclass(frozen=True, slots=True)
class Print:
    """A price of the market at a moment: a jump."""

    price: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class Minute:
    """A closed minute of which only the candle is known: slides between its four prices."""

    candle: Candle

    @property
    def end(self) -> Millis:
        """Its last moment: what it holds is known to have happened by then."""
        return self.candle.at + MINUTE - 1


Step = Print | Minute
"""A piece of the way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan's state, since when each of its thresholds counts, and between which prices nothing happens to it."""

    state: PlanState
    since: Mapping[Level, Millis] = field(default_factory=dict)
    quiet: Interval = NOWHERE

    def after(self, events: Sequence[Event]) -> Standing:
        """With these events too. What a single decision takes away and puts back has counted all along."""
        if not events:
            return self
        state, since = self.state, self.since
        for at, together in groupby(events, key=lambda event: event.at):
            for event in together:
                state = evolve(state, event)
            since = {level: since.get(level, at) for level in thresholds(state)}
        return Standing(state, since, quiet_interval(state))

    def is_met_in_full(self, price: Decimal, at: Millis) -> bool:
        """Whether all thresholds that a price reaches counted at that moment."""
        return all(since <= at for level, since in self.since.items() if level.reached(price))


def standing(plan: Plan, events: Sequence[Event]) -> Standing:
    """Where a plan stands after all that happened to it."""
    return Standing(fresh(plan)).after(events)


def take(stands: Standing, step: Step, atr: Decimal | None = None) -> Outcome:
    """What one piece of the way decides: no events where it reaches nothing that counted then."""
    match step:
        case Print(price=price, at=at):
            return at_print(stands, price, at, atr)
        case Minute(candle=candle):
            return in_minute(stands, candle, step.end, atr)
        case unknown:
            assert_never(unknown)


def at_print(stands: Standing, price: Decimal, at: Millis, atr: Decimal | None) -> Outcome:
    """A price at a moment. Where it is beyond a younger threshold too, only the older ones are met, at their own."""
    if stands.quiet.holds(price) and not expires(stands.state, at):
        return Outcome(stands.state, ())
    reached = [level for level in stands.since if level.reached(price)]
    old = [level for level in reached if stands.since[level] <= at]
    if expires(stands.state, at) or (old and len(old) == len(reached)):
        return process(stands.state, Jump(price, at, atr))
    return at_each(stands, old, at, atr)


def in_minute(stands: Standing, candle: Candle, end: Millis, atr: Decimal | None) -> Outcome:
    """A minute's candle; where something was armed within it, only what is older counts.

    A plan that expires within it may have been entered before: what it reached is taken to have been reached in time.
    """
    if expires(stands.state, end) and not expires(stands.state, candle.at):
        end = (stands.state.plan.expires_at or end) - 1
    reached = [level for level in stands.since if level.reached(candle.low) or level.reached(candle.high)]
    old = [level for level in reached if stands.since[level] <= candle.at]
    if expires(stands.state, candle.at) or (old and all(at <= candle.at for at in stands.since.values())):
        return walk(stands.state, candle, end, atr)
    return at_each(stands, old, end, atr)


def at_each(stands: Standing, levels: Sequence[Level], at: Millis, atr: Decimal | None) -> Outcome:
    """At each threshold's own price, those against the trade first, the nearest of them first."""
    state, found = without_younger_tier(stands.state, levels, at), list[Event]()
    for level in pessimistic(state, levels):
        outcome = process(state, Jump(level.price, at, atr))
        state, found = outcome.state, [*found, *outcome.events]
    return Outcome(stands.after(found).state, tuple(found))


def without_younger_tier(state: PlanState, levels: Sequence[Level], at: Millis) -> PlanState:
    """The armed tier's levels met nothing if they are not among these: a price beyond them was there before them."""
    number = state.tier_in(TierPhase.ARMED)
    if number is None or any(one in levels for one in levels_of(state.plan, state.tier(number).trigger, state.entry)):
        return state
    waits = replace(state.tiers[number - 1], paused_until=at + 1)
    return replace(state, tiers=(*state.tiers[: number - 1], waits, *state.tiers[number:]))


def pessimistic(state: PlanState, levels: Sequence[Level]) -> Iterator[Level]:
    """Against the trade before in its favour, each side as price would meet it."""
    against = Direction.DOWN if state.plan.sign > 0 else Direction.UP
    for direction in (against, Direction.UP if against is Direction.DOWN else Direction.DOWN):
        ahead = [level for level in levels if level.direction is direction]
        yield from sorted(ahead, key=lambda level: level.direction.sign * level.price)


def expires(state: PlanState, at: Millis) -> bool:
    """Whether any price at this moment ends a plan that never began."""
    expires_at = state.plan.expires_at
    return state.phase is Phase.WAITING and expires_at is not None and at >= expires_at


def walk(state: PlanState, bar: Candle, at: Millis, atr: Decimal | None) -> Outcome:
    """Jump to the open, slide to the adverse extreme, to the favourable one, and to the close (RULES 3)."""
    adverse, favourable = (bar.low, bar.high) if state.plan.side is Side.LONG else (bar.high, bar.low)
    outcome = process(state, Jump(bar.open, at, atr))
    found = [*outcome.events]
    for start, end in pairwise((bar.open, adverse, favourable, bar.close)):
        outcome = slide(outcome.state, start, Jump(end, at, atr))
        found += outcome.events
    return Outcome(outcome.state, tuple(found))


def is_two_sided(stands: Standing, candle: Candle) -> bool:
    """Whether a candle reaches thresholds on both sides, so that its four prices don't tell which came first."""
    sides = {
        level.direction
        for level, since in stands.since.items()
        if since <= candle.at and (level.reached(candle.low) or level.reached(candle.high))
    }
    return len(sides) > 1
