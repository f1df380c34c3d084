"""One contract's trades: numbered, in order of time, found by number or by time without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.sources import Point

KEPT_TRADES: Final = 400_000
"""A busy day of the busiest market, twice over."""
number_of = attrgetter("number")
time_of = attrgetter("point.at")


@dataclass(frozen=True, slots=True)
class Trade:
    """One simulated trade, numbered."""

    number: int
    point: Point
    buyer_is_maker: bool


@dataclass(slots=True)
class TradeLog:
    """Trades by rising number and time. Once there are more than `kept`, the oldest quarter is forgotten."""

    kept: int = KEPT_TRADES
    rows: list[Trade] = field(default_factory=list)

    def append(self, trade: Trade) -> None:
        """Take the next trade."""
        self.rows.append(trade)
        if len(self.rows) > self.kept:
            del self.rows[: len(self.rows) - self.kept * 3 // 4]

    def latest(self, count: int) -> list[Trade]:
        """The last so many, oldest first."""
        return self.rows[-count:] if count > 0 else []

    def between(
        self, since: Millis | None = None, until: Millis | None = None, *, first: int | None = None
    ) -> list[Trade]:
        """Those in [since, until], from the number `first` on; None is open."""
        begin = 0 if since is None else bisect_left(self.rows, since, key=time_of)
        if first is not None:
            begin = max(begin, bisect_left(self.rows, first, key=number_of))
        end = len(self.rows) if until is None else bisect_right(self.rows, until, key=time_of)
        return self.rows[begin:end]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Trade]:
        return iter(self.rows)
