"""Reads what a market did, minute by minute, and has it decided: by its trades where they can be had, else by candles.

Raises MarketError where an exchange does not give it; what was decided before that stays decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from chatbot.coach.courses import Course, Courses
from chatbot.coach.trades import Seen
from chatbot.core.candles import Candle
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.core.way import Minute, Print, Standing, Step, take
from chatbot.ports import Clock
from chatbot.watch.minutes import Minutes
from chatbot.watch.watcher import Watcher

SETTLE: Final[Millis] = 2_000
"""How long after its end a minute is asked for: exchanges revise the last trades."""
PAGE: Final = 498
TRADES_WAIT: Final[Millis] = 15_000
"""How long a minute waits for trades that an exchange fails to give, by the steady clock; less than its prices do."""
MINUTES_BY_TRADES: Final = 60
"""So many minutes of one reading are looked up trade by trade; the others are decided by their candles."""


@dataclass(slots=True)
class Rehearsal:
    """Plans taken along a way without writing anything, to see whom each minute concerns."""

    stands: dict[int, Standing]

    def concerned(self, candle: Candle) -> list[int]:
        """The plans whose quiet interval a candle leaves."""
        return [
            plan_id
            for plan_id, stands in self.stands.items()
            if not (stands.quiet.holds(candle.low) and stands.quiet.holds(candle.high))
        ]

    def take(self, plan_ids: Sequence[int], steps: Sequence[Step]) -> None:
        """Some plans go on."""
        for plan_id in plan_ids:
            for step in steps:
                stands = self.stands[plan_id]
                self.stands[plan_id] = stands.after(take(stands, step).events)


class Past:
    """What is known of every watched market's minutes. `clock` is the market's time."""

    def __init__(self, watcher: Watcher, courses: Courses, clock: Clock) -> None:
        self.watcher, self.courses, self.clock = watcher, courses, clock
        self.minutes: dict[Market, Minutes] = {}
        self.stored: dict[Market, Millis] = {}
        """The watermarks as they were at the start."""
        self.looked_until: dict[Market, Millis] = {}
        """The end of the last minute that was asked for and decided on, holes or not."""
        self.lacking: dict[Market, tuple[Millis, Millis]] = {}
        """When trades of a market were first and last not given, by the steady clock."""

    async def load(self) -> None:
        """How far each market was known when the bot stopped."""
        self.stored = dict(await self.watcher.on_database(self.courses.watermarks))

    def due(self) -> Millis:
        """The end of the last minute that has settled."""
        return Timeframe.M1.start_of(self.clock() - SETTLE)

    def has_settled(self, at: Millis) -> bool:
        """Whether what happened until then has arrived, where prices arrive by themselves."""
        return self.clock() >= at + SETTLE

    def is_due(self, market: Market) -> bool:
        """Whether a minute is over that was not asked for."""
        return self.looked_until.get(market, 0) < self.due()

    def is_looked_up(self, market: Market, end: Millis) -> bool:
        """Whether all that a market did before a moment is decided on."""
        return self.looked_until.get(market, 0) >= end

    def lag(self, market: Market) -> Millis:
        """How far the watermark lies behind the last minute that is over."""
        book = self.minutes.get(market)
        return 0 if book is None else max(0, self.due() - book.known_until)

    async def read(self, market: Market, blind_since: Millis | None) -> None:
        """Every closed minute from the watermark on, decided as one. Raises MarketError."""
        until = self.due()
        book = self.minutes.get(market) or Minutes(self.beginning(market))
        candles = book.new([candle for candle in await self.candles(market, book, until) if candle.at < until])
        touched = self.touched(market, [price for candle in candles for price in (candle.low, candle.high)])
        after = book.with_these(candles, until, self.clock())
        if touched:
            way = await self.way_through(market, candles, touched)
            # The price of now comes first, or the trades that are asked for might not reach to it.
            seen = await self.seen(market, candles[-1].at + MINUTE, blind_since)
            running = await self.running(market, after.shown_until(until))
            touched = sorted({*touched, *self.touched(market, [step.price for step in running or ()])})
            way, seen = self.to_now(way, running, seen)
            await self.along(Course(market, way, touched, seen, after.known_until))
        elif after.known_until != book.known_until or market not in self.minutes:
            await self.along(Course(market, (), (), Seen(), after.known_until))
        self.minutes[market] = after
        self.looked_until[market] = max(until, self.looked_until.get(market, 0))

    async def candles(self, market: Market, book: Minutes, until: Millis) -> list[Candle]:
        """The closed candles from a little before the watermark on, page by page. Raises MarketError."""
        found: list[Candle] = []
        for begin in range(book.ask_from, until, PAGE * MINUTE):
            rows = (min(begin + PAGE * MINUTE, until) - begin) // MINUTE
            asked = (market.exchange, market.symbol, Timeframe.M1.value, begin, rows, market.trigger_price)
            found += await self.watcher.source.candles(*asked)
        return found

    def beginning(self, market: Market) -> Millis:
        """Where to begin with a market: at its watermark, or with the minute in which its first plan was armed."""
        armed = Timeframe.M1.start_of(min(self.watcher.begun(market), default=self.clock()))
        return max(armed, self.stored.get(market, 0))

    async def way_through(self, market: Market, candles: Sequence[Candle], touched: Sequence[int]) -> Sequence[Step]:
        """Minute by minute: trades where somebody is concerned and they can be had, else the candle.

        Whom a minute concerns depends on what those before it decided: so that is gone through once, without writing.
        """
        rehearsal = Rehearsal(await self.watcher.on_database(partial(self.courses.standings, touched)))
        left, way = MINUTES_BY_TRADES, list[Step]()
        for candle in candles:
            concerned = rehearsal.concerned(candle)
            by_trades = left > 0 and bool(concerned) and not self.watcher.are_idle(concerned)
            left -= by_trades
            steps: Sequence[Step] = await self.trades_of(market, candle) if by_trades else [Minute(candle)]
            rehearsal.take(concerned, steps)
            way += steps
            # Prices and people are heard between two minutes, however many were missed.
            await asyncio.sleep(0)
        return way

    async def trades_of(self, market: Market, candle: Candle) -> Sequence[Step]:
        """A minute's trades where they can be had and reach what its candle reached, else the candle."""
        trades = await self.trades(market, candle.at, candle.at + MINUTE) or ()
        prices = [trade.price for trade in trades]
        if not prices or min(prices) > candle.low or max(prices) < candle.high:
            return [Minute(candle)]
        return [Print(trade.price, trade.at) for trade in trades]

    def is_short(self, market: Market) -> bool:
        """Whether the candle of the last minute that was asked for did not show: the exchange may not know its end."""
        until = self.looked_until[market]
        return self.minutes[market].shown_until(until) < until

    async def read_running(self, market: Market, blind_since: Millis | None) -> None:
        """As far as trades tell, what lies after the last candle; a candle may tell more. Raises MarketError."""
        now = self.clock()
        way = await self.running(market, self.minutes[market].shown_until(self.looked_until[market])) or ()
        touched = self.touched(market, [step.price for step in way])
        if touched:
            await self.along(Course(market, way, touched, await self.seen(market, now, blind_since)))

    async def running(self, market: Market, since: Millis) -> Sequence[Print] | None:
        """The trades from then up to now; None where they can't be had."""
        trades = await self.trades(market, since, self.clock() + 1)
        return None if trades is None else [Print(trade.price, trade.at) for trade in trades]

    async def along(self, course: Course) -> None:
        """Have a way decided."""
        atrs = self.watcher.atrs(course.market.exchange, course.market.symbol)
        # Whom an old price did not move is not idle: that price may be older than what the plan waits for.
        await self.watcher.on_database(partial(self.courses.along, course, atrs))

    def to_now(self, way: Sequence[Step], running: Sequence[Print] | None, seen: Seen) -> tuple[Sequence[Step], Seen]:
        """What was on offer then is judged by the price of now, before anybody is told.

        Where trades are known, the last of them is that price: one that was seen may be older than what it would meet.
        """
        if running:
            return [*way, *running], replace(seen, price=running[-1].price)
        if running is None and seen.price is not None:
            return [*way, Print(seen.price, self.clock())], seen
        return way, seen

    def touched(self, market: Market, prices: Iterable[Decimal]) -> list[int]:
        """The plans that any of these prices concerns."""
        index = self.watcher.indexes.get(market)
        return [] if index is None else sorted({plan_id for price in prices for plan_id in index.touched(price)})

    async def trades(self, market: Market, since: Millis, until: Millis) -> Sequence[Quote] | None:
        """The trades of a span; None where they can't be had, which stops nothing. Raises MarketError for a while."""
        if market.trigger_price is not TriggerPrice.LAST:
            return None
        try:
            found = await self.watcher.source.trades(market.exchange, market.symbol, since, until)
        except MarketError as error:
            # Logged where it arose; the minute's candle decides, or will.
            if self.may_come(market, error):
                raise
            return None
        self.lacking.pop(market, None)
        return found

    def may_come(self, market: Market, error: MarketError) -> bool:
        """Whether trades that were not given this time are worth waiting for: they tell more than a candle."""
        now = self.watcher.steady()
        first, last = self.lacking.get(market, (now, now))
        # A failure of long ago, after which nobody needed trades, is none of this row.
        first = first if now - last < TRADES_WAIT else now
        self.lacking[market] = (first, now)
        return not isinstance(error.remedy, GiveUp) and now - first < TRADES_WAIT

    async def seen(self, market: Market, end: Millis, blind_since: Millis | None) -> Seen:
        """How what happened before `end` was found, and the price of now."""
        blind = None if blind_since is None or end <= blind_since else (blind_since, self.clock())
        return Seen(is_late=True, blind=blind, price=await self.price_now(market))

    async def price_now(self, market: Market) -> Decimal | None:
        """The last price that was heard, if that was just now, else what the exchange says, if it does."""
        known = self.watcher.newest(market)
        if known is not None:
            return known.price
        try:
            asked = (market.exchange, frozenset({market.symbol}), market.trigger_price)
            quote = (await self.watcher.source.quotes(*asked)).get(market.symbol)
        except MarketError:
            # Logged where it arose; nothing is said of now.
            return None
        return None if quote is None else quote.price

    def forget(self) -> None:
        """Markets that nobody watches any more."""
        for market in self.minutes.keys() - self.watcher.indexes.keys():
            del self.minutes[market]
            self.looked_until.pop(market, None)
            self.stored.pop(market, None)
            self.lacking.pop(market, None)
