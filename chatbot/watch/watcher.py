"""Polling prices: one request an exchange for all its watched markets; only plans that are concerned are woken.

A poll that fails is sorted by its error: asked again, paused, or given up for a while. It never ends the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

import structlog

from chatbot.coach.desk import Watched
from chatbot.coach.outages import SILENCE, Outages
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.state import Phase
from chatbot.ports import Clock, OnDatabase
from chatbot.watch.index import QuietIndex

Market = tuple[str, str]
"""Exchange and symbol."""

GIVEN_UP_FOR: Final[Millis] = 300_000
log = structlog.get_logger(__name__)


class PriceSource(Protocol):
    """Where prices come from. Both raise MarketError."""

    async def quotes(self, exchange: str, symbols: frozenset[str]) -> Mapping[str, Quote]: ...
    async def candles(
        self, exchange: str, symbol: str, timeframe: str, since: Millis | None = None, limit: int = 498
    ) -> list[Candle]: ...


class Watcher:
    """Holds the indexes and polls. Lives on the event loop."""

    def __init__(
        self, source: PriceSource, trades: Trades, outages: Outages, on_database: OnDatabase, wall: Clock
    ) -> None:
        self.source, self.trades, self.outages = source, trades, outages
        self.on_database, self.wall = on_database, wall
        self.indexes: dict[Market, QuietIndex] = {}
        self.plans: dict[int, Watched] = {}
        self.heard: dict[Market, Millis] = {}
        self.silent: set[Market] = set()
        self.resume_at: dict[str, Millis] = {}
        self.on_exchange: Callable[[str], None] = lambda _: None

    async def load(self) -> None:
        """Every stored plan that is not over, at start."""
        self.silent = await self.on_database(self.outages.silent)
        self.put(await self.on_database(self.trades.all_watched))

    def put(self, changed: Sequence[Watched]) -> None:
        """Plans that changed: watched anew, or no more once they are over."""
        for plan in changed:
            if plan.row.phase is Phase.CLOSED:
                self.forget(plan.row.plan_id)
            else:
                self.watch(plan)

    def watch(self, plan: Watched) -> None:
        """Watch one plan, or watch it anew; its market never changes."""
        market = (plan.row.exchange, plan.row.symbol)
        if market not in self.indexes:
            self.indexes[market] = QuietIndex()
            self.heard.setdefault(market, self.wall())
            self.on_exchange(plan.row.exchange)
        self.indexes[market].put(plan.row.plan_id, plan.row.interval)
        self.plans[plan.row.plan_id] = plan

    def forget(self, plan_id: int) -> None:
        """Watch one plan no more; a market without plans is not asked for."""
        known = self.plans.pop(plan_id, None)
        if known is None:
            return
        market = (known.row.exchange, known.row.symbol)
        self.indexes[market].drop(plan_id)
        if not len(self.indexes[market]):
            del self.indexes[market]
            self.heard.pop(market, None)

    def exchanges(self) -> frozenset[str]:
        """The exchanges that have watched plans."""
        return frozenset(exchange for exchange, _ in self.indexes)

    async def poll(self, exchange: str) -> None:
        """Ask an exchange once, wake the plans concerned, and notice who has not been heard for too long."""
        symbols = frozenset(symbol for name, symbol in self.indexes if name == exchange)
        if not symbols:
            return
        if self.wall() >= self.resume_at.get(exchange, 0):
            await self.ask(exchange, symbols)
        await self.notice(exchange, symbols)

    async def ask(self, exchange: str, symbols: frozenset[str]) -> None:
        """One request; its error says when to ask again."""
        try:
            quotes = await self.source.quotes(exchange, symbols)
        except MarketError as error:
            remedy = error.remedy
            wait = GIVEN_UP_FOR if isinstance(remedy, GiveUp) else remedy.after
            self.resume_at[exchange] = self.wall() + wait
            log.warning("prices failed", exchange=exchange, remedy=type(remedy).__name__, wait_ms=wait)
            return
        await self.take(exchange, tuple(quotes.values()))

    async def take(self, exchange: str, quotes: Sequence[Quote]) -> None:
        """Prices came: keep them, and wake the plans whose quiet interval they left."""
        touched = {q.symbol: self.touched((exchange, q.symbol), q) for q in quotes}
        for quote in quotes:
            self.heard[exchange, quote.symbol] = self.wall()
        if quotes:
            await self.on_database(lambda: self.trades.prices(exchange, quotes, touched))

    def touched(self, market: Market, quote: Quote) -> list[int]:
        """The plans of a market that a price concerns."""
        index = self.indexes.get(market)
        return [] if index is None else index.touched(quote.price)

    async def notice(self, exchange: str, symbols: frozenset[str]) -> None:
        """Tell users of a market that fell silent, and when it is heard again."""
        for symbol in sorted(symbols):
            market, heard = (exchange, symbol), self.heard.get((exchange, symbol), self.wall())
            quiet = self.wall() - heard > SILENCE
            if quiet and market not in self.silent:
                self.silent.add(market)
                await self.on_database(partial(self.outages.fell_silent, *market, heard))
            elif not quiet and market in self.silent:
                self.silent.discard(market)
                await self.on_database(partial(self.outages.is_back, *market))
