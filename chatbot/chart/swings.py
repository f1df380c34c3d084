"""Where price turned: confirmed pivots, and those of them that end a move of some size. It never looks ahead of them.

A pivot high is a candle whose high stands above the highs of the `SPAN` candles before it and is not passed by those
of the `SPAN` candles after it; a low is the mirror image (the fractal of Bill Williams, with a wider span than his
two). Of equal extremes side by side the first is the pivot. A pivot is known only `SPAN` candles after it happened.
Turns thin the pivots out to a zigzag: highs and lows alternate, each at least a given distance from the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.chart.values import Leg, Swing, SwingKind
from chatbot.core.candles import Candle
from chatbot.core.timeframes import Timeframe

SPAN: Final = 3
"""Candles on either side that confirm a pivot: enough to pass over wiggles, few enough to be in time."""


def pivots(candles: Sequence[Candle], timeframe: Timeframe, span: int = SPAN) -> tuple[Swing, ...]:
    """All confirmed pivots, oldest first. One with a hole among its neighbours is not confirmed."""
    width = 2 * span * timeframe.millis
    found: list[Swing] = []
    for middle in range(span, len(candles) - span):
        if candles[middle + span].at - candles[middle - span].at == width:
            found.extend(pivots_at(candles, middle, span))
    return tuple(found)


def pivots_at(candles: Sequence[Candle], middle: int, span: int) -> Iterator[Swing]:
    """What the candle is: a high, a low, or (one that swallows its neighbours) both, in the order it made them."""
    candle = candles[middle]
    before, after = candles[middle - span : middle], candles[middle + 1 : middle + span + 1]
    is_high = all(b.high < candle.high for b in before) and all(a.high <= candle.high for a in after)
    is_low = all(b.low > candle.low for b in before) and all(a.low >= candle.low for a in after)
    low_first = candle.close >= candle.open
    if is_low and low_first:
        yield Swing(SwingKind.LOW, candle.low, candle.at)
    if is_high:
        yield Swing(SwingKind.HIGH, candle.high, candle.at)
    if is_low and not low_first:
        yield Swing(SwingKind.LOW, candle.low, candle.at)


def turns(swings: Sequence[Swing], least: Decimal) -> tuple[Swing, ...]:
    """The zigzag of these pivots: alternating, each at least `least` of price from the one before."""
    found: list[Swing] = []
    for swing in swings:
        if not found:
            found.append(swing)
        elif swing.kind is found[-1].kind:
            found[-1] = further(found[-1], swing)
        elif distance(found[-1], swing) >= least:
            found.append(swing)
    return tuple(found)


def further(old: Swing, new: Swing) -> Swing:
    """The more extreme of two highs, or of two lows; the older one if they are equal."""
    sign = 1 if new.kind is SwingKind.HIGH else -1
    return new if sign * (new.price - old.price) > 0 else old


def distance(start: Swing, end: Swing) -> Decimal:
    """How far the high lies above the low: negative where the two have passed each other."""
    return end.price - start.price if end.kind is SwingKind.HIGH else start.price - end.price


def legs(found: Sequence[Swing]) -> tuple[Leg, ...]:
    """The moves from each turn to the next."""
    return tuple(pairwise(found))
