"""Hand-made charts: straight ways from one turn to the next in steps of 10, so that every candle and ATR is 10 high."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.chart.structure import chart_of
from chatbot.chart.values import Chart, Setup
from chatbot.core.candles import Candle
from chatbot.core.money import Side
from chatbot.core.timeframes import Timeframe

M15: Final = Timeframe.M15
STEP: Final = 10
STAIRS: Final = (930, 1120, 1090, 1120, 1060, 1090, 1020, 1060, 980, 1020, 950, 1000)
"""A rise, then stairs down and a first way up: turns at 1120 (twice), 1090, 1060 and 1020 (from both sides), 950."""


def candle(number: int, opened: Decimal, high: Decimal, low: Decimal, close: Decimal) -> Candle:
    """The 15m candle of that number."""
    return Candle(number * M15.millis, opened, high, low, close, Decimal(1))


def bar(number: int, opened: Decimal, close: Decimal) -> Candle:
    """A candle without wicks."""
    return candle(number, opened, max(opened, close), min(opened, close), close)


def path(turns: Sequence[int]) -> list[Candle]:
    """Candles of 10 from turn to turn."""
    prices = [turns[0]]
    for start, end in pairwise(turns):
        step = STEP if end > start else -STEP
        prices.extend(range(start + step, end + step, step))
    return [bar(number, Decimal(a), Decimal(b)) for number, (a, b) in enumerate(pairwise(prices))]


def chart(*turns: int) -> Chart:
    """What such a path shows."""
    return chart_of(path(turns), M15)


def setup(entry: int, side: Side = Side.LONG, stop: int | None = None, first_target: int | None = None) -> Setup:
    """A setup on a tick of 1."""
    return Setup(
        side,
        Decimal(entry),
        Decimal(1),
        None if stop is None else Decimal(stop),
        None if first_target is None else Decimal(first_target),
    )


def reflected(candles: Sequence[Candle], sum_of_both: int = 2000) -> list[Candle]:
    """The chart upside down."""
    top = Decimal(sum_of_both)
    return [Candle(c.at, top - c.open, top - c.low, top - c.high, top - c.close, c.volume) for c in candles]


def whole(*prices: Decimal | None) -> tuple[int | None, ...]:
    """Prices as whole numbers."""
    return tuple(None if price is None else int(price) for price in prices)


def shown(price: str) -> str:
    """A price as the chart words it."""
    return price.replace(" ", "\u00a0")
