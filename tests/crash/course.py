"""One contract's way: from threshold to threshold of the plans that follow it, each traded at exactly.

Prices that are met exactly make jumps and slides agree: a bot that saw every trade and one that read them later
from candles must tell the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Final

from chatbot.core.inputs import Jump
from chatbot.core.money import Millis
from chatbot.core.quiet import thresholds
from chatbot.market.feed import wall_clock
from chatbot.sandbox.exchange.market import Book, Market
from tests.crash.happenings import Followed

MOST_ON_THE_WAY: Final = 4
STRAY_STEPS: Final = 30
Seen = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """A market that waits for nobody."""


@dataclass(slots=True)
class Course:
    """Moves one contract while it may go on; every trade is given to the plans at the same moment."""

    market: Market
    contract: str
    random: Random
    seen: Seen = at_once
    pause: float = 0.4
    plans: list[Followed] = field(default_factory=list)
    goes: asyncio.Event = field(default_factory=asyncio.Event)
    crossed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each trade of which somebody must hear."""

    @property
    def book(self) -> Book:
        return self.market.book(self.contract)

    async def run(self) -> None:
        """From target to target, until cancelled."""
        while True:
            target = self.choose()
            for _ in range(MOST_ON_THE_WAY):
                price = self.next_on_the_way(target)
                await asyncio.sleep(self.random.expovariate(1 / self.pause))
                await self.goes.wait()
                self.trade(price)
                await self.seen()
                if price == target:
                    break

    def trade(self, price: Decimal) -> None:
        """The market trades here, now, and every plan must have decided on it."""
        self.market.now = max(self.market.now, wall_clock())
        self.market.set_price(self.contract, price)
        given = Jump(price, self.book.last_at)
        for plan in self.open_plans():
            if plan.give(given):
                self.crossed.set()

    def join(self, plan: Followed, armed_at: Millis) -> None:
        """One more plan, which must have decided on every trade since it was armed."""
        for trade in self.book.trades:
            if trade.point.at >= armed_at:
                plan.give(Jump(trade.point.price, trade.point.at))
        self.plans.append(plan)

    def open_plans(self) -> list[Followed]:
        """Those that are not over."""
        return [plan for plan in self.plans if not plan.is_over]

    def levels(self) -> set[Decimal]:
        """Where something may happen to any plan."""
        return {level.price for plan in self.open_plans() for level in thresholds(plan.state)}

    def choose(self) -> Decimal:
        """A threshold of some plan, or a few ticks away where there is none or chance will have it."""
        levels = sorted(self.levels() - {self.book.last})
        if levels and self.random.random() < 0.9:
            return self.random.choice(levels)
        return self.book.last + self.book.listing.tick_size * self.random.randint(-STRAY_STEPS, STRAY_STEPS)

    def next_on_the_way(self, target: Decimal) -> Decimal:
        """The nearest threshold between the last price and the target, or the target."""
        low, high = sorted((self.book.last, target))
        between = [level for level in self.levels() if low < level < high]
        if not between:
            return target
        return min(between) if target == high else max(between)
