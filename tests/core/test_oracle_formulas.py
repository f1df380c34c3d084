"""The oracle's own formulas against sums done by hand: a second opinion that is wrong would be worse than none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.core.oracle_candles import MINUTE, Bar, OracleCandle, Readings, candles_of, exact, reader_of_closes
from tests.core.oracle_indicators import Atr, Ema, Formula, MacdHistogram, Rsi, Sma
from tests.core.oracle_triggers import Closed, firing, formula_of, parts_of, prepared

START = 1_722_816_000_000
FIVE = 5 * MINUTE


def values(formula: Formula, *closes: float) -> list[float | None]:
    return [formula.add(close) for close in closes]


def bar(minute: int, close: str, high: str | None = None, low: str | None = None) -> Bar:
    number = exact(close)
    return START + minute * MINUTE, number, exact(high or close), exact(low or close), number


def exactly(*rows: tuple[int, ...]) -> list[tuple[Fraction, ...]]:
    return [tuple(map(exact, row)) for row in rows]


def test_a_simple_average_is_the_mean_of_its_window() -> None:
    """(1+2+3)/3, then (2+3+7)/3."""
    assert values(Sma(3), 1, 2, 3, 7) == [None, None, 2, 4]


def test_an_exponential_average_starts_as_a_simple_one() -> None:
    """A period of 3 pulls by one half: from 2 half of the way to 5."""
    assert values(Ema(3), 1, 2, 3, 5) == [None, None, 2, 3.5]


def test_both_averages_of_macd_start_together() -> None:
    """(2, 3, 2): the fast average's seed is the mean of 2 and 3, not of 1 and 2."""
    found = values(MacdHistogram(2, 3, 2), 1, 2, 3, 5, 4)
    assert found == [None, None, None, pytest.approx(1 / 12), pytest.approx(-5 / 54)]


def test_macd_has_its_first_value_where_the_slow_average_and_the_signal_line_have_one() -> None:
    """The lookback is (slow − 1) + (signal − 1): 33 closes have none for 12, 26, 9."""
    found = values(MacdHistogram(12, 26, 9), *range(1, 36))
    assert [value is None for value in found] == [True] * 33 + [False] * 2


def test_rsi_averages_as_wilder_does() -> None:
    """Period 2: gains 1 and 0, losses 0 and 1 make 50; a gain of 2 then makes 1.25 against 0.25."""
    assert values(Rsi(2), 10, 11, 10, 12) == [None, None, 50, pytest.approx(250 / 3)]


def test_rsi_of_a_market_that_does_not_move_is_zero() -> None:
    """Neither gains nor losses: TA-Lib says 0."""
    assert values(Rsi(2), 10, 10, 10) == [None, None, 0]


def test_atr_counts_the_gap_from_the_last_close() -> None:
    """Period 2: ranges 2 and 13 − 10 = 3 make 2.5; a fall from 12.5 to 8 makes (2.5 + 4.5) / 2."""
    atr, candles = Atr(2), [(10, 8, 9), (11, 9, 10), (13, 12, 12.5), (12, 8, 11)]
    assert [atr.add(*candle) for candle in candles] == [None, None, 2.5, 3.5]


def test_a_candle_is_built_from_the_bars_that_begin_within_it() -> None:
    """The first began before the bars; the last is not over."""
    bars = [bar(3, "5", "6"), bar(4, "4"), bar(5, "7", low="1"), bar(9, "8"), bar(10, "9")]
    candles = candles_of(bars, 1, FIVE)
    assert [(candle.start - START, candle.end - START) for candle in candles] == [(0, FIVE), (FIVE, 2 * FIVE)]
    assert [(candle.high, candle.low, candle.close) for candle in candles] == exactly((6, 4, 4), (8, 1, 8))


