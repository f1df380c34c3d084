"""Candles as the rules build them from bars, and what the indicators say at their closes; nothing of the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.core.oracle_indicators import Atr, Formula

MINUTE = 60_000
MINUTES: dict[str, int] = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240}
MINUTES |= {"6h": 360, "8h": 480, "12h": 720, "1d": 1440}
Bar = tuple[int, Any, Any, Any, Any]


def exact(value: Any) -> Fraction:
    """A number of the plan file or a bar, without rounding."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def exact_bar(bar: Bar) -> Bar:
    """The bar with exact numbers."""
    return (bar[0], exact(bar[1]), exact(bar[2]), exact(bar[3]), exact(bar[4]))


@dataclass
class OracleCandle:
    """A candle, perhaps still growing; `frame` is its length in milliseconds."""

    frame: int
    start: int
    high: Fraction
    low: Fraction
    close: Fraction

    @property
    def end(self) -> int:
        return self.start + self.frame


class CandleBuilder:
    """Makes the candles of one timeframe from bars, in order of time."""

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.growing: OracleCandle | None = None

    def over(self, now: int) -> OracleCandle | None:
        """The candle that is over by now; it is given once."""
        if self.growing is None or self.growing.end > now:
            return None
        candle, self.growing = self.growing, None
        return candle

    def take(self, bar: Bar) -> None:
        """A bar that lies after every candle that is over."""
        at, _, high, low, close = bar
        grown = self.growing
        if grown is None:
            self.growing = OracleCandle(self.frame, at - at % self.frame, high, low, close)
            return
        grown.high, grown.low, grown.close = max(grown.high, high), min(grown.low, low), close


Reader = Callable[[OracleCandle], float | None]


def reader_of_closes(formula: Formula) -> Reader:
    return lambda candle: formula.add(float(candle.close))


def reader_of_ranges(atr: Atr) -> Reader:
    return lambda candle: atr.add(float(candle.high), float(candle.low), float(candle.close))


class Readings:
    """The values of one indicator at the closes of its timeframe: the last one and the one before.

    Where a whole candle is missing everything starts anew with the candle after the hole.
    """

    def __init__(self, fresh: Callable[[], Reader]) -> None:
        self.fresh = fresh
        self.reader = fresh()
        self.previous: float | None = None
        self.current: float | None = None
        self.end: int | None = None

    def close(self, candle: OracleCandle) -> None:
        """The next candle is over."""
        if self.end is not None and candle.start != self.end:
            self.reader, self.current = self.fresh(), None
        self.previous = self.current
        self.current = self.reader(candle)
        self.end = candle.end


def candles_of(bars: list[Bar], bar_minutes: int, frame: int) -> list[OracleCandle]:
    """Every candle of `frame` milliseconds that closes within the bars."""
    builder, found = CandleBuilder(frame), []
    for bar in bars:
        stale = builder.over(bar[0])
        builder.take(bar)
        due = builder.over(bar[0] + bar_minutes * MINUTE)
        found += [candle for candle in (stale, due) if candle]
    return found
