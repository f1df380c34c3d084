"""Candles nobody drew: walks of any length, coarse or fine, with holes and still stretches."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

from hypothesis import strategies as st

from chatbot.chart.structure import chart_of
from chatbot.chart.values import Chart, Setup
from chatbot.core.candles import Candle
from chatbot.core.money import Side, round_down
from tests.chart.paths import M15

TICKS: Final = (Decimal("0.01"), Decimal("0.5"), Decimal(1))


def walk(random: Random, count: int, tick: Decimal, holes: bool) -> list[Candle]:  # noqa: FBT001 -- drawn like the rest
    """A walk around 1000 on the tick; a stretch of it may stand still, and candles may be missing."""
    close, made = Decimal(1000), list[Candle]()
    wild = Decimal(random.choice((2, 5, 12)))
    still = range(random.randrange(400), random.randrange(400))
    for number in range(count):
        opened = close
        steps = [Decimal(0) if number in still else wild * Decimal(random.randrange(-100, 101)) / 100 for _ in range(3)]
        close = max(round_down(opened + steps[0], tick), tick * 4)
        high = round_down(max(opened, close) + abs(steps[1]), tick)
        low = max(round_down(min(opened, close) - abs(steps[2]), tick), tick)
        if not (holes and random.random() < 0.01):
            made.append(Candle(number * M15.millis, opened, high, low, close, Decimal(1)))
    return made or [Candle(0, close, close, close, close, Decimal(1))]


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """What such a walk shows."""
    random = Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, 60) | st.integers(100, 300))
    return chart_of(walk(random, count, draw(st.sampled_from(TICKS)), draw(st.booleans())), M15)


@st.composite
def setups(draw: st.DrawFn, chart: Chart) -> Setup:
    """A setup near the last close, on a tick of its own or on none."""
    away = Decimal(draw(st.integers(-30, 30)))
    entry = max(chart.candles[-1].close + away, Decimal(1))
    return Setup(draw(st.sampled_from(tuple(Side))), entry, draw(st.none() | st.sampled_from((*TICKS, Decimal(7)))))
