"""Indicators by TA-Lib's definitions, at each candle of a series: the only place that computes any.

A value is None as long as TA-Lib gives none. The series must have no holes; it is the caller's to see to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

import numpy as np
import talib

from chatbot.core.candles import Candle
from chatbot.core.plan import Average
from chatbot.core.triggers import AtrKey, AverageKey, IndicatorKey, Indicators, MacdKey, RsiKey, Values

AVERAGES: Final = {Average.EMA: talib.EMA, Average.SMA: talib.SMA}
Column = Any
"""A float64 array with one value a candle, NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The prices of a series, as TA-Lib wants them."""

    high: Column
    low: Column
    close: Column


def indicate(candles: Sequence[Candle], keys: frozenset[IndicatorKey]) -> list[Indicators]:
    """For each candle, the values of these indicators at it and at the one before."""
    prices = columns_of(candles)
    series = {key: values_of(column(prices, key)) for key in keys}
    return [{key: values[index] for key, values in series.items()} for index in range(len(candles))]


def atr_series(candles: Sequence[Candle], period: int = 14) -> list[float]:
    """Wilder's average true range at each candle, in price; NaN where it has no value yet."""
    return [float(number) for number in column(columns_of(candles), AtrKey(period))]


def columns_of(candles: Sequence[Candle]) -> Columns:
    """High, low and close as arrays of floats."""
    high, low, close = (
        np.array([float(price) for price in prices], dtype=np.float64)
        for prices in (
            [candle.high for candle in candles],
            [candle.low for candle in candles],
            [candle.close for candle in candles],
        )
    )
    return Columns(high, low, close)


def column(prices: Columns, key: IndicatorKey) -> Column:
    """One indicator over the whole series."""
    if not len(prices.close):
        return prices.close
    match key:
        case RsiKey(period=period):
            return talib.RSI(prices.close, timeperiod=period)
        case AverageKey(average=average, period=period):
            return AVERAGES[average](prices.close, timeperiod=period)
        case MacdKey(fast=fast, slow=slow, signal=signal):
            return talib.MACD(prices.close, fastperiod=fast, slowperiod=slow, signalperiod=signal)[2]
        case AtrKey(period=period):
            return talib.ATR(prices.high, prices.low, prices.close, timeperiod=period)
        case unknown:
            assert_never(unknown)


def values_of(series: Column) -> list[Values]:
    """Each value with the one before it."""
    numbers = [None if number != number else number for number in series.tolist()]  # noqa: PLR0124 -- NaN alone differs from itself
    return [Values(before, now) for before, now in zip([None, *numbers], numbers, strict=False)]
