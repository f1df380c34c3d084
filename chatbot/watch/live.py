"""Prices as they happen: every one is looked at, in order, and wakes the plans whose quiet interval it leaves.

Must never drop a price: those that arrive while a plan is being moved, or while a market is still being caught up
with, wait in line.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import structlog

from chatbot.coach.courses import Courses
from chatbot.coach.trades import Atrs
from chatbot.core.market import Market, Quote
from chatbot.watch.catch_up import CatchUp
from chatbot.watch.telling import tell_broken
from chatbot.watch.watcher import Watcher, in_turns

log = structlog.get_logger(__name__)


class Live:
    """Listens to a price stream. Lives on the event loop."""

    def __init__(self, watcher: Watcher, catch_up: CatchUp, courses: Courses) -> None:
        self.watcher, self.catch_up, self.courses = watcher, catch_up, courses
        self.turns, self.read_back = watcher.turns, catch_up.past.read_back
        self.waiting: dict[Market, deque[Quote]] = {}
        self.under_way: dict[Market, asyncio.Task[None]] = {}
        self.last: dict[Market, Quote] = {}
        """The last price that came of each market since it can be heard without a gap."""
        watcher.on_changed = self.begin
        catch_up.on_ready = self.turns.on_free = self.begin
        catch_up.is_deciding = lambda market: market in self.under_way or bool(self.waiting.get(market))
        catch_up.past.waiting = lambda market: tuple(self.waiting.get(market, ()))

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        """Prices, each once, in the exchange's order."""
        if market not in self.watcher.indexes or not quotes:
            return
        self.watcher.hear(market, quotes[-1])
        self.last[market] = quotes[-1]
        self.waiting.setdefault(market, deque()).extend(quotes)
        self.begin(market)

    def came(self, market: Market) -> None:
        """A market can be heard: what it did before is caught up with first."""
        self.last.pop(market, None)
        if market in self.watcher.indexes:
            self.catch_up.seen_again(market, self.watcher.blind_since(market))

    def went(self, market: Market) -> None:
        """Prices may be missing from now on: from its next round on, the poll asks for them."""
        self.last.pop(market, None)
        log.info("stream lost", exchange=market.exchange, symbol=market.symbol)

    def begin(self, market: Market) -> None:
        """Look at what waits, unless that is being done, or something older comes first."""
        if self.turns.is_taken(market) or market in self.under_way:
            return
        if market not in self.watcher.indexes:
            self.waiting.pop(market, None)
            self.last.pop(market, None)
            return
        waiting = self.waiting.get(market, deque())
        if waiting and self.catch_up.holds(market):
            return
        while waiting and self.is_over(market, waiting[0]):
            waiting.popleft()
        if waiting or self.met_standing(market):
            self.waiting[market] = waiting
            self.under_way[market] = asyncio.create_task(self.safely(market))
        else:
            self.waiting.pop(market, None)
            if market in self.watcher.moved and self.standing(market) is not None:
                del self.watcher.moved[market]

    def standing(self, market: Market) -> Quote | None:
        """The price that stands, where all of a market is decided: the last that came, or was read before any did."""
        if market in self.catch_up.behind or self.waiting.get(market) or not self.watcher.is_live(market):
            return None
        last = self.last.get(market)
        return self.read_back.last.get(market) if last is None else self.watcher.newer(market, last)

    def met_standing(self, market: Market) -> list[int]:
        """The plans that their users armed or moved, and that the price concerns which stands: it counts for them."""
        moved = self.watcher.moved.get(market)
        last = self.standing(market) if moved else None
        if not moved or last is None:
            return []
        return [plan_id for plan_id in self.watcher.touched(market, last) if plan_id in moved]

    def is_over(self, market: Market, quote: Quote) -> bool:
        """Whether a price concerns nobody, or was decided on already: with the trades that were read meanwhile."""
        return not self.watcher.indexes[market].touched(quote.price) or self.read_back.holds(market, quote)

    async def safely(self, market: Market) -> None:
        """The outermost place for what goes wrong with one market's prices: it is logged, and the next is looked at."""
        try:
            async with self.turns.of(market):
                await self.take(market)
        except Exception as error:  # noqa: BLE001 -- the named outermost place
            tell_broken("prices broke", error, exchange=market.exchange, symbol=market.symbol)
            self.catch_up.fall_behind(market, None)
        finally:
            del self.under_way[market]
        self.begin(market)

    async def take(self, market: Market) -> None:
        """All that waits, as one: the plans that any of it concerns go through it price by price."""
        if self.waiting[market] and self.catch_up.holds(market):
            # Since it was begun with, something may have been missed.
            return
        waiting, index = self.waiting[market], self.watcher.indexes.get(market)
        batch = tuple(quote for quote in waiting if not self.read_back.holds(market, quote))
        waiting.clear()
        if index is None:
            return
        touched = sorted({plan_id for quote in batch for plan_id in index.touched(quote.price)})
        atrs = self.watcher.atrs(market.exchange, market.symbol)
        for some in in_turns(touched) if touched else ():
            await self.watcher.on_database(partial(self.courses.prints, market, batch, some, atrs))
        await self.stand(market, atrs)

    async def stand(self, market: Market, atrs: Atrs) -> None:
        """Give the price that stands to whom it concerns."""
        last, met = self.standing(market), self.met_standing(market)
        if last is None:
            return
        moved = self.watcher.moved.pop(market, {})
        try:
            for some in in_turns(met) if met else ():
                await self.watcher.on_database(partial(self.courses.standing, last, some, atrs, moved))
        except BaseException:
            self.watcher.have_moved(market, moved)
            raise

    async def stop(self) -> None:
        """What is under way may end."""
        if self.under_way:
            await asyncio.wait(self.under_way.values())
