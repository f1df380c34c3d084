"""Whose turn it is to decide on a market's prices: one at a time, so that what is newer waits until every plan has met
what is older.

Must never be held while an exchange is asked: prices wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from chatbot.core.market import Market


class Turns:
    """A lock for each market. Lives on the event loop."""

    def __init__(self) -> None:
        self.locks: dict[Market, asyncio.Lock] = {}
        self.wanted: Counter[Market] = Counter()
        """How many have a market's turn or wait for it."""
        self.on_free: Callable[[Market], None] = lambda _: None
        """Called when prices of a market may be decided on again."""

    @asynccontextmanager
    async def of(self, market: Market) -> AsyncIterator[None]:
        """Ours, once whoever has it is done."""
        self.wanted[market] += 1
        try:
            async with self.locks.setdefault(market, asyncio.Lock()):
                yield
        finally:
            self.wanted[market] -= 1
            self.on_free(market)

    def is_taken(self, market: Market) -> bool:
        """Whether somebody decides, or is about to: whom a price concerns is known only after that."""
        return self.wanted[market] > 0

    def forget(self, watched: Collection[Market]) -> None:
        """Markets that nobody watches any more."""
        for market in self.locks.keys() - watched:
            if not self.is_taken(market):
                del self.locks[market], self.wanted[market]
