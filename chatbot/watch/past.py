"""Reads what a market did, minute by minute, and has it decided: by its trades where they can be had, else by candles.

Raises MarketError where an exchange does not give it; what was decided before that stays decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from chatbot.coach.courses import Course, Courses
from chatbot.coach.trades import Seen
from chatbot.core.candles import Candle
from chatbot.core.market import Market, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.core.way import Minute, Print, Step
from chatbot.ports import Clock
from chatbot.watch.asked_trades import AskedTrades
from chatbot.watch.minutes import LATE_BY, Minutes
from chatbot.watch.read_back import ReadBack
from chatbot.watch.rehearsal import Rehearsal
from chatbot.watch.watcher import Watcher, in_turns

SETTLE: Final[Millis] = 2_000
"""How long after its end a minute is asked for: exchanges revise the last trades."""
PAGE: Final = 497
GIVEN_AT_LEAST: Final = 99
"""No exchange gives fewer minutes at once than one more, though some give fewer than they are asked for."""
MAY_COME: Final[Millis] = 20_000
"""How long a minute that is over may be late; after that nobody traded in it, or it comes with those after it."""
STEPS_A_TURN: Final = 1_000
"""So many steps are rehearsed before prices and people are heard."""
MINUTES_BY_TRADES: Final = 60
"""So many minutes of one reading are looked up trade by trade; the others are decided by their candles."""


def page_end(begin: Millis, rows: int, over: Sequence[Candle]) -> Millis:
    """Where the next page begins: behind the last minute that was given, if there may be more than were given."""
    end = begin + rows * MINUTE
    if not over or rows <= GIVEN_AT_LEAST:
        return end
    return min(end, over[-1].at + MINUTE)


class Past:
    """What is known of every watched market's minutes. `clock` is the market's time."""

    def __init__(self, watcher: Watcher, courses: Courses, clock: Clock) -> None:
        self.watcher, self.courses, self.clock = watcher, courses, clock
        self.asked = AskedTrades(watcher)
        self.minutes: dict[Market, Minutes] = {}
        self.stored: dict[Market, Millis] = {}
        """The watermarks as they were at the start."""
        self.looked_until: dict[Market, Millis] = {}
        """The end of the last minute that was asked for and decided on, holes or not."""
        self.read_back = ReadBack()
        self.asked_at: dict[Market, Millis] = {}
        """When each market's minutes were asked for last."""
        self.read_at: dict[Market, Millis] = {}
        """When each market was read last, by the steady clock."""
        self.pages: dict[Market, tuple[Millis, list[Candle]]] = {}
        """What was read of a long span before the exchange failed, and up to where."""
        self.forming: dict[Market, Sequence[Candle]] = {}
        """What is not over, or has not settled, as it was when the minutes were read last."""
        self.unsure: dict[Market, Millis] = {}
        """The end of the running minute, where something of it could not be looked up."""
        self.waiting: Callable[[Market], Sequence[Quote]] = lambda _: ()
        """Live prices that wait in line, oldest first."""
        self.on_found: Callable[[Market], None] = lambda _: None
        """Called after minutes have moved somebody."""
        self.has_gap: Callable[[Market], bool] = lambda _: False
        """Whether what is being read may end before those begin."""

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
        """Whether a minute is over that was not looked up; what a clock that was ahead has looked at does not count."""
        looked, due = self.looked_until.get(market, 0), self.due()
        return looked < due or looked > due + MINUTE

    def is_sure(self, market: Market) -> bool:
        """Whether nothing of the minute in which a market was seen again is still to be looked up."""
        return self.is_looked_up(market, self.unsure.get(market, 0))

    def is_looked_up(self, market: Market, end: Millis) -> bool:
        """Whether all that a market did before a moment is decided on."""
        return self.looked_until.get(market, 0) >= end

    def late(self) -> Millis:
        """How long the last minute that is over is over."""
        return self.clock() - self.due() - SETTLE

    def lag(self, market: Market) -> Millis:
        """How far the watermark lies behind the last minute that is over."""
        book = self.minutes.get(market)
        return 0 if book is None else max(0, self.due() - book.known_until)

    async def read(self, market: Market, blind_since: Millis | None) -> None:
        """Every closed minute from the watermark on, decided as one. Raises MarketError."""
        until, self.asked_at[market] = self.due(), self.clock()
        book = self.minutes.get(market) or Minutes(self.beginning(market))
        candles = book.new(await self.candles(market, book, until))
        touched = self.touched(market, [price for candle in candles for price in (candle.low, candle.high)])
        after = book.with_these(candles, until, self.clock())
        if touched:
            await self.decide(market, after, candles, touched, blind_since)
        elif after.known_until != book.known_until or market not in self.minutes:
            await self.along(Course(market, (), (), Seen(), after.known_until))
        self.asked.keep_none(market)
        self.minutes[market] = after
        self.looked_until[market] = self.looked(market, after, until)

    async def decide(
        self,
        market: Market,
        after: Minutes,
        candles: Sequence[Candle],
        touched: Sequence[int],
        blind_since: Millis | None,
    ) -> None:
        """Minutes that concern somebody, then what came after them, as one."""
        way, rehearsal = await self.way_through(market, candles, touched)
        now = await self.price_now(market)
        seen = self.seen(market, candles[-1].at + MINUTE, blind_since, now)
        concerns = rehearsal.has_moved or any(rehearsal.concerned(one) for one in self.forming.get(market, ()))
        shown_until = after.shown_until(self.due())
        to_ask = concerns or shown_until < self.due() or self.has_gap(market)
        trades = await self.trades(market, shown_until) if to_ask else None
        async with self.watcher.turns.of(market):
            line = self.in_line(market) if trades is None and not self.has_gap(market) else ()
            came_after = [Print(quote.price, quote.at) for quote in trades or line]
            touched = sorted({*touched, *self.touched(market, [step.price for step in came_after])})
            told = replace(seen, price=self.price_by(market, came_after, now))
            read = way if line else self.to_now(way, came_after, now)
            course = Course(market, read, touched, told, after.known_until, came_after if line else ())
            await self.along(course)
            self.read_back.note_trades(market, trades or line)
        if rehearsal.has_moved:
            self.on_found(market)

    def in_line(self, market: Market) -> Sequence[Quote]:
        """Live prices that wait and were not decided on yet."""
        return [quote for quote in self.waiting(market) if not self.read_back.holds(market, quote)]

    def was_read(self, market: Market) -> None:
        """All that could be read was."""
        self.read_at[market] = self.watcher.steady()

    def looked(self, market: Market, book: Minutes, until: Millis) -> Millis:
        """Up to when a market is looked up: a minute that is not there may still come, as long as it is that new."""
        newest = max(book.seen, default=0) + MINUTE
        may_come = self.clock() - until < MAY_COME and newest < until
        looked = min(until, max(newest, book.known_until)) if may_come else until
        before = self.looked_until.get(market, 0)
        return looked if before > until + MINUTE else max(looked, before)

    async def candles(self, market: Market, book: Minutes, until: Millis) -> list[Candle]:
        """The closed candles from a little before the watermark on, page by page; a failure loses no page.

        Raises MarketError.
        """
        begin, found = self.pages.pop(market, (book.ask_from, []))
        while begin < until:
            rows = min(PAGE, (until - begin) // MINUTE)
            # One more: just after its end a minute has not settled, and the next one runs.
            asked = (market.exchange, market.symbol, begin, rows + 1, market.trigger_price)
            try:
                over, rest = await self.watcher.source.minutes(*asked)
            except MarketError:
                self.pages[market] = (begin, found)
                raise
            found += over
            self.forming[market] = [candle for candle in (*over, *rest) if candle.at >= until or candle in rest]
            self.read_back.note_candles(market, (*over, *rest))
            begin = page_end(begin, rows, over)
        return [candle for candle in found if candle.at < until]

    def beginning(self, market: Market) -> Millis:
        """Where to begin with a market: at its watermark, or with the minute in which its first plan was armed."""
        armed = Timeframe.M1.start_of(min(self.watcher.begun(market), default=self.clock()))
        return max(armed, self.stored.get(market, 0))

    async def way_through(
        self, market: Market, candles: Sequence[Candle], touched: Sequence[int]
    ) -> tuple[Sequence[Step], Rehearsal]:
        """Minute by minute: trades where somebody is concerned and they can be had, else the candle.

        Whom a minute concerns depends on what those before it decided: so that is gone through once, without writing.
        """
        rehearsal = await self.watcher.on_database(lambda: Rehearsal.of(self.courses.records(touched)))
        left, way = MINUTES_BY_TRADES, list[Step]()
        for candle in candles:
            concerned = rehearsal.concerned(candle)
            by_trades = left > 0 and bool(concerned) and not self.watcher.are_idle(concerned, (candle.low, candle.high))
            left -= by_trades
            steps: Sequence[Step] = await self.asked.of_minute(market, candle) if by_trades else [Minute(candle)]
            way += steps
            for some in in_turns(concerned, max(1, STEPS_A_TURN // max(1, len(steps)))):
                rehearsal.take(some, steps)
                # Prices and people are heard between two minutes, and between many plans.
                await asyncio.sleep(0)
        return way, rehearsal

    def is_short(self, market: Market) -> bool:
        """Whether the candle of the last minute that was asked for did not show: the exchange may not know its end."""
        return self.shown_until(market) < self.due()

    def shown_until(self, market: Market) -> Millis:
        """Where the candles of a market end that are over."""
        return self.minutes[market].shown_until(self.due())

    async def read_running(self, market: Market, blind_since: Millis | None) -> None:
        """As far as trades tell, the minute that runs; what they don't tell, its candle will. Raises MarketError."""
        self.unsure.pop(market, None)
        forming = self.forming.get(market)
        reached = [price for candle in forming or () for price in (candle.low, candle.high)]
        if forming is not None and not self.is_short(market) and not self.touched(market, reached):
            return
        trades = await self.trades(market, self.shown_until(market))
        if trades is None:
            self.unsure[market] = Timeframe.M1.start_of(self.clock()) + MINUTE
        async with self.watcher.turns.of(market):
            way = [Print(trade.price, trade.at) for trade in trades or ()]
            touched = self.touched(market, [step.price for step in way])
            if touched:
                await self.along(Course(market, way, touched, self.seen(market, self.clock(), blind_since, way[-1])))
            self.read_back.note_trades(market, trades or ())

    async def trades(self, market: Market, since: Millis) -> Sequence[Quote] | None:
        """The trades from then up to now; None where they can't be had. Raises MarketError for a while."""
        return await self.asked.between(market, since, self.clock() + 1)

    async def along(self, course: Course) -> None:
        """Have a way decided."""
        atrs = self.watcher.atrs(course.market.exchange, course.market.symbol)
        # Whom an old price did not move is not idle: that price may be older than what the plan waits for.
        *before, last = in_turns(course.plan_ids)
        for some in before:
            part = replace(course, plan_ids=some, known_until=None)
            await self.watcher.on_database(partial(self.courses.along, part, atrs))
        await self.watcher.on_database(partial(self.courses.along, replace(course, plan_ids=last), atrs))

    def to_now(self, way: Sequence[Step], after: Sequence[Print], now: Print | None) -> Sequence[Step]:
        """What was on offer then is judged by the price of now, before anybody is told.

        Where prices of after it are known, the last of them is that; one that was seen may be older than what it meets.
        """
        if after:
            return [*way, *after]
        return way if now is None else [*way, now]

    def touched(self, market: Market, prices: Iterable[Decimal]) -> list[int]:
        """The plans that any of these prices concerns."""
        index = self.watcher.indexes.get(market)
        return [] if index is None else sorted({plan_id for price in prices for plan_id in index.touched(price)})

    def seen(self, market: Market, end: Millis, blind_since: Millis | None, now: Print | None) -> Seen:
        """How what happened before `end` was found, and the price of now."""
        blind = None if blind_since is None or end <= blind_since else (blind_since, self.clock())
        price = None if now is None else now.price
        return Seen(is_late=True, blind=blind, price=price, within=None if blind else self.within(market))

    def within(self, market: Market) -> Millis | None:
        """What is found now was not decided on when the market was read last: it is not longer ago than that."""
        read_at = self.read_at.get(market)
        return None if read_at is None else self.watcher.steady() - read_at + LATE_BY + MINUTE

    async def price_now(self, market: Market) -> Print | None:
        """The close of the minute that runs, the last price that was heard just now, or what the exchange says.

        It is of when it was asked for: what was traded since is still to be decided on.
        """
        forming, known = self.forming.get(market), self.watcher.hearing.newest(market)
        asked_at = self.asked_at.get(market, self.clock())
        if forming:
            return Print(forming[-1].close, asked_at)
        if known is not None:
            newest = self.read_back.newer(market, known)
            return Print(newest.price, max(newest.at, asked_at))
        try:
            asked = (market.exchange, frozenset({market.symbol}), market.trigger_price)
            quote = (await self.watcher.source.quotes(*asked)).get(market.symbol)
        except MarketError:
            # Logged where it arose; nothing is said of now.
            return None
        return None if quote is None else Print(quote.price, quote.at)

    def price_by(self, market: Market, came_after: Sequence[Print], now: Print | None) -> Decimal | None:
        """The newest price that is known: the last that was read, or one that was heard since `now` was asked for."""
        if came_after:
            return came_after[-1].price
        heard = self.watcher.hearing.newest(market)
        if heard is not None and (now is None or heard.at > now.at):
            return heard.price
        return None if now is None else now.price

    def forget(self) -> None:
        """Markets that nobody watches any more."""
        by_market: tuple[dict[Market, Any], ...] = (
            *(self.minutes, self.stored, self.looked_until, self.read_at, self.asked_at),
            *(self.pages, self.forming, self.unsure),
        )
        for kept in by_market:
            for market in kept.keys() - self.watcher.indexes.keys():
                del kept[market]
        self.asked.forget()
        self.watcher.turns.forget(self.watcher.indexes.keys())
        self.read_back.forget(self.watcher.indexes.keys())
