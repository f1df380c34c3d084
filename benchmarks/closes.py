"""How long a candle's close takes when many plans wait for it with an indicator; printed, nothing passes or fails."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeVar

from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk
from chatbot.coach.outages import Outages
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.market import Instrument, Quote, Resolution, Unknown
from chatbot.core.money import Millis
from chatbot.core.plan import Direction, Follow, Occasion, Plan, RsiTrigger
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.ports import Units
from chatbot.records import User
from chatbot.watch.candle_watch import SETTLE, CandleWatch
from chatbot.watch.watcher import Clocks, Watcher
from storage.database import open_database

T = TypeVar("T")
PAST: Final = 400
ALWAYS: Final = RsiTrigger(Timeframe.M1, Decimal(1), Direction.UP, on=Occasion.STATE)
NEVER: Final = replace(ALWAYS, level=Decimal(99))


@dataclass
class Market:
    """Minutes that go up and down in turn, on a clock moved by hand; no exchange is asked."""

    now: Millis = PAST * MINUTE

    def clock(self) -> Millis:
        """The market's time, and ours."""
        return self.now

    def get(self, exchange: str, symbol: str) -> Instrument | None:  # noqa: ARG002 -- the port's shape
        """Nothing is listed."""
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:  # noqa: ARG002 -- the port's shape
        """Nothing is listed."""
        return Unknown(text, ())

    async def quotes(self, exchange: str, symbols: frozenset[str]) -> Mapping[str, Quote]:  # noqa: ARG002 -- the port's shape
        """No candle is late here, so nobody asks for a price."""
        return {}

    async def candles(
        self,
        exchange: str,  # noqa: ARG002 -- the port's shape
        symbol: str,  # noqa: ARG002 -- the port's shape
        timeframe: str,  # noqa: ARG002 -- the port's shape
        since: Millis | None = None,
        limit: int = 498,
    ) -> list[Candle]:
        """What is over by now."""
        low, high, volume = Decimal(60000), Decimal(60050), Decimal(1)
        starts = range(max(since or 0, 0), self.now - MINUTE + 1, MINUTE)
        closes = ((at, high if at // MINUTE % 2 else low) for at in starts)
        return [Candle(at, low, high, low, close, volume) for at, close in closes][:limit]


async def directly(work: Callable[[], T], /) -> T:
    """The database on this very thread."""
    return work()


def watch_of(market: Market, units: Units) -> CandleWatch:
    """A bot that hears of candles, and of nothing else."""
    desk = Desk(units, market.clock, market.clock, b"key", market)
    watcher = Watcher(market, Courses(Trades(desk)), Outages(desk), directly, Clocks(market.clock, market.clock))
    desk.on_plans = watcher.put
    return CandleWatch(watcher, market.clock, indicate)


def arm(trades: Trades, plan: Plan, plans: int, fired: int) -> None:
    """So many plans whose first tier waits for an RSI; for so many of them it comes at the next close."""
    with trades.desk.work() as work:
        work.unit.users.put(User(1, 1))
        for number in range(plans):
            tier = replace(plan.tiers[0], trigger=ALWAYS if number < fired else NEVER)
            changed = replace(
                plan, tiers=(tier, *plan.tiers[1:]), follow=Follow.CONFIRMED, armed_at=trades.desk.clock()
            )
            trades.arm(work, User(1, 1), changed)


async def closed(plan: Plan, plans: int, fired: int) -> float:
    """The seconds one close takes."""
    market = Market()
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/bench.sqlite3") as database:
        watch = watch_of(market, database.units)
        arm(watch.watcher.trades, plan, plans, fired)
        await watch.look()
        market.now += MINUTE + SETTLE
        begin = time.perf_counter()
        await watch.look()
        return time.perf_counter() - begin


def measure_closes(plan: Plan, plans: int) -> None:
    """A close that fires nobody, and one that fires everybody."""
    for fired in (0, plans):
        took = asyncio.run(closed(plan, plans, fired))
        sys.stdout.write(f"candle close with {plans:,} rsi plans, {fired:,} fire: {took:.3f} s\n")
