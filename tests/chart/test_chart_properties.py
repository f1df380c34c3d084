"""Whatever the candles: proposals keep their promises, nothing crashes, and nothing depends on the unit of price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chatbot.chart.objections import Tiering, objections
from chatbot.chart.regime import preset
from chatbot.chart.stops import stops
from chatbot.chart.structure import chart_of
from chatbot.chart.targets import targets
from chatbot.chart.tier_triggers import triggers
from chatbot.chart.values import Chart, Setup
from chatbot.core.candles import Candle
from chatbot.core.plan import MoveTrigger
from tests.chart import candle_strategies as make
from tests.chart.paths import M15
from tests.chart.promises import check_all

FACTORS = st.sampled_from((Decimal("0.75"), Decimal(1), Decimal("1.25")))
SCALE = Decimal(8)
"""A power of two, so that binary floats scale without a remainder."""


@given(st.data())
def test_proposals_keep_their_promises_on_any_chart(data: st.DataObject) -> None:
    """Stops beyond their pivots, targets in order and in the history, triggers in time; on any tick and entry."""
    chart = data.draw(make.charts())
    check_all(chart, data.draw(make.setups(chart)), data.draw(FACTORS))


@given(make.charts())
def test_a_chart_says_nothing_it_could_not_know(chart: Chart) -> None:
    """Zones hold their own pivots, the last leg is made of confirmed ones, and everything lies in the history."""
    low, high = min(c.low for c in chart.candles), max(c.high for c in chart.candles)
    for zone in chart.zones:
        assert low <= zone.low <= zone.high <= high
        assert zone.touches == len(zone.swings)
        assert all(zone.low <= swing.price <= zone.high and swing in chart.swings for swing in zone.swings)
    assert list(chart.zones) == sorted(chart.zones, key=lambda zone: zone.low)
    assert all(end in chart.swings for end in chart.leg or ())
    assert low <= chart.range_low <= chart.range_high <= high
    assert preset(chart.regime, M15).advice


@given(st.data())
def test_nothing_depends_on_the_unit_of_price(data: st.DataObject) -> None:
    """Every price times eight: every proposal times eight, and the same triggers."""
    chart = data.draw(make.charts())
    setup = replace(data.draw(make.setups(chart)), tick=Decimal("0.5"))
    larger, bigger = scaled(chart), replace(setup, entry=setup.entry * SCALE, tick=Decimal(4))
    found = stops(chart, setup)
    assert [stop.price * SCALE for stop in found] == [stop.price for stop in stops(larger, bigger)]
    for stop in found:
        sets = targets(chart, replace(setup, stop=stop.price))
        again = targets(larger, replace(bigger, stop=stop.price * SCALE))
        assert prices(sets, SCALE) == prices(again, Decimal(1))
    assert moves(chart, setup) == moves(larger, bigger)


def scaled(chart: Chart) -> Chart:
    """The same chart with prices eight times as large."""
    return chart_of([times(candle) for candle in chart.candles], M15)


def times(candle: Candle) -> Candle:
    """One candle of it."""
    return Candle(
        candle.at, candle.open * SCALE, candle.high * SCALE, candle.low * SCALE, candle.close * SCALE, candle.volume
    )


def prices(sets: object, scale: Decimal) -> list[list[Decimal]]:
    """The target prices of all sets."""
    assert isinstance(sets, tuple)
    return [[target.price * scale for target in one.targets] for one in sets]


def moves(chart: Chart, setup: Setup) -> list[Decimal]:
    """The moves offered for later tiers."""
    found = [proposal.trigger for number in (2, 3, 4) for proposal in triggers(chart, setup, number)]
    return [trigger.pct for trigger in found if isinstance(trigger, MoveTrigger)]


@given(st.data())
def test_objections_are_sentences_on_any_chart(data: st.DataObject) -> None:
    """Whatever the tiers, each objection is a sentence; there are at most three."""
    chart = data.draw(make.charts())
    levels = data.draw(st.lists(st.none() | st.integers(1, 2000).map(Decimal), max_size=4).map(tuple))
    stop = data.draw(st.none() | st.integers(1, 2000).map(Decimal))
    said = objections(chart, Tiering((Decimal(40), Decimal(35), Decimal(25)), levels, stop))
    assert len(said) <= 3
    assert all(sentence.endswith(".") for sentence in said)
