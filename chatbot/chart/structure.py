"""Reads a chart: from closed candles to swings, zones, the range, the last leg and volatility. A few ms for 300."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Final

from chatbot.chart.indicators import atr_series
from chatbot.chart.regime import regime_of
from chatbot.chart.swings import legs, pivots, turns
from chatbot.chart.values import Chart, Swing, Zone
from chatbot.chart.zones import Room, Span, zones
from chatbot.core.candles import Candle
from chatbot.core.timeframes import Timeframe

RANGE: Final = 96
"""Candles of the recent range: a day of 15m candles, four of 1h, sixteen of 4h."""
TURN_ATR: Final = Decimal(1)
"""How far price must have turned for a touch to count, in ATR."""
LEG_ATR: Final = Decimal(5)
"""How long a leg must be, in ATR."""
ZONE_ATR: Final = Decimal("0.6")
"""How wide a zone may be, in ATR."""
APART_ATR: Final = Decimal("1.25")
"""How far the middles of two zones lie apart at least, in ATR."""


def chart_of(candles: Sequence[Candle], timeframe: Timeframe) -> Chart:
    """What these closed candles show; they come oldest first and there is at least one.

    After a hole in them only what comes later counts for ATR and regime: an average over a hole is a guess.
    """
    whole = after_last_hole(candles, timeframe)
    series = atr_series(whole)
    atr = Decimal(str(series[-1])) if isfinite(series[-1]) and series[-1] > 0 else None
    swings = pivots(candles, timeframe)
    small = () if atr is None else turns(swings, TURN_ATR * atr)
    large = () if atr is None else turns(swings, LEG_ATR * atr)
    recent, found = candles[-RANGE:], legs(large)
    return Chart(
        timeframe=timeframe,
        candles=tuple(candles),
        atr=atr,
        regime=regime_of(whole, series),
        swings=swings,
        zones=zones_of(candles, small, large, atr),
        range_low=min(candle.low for candle in recent),
        range_high=max(candle.high for candle in recent),
        leg=found[-1] if found else None,
        turns=small,
        legs=found,
    )


def zones_of(
    candles: Sequence[Candle], small: Sequence[Swing], large: Sequence[Swing], atr: Decimal | None
) -> tuple[Zone, ...]:
    """The zones of the whole history; none where nothing says how wide one is."""
    if atr is None:
        return ()
    room, span = Room(ZONE_ATR * atr, APART_ATR * atr), Span(candles[0].at, candles[-1].at)
    return zones(small, frozenset(large), room, span)


def after_last_hole(candles: Sequence[Candle], timeframe: Timeframe) -> Sequence[Candle]:
    """The candles at the end that follow each other without a hole."""
    first = len(candles) - 1
    while first > 0 and candles[first].at - candles[first - 1].at == timeframe.millis:
        first -= 1
    return candles[first:]
