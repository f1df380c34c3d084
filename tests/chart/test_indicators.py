"""Indicators: TA-Lib's values are those of the formulas written out, at every candle, and none is made up."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import isnan
from random import Random

import pytest

from chatbot.chart.indicators import atr_series, indicate
from chatbot.core.candles import Candle
from chatbot.core.plan import Average
from chatbot.core.triggers import AtrKey, AverageKey, IndicatorKey, MacdKey, RsiKey

MINUTE = 60_000


def walk(count: int, seed: int = 7) -> list[Candle]:
    """A random walk of candles around 100."""
    random, close, made = Random(seed), 100.0, []
    for number in range(count):
        opened, close = close, close * (1 + random.uniform(-0.01, 0.01))
        high, low = max(opened, close) * (1 + random.uniform(0, 0.004)), min(opened, close) * 0.998
        start, top, bottom, end = (Decimal(f"{price:.4f}") for price in (opened, high, low, close))
        made.append(Candle(number * MINUTE, start, top, bottom, end, Decimal(1)))
    return made


CANDLES = walk(300)
CLOSES = [float(candle.close) for candle in CANDLES]


def averaged(values: list[float], period: int, pull: float) -> list[float | None]:
    """Seeded with the mean of the first `period` values, then pulled towards each by a fixed share."""
    if len(values) < period:
        return [None] * len(values)
    made: list[float] = [sum(values[:period]) / period]
    for value in values[period:]:
        made.append(made[-1] + pull * (value - made[-1]))
    return [None] * (period - 1) + [*made]


def sma(period: int) -> list[float | None]:
    """The mean of the last closes."""
    return [None] * (period - 1) + [sum(CLOSES[n - period : n]) / period for n in range(period, len(CLOSES) + 1)]


def ema(values: list[float], period: int) -> list[float | None]:
    """The exponential average."""
    return averaged(values, period, 2 / (period + 1))


def rsi(period: int) -> list[float | None]:
    """Wilder's averages of gains and losses, as a share of 100."""
    moves = [now - before for before, now in pairwise(CLOSES)]
    gains = averaged([max(move, 0.0) for move in moves], period, 1 / period)
    losses = averaged([max(-move, 0.0) for move in moves], period, 1 / period)
    paired = zip(gains, losses, strict=True)
    return [None, *(None if g is None or v is None else 100 * g / (g + v) for g, v in paired)]


def macd(fast: int, slow: int, signal: int) -> list[float | None]:
    """Both averages begin together; the histogram once the signal line has its seed."""
    quick = [None] * (slow - fast) + ema(CLOSES[slow - fast :], fast)
    lines = [q - s for q, s in zip(quick, ema(CLOSES, slow), strict=True) if q is not None and s is not None]
    histogram = [None if g is None else line - g for line, g in zip(lines, ema(lines, signal), strict=True)]
    return [None] * (slow - 1) + histogram


def atr(period: int) -> list[float | None]:
    """Wilder's average of the true ranges, the first of which needs the close before it."""
    ranges = [float(max(now.high, before.close) - min(now.low, before.close)) for before, now in pairwise(CANDLES)]
    return [None, *averaged(ranges, period, 1 / period)]


def present(values: list[float | None]) -> list[float]:
    """The values there are."""
    return [value for value in values if value is not None]


FORMULAS: list[tuple[IndicatorKey, list[float | None]]] = [
    (RsiKey(14), rsi(14)),
    (RsiKey(2), rsi(2)),
    (AverageKey(Average.SMA, 20), sma(20)),
    (AverageKey(Average.EMA, 50), ema(CLOSES, 50)),
    (MacdKey(12, 26, 9), macd(12, 26, 9)),
    (MacdKey(5, 35, 5), macd(5, 35, 5)),
    (AtrKey(), atr(14)),
]


@pytest.mark.parametrize(("key", "expected"), FORMULAS, ids=[str(key) for key, _ in FORMULAS])
def test_values_are_those_of_the_formula(key: IndicatorKey, expected: list[float | None]) -> None:
    """At every candle, with the value of the candle before; none until the formula has one."""
    values = [one[key] for one in indicate(CANDLES, frozenset({key}))]
    assert [value.current is None for value in values] == [number is None for number in expected]
    known, wanted = present([value.current for value in values]), present(expected)
    assert known == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert [value.previous for value in values][1:] == [value.current for value in values][:-1]
    assert values[0].previous is None


def test_a_value_never_looks_ahead() -> None:
    """What a candle's close says does not depend on the candles after it."""
    keys = frozenset(key for key, _ in FORMULAS)
    assert indicate(CANDLES[:150], keys) == indicate(CANDLES, keys)[:150]


def test_too_few_candles_have_no_value() -> None:
    """None, one, and one less than needed."""
    keys: frozenset[IndicatorKey] = frozenset({RsiKey(14), MacdKey(12, 26, 9), AtrKey()})
    assert indicate([], keys) == []
    for count in (1, 14):
        assert all(value.current is None for one in indicate(CANDLES[:count], keys) for value in one.values())


def test_atr_series_is_plain_numbers() -> None:
    """NaN before the fifteenth candle, then the average true range in price."""
    series = atr_series(CANDLES)
    assert all(isnan(number) for number in series[:14])
    assert series[14:] == pytest.approx(atr(14)[14:])
    assert atr_series([]) == []
