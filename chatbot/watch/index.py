"""Which plans a price concerns: an index of quiet intervals per market.

A price that concerns nobody costs the same for one plan and for a million. It may name a plan too many, never one
too few.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sortedcontainers import SortedList

from chatbot.core.quiet import Interval

Bound = tuple[Decimal, int]


@dataclass(slots=True)
class QuietIndex:
    """One market's plans, by the bounds of their quiet intervals."""

    intervals: dict[int, Interval] = field(default_factory=dict)
    lows: SortedList[Bound] = field(default_factory=SortedList)
    highs: SortedList[Bound] = field(default_factory=SortedList)

    def put(self, plan_id: int, interval: Interval) -> None:
        """Watch a plan, or watch it anew."""
        self.drop(plan_id)
        self.intervals[plan_id] = interval
        if interval.low is not None:
            self.lows.add((interval.low, plan_id))
        if interval.high is not None:
            self.highs.add((interval.high, plan_id))

    def drop(self, plan_id: int) -> None:
        """Watch a plan no more."""
        known = self.intervals.pop(plan_id, None)
        if known is None:
            return
        if known.low is not None:
            self.lows.remove((known.low, plan_id))
        if known.high is not None:
            self.highs.remove((known.high, plan_id))

    def touched(self, price: Decimal) -> list[int]:
        """The plans whose quiet interval does not hold `price`, each once, in order of their ids."""
        if (not self.lows or self.lows[-1][0] < price) and (not self.highs or self.highs[0][0] > price):
            return []
        below = {plan_id for _, plan_id in self.lows.irange(minimum=(price, 0))}
        above = {plan_id for _, plan_id in self.highs.irange(maximum=(price, LAST))}
        return sorted(below | above)

    def __len__(self) -> int:
        return len(self.intervals)


LAST = 2**63
