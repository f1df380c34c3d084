"""Closed candles for the tiers that wait for one: one request per market and timeframe, however many plans share it.

A candle that is late is asked for again, never guessed. Candles missed while nobody watched are taken in order, but
what they offered is judged at the price of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

import structlog

from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import MarketError
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.ports import Clock
from chatbot.watch.watcher import Watcher

SETTLE: Final[Millis] = 2_000
"""How long after its end a candle is asked for: exchanges revise the last trades."""
ASK_AGAIN: Final[Millis] = 2_000
LATE: Final[Millis] = 30_000
"""A candle this long over is found late."""
MOST_MISSED: Final = 480
TRIES: Final = 5
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Need:
    """Candles that some armed tier waits for."""

    exchange: str
    symbol: str
    timeframe: Timeframe


class CandleWatch:
    """Asks for candles as they close. `clock` is the market's time."""

    def __init__(self, watcher: Watcher, clock: Clock) -> None:
        self.watcher, self.clock = watcher, clock
        self.done: dict[Need, Millis] = {}
        self.ask_at: dict[Need, Millis] = {}
        self.failures: dict[tuple[Need, Millis], int] = {}

    def needs(self) -> dict[Need, list[int]]:
        """Who waits for which candles."""
        found: dict[Need, list[int]] = {}
        for plan_id, plan in self.watcher.plans.items():
            for timeframe in plan.timeframes:
                found.setdefault(Need(plan.row.exchange, plan.row.symbol, timeframe), []).append(plan_id)
        return found

    async def look(self) -> None:
        """Take every candle that has closed since the last look."""
        needs = self.needs()
        self.done = {need: end for need, end in self.done.items() if need in needs}
        self.failures = {(need, end): n for (need, end), n in self.failures.items() if end > self.done.get(need, end)}
        self.ask_at = {need: at for need, at in self.ask_at.items() if need in needs}
        for need, plan_ids in needs.items():
            now = self.clock()
            since = self.done.setdefault(need, self.first(need, plan_ids, now))
            due = need.timeframe.start_of(now - SETTLE)
            if due > since and now >= self.ask_at.get(need, 0):
                await self.ask(need, plan_ids, since)

    def first(self, need: Need, plan_ids: list[int], now: Millis) -> Millis:
        """Where to begin: the candle in which the first of the tiers was armed, within reason."""
        armed_at = min(self.watcher.plans[plan_id].armed_at for plan_id in plan_ids)
        return need.timeframe.start_of(max(armed_at, now - MOST_MISSED * need.timeframe.millis))

    async def ask(self, need: Need, plan_ids: list[int], since: Millis) -> None:
        """Ask once, and again soon if that failed or the newest candle is still missing."""
        self.ask_at[need] = self.clock() + ASK_AGAIN
        try:
            candles = await self.watcher.source.candles(need.exchange, need.symbol, need.timeframe, since, MOST_MISSED)
            market = await self.price_now(need) if any(self.is_late(need, c) for c in candles) else None
        except MarketError as error:
            remedy = type(error.remedy).__name__
            log.warning("candles failed", exchange=need.exchange, timeframe=need.timeframe, remedy=remedy)
            return
        await self.hand_over(need, plan_ids, candles, market)

    def is_late(self, need: Need, candle: Candle) -> bool:
        """Whether what the candle's close offered is a thing of the past."""
        return self.clock() - (candle.at + need.timeframe.millis) > LATE

    async def price_now(self, need: Need) -> Decimal | None:
        """The market's price, to judge a late candle by. Raises MarketError."""
        quotes = await self.watcher.source.quotes(need.exchange, frozenset({need.symbol}))
        quote = quotes.get(need.symbol)
        return None if quote is None else quote.price

    async def hand_over(
        self, need: Need, plan_ids: list[int], candles: Sequence[Candle], market: Decimal | None
    ) -> None:
        """Every plan decides on every candle, in order; one that could not is asked again before the next candle."""
        for candle in candles:
            late = self.is_late(need, candle)
            if late and market is None:
                return
            end = candle.at + need.timeframe.millis
            closed = CandleClosed(need.timeframe, candle, end, market=market if late else None)
            # A candle that a plan saw before decides nothing twice: its tier is no longer armed, or did not fire.
            failed = await self.watcher.on_database(partial(self.watcher.trades.candle, closed, plan_ids))
            if failed and self.try_again(need, end):
                return
            self.done[need] = end

    def try_again(self, need: Need, end: Millis) -> bool:
        """Whether a candle that a plan could not take is handed over once more; a plan that never can stops nobody."""
        self.failures[need, end] = self.failures.get((need, end), 0) + 1
        return self.failures[need, end] < TRIES
