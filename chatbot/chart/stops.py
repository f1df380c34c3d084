"""Stops under what carries the trade, and the level whose break says that the idea is wrong. For shorts mirrored.

Two things carry a long: a confirmed low that no later candle has traded below, and a zone that price has stayed above
for a while. The stop lies half an ATR below the lowest price of either: room for a wick, not for a second opinion.
Prices are rounded to the tick away from the market.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.chart.ground import Ground, ground_of
from chatbot.chart.structure import RANGE
from chatbot.chart.values import Chart, Proposal, Setup, Swing, Zone
from chatbot.chart.wording import atr_text, zone_text
from chatbot.core.figures import grouped
from chatbot.core.money import Millis, Side, percent_of

BUFFER_ATR: Final = Decimal("0.5")
NEAREST_ATR: Final = Decimal(1)
"""A stop nearer than one ATR is warned about (RULES 7), so none is proposed."""
FARTHEST_ATR: Final = Decimal(8)
FARTHEST_PCT: Final = Decimal(15)
APART_ATR: Final = Decimal("0.75")
CROWDED_ATR: Final = Decimal("0.2")
"""A stop this near to another footing belongs behind that one."""
CROWDED_BY_YOUNGER_ATR: Final = Decimal("0.5")
"""The same for one touched later, near edge included: the last low is what the market goes by."""
REST: Final = 6
"""Candles for which price has stayed on the good side of what is to carry the trade."""
GUARD_ATR: Final = Decimal("0.3")
"""Nearer to the entry or to the stop than this, a structure level says nothing of its own."""
MOST: Final = 3
MOST_GUARDS: Final = 2


@dataclass(frozen=True, slots=True)
class Footing:
    """What carries the trade: its far edge, its near edge, when it last carried, and what it is called."""

    price: Decimal
    near: Decimal
    at: Millis
    name: str


def stops(chart: Chart, setup: Setup) -> tuple[Proposal, ...]:
    """At most three, nearest first: behind the nearest footing, a farther one, the end of the range.

    Each lies beyond the pivot it names, at least 1 ATR from the entry, at most 8 ATR and 15 % of price. One below all
    that the history shows is proposed only where there is no other; it still names a pivot of the history.
    """
    ground = ground_of(chart, setup)
    if ground is None:
        return ()
    named = footings(ground)
    found = [proposal for proposal in (stop_behind(ground, footing, named) for footing in named) if proposal]
    inside = [proposal for proposal in found if ground.shown(proposal.price)]
    return tuple(spaced(inside or found[:1], APART_ATR * ground.atr, MOST))


def footings(ground: Ground) -> tuple[Footing, ...]:
    """What carries the trade, nearest first: the zones behind, the standing pivots, and the end of the range."""
    found = [zone_footing(ground, zone) for zone in ground.zones_behind if has_held(ground, zone)]
    found += [pivot_footing(ground, swing) for swing in ground.standing(ground.chart.swings)]
    edge = ground.chart.range_low if ground.setup.side is Side.LONG else ground.chart.range_high
    if ground.ahead(edge) < 0:
        name = f"{min(RANGE, len(ground.chart.candles))}-candle {ground.floor_kind.value}"
        found.append(Footing(edge, edge, ground.chart.candles[0].at, f"{name} {grouped(edge)}"))
    found.sort(key=lambda footing: -ground.ahead(footing.price))
    return tuple({footing.price: footing for footing in reversed(found)}.values())[::-1]


def has_held(ground: Ground, zone: Zone) -> bool:
    """Whether a stop behind the zone would have stood the last candles."""
    return ground.untouched(ground.at(ground.ahead(ground.far_edge(zone)) - BUFFER_ATR * ground.atr), REST)


def zone_footing(ground: Ground, zone: Zone) -> Footing:
    """A zone by its far edge."""
    return Footing(ground.far_edge(zone), ground.near_edge(zone), zone.last_at, zone_text(zone, ground.floor_word))


def pivot_footing(ground: Ground, swing: Swing) -> Footing:
    """A pivot by its price, or, where it lies in a zone, by the far edge of that."""
    zone = next((zone for zone in ground.zones_behind if zone.low <= swing.price <= zone.high), None)
    if zone is not None:
        return zone_footing(ground, zone)
    return Footing(swing.price, swing.price, swing.at, f"{ground.floor_kind.value} {grouped(swing.price)}")


def stop_behind(ground: Ground, footing: Footing, named: Sequence[Footing]) -> Proposal | None:
    """The stop that belongs behind a footing; None where it is no place for one."""
    behind = -ground.ahead(footing.price)
    buffer = max(BUFFER_ATR * ground.atr, NEAREST_ATR * ground.atr - behind)
    price = ground.backward(ground.at(-behind - buffer))
    away = -ground.ahead(price)
    farthest = min(FARTHEST_ATR * ground.atr, percent_of(ground.entry, FARTHEST_PCT))
    if price <= 0 or away > farthest or crowded(ground, price, footing, named):
        return None
    under = "under" if ground.setup.side is Side.LONG else "above"
    return Proposal(price, f"{atr_text(away - behind, ground.atr)} {under} the {footing.name}", footing.price)


def crowded(ground: Ground, price: Decimal, footing: Footing, named: Sequence[Footing]) -> bool:
    """Whether the stop would stand too near to another footing farther back: it would be hit for nothing."""
    farther = [other for other in named if ground.ahead(other.price) < ground.ahead(footing.price)]
    return any(is_near(ground, price, other, younger=other.at > footing.at) for other in farther)


def is_near(ground: Ground, price: Decimal, other: Footing, *, younger: bool) -> bool:
    """Whether `price` lies at the footing: at all of one that is younger, at the far edge of one that is not."""
    reach = ground.atr * (CROWDED_BY_YOUNGER_ATR if younger else CROWDED_ATR)
    near = other.near if younger else other.price
    return ground.ahead(other.price) - reach < ground.ahead(price) < ground.ahead(near) + reach


def spaced(found: Sequence[Proposal], apart: Decimal, most: int) -> Iterator[Proposal]:
    """The first ones, in their order, that are not nearly the same."""
    kept = list[Decimal]()
    for proposal in found:
        if len(kept) < most and all(abs(proposal.price - price) >= apart for price in kept):
            kept.append(proposal.price)
            yield proposal


def structure_levels(chart: Chart, setup: Setup) -> tuple[Proposal, ...]:
    """Footings between stop and entry, the one nearest to the stop first, at most two; none without a stop.

    Price beyond one of them says that the idea is wrong before the stop does.
    """
    ground = ground_of(chart, setup)
    if ground is None or setup.stop is None:
        return ()
    room, deepest = GUARD_ATR * ground.atr, ground.ahead(setup.stop)
    between = [f for f in reversed(footings(ground)) if deepest + room <= ground.ahead(f.price) <= -room]
    between = [f for f in between if ground.ahead(ground.backward(f.price)) > deepest]
    under = "below" if setup.side is Side.LONG else "above"
    named = [
        Proposal(ground.backward(footing.price), f"{under} the {footing.name} the idea is wrong", footing.price)
        for footing in between
    ]
    return tuple(spaced(named, APART_ATR * ground.atr, MOST_GUARDS))
