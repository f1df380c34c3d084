"""When each watched market was last heard, and what it said; measured by a clock that never jumps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.ports import Clock

GAP: Final[Millis] = 20_000
"""A market that was not heard for longer may have done something that nobody saw."""
JUST_NOW: Final[Millis] = 15_000


@dataclass(slots=True)
class Hearing:
    """`heard` is when a market was last heard, or first watched; `told_at` when its last price came.

    On a stream that is alive and on which nobody trades, that is longer ago.
    """

    steady: Clock
    heard: dict[Market, Millis] = field(default_factory=dict)
    last: dict[Market, Quote] = field(default_factory=dict)
    told_at: dict[Market, Millis] = field(default_factory=dict)

    def begin(self, market: Market) -> None:
        """From now on it is listened to."""
        self.heard[market] = self.steady()

    def end(self, market: Market) -> None:
        """Nobody listens any more."""
        self.heard.pop(market, None)
        self.last.pop(market, None)
        self.told_at.pop(market, None)

    def price(self, market: Market, quote: Quote) -> None:
        """A price came."""
        self.heard[market] = self.told_at[market] = self.steady()
        self.last[market] = quote

    def alive(self, market: Market) -> None:
        """Its stream is alive, though nobody may trade."""
        self.heard[market] = self.steady()

    def newest(self, market: Market) -> Quote | None:
        """The last price, if it came just now."""
        return self.last.get(market) if self.steady() - self.told_at.get(market, 0) <= JUST_NOW else None

    def gap(self, market: Market) -> Millis | None:
        """How long a market was not heard, where that is longer than it can be left out of sight."""
        span = self.steady() - self.heard[market]
        return span if span > GAP else None
