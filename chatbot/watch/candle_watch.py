"""Closed candles for the tiers that wait for one: one request per market and timeframe, however many plans share it.

A candle that is late is asked for again, never guessed; candles missed while nobody watched are taken in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from chatbot.core.market import MarketError
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.ports import Clock
from chatbot.watch.watcher import Watcher

SETTLE: Final[Millis] = 2_000
"""How long after its end a candle is asked for: exchanges revise the last trades."""
ASK_AGAIN: Final[Millis] = 2_000
MOST_MISSED: Final = 480
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
        for need, plan_ids in needs.items():
            now = self.clock()
            since = self.done.setdefault(need, self.first(need, plan_ids, now))
            due = need.timeframe.start_of(now - SETTLE)
            if due > since and now >= self.ask_at.get(need, 0):
                await self.fetch(need, plan_ids, since)

    def first(self, need: Need, plan_ids: list[int], now: Millis) -> Millis:
        """Where to begin: the candle in which the first of the tiers was armed, within reason."""
        armed_at = min(self.watcher.plans[plan_id].armed_at for plan_id in plan_ids)
        return need.timeframe.start_of(max(armed_at, now - MOST_MISSED * need.timeframe.millis))

    async def fetch(self, need: Need, plan_ids: list[int], since: Millis) -> None:
        """Ask once, hand the closed candles over in order, and ask again soon if the newest is still missing."""
        self.ask_at[need] = self.clock() + ASK_AGAIN
        source, length = self.watcher.source, need.timeframe.millis
        try:
            candles = await source.candles(need.exchange, need.symbol, need.timeframe, since, MOST_MISSED)
        except MarketError as error:
            remedy = type(error.remedy).__name__
            log.warning("candles failed", exchange=need.exchange, timeframe=need.timeframe, remedy=remedy)
            return
        for candle in candles:
            await self.watcher.on_database(partial(self.watcher.trades.candle, need.timeframe, candle, plan_ids))
            self.done[need] = candle.at + length
