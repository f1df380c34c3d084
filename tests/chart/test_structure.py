"""A chart as a whole: what is read off a path whose every number can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from time import perf_counter

from chatbot.chart.structure import RANGE, chart_of
from chatbot.chart.values import Chart, SwingKind
from chatbot.core.candles import Candle
from tests.chart.paths import M15, STAIRS, bar, chart, path, whole


def touched(found: Chart) -> list[tuple[int, int]]:
    """Where the zones lie, and their touches."""
    return [(int(zone.low), zone.touches) for zone in found.zones]


def test_the_stairs_are_read_as_drawn() -> None:
    """Candles of 10 make an ATR of 10; levels met from both sides have two touches, the last low is a large turn."""
    found = chart(*STAIRS)
    assert found.atr == 10
    assert [int(swing.price) for swing in found.swings] == [1120, 1090, 1120, 1060, 1090, 1020, 1060, 980, 1020, 950]
    assert found.turns == found.swings
    assert touched(found) == [(950, 1), (1020, 2), (1060, 2), (1090, 2), (1120, 2)]
    assert whole(found.range_low, found.range_high) == (930, 1120)
    assert found.leg is not None
    assert [(end.kind, int(end.price)) for end in found.leg] == [(SwingKind.HIGH, 1120), (SwingKind.LOW, 950)]
    assert found.legs == (found.leg,)


def test_the_range_is_that_of_the_last_candles_only() -> None:
    """What lies longer ago than 96 candles is history, not range."""
    candles = [*path((700, 1000)), *(bar(30 + number, Decimal(1000), Decimal(1010)) for number in range(RANGE))]
    found = chart_of(candles, M15)
    assert whole(found.range_low, found.range_high) == (1000, 1010)


def test_few_candles_have_no_atr_and_no_zones() -> None:
    """Fourteen candles: pivots may be seen, but nothing says how far is far; one candle is a chart too."""
    short = chart(1000, 1050, 1000, 1040)
    assert (len(short.candles), short.atr, short.zones, short.leg, short.regime) == (14, None, (), None, None)
    assert len(short.swings) == 2
    one = chart(1000, 1010)
    assert (one.atr, one.swings) == (None, ())
    assert whole(one.range_low, one.range_high) == (1000, 1010)


def test_a_market_that_stands_still_has_no_atr() -> None:
    """An ATR of 0 measures nothing."""
    still = [bar(number, Decimal(1000), Decimal(1000)) for number in range(200)]
    found = chart_of(still, M15)
    assert (found.atr, found.regime, found.zones) == (None, None, ())


def shifted(candle: Candle) -> Candle:
    """An hour later than it was."""
    return replace(candle, at=candle.at + 4 * M15.millis)


def test_after_a_hole_atr_and_regime_begin_anew() -> None:
    """Twenty candles after the hole give an ATR, ten don't; the pivots from before it stay."""
    candles = path(STAIRS)
    early = [*candles[:-20], *map(shifted, candles[-20:])]
    late = [*candles[:-10], *map(shifted, candles[-10:])]
    assert chart_of(early, M15).atr == 10
    assert chart_of(late, M15).atr is None
    assert len(chart_of(late, M15).swings) > 5


def test_a_regime_needs_ninety_candles_with_an_atr() -> None:
    """14 candles warm ATR up, so 104 in a row are enough and 103 are not."""
    walk = path((1000, *(1100, 1000) * 6))
    assert chart_of(walk[:103], M15).regime is None
    assert chart_of(walk[:104], M15).regime is not None


def test_a_chart_of_three_hundred_candles_takes_no_time() -> None:
    """A few milliseconds; the bound is wide for a busy machine."""
    candles = path((1000, *(1100, 1000) * 15))
    begin = perf_counter()
    for _ in range(5):
        chart_of(candles, M15)
    assert (perf_counter() - begin) / 5 < 0.25
