"""What a chart objects to in a user's tiers: with the number, the reason and what to do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.chart.objections import Tiering, objections
from chatbot.chart.values import Regime, Volatility
from chatbot.core.timeframes import Timeframe
from tests.chart.paths import STAIRS, chart, shown

CHART = chart(*STAIRS)
"""ATR 10, the last close 1000, too few candles for a regime."""
HIGH = replace(CHART, regime=Regime(Volatility.HIGH, 1.7, 1.0))
LOW = replace(CHART, regime=Regime(Volatility.LOW, 0.5, 1.0))
BLIND = replace(CHART, atr=None)


def tiering(*weights: int, levels: tuple[int | None, ...] = (), stop: int | None = None) -> Tiering:
    """Tiers in whole numbers."""
    return Tiering(
        tuple(Decimal(weight) for weight in weights),
        tuple(None if level is None else Decimal(level) for level in levels),
        None if stop is None else Decimal(stop),
    )


def test_a_large_first_tier_is_objected_to_in_high_volatility() -> None:
    """40 % into a swing of 1.7 times the usual; up to 30 % nothing is said, nor in another regime."""
    assert objections(HIGH, tiering(40, 35, 25)) == (
        shown("40 %") + " of the allocation in tier 1 is much while ATR is 1.7× its median: "
        "a swing against it costs most. Take 20/25/30/25.",
    )
    assert objections(HIGH, tiering(30, 30, 40)) == ()
    assert objections(LOW, tiering(40, 35, 25)) == ()
    assert objections(CHART, tiering(40, 35, 25)) == ()


def test_a_small_first_tier_is_objected_to_in_low_volatility() -> None:
    """Later tiers may never come; from just over 20 % on nothing is said."""
    assert objections(LOW, tiering(20, 25, 30, 25)) == (
        shown("20 %") + " of the allocation in tier 1 is little while ATR is 0.5× its median: "
        "later tiers may never come. Take 40/35/25.",
    )
    assert objections(LOW, tiering(21, 25, 30, 24)) == ()
    assert objections(LOW, tiering()) == ()


def test_tiers_closer_than_half_an_atr_are_objected_to() -> None:
    """ATR 10: tiers 2 and 4 lie 3 apart, tier 3 has no price of its own; 5 of 1000 would be enough."""
    crowded = tiering(25, 25, 30, 20, levels=(1000, 1006, None, 1009))
    assert objections(CHART, crowded) == (
        shown("0.3 ATR") + " between tiers 2 and 4: the noise of one 15m candle fills both. "
        f"Leave {shown('0.5 %')} of price or more.",
    )
    assert objections(CHART, tiering(50, 50, levels=(1000, 1005))) == ()
    assert objections(BLIND, crowded) == ()


def test_a_stop_beyond_eight_atr_belongs_to_a_slower_timeframe() -> None:
    """160 away is 16 ATR of 15m; twice the range takes four times the time."""
    assert objections(CHART, tiering(100, levels=(1000,), stop=840)) == (
        shown("16 %") + " of price to the stop is " + shown("16 ATR") + " of 15m: its candles are noise for such a "
        "trade. Use triggers on 1h or slower, or a nearer stop.",
    )
    assert objections(CHART, tiering(100, levels=(1000,), stop=920)) == ()


def test_where_no_timeframe_is_slow_enough_none_is_named() -> None:
    """On daily candles there is nothing slower to name."""
    daily = replace(CHART, timeframe=Timeframe.D1)
    (said,) = objections(daily, tiering(100, levels=(1000,), stop=800))
    assert said.endswith("of 1d: its candles are noise for such a trade.")


def test_a_stop_is_not_judged_without_both_ends_or_an_atr() -> None:
    """No stop yet, no price of tier 1, no ATR: nothing to say."""
    assert objections(CHART, tiering(100, levels=(1000,))) == ()
    assert objections(CHART, tiering(100, levels=(None,), stop=800)) == ()
    assert objections(CHART, tiering(100, stop=800)) == ()
    assert objections(BLIND, tiering(100, levels=(1000,), stop=800)) == ()
