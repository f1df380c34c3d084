"""A plan over recorded bars, with fills assumed: the same core as live, one price at a time (RULES 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.core.candles import Candle, CandleBuilder
from chatbot.core.engine import Outcome, process
from chatbot.core.events import Event
from chatbot.core.inputs import Arm, CandleClosed
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, Plan, Trail
from chatbot.core.quiet import Interval, quiet_interval
from chatbot.core.state import Phase, PlanState, fresh
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import NOTHING, AtrKey, Indicate, IndicatorKey, Indicators, keys_of, timeframes_of
from chatbot.core.way import walk


def replay(plan: Plan, bars: Sequence[Candle], bar_length: Timeframe, indicate: Indicate) -> Iterator[Event]:
    """Every event of `plan` over `bars` (in order of time, each `bar_length` long), as they happen."""
    tape = Tape(replace(plan, follow=Follow.ASSUMED), bar_length, readings(plan, bars, bar_length, indicate))
    for bar in bars:
        yield from tape.take(bar)
        if tape.state.is_over:
            return


def bar_length_of(bars: Iterable[Candle]) -> Timeframe:
    """The bars' own timeframe: the smallest distance between two of them; 1m where there is only one.

    Raises ValueError where that is no timeframe.
    """
    spans = [later.at - earlier.at for earlier, later in pairwise(bars)]
    if not spans:
        return Timeframe.M1
    shortest = min(spans)
    for timeframe in Timeframe:
        if timeframe.millis == shortest:
            return timeframe
    raise ValueError(f"the bars are {shortest} ms apart, which is no candle timeframe")


Readings = Mapping[tuple[Timeframe, Millis], Indicators]
"""The indicators at the candles of a timeframe, by when each began."""
ATR: Final = AtrKey()


def needs_of(plan: Plan, bar_length: Timeframe) -> dict[Timeframe, frozenset[IndicatorKey]]:
    """The timeframes whose candles a plan looks at, with the indicators it needs of each.

    A trail in ATR is measured on the plan's own timeframe; bars longer than that know nothing of it.
    """
    frames = frozenset[Timeframe]().union(*(timeframes_of(tier.trigger) for tier in plan.tiers))
    needs = {
        frame: frozenset[IndicatorKey]().union(*(keys_of(tier.trigger, frame) for tier in plan.tiers))
        for frame in frames
    }
    if trails_by_atr(plan) and plan.timeframe.millis >= bar_length.millis:
        needs[plan.timeframe] = needs.get(plan.timeframe, frozenset()) | {ATR}
    return needs


def trails_by_atr(plan: Plan) -> bool:
    """Whether a target's rule measures its trail in ATR."""
    rules = (target.stop_rule for target in plan.targets)
    return any(isinstance(rule, Trail) and rule.distance_atr is not None for rule in rules)


def readings(plan: Plan, bars: Sequence[Candle], bar_length: Timeframe, indicate: Indicate) -> Readings:
    """Every indicator the plan needs, at every candle of the recording."""
    found: dict[tuple[Timeframe, Millis], Indicators] = {}
    for timeframe, keys in needs_of(plan, bar_length).items():
        for candles in unbroken(candles_from(bars, bar_length, timeframe), timeframe) if keys else ():
            at_each = indicate(candles, keys)
            found |= {(timeframe, candle.at): one for candle, one in zip(candles, at_each, strict=True)}
    return found


def candles_from(bars: Iterable[Candle], bar_length: Timeframe, timeframe: Timeframe) -> Iterator[Candle]:
    """The candles of a timeframe that close within the recording, as the tape will close them."""
    builder = CandleBuilder(timeframe)
    for bar in bars:
        over = builder.closed_by(bar.at)
        if over is not None:
            yield over
        builder.add(bar)
        over = builder.closed_by(bar.at + bar_length.millis)
        if over is not None:
            yield over


def unbroken(candles: Iterable[Candle], timeframe: Timeframe) -> Iterator[list[Candle]]:
    """The candles in stretches without a hole: after one, an indicator begins anew."""
    stretch: list[Candle] = []
    for candle in candles:
        if stretch and candle.at != stretch[-1].at + timeframe.millis:
            yield stretch
            stretch = []
        stretch.append(candle)
    if stretch:
        yield stretch


@dataclass(slots=True)
class Tape:
    """A plan being replayed: its state, the candles its triggers need, and when it is quiet."""

    plan: Plan
    bar_length: Timeframe
    readings: Readings
    atr: Decimal | None = field(init=False, default=None)
    state: PlanState = field(init=False)
    builders: list[CandleBuilder] = field(init=False)
    quiet: Interval = field(init=False)
    events: list[Event] = field(init=False)

    def __post_init__(self) -> None:
        self.state = fresh(self.plan)
        needed = needs_of(self.plan, self.bar_length)
        self.builders = [CandleBuilder(t) for t in sorted(needed, key=lambda t: t.millis)]
        self.quiet = Interval(None, None)
        self.events = []

    def take(self, bar: Candle) -> list[Event]:
        """The events of one more bar: candles that ended before it, the way through it, candles that end with it."""
        self.events = []
        self.arm(bar.at)
        self.close_candles(bar.at)
        self.walk(bar)
        for builder in self.builders:
            builder.add(bar)
        ends_at = bar.at + self.bar_length.millis
        self.arm(ends_at)
        self.close_candles(ends_at)
        return self.events

    def arm(self, now: Millis) -> None:
        """The plan is watched from its own moment on, the first bar's where it names none.

        The bar in which that moment lies is not walked, but a candle that ends with it closes after the arming.
        """
        at = now if self.plan.armed_at is None else self.plan.armed_at
        if self.state.phase is Phase.DRAFT and at <= now:
            self.moved(process(self.state, Arm(at)))

    def moved(self, outcome: Outcome) -> None:
        """Keep what happened."""
        self.state = outcome.state
        self.events.extend(outcome.events)
        self.quiet = quiet_interval(self.state)

    def close_candles(self, now: Millis) -> None:
        """Hand out every candle over by `now`: by their ends, smaller timeframes first."""
        over = [(b.timeframe, candle) for b in self.builders if (candle := b.closed_by(now)) is not None]
        for timeframe, candle in sorted(over, key=lambda pair: pair[1].at + pair[0].millis):
            values = self.readings.get((timeframe, candle.at), {})
            if timeframe is self.plan.timeframe:
                reading = values.get(ATR, NOTHING).current
                self.atr = None if reading is None else Decimal(reading)
            closed = CandleClosed(timeframe, candle, candle.at + timeframe.millis, values, atr=self.atr)
            self.moved(process(self.state, closed))

    def walk(self, bar: Candle) -> None:
        """Jump to the open, slide to the adverse extreme, to the favourable one, and to the close."""
        if self.state.phase is Phase.DRAFT or self.is_quiet(bar):
            return
        self.moved(walk(self.state, bar, bar.at, self.atr))

    def is_quiet(self, bar: Candle) -> bool:
        """Whether nothing can happen anywhere inside the bar."""
        expires_at = self.plan.expires_at
        if self.state.phase is Phase.WAITING and expires_at is not None and bar.at >= expires_at:
            return False
        return self.quiet.holds(bar.low) and self.quiet.holds(bar.high)
