"""A market whose every trade is written down, an exchange that gives what it is told to, and a watch over both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk
from chatbot.coach.outages import Outages
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.events import Event
from chatbot.core.market import Market, MarketError, Quote, Remedy, Retry
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, Plan, TriggerPrice
from chatbot.core.timeframes import MINUTE
from chatbot.records import User
from chatbot.watch.catch_up import CatchUp
from chatbot.watch.live import Live
from chatbot.watch.past import SETTLE, Past
from chatbot.watch.silence import Clocks
from chatbot.watch.watcher import Watcher
from storage.database import Database, open_database
from tests.core.planning import plan
from tests.watch.candle_rig import NoInstruments

EXCHANGE: Final = "binanceusdm"
BTC: Final = "BTC/USDT:USDT"
MARKET: Final = Market(EXCHANGE, BTC)
START: Final[Millis] = 1_800_000_000_000 - 1_800_000_000_000 % MINUTE
T = TypeVar("T")


@dataclass
class Tape:
    """The exchange: `trades` happened; `candles_only`: it does not give them; `hidden` minutes it does not show.

    `remedy`: it fails altogether; `without_past`: it gives prices of now alone; `without_trades`: all else.
    """

    clock: Callable[[], Millis]
    traded: list[Quote] = field(default_factory=list)
    candles_only: bool = False
    hidden: set[Millis] = field(default_factory=set)
    wider: dict[Millis, Candle] = field(default_factory=dict)
    remedy: Remedy | None = None
    fails_after: int | None = None
    """So many requests are answered, the others not."""
    without_past: Remedy | None = None
    without_trades: Remedy | None = None
    trades_remedy: Remedy | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens, once, while an answer is on its way."""
    breaks: Exception | None = None
    asked: list[tuple[str, Millis, int]] = field(default_factory=list)
    on_price: Callable[[], None] = lambda: None
    """What happens while a price is asked for."""

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        self.note("quotes", 0, len(symbols))
        self.on_price()
        self.fail(exchange)
        del trigger_price
        return {symbol: replace(self.traded[-1], symbol=symbol) for symbol in symbols}

    async def candles(
        self,
        exchange: str,
        symbol: str,
        timeframe: str,
        since: Millis | None = None,
        limit: int = 498,
        trigger_price: TriggerPrice = TriggerPrice.LAST,
    ) -> list[Candle]:
        del symbol, timeframe, trigger_price
        self.note("candles", since or 0, limit)
        self.fail(exchange, self.without_past)
        over = [candle for candle in self.every_minute() if candle.at + MINUTE <= self.clock()]
        return [candle for candle in over if candle.at >= (since or 0)][:limit]

    async def minutes(
        self, exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        over = await self.candles(exchange, symbol, "1m", since, limit, trigger_price)
        until = since + limit * MINUTE
        rest = [c for c in self.every_minute() if c.at + MINUTE > self.clock() and since <= c.at <= until]
        await self.go_on()
        return over, rest

    def every_minute(self) -> Iterable[Candle]:
        """A candle for every minute with a trade, but for the hidden ones."""
        by_minute: dict[Millis, list[Decimal]] = {}
        for trade in self.traded:
            by_minute.setdefault(trade.at - trade.at % MINUTE, []).append(trade.price)
        for at, prices in sorted(by_minute.items()):
            if at not in self.hidden:
                made = Candle(at, prices[0], max(prices), min(prices), prices[-1], Decimal(1))
                yield self.wider.get(at, made)

    async def trades(self, exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        del symbol
        self.note("trades", since, until - since)
        self.fail(exchange, self.without_past or self.without_trades)
        if self.trades_remedy is not None:
            raise MarketError(exchange, self.trades_remedy)
        found = None if self.candles_only else [trade for trade in self.traded if since <= trade.at < until]
        await self.go_on()
        return found

    async def go_on(self) -> None:
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()

    def note(self, what: str, since: Millis, size: int) -> None:
        self.asked.append((what, since, size))

    def fail(self, exchange: str, remedy: Remedy | None = None) -> None:
        if self.breaks is not None:
            raise self.breaks
        if self.fails_after is not None and len(self.asked) > self.fails_after:
            raise MarketError(exchange, Retry(1_000, "cut off"))
        if found := self.remedy or remedy:
            raise MarketError(exchange, found)


async def here(work: Callable[[], T], /) -> T:
    return work()


@dataclass
class Rig:
    """`now` is every clock at once; minute 0 begins at START."""

    database: Database
    now: Millis = START
    tape: Tape = field(init=False)
    trades: Trades = field(init=False)
    courses: Courses = field(init=False)
    watcher: Watcher = field(init=False)
    catch_up: CatchUp = field(init=False)
    past: Past = field(init=False)
    live: Live = field(init=False)

    def __post_init__(self) -> None:
        self.tape = Tape(self.clock)
        self.begin()

    def clock(self) -> Millis:
        return self.now

    def begin(self) -> None:
        """A bot that has just started on the database as it is."""
        desk = Desk(self.database.units, self.clock, self.clock, b"key", NoInstruments())
        self.trades = Trades(desk)
        clocks = Clocks(self.clock, self.clock)
        self.courses = Courses(self.trades)
        self.watcher = Watcher(self.tape, self.courses, Outages(desk), here, clocks)
        desk.on_plans = self.watcher.put
        self.past = Past(self.watcher, self.courses, self.clock)
        self.catch_up = CatchUp(self.watcher, self.past)
        self.live = Live(self.watcher, self.catch_up, self.courses)

    async def restart(self) -> None:
        """The bot was away; now it begins anew and has caught up."""
        await self.catch_up.stop()
        self.begin()
        await self.watcher.load()
        await self.catch_up.load()
        await self.catch_up.look()

    def arm(self, made: Plan | None = None, **changes: Any) -> int:
        """A plan of the worked example, with fills assumed, or another."""
        with self.trades.desk.work() as work:
            user = User(1, 1)
            work.unit.users.put(user)
            return self.trades.arm(work, user, made or plan(follow=Follow.ASSUMED, **changes)).plan_id

    def trade(self, seconds: float, price: str | int) -> None:
        """A trade so many seconds after START, which nobody sees."""
        self.tape.traded.append(Quote(BTC, Decimal(price), START + round(seconds * 1_000)))

    async def seen(self, seconds: float, price: str | int) -> None:
        """A trade, and the poll that sees it."""
        self.trade(seconds, price)
        self.now = START + round(seconds * 1_000)
        await self.watcher.poll(EXCHANGE)

    async def at(self, seconds: float) -> None:
        """Look so many seconds after START."""
        self.now = START + round(seconds * 1_000)
        await self.catch_up.look()

    def tick(self) -> None:
        """What time alone decides, as far as it may."""
        self.trades.clock(self.catch_up.ready(self.trades.due()))

    async def over(self, minute: int) -> None:
        """Look as soon as a minute has settled."""
        await self.at((minute + 1) * 60 + SETTLE / 1_000)

    def events(self, plan_id: int = 1) -> tuple[Event, ...]:
        with self.database.units() as unit:
            record = unit.plans.record(plan_id)
        assert record is not None
        return record.events

    def told(self) -> list[str]:
        """What was queued for the user, in order, superseded messages left out."""
        with self.database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT text FROM outbox WHERE state = 'queued' ORDER BY outbox_id")
            return [str(row[0]) for row in rows]

    def known_until(self) -> Millis | None:
        """The stored watermark, in minutes after START."""
        with self.database.units() as unit:
            found = unit.watermarks.get(MARKET)
        return None if found is None else (found - START) // MINUTE


class Stream:
    """Follows what it is told; live or not as a test says."""

    def __init__(self) -> None:
        self.listener = object()
        self.followed: list[frozenset[Market]] = []
        self.live = True
        self.noted: list[tuple[Market, int, Decimal]] = []

    def follow(self, exchange: str, markets: frozenset[Market]) -> None:
        assert {market.exchange for market in markets} <= {exchange}
        self.followed.append(markets)

    def is_live(self, market: Market) -> bool:
        del market
        return self.live

    def note_traded(self, market: Market, at: int, price: Decimal) -> None:
        self.noted.append((market, at, price))


def stream_of(rig: Rig) -> Stream:
    """A stream beside the polling."""
    stream = Stream()
    rig.watcher.stream = stream  # type: ignore[assignment]  # all the watcher calls
    return stream


@asynccontextmanager
async def past_rig(folder: Path) -> AsyncIterator[Rig]:
    """An empty database, a market without a trade."""
    with open_database(f"sqlite:///{folder / 'past.db'}") as database:
        rig = Rig(database)
        yield rig
        await rig.catch_up.stop()
        await rig.live.stop()
