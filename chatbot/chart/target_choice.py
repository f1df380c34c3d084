"""Which three of many possible targets belong together: distance, spacing, reward and strength, weighed as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import log
from typing import Final

IDEAL_R: Final = (Decimal("1.5"), Decimal("2.5"), Decimal(4))
LEAST_REWARD: Final = 1.5
"""Under this blended reward-to-risk a plan is warned about (RULES 7), so no such set is chosen."""
APART_R: Final = 0.4
FAR_OFF: Final = log(2.5)
"""A level farther than this from its ideal distance, as a logarithm, is no candidate for it."""
STRONG: Final = 6.0
"""From this strength on a level is as good as any."""
WEIGHTS: Final = (0.2, 0.4, 0.6)
"""What strength counts for TP1 to TP3 beside distance: the last target waits for the major level."""


@dataclass(frozen=True, slots=True)
class Level:
    """A possible target: its price, its distance in R, what it is worth, what it is called, what it goes by."""

    price: Decimal
    multiple: float
    strength: float
    name: str
    edge: Decimal | None = None


Three = tuple[Level, ...]
"""TP1 to TP3."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a set is measured by: ideal distances and the least spacing in R, and the closes in %."""

    ideal: tuple[float, ...]
    apart: float
    closes: tuple[float, ...]


def best(wish: Wish, levels: Sequence[Level], needed: Collection[Level] = ()) -> Three | None:
    """The best three of these levels, at least one of `needed` among them where any are named."""
    ordered = sorted(levels, key=lambda level: level.multiple)
    threes = [three for three in combinations(ordered, len(wish.ideal)) if fits(wish, three)]
    if needed:
        threes = [three for three in threes if any(level in needed for level in three)]
    return max(threes, key=lambda three: score(wish, three), default=None)


def fits(wish: Wish, three: Three) -> bool:
    """Whether they keep apart, lie about where targets should, and are worth the risk together."""
    first, second, third = (level.multiple for level in three)
    if second - first < wish.apart or third - second < wish.apart or max(misses(wish, three)) > FAR_OFF:
        return False
    return sum(close * level.multiple for close, level in zip(wish.closes, three, strict=True)) >= 100 * LEAST_REWARD


def misses(wish: Wish, three: Three) -> tuple[float, ...]:
    """How far each is from its ideal distance, as a logarithm: half as far is as wrong as twice as far."""
    return tuple(abs(log(level.multiple / ideal)) for level, ideal in zip(three, wish.ideal, strict=True))


def score(wish: Wish, three: Three) -> float:
    """Higher is better."""
    worth = sum(weight * min(level.strength, STRONG) / STRONG for weight, level in zip(WEIGHTS, three, strict=True))
    return worth - sum(misses(wish, three))
