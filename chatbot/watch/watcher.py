"""Polling prices: one request an exchange for all its watched markets; only plans that are concerned are woken.

A poll that fails is sorted by its error: asked again, paused, or given up for a while. It never ends the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import structlog

from chatbot.coach.desk import Watched
from chatbot.coach.outages import SILENCE, Outages
from chatbot.coach.trades import NO_ATR, Atrs, Trades
from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.state import Phase
from chatbot.ports import Clock, OnDatabase
from chatbot.watch.index import QuietIndex
from chatbot.watch.needs import Needs

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


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` is the time of day, to be told; `steady` never jumps: pauses and silence are measured with it."""

    wall: Clock
    steady: Clock


class Watcher:
    """Holds the indexes and polls. Lives on the event loop."""

    def __init__(
        self, source: PriceSource, trades: Trades, outages: Outages, on_database: OnDatabase, clocks: Clocks
    ) -> None:
        self.source, self.trades, self.outages = source, trades, outages
        self.on_database, self.wall, self.steady = on_database, clocks.wall, clocks.steady
        self.indexes: dict[Market, QuietIndex] = {}
        self.plans: dict[int, Watched] = {}
        self.heard: dict[Market, Millis] = {}
        """When each watched market was last heard, by the steady clock."""
        self.silent: set[Market] = set()
        self.left: set[Market] = set()
        """Silent markets whose last plan is over: still stored as silent, and to be forgotten."""
        self.resume_at: dict[str, Millis] = {}
        """By the steady clock."""
        self.on_exchange: Callable[[str], None] = lambda _: None
        self.needs = Needs()
        self.atrs: Callable[[str, str], Atrs] = lambda _exchange, _symbol: NO_ATR
        """ATR of a market, as far as it is at hand; a price never waits for it."""

    async def load(self) -> None:
        """Every stored plan that is not over, at start: before anything else may move one."""
        silent = await self.on_database(self.outages.silent)
        self.put(await self.on_database(self.trades.all_watched))
        self.silent, self.left = silent & self.indexes.keys(), silent - self.indexes.keys()
        await self.forget_left()

    def put(self, changed: Sequence[Watched]) -> None:
        """Plans that changed: watched anew, or no more once they are over. Older news than is known is no news."""
        for plan in changed:
            known = self.plans.get(plan.row.plan_id)
            if known is not None and plan.row.sequence < known.row.sequence:
                continue
            if plan.row.phase is Phase.CLOSED:
                self.forget(plan.row.plan_id)
            else:
                self.watch(plan)

    def watch(self, plan: Watched) -> None:
        """Watch one plan, or watch it anew; its market never changes."""
        market = (plan.row.exchange, plan.row.symbol)
        if market not in self.indexes:
            self.indexes[market] = QuietIndex()
            self.heard[market] = self.steady()
            self.on_exchange(plan.row.exchange)
        self.indexes[market].put(plan.row.plan_id, plan.row.interval)
        self.needs.put(plan)
        self.plans[plan.row.plan_id] = plan

    def forget(self, plan_id: int) -> None:
        """Watch one plan no more; a market without plans is not asked for."""
        known = self.plans.pop(plan_id, None)
        if known is None:
            return
        market = (known.row.exchange, known.row.symbol)
        self.needs.drop(plan_id)
        self.indexes[market].drop(plan_id)
        if not len(self.indexes[market]):
            del self.indexes[market]
            self.heard.pop(market, None)
            if market in self.silent:
                self.silent.discard(market)
                self.left.add(market)

    def fired_by(self, closed: CandleClosed, plan_ids: Sequence[int]) -> list[int]:
        """Those of the plans whose armed tier a candle's close fires, as far as is known here."""
        known = (self.plans.get(plan_id) for plan_id in plan_ids)
        return [plan.row.plan_id for plan in known if plan is not None and plan.is_fired_by(closed)]

    def markets(self) -> frozenset[Market]:
        """The markets that have watched plans."""
        return frozenset(self.indexes)

    async def poll(self, exchange: str) -> None:
        """Ask an exchange once, wake the plans concerned, and notice who has not been heard for too long."""
        await self.forget_left()
        symbols = frozenset(symbol for name, symbol in self.indexes if name == exchange)
        if not symbols:
            return
        if self.steady() >= self.resume_at.get(exchange, 0):
            await self.ask(exchange, symbols)
        await self.notice(exchange, symbols)

    async def ask(self, exchange: str, symbols: frozenset[str]) -> None:
        """One request; its error says when to ask again."""
        try:
            quotes = await self.source.quotes(exchange, symbols)
        except MarketError as error:
            remedy = error.remedy
            wait = GIVEN_UP_FOR if isinstance(remedy, GiveUp) else remedy.after
            self.resume_at[exchange] = self.steady() + wait
            log.warning("prices failed", exchange=exchange, remedy=type(remedy).__name__, wait_ms=wait)
            return
        await self.take(exchange, tuple(quotes.values()))

    async def take(self, exchange: str, quotes: Sequence[Quote]) -> None:
        """Prices came: keep them, and wake the plans whose quiet interval they left."""
        for market in {(exchange, quote.symbol) for quote in quotes} & self.indexes.keys():
            self.heard[market] = self.steady()
        if not quotes:
            return
        touched = self.all_touched(exchange, quotes)
        await self.on_database(partial(self.trades.prices, exchange, quotes, touched, self.read(exchange, touched)))
        # A plan that its user moved meanwhile has another interval now, which these very prices may have left.
        now = self.all_touched(exchange, quotes)
        moved = {symbol: [one for one in plan_ids if one not in touched[symbol]] for symbol, plan_ids in now.items()}
        if any(moved.values()):
            await self.on_database(partial(self.trades.prices, exchange, quotes, moved, self.read(exchange, moved)))

    def read(self, exchange: str, touched: Mapping[str, Sequence[int]]) -> dict[str, Atrs]:
        """The ATR of the markets whose plans are woken."""
        return {symbol: self.atrs(exchange, symbol) for symbol, plan_ids in touched.items() if plan_ids}

    def all_touched(self, exchange: str, quotes: Sequence[Quote]) -> dict[str, list[int]]:
        """The plans that these prices concern, by symbol."""
        return {quote.symbol: self.touched((exchange, quote.symbol), quote) for quote in quotes}

    def touched(self, market: Market, quote: Quote) -> list[int]:
        """The plans of a market that a price concerns."""
        index = self.indexes.get(market)
        return [] if index is None else index.touched(quote.price)

    async def notice(self, exchange: str, symbols: frozenset[str]) -> None:
        """Tell users of a market that fell silent, and when it is heard again."""
        for market in sorted((exchange, symbol) for symbol in symbols):
            if market not in self.indexes:
                continue
            silent_for = self.steady() - self.heard[market]
            if silent_for > SILENCE and market not in self.silent:
                await self.on_database(partial(self.outages.fell_silent, *market, self.wall() - silent_for))
                self.remember(market, silent=True)
            elif silent_for <= SILENCE and market in self.silent:
                await self.on_database(partial(self.outages.is_back, *market))
                self.remember(market, silent=False)

    def remember(self, market: Market, *, silent: bool) -> None:
        """What users were told, once that is committed; a market forgotten meanwhile is not kept."""
        if not silent:
            self.silent.discard(market)
        elif market in self.indexes:
            self.silent.add(market)
        else:
            self.left.add(market)

    async def forget_left(self) -> None:
        """Who comes to such a market later was never told that it was silent."""
        left = frozenset(self.left - self.silent)
        if left:
            await self.on_database(partial(self.outages.forget, left))
        self.left -= left | self.silent
