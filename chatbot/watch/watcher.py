"""Polling prices: one request an exchange for all its watched markets; only plans that are concerned are woken.

A poll that fails is sorted by its error: asked again, paused, or given up for a while. It never ends the watch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final

import structlog

from chatbot.coach.courses import NOBODY, Courses
from chatbot.coach.desk import Watched
from chatbot.coach.outages import Outages
from chatbot.coach.trades import NO_ATR, Atrs
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.state import Phase
from chatbot.ports import OnDatabase
from chatbot.records import PlanRow
from chatbot.watch.hearing import Hearing
from chatbot.watch.index import QuietIndex
from chatbot.watch.needs import Needs
from chatbot.watch.silence import Clocks, Silence
from chatbot.watch.sources import PriceSource, PriceStream
from chatbot.watch.turns import Turns

GIVEN_UP_FOR: Final[Millis] = 300_000
TURN: Final = 100
"""So many plans are moved before the database is somebody else's."""
CHECK_EVERY: Final[Millis] = 15_000
"""How often an exchange is asked about markets that are streamed, in case their stream has died without a word."""
NO_MARKET: Final[Mapping[Market, Mapping[int, int]]] = MappingProxyType({})
log = structlog.get_logger(__name__)


class Watcher:
    """Holds the indexes and polls what is not streamed. Lives on the event loop."""

    def __init__(
        self, source: PriceSource, courses: Courses, outages: Outages, on_database: OnDatabase, clocks: Clocks
    ) -> None:
        self.source, self.courses, self.trades = source, courses, courses.trades
        self.silence = Silence(outages, on_database, clocks)
        self.on_database, self.clock, self.steady = on_database, clocks.market, clocks.steady
        self.indexes, self.plans = dict[Market, QuietIndex](), dict[int, Watched]()
        self.hearing, self.needs, self.turns = Hearing(clocks.steady), Needs(), Turns()
        self.idle: dict[int, tuple[int, Decimal]] = {}
        """Plans that a price outside their quiet interval did not move: the event each stood at, and that price."""
        self.moved: dict[Market, dict[int, int]] = {}
        """Plans that meet the price that stands: their users moved them, each to this event, and none was looked at."""
        self.on_changed = self.look_again = nothing_to_do
        """Called where somebody may meet the price that stands, or nobody watches a market any more; and where a plan
        was moved late, for what came meanwhile."""
        self.resume_at, self.checked_at = dict[str, Millis](), dict[str, Millis]()
        """By the steady clock."""
        self.on_exchange: Callable[[str], None] = lambda _: None
        self.atrs: Callable[[str, str], Atrs] = lambda _exchange, _symbol: NO_ATR
        """ATR of a market, as far as it is at hand; a price never waits for it."""
        self.stream: PriceStream | None = None
        self.before: Callable[[Market], Awaitable[bool]] = nothing_before
        """What a market did before is decided first, when a polled price concerns somebody; whether that may then."""
        self.is_looked_up: Callable[[Market, Millis], bool] = lambda _market, _end: True
        """Whether all that a market did before a moment is decided on."""
        self.newer: Callable[[Market, Quote], Quote] = lambda _market, quote: quote
        """A polled price, or what was looked up of the market since."""
        self.on_gap: Callable[[Market, Millis], None] = lambda _market, _since: None

    async def load(self) -> None:
        """Every stored plan that is not over, at start: before anything else may move one."""
        self.put(await self.on_database(self.trades.all_watched))
        await self.silence.load(self.markets())

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
                self.have_moved(plan.row.market, {plan.row.plan_id: plan.row.sequence} if plan.meets_standing else {})

    def have_moved(self, market: Market, moved: Mapping[int, int]) -> None:
        """These are still to meet the price that stands, as they stand by the newest that is known."""
        if moved and market in self.indexes:
            known = self.moved.setdefault(market, {})
            known |= {one: max(sequence, known.get(one, 0)) for one, sequence in moved.items()}
            self.on_changed(market)

    def still_to_meet(self, moved: Mapping[Market, Mapping[int, int]]) -> None:
        """No price was looked at for these."""
        for market, plans in moved.items():
            self.have_moved(market, plans)

    def watch(self, plan: Watched) -> None:
        """Watch one plan, or watch it anew; its market never changes."""
        market = plan.row.market
        self.plans[plan.row.plan_id] = plan
        self.needs.put(plan)
        if market in self.indexes:
            self.indexes[market].put(plan.row.plan_id, plan.row.interval)
            return
        self.indexes[market] = QuietIndex()
        self.indexes[market].put(plan.row.plan_id, plan.row.interval)
        self.hearing.begin(market)
        self.on_exchange(market.exchange)
        self.follow(market.exchange)

    def forget(self, plan_id: int) -> None:
        """Watch one plan no more; a market without plans is not asked for."""
        known = self.plans.pop(plan_id, None)
        self.idle.pop(plan_id, None)
        if known is None:
            return
        market = known.row.market
        self.needs.drop(plan_id)
        self.indexes[market].drop(plan_id)
        if not len(self.indexes[market]):
            del self.indexes[market]
            self.moved.pop(market, None)
            self.hearing.end(market)
            self.silence.forget(market)
            self.follow(market.exchange)
            self.on_changed(market)

    def follow(self, exchange: str) -> None:
        """The stream follows what is watched."""
        if self.stream is not None:
            self.stream.follow(exchange, self.of(exchange))

    def fired_by(self, closed: CandleClosed, plan_ids: Sequence[int]) -> list[int]:
        """Those of the plans whose armed tier a candle's close fires, as far as is known here."""
        known = (self.plans.get(plan_id) for plan_id in plan_ids)
        return [plan.row.plan_id for plan in known if plan is not None and plan.is_fired_by(closed)]

    def markets(self) -> frozenset[Market]:
        """The markets that have watched plans."""
        return frozenset(self.indexes)

    def of(self, exchange: str) -> frozenset[Market]:
        """Those of one exchange."""
        return frozenset(market for market in self.indexes if market.exchange == exchange)

    def begun(self, market: Market) -> list[Millis]:
        """When each of a market's plans was armed; none once the last one is over."""
        index = self.indexes.get(market)
        return [] if index is None else [self.plans[plan_id].begun_at for plan_id in index.intervals]

    def is_live(self, market: Market) -> bool:
        """Whether every price of a market arrives by itself."""
        return self.stream is not None and self.stream.is_live(market)

    def are_idle(self, plan_ids: Sequence[int], prices: Sequence[Decimal]) -> bool:
        """Whether prices as far out as these have moved none of these plans so far."""
        return all(self.is_idle(self.plans[one].row, prices) for one in plan_ids if one in self.plans)

    def is_idle(self, row: PlanRow, prices: Sequence[Decimal]) -> bool:
        """Whether each of these prices is quiet, or lies no farther out than one that did not move a plan."""
        sequence, reached = self.idle.get(row.plan_id, (None, None))
        if sequence != row.sequence or reached is None:
            return False
        quiet = row.interval
        if quiet.low is not None and reached <= quiet.low:
            return all(reached <= price and (quiet.high is None or price < quiet.high) for price in prices)
        return all(price <= reached and (quiet.low is None or price > quiet.low) for price in prices)

    @property
    def heard(self) -> Mapping[Market, Millis]:
        """When each watched market was last heard, by the steady clock."""
        return self.hearing.heard

    def hear(self, market: Market, quote: Quote) -> None:
        """A watched market's price; after a gap, what it did meanwhile is to be looked up."""
        blind_since = self.blind_since(market)
        self.hearing.price(market, quote)
        if blind_since is not None:
            self.on_gap(market, blind_since)

    def blind_since(self, market: Market) -> Millis | None:
        """Since when a watched market was not seen, where that is longer than it can be left out of sight."""
        gap = self.hearing.gap(market)
        return None if gap is None else self.silence.since.get(market, self.clock() - gap)

    async def poll(self, exchange: str) -> None:
        """Ask an exchange once, wake the plans concerned, and notice who has not been heard for too long."""
        await self.silence.forget_left()
        if not self.of(exchange):
            return
        for trigger_price, symbols in self.to_ask(exchange).items():
            if self.steady() >= self.resume_at.get(exchange, 0):
                await self.ask(exchange, frozenset(symbols), trigger_price)
        for market in self.of(exchange):
            if self.is_live(market):
                # A stream on which nobody trades is no silence.
                self.hearing.alive(market)
        seen = {market for market in self.of(exchange) if market in self.hearing.last or self.is_live(market)}
        await self.silence.notice({market: self.heard[market] for market in self.of(exchange)}, seen)

    def to_ask(self, exchange: str) -> Mapping[TriggerPrice, Sequence[str]]:
        """What is not streamed; now and then also what is."""
        checks = self.stream is not None and self.steady() >= self.checked_at.get(exchange, 0) + CHECK_EVERY
        if checks:
            self.checked_at[exchange] = self.steady()
        found: dict[TriggerPrice, list[str]] = {}
        for market in sorted(self.of(exchange)):
            if checks or not self.is_live(market):
                found.setdefault(market.trigger_price, []).append(market.symbol)
        return found

    async def ask(self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice) -> None:
        """One request; its error says when to ask again."""
        markets = [Market(exchange, symbol, trigger_price) for symbol in symbols]
        moved = {market: self.moved.pop(market, {}) for market in markets if not self.is_live(market)}
        try:
            quotes = await self.source.quotes(exchange, symbols, trigger_price)
        except MarketError as error:
            remedy = error.remedy
            wait = GIVEN_UP_FOR if isinstance(remedy, GiveUp) else remedy.after
            self.resume_at[exchange] = self.steady() + wait
            self.still_to_meet(moved)
            log.warning("prices failed", exchange=exchange, remedy=type(remedy).__name__, wait_ms=wait)
            return
        self.still_to_meet({market: plans for market, plans in moved.items() if market.symbol not in quotes})
        try:
            await self.take(exchange, tuple(quotes.values()), trigger_price, moved)
        except BaseException:
            self.still_to_meet(moved)
            raise

    async def take(
        self,
        exchange: str,
        quotes: Sequence[Quote],
        trigger_price: TriggerPrice = TriggerPrice.LAST,
        moved: Mapping[Market, Mapping[int, int]] = NO_MARKET,
    ) -> None:
        """Prices came: keep them, and wake the plans whose quiet interval they left, each market for itself.

        `moved`: plans that were armed or moved before these were asked for.
        """
        polled: dict[Market, Quote] = {}
        for quote in quotes:
            market = Market(exchange, quote.symbol, trigger_price)
            if self.stream is not None and self.is_live(market):
                # What is streamed is ahead of what is asked for: this only shows whether the stream is alive.
                self.stream.note_traded(market, quote.at, quote.price)
                self.have_moved(market, moved.get(market, NOBODY))
            elif market in self.indexes:
                self.hear(market, quote)
                polled[market] = quote
        if not polled:
            return
        newest = [self.newer(market, quote) for market, quote in polled.items()]
        await self.on_database(partial(self.trades.keep, exchange, newest, trigger_price))
        # Only now: a plan that was moved meanwhile has another interval.
        concerned = [(market, quote) for market, quote in polled.items() if self.touched(market, quote)]
        await asyncio.gather(*(self.decide(market, quote, moved.get(market, NOBODY)) for market, quote in concerned))

    async def decide(self, market: Market, quote: Quote, moved: Mapping[int, int]) -> None:
        """A polled price that concerns somebody, after what its market did before: it may have gone anywhere."""
        is_idle = self.are_idle(self.touched(market, quote), [quote.price])
        if not is_idle and not await self.before(market):
            self.have_moved(market, moved)
            return
        atrs = self.atrs(market.exchange, market.symbol)
        async with self.turns.of(market):
            newest = self.newer(market, quote)
            told = replace(newest, at=min(newest.at, self.clock()))
            touched = self.touched(market, told)
            if is_idle and not self.are_idle(touched, [told.price]):
                # Somebody was moved meanwhile: the next poll looks up what was before.
                self.have_moved(market, moved)
                return
            for some in in_turns(touched):
                await self.give(told, some, atrs, moved)

    async def give(self, quote: Quote, plan_ids: Sequence[int], atrs: Atrs, moved: Mapping[int, int]) -> None:
        """Give a price to some plans, and remember those that it leaves where they are."""
        stood = {one: self.plans[one].row.sequence for one in plan_ids if one in self.plans}
        idle = await self.on_database(partial(self.courses.standing, quote, plan_ids, atrs, moved))
        for plan_id in idle:
            known = self.plans.get(plan_id)
            if known is not None and known.row.sequence == stood.get(plan_id):
                self.idle[plan_id] = (known.row.sequence, quote.price)

    def touched(self, market: Market, quote: Quote) -> list[int]:
        """The plans of a market that a price concerns."""
        index = self.indexes.get(market)
        return [] if index is None else index.touched(quote.price)

    async def keep(self) -> None:
        """Remember the prices of what is streamed, which nobody else does."""
        streamed = (market for market in self.hearing.last if self.is_live(market))
        for exchange, trigger_price in {(market.exchange, market.trigger_price) for market in streamed}:
            last = {market: quote for market, quote in self.hearing.last.items() if self.is_live(market)}
            quotes = [
                self.newer(market, quote)
                for market, quote in last.items()
                if (market.exchange, market.trigger_price) == (exchange, trigger_price)
            ]
            await self.on_database(partial(self.trades.keep, exchange, quotes, trigger_price))


def in_turns(plan_ids: Sequence[int], most: int | None = None) -> list[Sequence[int]]:
    """Some at a time, in order; nobody is one turn of nobody."""
    size = most or TURN
    return [plan_ids[begin : begin + size] for begin in range(0, len(plan_ids), size)] or [()]


def nothing_to_do(_market: Market, /) -> None:
    """Nobody wants to know."""


async def nothing_before(_: Market) -> bool:
    """Nobody looks up what was before."""
    return True
