"""Stops under what carries the trade: worked out by hand on small charts, long and short."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from chatbot.chart.stops import stops, structure_levels
from chatbot.chart.structure import chart_of
from chatbot.chart.values import Chart, Proposal, Swing, SwingKind, Zone
from chatbot.core.candles import Candle
from chatbot.core.money import Side
from tests.chart.paths import M15, STAIRS, chart, path, reflected, setup, shown, whole

CHART = chart(*STAIRS)
"""Lows at 950 (the last) and 930 (the first candle); ATR 10; price 1000."""
HALF, ONCE = shown("0.5 ATR"), shown("(1 touch)")
UPSIDE_DOWN = chart_of(reflected(path(STAIRS)), M15)


def prices(found: tuple[Proposal, ...]) -> list[int]:
    """The prices alone."""
    return [int(proposal.price) for proposal in found]


def test_a_stop_lies_half_an_atr_under_the_low_it_names() -> None:
    """950 − 5; the low of the range, 930 − 5, would lie outside the history, so it is left out."""
    assert stops(CHART, setup(1000)) == (Proposal(Decimal(945), f"{HALF} under the low 950 {ONCE}", Decimal(950)),)


def test_a_short_is_the_mirror_image() -> None:
    """Upside down: 1050 + 5."""
    (stop,) = stops(UPSIDE_DOWN, setup(1000, Side.SHORT))
    assert whole(stop.price, stop.level) == (1055, 1050)
    assert stop.why == f"{HALF} above the high {shown('1 050')} {ONCE}"


def test_where_the_history_shows_nothing_lower_its_end_is_named() -> None:
    """In at 945, only 930 is left: its stop lies outside the history, and is the only one."""
    (stop,) = stops(CHART, setup(945))
    assert whole(stop.price, stop.level) == (925, 930)
    assert stop.why == f"{HALF} under the 69-candle low 930"


def test_a_stop_never_comes_nearer_than_one_atr() -> None:
    """In at 953 the low at 950 is 0.3 ATR away, so its stop goes 0.7 ATR under it."""
    stop = stops(CHART, setup(953))[0]
    assert stop.price == 943
    assert stop.why.startswith(shown("0.7 ATR") + " under the low")


def test_a_stop_farther_than_eight_atr_or_fifteen_percent_is_not_proposed() -> None:
    """In at 1026 the stop at 945 is 8.1 ATR away; with the same stairs 900 lower it is 55 % of price away."""
    assert stops(CHART, setup(1026)) == ()
    assert prices(stops(CHART, setup(1025))) == [945]
    assert stops(chart(*(turn - 900 for turn in STAIRS)), setup(100)) == ()


def test_proposals_keep_apart_and_are_three_at_most() -> None:
    """Lows at 960, 950, 930, 920 and 905: three stops, each a good way behind the one before."""
    found = stops(chart(860, 960, 905, 960, 920, 970, 930, 980, 950, 990, 960, 1000), setup(985))
    assert len(found) == 3
    assert all(first.price - second.price >= Decimal("7.5") for first, second in pairwise(found))


def test_a_stop_just_before_a_later_low_goes_behind_that_one() -> None:
    """A support at 963 of long ago, a low at 961 of late: a stop at 958 would fall at the next visit to that low."""
    old = Swing(SwingKind.HIGH, Decimal(963), CHART.candles[5].at)
    late = Swing(SwingKind.LOW, Decimal(961), CHART.candles[-6].at)
    zone = Zone(Decimal(963), Decimal(966), 2, old.at, (old,), 2.0)
    level = replace(CHART, zones=(zone,), swings=(late,), candles=calm(CHART))
    assert whole(*(stop.level for stop in stops(level, setup(1000)))) == (961,)
    assert whole(*(stop.level for stop in stops(replace(level, swings=()), setup(1000)))) == (963,)


def calm(of: Chart) -> tuple[Candle, ...]:
    """The same candles, the last six of which never went under 961."""
    late = (replace(candle, low=max(candle.low, Decimal(961))) for candle in of.candles[-6:])
    return (*of.candles[:-6], *late)


def test_a_zone_price_has_just_been_under_carries_nothing() -> None:
    """Price was at 950 six candles ago: a zone at 990 has not held, one at 970 neither."""
    turn = Swing(SwingKind.HIGH, Decimal(970), 0)
    zone = Zone(Decimal(970), Decimal(972), 2, 0, (turn,), 2.0)
    found = stops(replace(CHART, zones=(zone,)), setup(1000))
    assert [stop.level for stop in found] == [950]


def test_structure_levels_lie_between_stop_and_entry() -> None:
    """The last low, whose break says that the idea is wrong; nothing without a stop, or with one before it."""
    (level,) = structure_levels(CHART, setup(1000, stop=945))
    assert whole(level.price, level.level) == (950, 950)
    assert level.why == f"below the low 950 {ONCE} the idea is wrong"
    assert structure_levels(CHART, setup(1000)) == ()
    assert structure_levels(CHART, setup(1000, stop=948)) == ()
    (mirrored,) = structure_levels(UPSIDE_DOWN, setup(1000, Side.SHORT, stop=1055))
    assert mirrored.price == 1050
    assert mirrored.why.startswith("above the high")


def test_without_an_atr_nothing_is_proposed() -> None:
    """Too few candles: no stop, no structure level."""
    short = chart(1000, 960, 1000)
    assert stops(short, setup(1000)) == ()
    assert structure_levels(short, setup(1000, stop=950)) == ()


def test_without_a_tick_the_finest_step_of_the_candles_is_used() -> None:
    """Whole prices on the chart: whole proposals."""
    free = replace(setup(1000), tick=None)
    assert prices(stops(CHART, free)) == [945]


def test_a_stop_rounds_away_from_the_market() -> None:
    """On a tick of 4 the stop of 945 goes down to 944, that of a short at 1055 up to 1056."""
    assert prices(stops(CHART, replace(setup(1000), tick=Decimal(4)))) == [944]
    assert prices(stops(UPSIDE_DOWN, replace(setup(1000, Side.SHORT), tick=Decimal(4)))) == [1056]
