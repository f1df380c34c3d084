"""Support and resistance: turns at about the same price, put together into zones; their touches are counted.

The turns are clustered by complete linkage along the price axis: again and again the two neighbouring clusters that
together are narrowest become one, as long as the result is no wider than allowed. Highs and lows go together, since
a resistance that broke is a support and the other way round. A zone is kept if price turned there at least twice, or
once at a large turn, and if no stronger zone lies too near: where everything is a level, nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.chart.values import Swing, Zone
from chatbot.core.money import Millis

LEAST_TOUCHES: Final = 2
LARGE_TURN: Final = 2.0
"""What a large turn weighs beside a small one."""
OLDEST: Final = 0.5
"""What a turn at the beginning of the history weighs beside one of now."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when the history reaches."""

    begins_at: Millis
    ends_at: Millis

    def youth(self, at: Millis) -> float:
        """0 for the oldest moment, 1 for the newest."""
        return (at - self.begins_at) / max(self.ends_at - self.begins_at, 1)


@dataclass(frozen=True, slots=True)
class Room:
    """How wide a zone may be, and how far the middles of two lie apart at least, in price."""

    width: Decimal
    apart: Decimal


def zones(turns: Sequence[Swing], large: Collection[Swing], room: Room, span: Span) -> tuple[Zone, ...]:
    """The zones these turns make, lowest first. `large` are the large turns."""
    found = [zone_of(cluster, large, span) for cluster in clusters(turns, room.width)]
    counted = [zone for zone in found if zone.touches >= LEAST_TOUCHES or zone.swings[0] in large]
    return tuple(sorted(strongest(counted, room.apart), key=lambda zone: zone.low))


def strongest(found: Sequence[Zone], apart: Decimal) -> list[Zone]:
    """Those with no stronger one too near, strongest first; of equals the later touched."""
    kept: list[Zone] = []
    for zone in sorted(found, key=lambda zone: (zone.strength, zone.last_at), reverse=True):
        if all(abs(zone.middle - other.middle) >= apart for other in kept):
            kept.append(zone)
    return kept


def clusters(turns: Sequence[Swing], width: Decimal) -> list[list[Swing]]:
    """Turns put together by price, lowest first."""
    found = [[turn] for turn in sorted(turns, key=lambda turn: turn.price)]
    while len(found) > 1:
        joined = [upper[-1].price - lower[0].price for lower, upper in pairwise(found)]
        narrowest = min(joined)
        if narrowest > width:
            break
        place = joined.index(narrowest)
        found[place : place + 2] = [found[place] + found[place + 1]]
    return found


def zone_of(cluster: Sequence[Swing], large: Collection[Swing], span: Span) -> Zone:
    """A cluster as a zone."""
    strength = sum(weight(turn, large, span) for turn in cluster)
    swings = tuple(sorted(cluster, key=lambda turn: turn.at))
    return Zone(cluster[0].price, cluster[-1].price, len(cluster), swings[-1].at, swings, strength)


def weight(turn: Swing, large: Collection[Swing], span: Span) -> float:
    """What one turn adds to the strength of its zone."""
    size = LARGE_TURN if turn in large else 1.0
    return size * (OLDEST + (1 - OLDEST) * span.youth(turn.at))
