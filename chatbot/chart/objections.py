"""Where volatility or timeframe argue against the user's own tiers: a sentence each, few and concrete. Advice only.

What RULES 7 blocks or warns about is said elsewhere; here is only what a chart adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.chart.regime import preset
from chatbot.chart.values import Chart, Regime, Volatility
from chatbot.chart.wording import atr_text, decimal_text
from chatbot.core.figures import GAP, grouped
from chatbot.core.money import HUNDRED
from chatbot.core.timeframes import Timeframe

HEAVY_PCT: Final = Decimal(30)
"""From more than this in tier 1 on, high volatility objects: its preset takes 20, the usual one 25."""
LIGHT_PCT: Final = Decimal(20)
"""Up to this in tier 1, low volatility objects: its preset takes 40."""
NOISE_ATR: Final = Decimal("0.5")
"""Two tiers nearer than this fill in the same breath."""
FARTHEST_ATR: Final = Decimal(8)
"""A stop farther than this belongs to a slower timeframe; none farther is proposed either."""


@dataclass(frozen=True, slots=True)
class Tiering:
    """The user's tiers: weights in % of the allocation, tier by tier the planned price (None where a trigger names
    none), and the stop if there is one yet. The first level is tier 1's planned price.
    """

    weights: tuple[Decimal, ...]
    levels: tuple[Decimal | None, ...] = ()
    stop: Decimal | None = None


def objections(chart: Chart, tiering: Tiering) -> tuple[str, ...]:
    """What argues against these tiers; nothing where nothing does, or where the candles are too few to say."""
    return (*weight_objections(chart, tiering), *spacing_objections(chart, tiering), *stop_objections(chart, tiering))


def weight_objections(chart: Chart, tiering: Tiering) -> Iterator[str]:
    """A large first tier in a wild market, a small one in a quiet market."""
    if chart.regime is None or not tiering.weights:
        return
    first, fits = tiering.weights[0], weights_text(preset(chart.regime, chart.timeframe).weights)
    share = f"{grouped(first)}{GAP}% of the allocation in tier 1"
    if chart.regime.volatility is Volatility.HIGH and first > HEAVY_PCT:
        yield f"{share} is much while {measure(chart.regime)}: a swing against it costs most. Take {fits}."
    if chart.regime.volatility is Volatility.LOW and first <= LIGHT_PCT:
        yield f"{share} is little while {measure(chart.regime)}: later tiers may never come. Take {fits}."


def measure(regime: Regime) -> str:
    """`ATR is 1.7× its median`."""
    return f"ATR is {decimal_text(regime.ratio)}× its median"


def weights_text(weights: tuple[Decimal, ...]) -> str:
    """`20/25/30/25`."""
    return "/".join(grouped(weight) for weight in weights)


def spacing_objections(chart: Chart, tiering: Tiering) -> Iterator[str]:
    """The two tiers that lie nearest to each other, if noise alone fills both."""
    if chart.atr is None:
        return
    known = [(number, level) for number, level in enumerate(tiering.levels, 1) if level is not None]
    gaps = [(abs(b - a), first, second) for (first, a), (second, b) in pairwise(known)]
    apart, first, second = min(gaps, default=(chart.atr, 0, 0))
    if apart < NOISE_ATR * chart.atr:
        least = NOISE_ATR * chart.atr / chart.candles[-1].close * HUNDRED
        yield (
            f"{atr_text(apart, chart.atr)} between tiers {first} and {second}: the noise of one "
            f"{chart.timeframe.value} candle fills both. Leave {decimal_text(least)}{GAP}% of price or more."
        )


def stop_objections(chart: Chart, tiering: Tiering) -> Iterator[str]:
    """A stop so far away that candles of this timeframe say nothing about it."""
    entry = next(iter(tiering.levels), None)
    if chart.atr is None or tiering.stop is None or entry is None:
        return
    far = abs(entry - tiering.stop)
    if far <= FARTHEST_ATR * chart.atr:
        return
    share = f"{decimal_text(far / entry * HUNDRED)}{GAP}% of price to the stop is {atr_text(far, chart.atr)}"
    slower = slower_than(chart.timeframe, far / (FARTHEST_ATR * chart.atr))
    fitting = "" if slower is None else f" Use triggers on {slower.value} or slower, or a nearer stop."
    yield f"{share} of {chart.timeframe.value}: its candles are noise for such a trade.{fitting}"


def slower_than(timeframe: Timeframe, stretch: Decimal) -> Timeframe | None:
    """The first timeframe whose ATR is so many times larger, as ranges grow with the square root of time."""
    needed = timeframe.millis * stretch * stretch
    return next((slower for slower in Timeframe if slower.millis >= needed), None)
