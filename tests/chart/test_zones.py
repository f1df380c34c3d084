"""Zones gather turns at about one price, and the weaker of two too near gives way."""

from __future__ import annotations

from decimal import Decimal

from chatbot.chart.values import Swing, SwingKind, Zone
from chatbot.chart.zones import Room, Span, clusters, zones

SPAN = Span(0, 100)
ROOM = Room(width=Decimal(6), apart=Decimal(12))


def low(price: int, at: int = 0) -> Swing:
    """A low of that moment."""
    return Swing(SwingKind.LOW, Decimal(price), at)


def edges(found: tuple[Zone, ...]) -> list[tuple[int, int, int]]:
    """From, to, and touches."""
    return [(int(zone.low), int(zone.high), zone.touches) for zone in found]


def test_the_narrowest_pair_joins_first_and_no_cluster_grows_too_wide() -> None:
    """100 and 103 are nearest and join; 106 still fits into 6; 108 does not."""
    found = clusters([low(108), low(100), low(106), low(103)], Decimal(6))
    assert [[int(turn.price) for turn in cluster] for cluster in found] == [[100, 103], [106, 108]]


def test_a_zone_counts_its_touches_and_knows_the_last() -> None:
    """Three turns within 6 are a zone with three touches, whatever their order in time."""
    (zone,) = zones([low(103, 80), low(100, 10), low(101, 50)], (), ROOM, SPAN)
    assert (zone.low, zone.high, zone.touches, zone.last_at) == (Decimal(100), Decimal(103), 3, 80)
    assert [turn.at for turn in zone.swings] == [10, 50, 80]
    assert zone.middle == Decimal("101.5")


def test_one_touch_makes_a_zone_only_at_a_large_turn() -> None:
    """A small turn nobody came back to is no level."""
    small, large = low(100, 10), low(200, 20)
    assert edges(zones([small, large], {large}, ROOM, SPAN)) == [(200, 200, 1)]


def test_strength_counts_touches_size_and_youth() -> None:
    """A turn of now weighs 1, the oldest a half, a large one double: 0.5 + 2 · 1 here."""
    old, new = low(100, 0), low(101, 100)
    (zone,) = zones([old, new], {new}, ROOM, SPAN)
    assert zone.strength == 2.5


def test_a_weaker_zone_too_near_gives_way() -> None:
    """Two touches of long ago leave the chart beside two of late; twelve away both stay."""
    late, near, far = [low(100, 90), low(101, 95)], [low(110, 5), low(111, 9)], [low(113, 5), low(112, 9)]
    assert edges(zones([*late, *near], (), ROOM, SPAN)) == [(100, 101, 2)]
    assert edges(zones([*late, *far], (), ROOM, SPAN)) == [(100, 101, 2), (112, 113, 2)]


def test_no_turns_make_no_zones() -> None:
    """Nothing in, nothing out; a history of one moment is no division by zero."""
    assert zones([], (), ROOM, SPAN) == ()
    assert Span(5, 5).youth(5) == 0