def test_a_candle_without_its_last_minutes_is_stamped_with_its_own_end() -> None:
    """The bar of minute 12 closes the candle that ended at minute 5."""
    candles = candles_of([bar(0, "5"), bar(2, "6"), bar(12, "7")], 1, FIVE)
    assert [(candle.end - START, candle.close) for candle in candles] == [(FIVE, exact(6))]


def test_a_hole_of_a_whole_candle_starts_an_indicator_anew() -> None:
    """After the missing candle neither the last value nor the one before is left."""
    readings, seen = Readings(lambda: reader_of_closes(Sma(2))), []
    for start, close in ((0, 1), (1, 3), (2, 5), (4, 7), (5, 9)):
        readings.close(OracleCandle(MINUTE, start * MINUTE, exact(close), exact(close), exact(close)))
        seen.append((readings.previous, readings.current))
    assert seen == [(None, None), (None, 2), (2, 4), (None, None), (None, 8)]


UP: dict[str, Any] = {"timeframe": "1m", "direction": "up"}
RETEST = {"kind": "ma_retest", "ma": "sma", "period": 2, **UP}
RSI = {"kind": "rsi", "period": 2, "level": 50, **UP}


CASES = [
    ({"kind": "close_beyond", "level": 10, **UP}, ["10"], []),
    ({"kind": "close_beyond", "level": 10, **UP}, ["10.01"], [0]),
    ({"kind": "close_beyond", "level": 10, **UP, "direction": "down"}, ["9.99", "10"], [0]),
    ({"kind": "bounce", "level": 10, **UP}, ["10.02 10.01", "10.02 10.011", "10 9"], [0]),
    ({"kind": "bounce", "level": 10, **UP, "direction": "down"}, ["9.98 9 9.99", "9.98 9 9.9899"], [0]),
    (RETEST, ["10", "11 10", "12"], [1]),
    (RETEST, ["10", "12", "11.5 11"], []),
    ({**RSI, "on": "cross"}, ["10", "11", "10", "12", "13"], [3]),
    ({**RSI, "on": "state"}, ["10", "11", "10", "12", "13"], [3, 4]),
    ({**RSI, "direction": "down", "level": 60}, ["10", "12", "13", "10", "9"], [3]),
    ({"kind": "all", "of": [RSI, {"kind": "price", "level": 12, "direction": "up"}]}, ["10", "11", "10", "12"], [3]),
    ({"kind": "all", "of": [RSI, {"kind": "price", "level": 13, "direction": "up"}]}, ["10", "11", "10", "12"], []),
    ({"kind": "any", "of": [RSI, {**UP, "kind": "close_beyond", "level": 12}]}, ["10", "11", "10", "12", "13"], [3, 4]),
    ({"kind": "macd", "fast": 2, "slow": 3, "signal": 2, **UP}, ["1", "2", "3", "5", "4", "4", "9"], [6]),
    ({**RETEST, "period": 5}, ["3.28", "3.32", "3.29", "3.31", "3.30", "3.31 3.30"], [5]),
    ({"kind": "manual", "question": "Sure?"}, ["10"], []),
]


@pytest.mark.parametrize(("trigger", "candles", "fires"), CASES)
def test_a_trigger_fires_as_the_table_of_the_rules_says(
    trigger: dict[str, Any], candles: list[str], fires: list[int]
) -> None:
    """At these candles and no others; a candle is written as its close, its low and its high."""
    made = prepared(trigger)
    found = [formula_of(part) for part in parts_of(made)]
    readings = {one[0]: Readings(one[1]) for one in found if one}
    told = []
    for index, words in enumerate(candles):
        candle = candle_at(index, words)
        for reading in readings.values():
            reading.close(candle)
        if firing(made, Closed(candle, readings)):
            told.append(index)
    assert told == fires


def candle_at(minute: int, words: str) -> OracleCandle:
    close, *others = map(exact, words.split())
    low, high = (*others, *[close] * 2)[:2]
    return OracleCandle(MINUTE, minute * MINUTE, high, low, close)
