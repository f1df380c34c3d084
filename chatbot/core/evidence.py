"""What a candle showed when it fired a trigger, in figures: `RSI(14) 15m 48.2 → 55.9, candle closed 14:15 UTC`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, assert_never

from chatbot.core.figures import grouped
from chatbot.core.inputs import CandleClosed
from chatbot.core.money import Millis
from chatbot.core.plan import (
    AllOf,
    Bounce,
    CandleTrigger,
    CloseBeyond,
    Direction,
    MacdTrigger,
    MovingAverageRetest,
    RsiTrigger,
    Trigger,
)
from chatbot.core.triggers import NOTHING, candle_parts_of, holds, key_of

SIDES: Final = {Direction.UP: "above", Direction.DOWN: "below"}
EXTREMES: Final = {Direction.UP: "low", Direction.DOWN: "high"}
DAY: Final[Millis] = 86_400_000
FIGURES: Final = 7
"""Significant digits of an average: enough for a price, and no more than it is good for."""


def evidence(trigger: Trigger, given: CandleClosed) -> str:
    """What held at the close: every candle condition of `all`, the first that holds of the others."""
    holding = [p for p in candle_parts_of(trigger, given.timeframe) if holds(p, given.candle, given.indicators)]
    shown = holding if isinstance(trigger, AllOf) else holding[:1]
    return f"{'; '.join(figures(part, given) for part in shown)}, candle closed {moment(given)}"


def figures(part: CandleTrigger, given: CandleClosed) -> str:
    """The numbers that one condition was judged by."""
    candle, frame = given.candle, given.timeframe.value
    match part:
        case CloseBeyond(level=level, direction=direction):
            return f"{frame} close {grouped(candle.close)} {SIDES[direction]} {grouped(level)}"
        case Bounce(level=level, direction=direction):
            return f"{frame} {touch(given, direction, grouped(level))}"
        case MovingAverageRetest(average=average, period=period, direction=direction):
            at = f"{average.upper()}({period}) {value(part, given)[1]}"
            return f"{frame} {touch(given, direction, at)}"
        case RsiTrigger(period=period):
            before, now = (f"{float(number):.1f}" if number else "–" for number in value(part, given))
            return f"RSI({period}) {frame} {before} → {now}"
        case MacdTrigger(fast=fast, slow=slow, signal=signal):
            before, now = (number or "–" for number in value(part, given))
            return f"MACD({fast},{slow},{signal}) histogram {frame} {before} → {now}"
        case unknown:
            assert_never(unknown)


def touch(given: CandleClosed, direction: Direction, level: str) -> str:
    """`low 59 980 at 60 000, close 60 120 above it`: how near the candle came, and where it closed."""
    extreme = given.candle.low if direction is Direction.UP else given.candle.high
    back = f"close {grouped(given.candle.close)} {SIDES[direction]} it"
    return f"{EXTREMES[direction]} {grouped(extreme)} at {level}, {back}"


def value(part: CandleTrigger, given: CandleClosed) -> tuple[str, str]:
    """The indicator at the candle before and at this one, in a few digits; empty where it has none."""
    key = key_of(part)
    values = NOTHING if key is None else given.indicators.get(key, NOTHING)
    return written(values.previous), written(values.current)


def written(number: float | None) -> str:
    """The number without an exponent; empty where there is none."""
    return "" if number is None else grouped(Decimal(f"{number:.{FIGURES}g}"))


def moment(given: CandleClosed) -> str:
    """When the candle closed: the time of day, for a day's candle with its date."""
    return clock_time(given.candle.at + given.timeframe.millis, dated=given.timeframe.millis >= DAY)


def clock_time(at: Millis, *, dated: bool) -> str:
    """`14:15 UTC`, or with the date before it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC" if dated else "%H:%M UTC")
