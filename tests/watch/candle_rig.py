"""Candles made by hand, plans that wait for them, and a watch between the two; a request is an entry in a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk
from chatbot.coach.outages import Outages
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.events import Event, TierTriggered
from chatbot.core.inputs import Confirm
from chatbot.core.market import Instrument, MarketError, Quote, Remedy, Resolution, Retry, Unknown
from chatbot.core.money import Millis
from chatbot.core.plan import Direction, Plan, RsiTrigger, Tier, Trigger, TriggerPrice
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.records import User
from chatbot.watch.candle_watch import CandleWatch
from chatbot.watch.silence import Clocks
from chatbot.watch.watcher import Watcher
from storage.database import open_database
from tests.core.talking import plan

T = TypeVar("T")
START: Millis = 1_722_816_000_000
BTC = "BTC/USDT:USDT"
EXCHANGE = "binanceusdm"
RSI = RsiTrigger(Timeframe.M1, Decimal(60), Direction.UP)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    symbol: str
    timeframe: str
    since: Millis
    limit: int


@dataclass
class Exchange:
    """Candles by market; `hidden` ones are not sent, `hangs` are markets that answer only when released."""

    clock: Callable[[], Millis]
    candles_of: dict[str, dict[Millis, Candle]] = field(default_factory=dict)
    price: Decimal | None = Decimal(100)
    hidden: set[Millis] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    remedy: Remedy = field(default_factory=lambda: Retry(1_000, "down"))
    hangs: set[str] = field(default_factory=set)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        del trigger_price
        del exchange
        return {} if self.price is None else {s: Quote(s, self.price, self.clock()) for s in symbols}

    async def minutes(
        self, exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        return await self.candles(exchange, symbol, "1m", since, limit, trigger_price), ()

    async def trades(self, exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        """None can be had."""
        del exchange, symbol, since, until
        return None

    async def candles(
        self,
        exchange: str,
        symbol: str,
        timeframe: str,
        since: Millis | None = None,
        limit: int = 498,
        trigger_price: TriggerPrice = TriggerPrice.LAST,
    ) -> list[Candle]:
        del trigger_price
        self.requests.append(Request(symbol, timeframe, since or 0, limit))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await (self.released.wait() if symbol in self.hangs else asyncio.sleep(0))
        self.at_once -= 1
        if symbol in self.down:
            raise MarketError(exchange, self.remedy)
        length = Timeframe(timeframe).millis
        known = self.candles_of.get(symbol, {})
        over = [c for at, c in sorted(known.items()) if at not in self.hidden and at + length <= self.clock()]
        return [candle for candle in over if candle.at >= (since or 0)][:limit]


class NoInstruments:
    """Knows no market."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        del exchange, symbol
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:
        return Unknown(f"{text} on {exchange}", ())


@dataclass
class Rig:
    """Time stands still but when told; minute 0 begins at START."""

    now: Millis = START
    watch: CandleWatch = field(init=False)
    exchange: Exchange = field(init=False)
    trades: Trades = field(init=False)

    def clock(self) -> Millis:
        return self.now

    def arm(self, trigger: Trigger, symbol: str = BTC, **changes: object) -> int:
        """A plan whose first tier waits for this; gives back its id."""
        return self.arm_plan(replace(plan(), tiers=(Tier(Decimal(100), trigger),), symbol=symbol, **changes))  # type: ignore[arg-type]

    def arm_plan(self, made: Plan) -> int:
        with self.trades.desk.work() as work:
            work.unit.users.put(User(1, 1))
            return self.trades.arm(work, User(1, 1), made).plan_id

    def fill(self, plan_id: int, price: str = "100") -> None:
        """Tier 1 triggers by price and is confirmed."""
        Courses(self.trades).standing(Quote(BTC, Decimal(price), self.now), [plan_id])
        self.trades.each([plan_id], self.trades.moving(lambda state: Confirm(state.actions[0].number, self.now)))

    def events(self, plan_id: int = 1) -> tuple[Event, ...]:
        with self.trades.desk.units() as unit:
            record = unit.plans.record(plan_id)
            assert record is not None
            return tuple(record.events)

    def triggered(self, plan_id: int = 1) -> list[TierTriggered]:
        return [event for event in self.events(plan_id) if isinstance(event, TierTriggered)]

    async def at(self, seconds: float) -> None:
        """Look so many seconds after START."""
        self.now = START + round(seconds * 1_000)
        await self.watch.look()

    def past(self, symbol: str = BTC, *, minutes: int = 400, length: Millis = MINUTE) -> None:
        """Candles that closed before START, hardly moving, up and down in turn: RSI is near 50."""
        for number in range(-minutes, 0):
            self.close(number, "100" if number % 2 else "100.1", symbol, length=length)

    def close(self, number: int, price: str, symbol: str = BTC, *, length: Millis = MINUTE) -> None:
        """The candle so many lengths after START closes at this price."""
        at, closed, before = START + number * length, Decimal(price), Decimal(100)
        made = Candle(at, before, max(before, closed), min(before, closed), closed, Decimal(1))
        self.exchange.candles_of.setdefault(symbol, {})[at] = made

    def asked(self) -> int:
        return len(self.exchange.requests)


async def here(work: Callable[[], T], /) -> T:
    return work()


@asynccontextmanager
async def candle_rig(folder: Path) -> AsyncIterator[Rig]:
    """A watch on an empty database."""
    rig = Rig()
    with open_database(f"sqlite:///{folder / 'candles.db'}") as database:
        rig.exchange = Exchange(rig.clock)
        desk = Desk(database.units, rig.clock, rig.clock, b"key", NoInstruments())
        rig.trades = Trades(desk)
        watcher = Watcher(rig.exchange, Courses(rig.trades), Outages(desk), here, Clocks(rig.clock, rig.clock))
        desk.on_plans = watcher.put
        rig.watch = CandleWatch(watcher, rig.clock, indicate)
        yield rig
