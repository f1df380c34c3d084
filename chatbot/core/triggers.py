"""When a tier's trigger fires (RULES 2): levels at their price, candle conditions at a candle's close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from chatbot.core.candles import Candle
from chatbot.core.money import HUNDRED
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    CandleTrigger,
    CloseBeyond,
    Direction,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Occasion,
    Part,
    Plan,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)
from chatbot.core.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class RsiKey:
    """Wilder's RSI."""

    period: int


@dataclass(frozen=True, slots=True)
class AverageKey:
    """A moving average of closes."""

    average: Average
    period: int


@dataclass(frozen=True, slots=True)
class MacdKey:
    """The MACD histogram."""

    fast: int
    slow: int
    signal: int


@dataclass(frozen=True, slots=True)
class AtrKey:
    """Wilder's average true range."""

    period: int = 14


IndicatorKey = RsiKey | AverageKey | MacdKey | AtrKey


@dataclass(frozen=True, slots=True)
class Values:
    """An indicator at the candle before and at the candle that closed; None where it has no value yet."""

    previous: float | None
    current: float | None


Indicators = Mapping[IndicatorKey, Values]
Indicate = Callable[[Sequence[Candle], frozenset[IndicatorKey]], Sequence[Indicators]]
"""The values of these indicators at each candle of a series without holes, oldest first."""
NOTHING = Values(None, None)


DIGITS: Final = 12
"""Significant digits of an average: those behind are noise, and would put a close on it beyond it."""
PRICE_NOISE: Final = 1e-12
RSI_NOISE: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Line:
    """What an indicator has to pass, and how far beyond it is still on it: floats are never exact."""

    level: float
    noise: float
    direction: Direction

    def is_passed(self, value: float) -> bool:
        """Whether `value` stands beyond the line."""
        return self.direction.sign * (value - self.level) > self.noise


@dataclass(frozen=True, slots=True)
class Level:
    """A price at which something happens, and from which side it is reached."""

    price: Decimal
    direction: Direction

    def reached(self, price: Decimal) -> bool:
        """Whether `price` stands at the level or beyond it."""
        return self.direction.sign * (price - self.price) >= 0


def parts_of(trigger: Trigger) -> tuple[Part, ...]:
    """The single conditions a trigger is made of."""
    return trigger.of if isinstance(trigger, AllOf | AnyOf) else (trigger,)


def levels_of(plan: Plan, trigger: Trigger, entry: Decimal | None) -> Iterator[Level]:
    """The levels at which a trigger fires by price alone; `entry` is tier 1's fill, for moves."""
    if isinstance(trigger, AllOf):
        return
    for part in parts_of(trigger):
        level = level_of(plan, part, entry)
        if level is not None:
            yield level


def level_of(plan: Plan, part: Part, entry: Decimal | None) -> Level | None:
    """The level of a price or move condition; None for the others."""
    match part:
        case PriceTrigger(level=price, direction=direction):
            return Level(price, direction)
        case MoveTrigger(pct=pct) if entry is not None:
            favourable = Direction.UP if plan.sign > 0 else Direction.DOWN
            return Level(entry * (1 + plan.sign * pct / HUNDRED), favourable)
        case _:
            return None


def question_of(trigger: Trigger) -> str | None:
    """The question of a manual condition, if the trigger has one."""
    return next((part.question for part in parts_of(trigger) if isinstance(part, ManualTrigger)), None)


def timeframes_of(trigger: Trigger) -> frozenset[Timeframe]:
    """The candle timeframes a trigger needs."""
    return frozenset(part.timeframe for part in parts_of(trigger) if isinstance(part, CandleTrigger))


def keys_of(trigger: Trigger, timeframe: Timeframe) -> frozenset[IndicatorKey]:
    """The indicators a trigger needs of this timeframe's candles."""
    keys = (key_of(part) for part in candle_parts_of(trigger, timeframe))
    return frozenset(key for key in keys if key is not None)


def candle_parts_of(trigger: Trigger, timeframe: Timeframe) -> tuple[CandleTrigger, ...]:
    """The conditions tested when a candle of this timeframe closes."""
    return tuple(part for part in parts_of(trigger) if isinstance(part, CandleTrigger) and part.timeframe is timeframe)


def key_of(part: CandleTrigger) -> IndicatorKey | None:
    """The indicator a candle condition is about; None where the candle itself is enough."""
    match part:
        case CloseBeyond() | Bounce():
            return None
        case MovingAverageRetest(average=average, period=period):
            return AverageKey(average, period)
        case RsiTrigger(period=period):
            return RsiKey(period)
        case MacdTrigger(fast=fast, slow=slow, signal=signal):
            return MacdKey(fast, slow, signal)
        case unknown:
            assert_never(unknown)


def fires_at_close(
    plan: Plan,
    trigger: Trigger,
    timeframe: Timeframe,
    candle: Candle,
    indicators: Indicators,
    entry: Decimal | None,
) -> bool:
    """Whether the close of `candle` of `timeframe` fires the trigger."""
    candle_parts = candle_parts_of(trigger, timeframe)
    if not candle_parts:
        return False
    holding = [holds(part, candle, indicators) for part in candle_parts]
    if not isinstance(trigger, AllOf):
        return any(holding)
    levels = [level_of(plan, part, entry) for part in trigger.of if not isinstance(part, CandleTrigger)]
    return all(holding) and all(level is not None and level.reached(candle.close) for level in levels)


def holds(part: CandleTrigger, candle: Candle, indicators: Indicators) -> bool:
    """Whether one candle condition holds at the candle's close; an indicator without a value decides nothing."""
    match part:
        case CloseBeyond(level=level, direction=direction):
            return direction.sign * (candle.close - level) > 0
        case Bounce(level=level, direction=direction, tolerance_pct=tolerance):
            return bounced(candle, level, direction, tolerance)
        case MovingAverageRetest(direction=direction, tolerance_pct=tolerance):
            value = indicators.get(AverageKey(part.average, part.period), NOTHING).current
            return value is not None and bounced(candle, Decimal(f"{value:.{DIGITS}g}"), direction, tolerance)
        case RsiTrigger(level=level, direction=direction, on=on):
            line = Line(float(level), RSI_NOISE, direction)
            return passes(indicators.get(RsiKey(part.period), NOTHING), line, on)
        case MacdTrigger(direction=direction, on=on):
            line = Line(0.0, float(candle.close) * PRICE_NOISE, direction)
            return passes(indicators.get(MacdKey(part.fast, part.slow, part.signal), NOTHING), line, on)
        case unknown:
            assert_never(unknown)


def bounced(candle: Candle, level: Decimal, direction: Direction, tolerance_pct: Decimal) -> bool:
    """Whether the candle came within the tolerance of the level and closed strictly on its good side."""
    reach = level * (1 + direction.sign * tolerance_pct / HUNDRED)
    extreme = candle.low if direction is Direction.UP else candle.high
    return direction.sign * (extreme - reach) <= 0 and direction.sign * (candle.close - level) > 0


def passes(values: Values, line: Line, on: Occasion) -> bool:
    """Whether an indicator stands beyond its line, or (`cross`) has just come to."""
    previous, current = values.previous, values.current
    if current is None or not line.is_passed(current):
        return False
    return on is Occasion.STATE or (previous is not None and not line.is_passed(previous))
