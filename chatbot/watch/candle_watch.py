"""Closed candles for the tiers that wait for one: one request per market and timeframe, however many plans share it.

A candle that is late or missing is asked for again, never guessed; an indicator with a hole before it decides nothing.
Candles missed while nobody watched are taken in order, but what they offered is judged at the price of now. A market
that answers slowly is waited for by nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final, assert_never

import structlog

from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Pause, Quote, Remedy, Retry
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import Indicate
from chatbot.ports import Clock
from chatbot.records import PlanRow
from chatbot.watch.needs import Need
from chatbot.watch.series import Offer, Series
from chatbot.watch.telling import tell_broken
from chatbot.watch.watcher import GIVEN_UP_FOR, Watcher
from chatbot.watch.window import Window

SETTLE: Final[Millis] = 2_000
"""How long after its end a candle is asked for: exchanges revise the last trades."""
LATE: Final[Millis] = 30_000
"""A candle this long over is found late."""
PAGE: Final = 498
AT_ONCE: Final = 10
"""Requests to one exchange under way together."""
TRIES: Final = 5
log = structlog.get_logger(__name__)


class CandleWatch:
    """Asks for candles as they close. `clock` is the market's time; `indicate` reads indicators off candles."""

    def __init__(self, watcher: Watcher, clock: Clock, indicate: Indicate) -> None:
        self.watcher, self.clock, self.indicate = watcher, clock, indicate
        self.series: dict[Need, Series] = {}
        self.under_way: dict[Need, asyncio.Task[None]] = {}
        self.turns: dict[str, asyncio.Semaphore] = {}
        watcher.atrs = self.atrs

    async def look(self) -> None:
        """Take every candle that has closed since the last look."""
        while tasks := self.start():
            await asyncio.wait(tasks)

    async def begin(self) -> None:
        """The same, without waiting for it, once the minutes of a candle are decided on: they were before its close."""
        self.start(self.has_its_minutes)

    async def stop(self, seconds: float) -> None:
        """What is under way may end; what takes longer is cut off."""
        if not self.under_way:
            return
        _, slow = await asyncio.wait(self.under_way.values(), timeout=seconds)
        for task in slow:
            task.cancel()
        if slow:
            await asyncio.wait(slow)

    def has_its_minutes(self, need: Need) -> bool:
        """Whether what happened within a candle was decided on, or has kept its close waiting for long enough."""
        end = self.due(need)
        markets = (Market(need.exchange, need.symbol, price) for price in TriggerPrice)
        watched = [market for market in markets if market in self.watcher.indexes]
        return self.clock() - end > LATE or all(self.watcher.is_looked_up(market, end) for market in watched)

    def start(self, may: Callable[[Need], bool] = lambda _: True) -> list[asyncio.Task[None]]:
        """Ask for what is due and may be asked; gives back all that is under way."""
        needs = self.watcher.needs
        self.series = {need: one for need, one in self.series.items() if need in needs.plans}
        for need in needs.plans:
            if need not in self.under_way and self.is_due(need) and may(need):
                needs.changed.discard(need)
                self.under_way[need] = asyncio.create_task(self.safely(need))
        return list(self.under_way.values())

    def is_due(self, need: Need) -> bool:
        """Whether a candle closed, somebody new needs this one, or what was missing is to be asked for again."""
        series = self.series.get(need)
        if series is not None and self.watcher.steady() < series.away_until:
            return False
        if series is None or need in self.watcher.needs.changed or self.due(need) != series.due:
            return True
        # A clock that was ahead may have put it off too far.
        waits = series.ask_at - self.clock()
        return not series.settled and (waits <= 0 or waits > series.longest_wait)

    def due(self, need: Need) -> Millis:
        """The end of the last candle that has settled."""
        return need.timeframe.start_of(self.clock() - SETTLE)

    async def safely(self, need: Need) -> None:
        """The outermost place for what goes wrong with one market's candles: it is logged, and tried again."""
        series = self.series.setdefault(need, Series(Window(need.timeframe)))
        try:
            async with self.turns.setdefault(need.exchange, asyncio.Semaphore(AT_ONCE)):
                await self.ask(need, series)
        except Exception as error:  # noqa: BLE001 -- the named outermost place
            tell_broken("candles broke", error, exchange=need.exchange, symbol=need.symbol)
            series.settled = False
            series.try_later(self.clock(), None)
        finally:
            del self.under_way[need]

    async def ask(self, need: Need, series: Series) -> None:
        """Fetch what is needed, let everybody decide who can, and see what is still missing."""
        series.begin(self.watcher.needs.groups(need, self.clock()), self.due(need))
        since = series.fetch_from()
        if since is None:
            series.settled = True
            return
        series.settled = False
        try:
            candles = await self.fetch(need, since, series.due)
            series.window.take(candles, since, series.due)
            await self.decide(need, series)
        except MarketError as error:
            self.put_off(need, series, error.remedy)
            return
        self.tell_failure(need, series, None)
        self.tell(need, series, series.rest(self.clock()))

    def put_off(self, need: Need, series: Series, remedy: Remedy) -> None:
        """Ask again soon, but not during a pause, and seldom where asking again changes nothing."""
        self.tell_failure(need, series, type(remedy).__name__)
        series.try_later(self.clock(), None)
        match remedy:
            case Retry():
                return
            case Pause(after=after):
                series.away_until = self.watcher.steady() + after
            case GiveUp():
                series.away_until = self.watcher.steady() + GIVEN_UP_FOR
            case unknown:
                assert_never(unknown)

    async def fetch(self, need: Need, since: Millis, until: Millis) -> list[Candle]:
        """The closed candles that the exchange has of this time: one request, unless there are very many."""
        found: list[Candle] = []
        step = PAGE * need.timeframe.millis
        for begin in range(since, until, step):
            rows = (min(begin + step, until) - begin) // need.timeframe.millis
            found += await self.watcher.source.candles(need.exchange, need.symbol, need.timeframe, begin, rows)
        return found

    async def decide(self, need: Need, series: Series) -> None:
        """Every plan decides on every candle, in order; one that could not is asked again before the next candle.

        Raises MarketError.
        """
        offers = series.offers(self.indicate)
        is_late = any(self.is_late(need, offer.candle) for offer in offers)
        now = await self.price_now(need) if is_late else None
        held: Millis | None = None
        for offer in offers:
            late = self.is_late(need, offer.candle)
            if (late and now is None) or (held is not None and offer.candle.at > held):
                return
            if await self.hand_over(need, offer, now if late else None) and series.try_again(offer, TRIES):
                # Whoever looks at the same candle with more or less before it need not wait for this.
                held = offer.candle.at
            else:
                series.mark(offer)

    def is_late(self, need: Need, candle: Candle) -> bool:
        """Whether what the candle's close offered is a thing of the past."""
        return self.clock() - (candle.at + need.timeframe.millis) > LATE

    async def price_now(self, need: Need) -> Quote | None:
        """The market's price when it was asked for, to judge a late candle by. Raises MarketError."""
        asked_at = self.clock()
        quotes = await self.watcher.source.quotes(need.exchange, frozenset({need.symbol}))
        quote = quotes.get(need.symbol)
        return None if quote is None else replace(quote, at=asked_at)

    async def hand_over(self, need: Need, offer: Offer, now: Quote | None) -> Sequence[int]:
        """Give a candle to the plans that it fires; those that could not take it are given back.

        Nobody else is read from the database: thousands may wait for one close, and hours of them after a restart.
        A candle that a plan saw before decides nothing twice: its tier is no longer armed, or did not fire.
        """
        end = offer.candle.at + need.timeframe.millis
        closed = CandleClosed(need.timeframe, offer.candle, end, offer.indicators or {})
        fired = self.watcher.fired_by(closed, offer.group.plan_ids)
        if not fired:
            # Prices and people are heard between two candles, however many were missed.
            await asyncio.sleep(0)
            return ()
        atrs = self.atrs(need.exchange, need.symbol)
        before = self.rows(fired)
        failed = await self.watcher.on_database(partial(self.watcher.courses.candle, closed, fired, atrs, now))
        # A close counts from its own moment: what came since concerned nobody when it came.
        for market in sorted({row.market for row in self.rows(fired) - before}):
            self.watcher.look_again(market)
        return failed

    def rows(self, plan_ids: Sequence[int]) -> set[PlanRow]:
        """Where plans stand that are watched."""
        return {self.watcher.plans[plan_id].row for plan_id in plan_ids if plan_id in self.watcher.plans}

    def tell_failure(self, need: Need, series: Series, remedy: str | None) -> None:
        """Log once that the exchange does not give a market's candles, and when it does again."""
        if remedy == series.failure:
            return
        about = {"exchange": need.exchange, "symbol": need.symbol, "timeframe": need.timeframe.value}
        if remedy is None:
            log.info("candles back", **about)
        else:
            log.warning("candles failed", **about, remedy=remedy)
        series.failure = remedy

    def tell(self, need: Need, series: Series, lacking: Sequence[Millis]) -> None:
        """Log once what is missing, and when it is not any more."""
        about = {"exchange": need.exchange, "symbol": need.symbol, "timeframe": need.timeframe.value}
        trouble = series.trouble(lacking)
        if not lacking and series.told is not None:
            log.info("candles whole", **about)
        if trouble is not None and trouble != series.told:
            event = "candles too few" if trouble.young else "candles missing"
            log.warning(event, **about, first=trouble.at, missing=len(lacking))
        series.told = trouble if lacking else None

    def atrs(self, exchange: str, symbol: str) -> dict[Timeframe, Decimal]:
        """ATR(14) of a market by timeframe, where it was read at the last close or the one before."""
        now = self.clock()
        found: dict[Timeframe, Decimal] = {}
        for timeframe in Timeframe:
            series = self.series.get(Need(exchange, symbol, timeframe))
            atr = None if series is None else series.atr
            if atr is not None and atr[0] >= timeframe.start_of(now) - timeframe.millis:
                found[timeframe] = atr[1]
        return found
