"""Targets where price is likely to meet the other side: zones, Fibonacci levels, multiples of R. For shorts mirrored.

TP1 to TP3 are chosen together: of all threes of levels, the one that lies nearest to 1.5, 2.5 and 4 R (stretched by
the factor of the volatility regime) and stands on the strongest levels. Zones are met at their near edge, a tenth of
an ATR early, since many orders wait there. Prices are rounded to the tick towards the entry. Nothing lies outside the
history the chart shows; where that leaves no room, `measured_targets` offers bare multiples of R and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.chart.fibonacci import Ratio, extensions, retracements
from chatbot.chart.ground import Ground, ground_of
from chatbot.chart.regime import preset
from chatbot.chart.target_choice import APART_R, IDEAL_R, Level, Three, Wish, best
from chatbot.chart.values import Chart, Leg, Proposal, Setup, TargetsProposal
from chatbot.chart.wording import decimal_text, zone_text
from chatbot.core.figures import GAP, grouped
from chatbot.core.money import ONE, Side

APART_ATR: Final = 0.75
FARTHEST_ATR: Final = Decimal(12)
"""A price farther than this is not of this trade, even if it was seen."""
FRONT_RUN_ATR: Final = Decimal("0.1")
FIBONACCI_STRENGTH: Final = 2.0
MULTIPLE_STRENGTH: Final = -6.0
"""A bare multiple of R stands on nothing: it is taken only where no level will do."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where targets are looked for: the ground, R, and the stretch of the ideal distances."""

    ground: Ground
    r: Decimal
    factor: Decimal

    def level(self, price: Decimal, name: str, strength: float, edge: Decimal | None = None) -> Level:
        """A level at `price`, on the tick on its near side."""
        rounded = self.ground.backward(price)
        return Level(rounded, float(self.ground.ahead(rounded) / self.r), strength, name, edge)

    def usable(self, levels: Iterable[Level]) -> tuple[Level, ...]:
        """Those at 1 R or more that the history shows and that are not too far."""
        return tuple(level for level in levels if self.is_usable(level.price))

    def is_usable(self, price: Decimal) -> bool:
        """Whether a target may lie there."""
        ground = self.ground
        return self.r <= ground.ahead(price) <= FARTHEST_ATR * ground.atr and ground.shown(price)


def targets(chart: Chart, setup: Setup, factor: Decimal = ONE) -> tuple[TargetsProposal, ...]:
    """At most three sets: at zones, with Fibonacci levels among them, at multiples of R.

    Each is ordered, TP1 at least 1 R from the entry, worth the risk as a whole, and inside the shown history. Without
    a stop there is no R, and so no target.
    """
    search = search_of(chart, setup, factor)
    if search is None:
        return ()
    wish, word = wish_of(search), search.ground.ceiling_word
    zones = search.usable(zone_levels(search))
    ratios = search.usable(ratio_levels(search))
    multiples = search.usable(multiple_levels(search))
    structure = best(wish, zones)
    filled = best(wish, (*zones, *multiples), zones) if structure is None and zones else None
    mixed = best(wish, (*zones, *ratios), ratios) if ratios else None
    sets = (
        (structure, f"minor, middle and major {word}"),
        (mixed, f"Fibonacci levels, and {word} where there is any"),
        (filled, f"{word} where there is any, else multiples of R"),
        (best(wish, multiples), "multiples of R"),
    )
    return tuple(TargetsProposal(proposals(three), why) for three, why in sets if three is not None)


def measured_targets(chart: Chart, setup: Setup, factor: Decimal = ONE) -> tuple[TargetsProposal, ...]:
    """For a market that runs out of levels: what there is of them, then extensions and multiples of R beyond.

    One set, or none. This is the only proposal that may lie outside the shown history, and it says so.
    """
    search = search_of(chart, setup, factor)
    if search is None:
        return ()
    zones = search.usable(zone_levels(search))
    beyond = (*ratio_levels(search), *multiple_levels(search))
    free = [level for level in beyond if level.price > 0 and search.ground.ahead(level.price) >= search.r]
    three = best(wish_of(search), (*zones, *free))
    if three is None:
        return ()
    if setup.side is Side.LONG:
        side, end = "above", search.ground.history_high
    else:
        side, end = "below", search.ground.history_low
    return (
        TargetsProposal(proposals(three), f"measured: few levels {side}, the shown history ends at {grouped(end)}"),
    )


def proposals(three: Three) -> tuple[Proposal, ...]:
    """Levels as they are told."""
    return tuple(Proposal(level.price, level.name, level.edge) for level in three)


def search_of(chart: Chart, setup: Setup, factor: Decimal) -> Search | None:
    """Where to look; nowhere without an ATR or with no stop on the losing side."""
    ground = ground_of(chart, setup)
    if ground is None or setup.stop is None or ground.ahead(setup.stop) >= 0:
        return None
    return Search(ground, -ground.ahead(setup.stop), factor)


def wish_of(search: Search) -> Wish:
    """What a set is measured by; its reward by the closes that fit the regime."""
    chart = search.ground.chart
    closes = preset(chart.regime, chart.timeframe).closes
    return Wish(
        ideal=tuple(float(multiple * search.factor) for multiple in IDEAL_R),
        apart=max(APART_R, APART_ATR * float(search.ground.atr / search.r)),
        closes=tuple(float(close) for close in closes),
    )


def zone_levels(search: Search) -> Iterator[Level]:
    """The zones ahead, met a little early at their near edge."""
    ground = search.ground
    early = ground.sign * FRONT_RUN_ATR * ground.atr
    for zone in ground.zones_ahead:
        edge = ground.near_edge(zone)
        yield search.level(edge - early, zone_text(zone, ground.ceiling_word), zone.strength, edge)


def ratio_levels(search: Search) -> Iterator[Level]:
    """Extensions of the last leg in the trade's direction, and retracements of the last one if it went against it."""
    ground, legs = search.ground, search.ground.chart.legs
    with_trade = [leg for leg in legs if leg[0].kind is ground.floor_kind][-1:]
    against = [leg for leg in legs[-1:] if leg[0].kind is not ground.floor_kind]
    for leg in against:
        yield from (ratio_level(search, ratio, leg, "retracement") for ratio in retracements(leg))
    for leg in with_trade:
        if ground.ahead(leg[0].price) < 0:
            yield from (ratio_level(search, ratio, leg, "extension") for ratio in extensions(leg))


def ratio_level(search: Search, ratio: Ratio, leg: Leg, kind: str) -> Level:
    """A Fibonacci level with its name."""
    ends = f"{grouped(leg[0].price)} → {grouped(leg[1].price)}"
    return search.level(ratio.price, f"{grouped(ratio.ratio)} {kind} of {ends}", FIBONACCI_STRENGTH)


def multiple_levels(search: Search) -> Iterator[Level]:
    """The ideal distances themselves."""
    for multiple in IDEAL_R:
        stretched = multiple * search.factor
        yield search.level(
            search.ground.at(stretched * search.r), f"{decimal_text(stretched)}{GAP}R", MULTIPLE_STRENGTH
        )
