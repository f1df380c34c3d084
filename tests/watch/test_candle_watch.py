"""Closed candles reach the tiers that wait for them: in order, none lost to a failure, none acted on too late."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk
from chatbot.coach.outages import Outages
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.events import CloseReason, PlanClosed, TierTriggered, TierWithdrawn
from chatbot.core.market import Instrument, MarketError, Quote, Resolution, Retry, Unknown
from chatbot.core.money import Millis
from chatbot.core.plan import CloseBeyond, Direction, Tier, TriggerPrice
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.records import User
from chatbot.watch.candle_watch import TRIES, CandleWatch
from chatbot.watch.silence import Clocks
from chatbot.watch.watcher import Watcher
from storage.database import open_database
from tests.core.talking import plan

T = TypeVar("T")
START: Millis = 1_722_816_000_000
LEVEL = Decimal(100)


@dataclass
class Exchange:
    """Candles that closed so far, one price, and whether it answers."""

    candles_closed: list[Candle] = field(default_factory=list)
    price: Decimal | None = LEVEL
    down: bool = False
    asked: int = 0

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        del trigger_price
        if self.down:
            raise MarketError(exchange, Retry(1_000, "down"))
        return {} if self.price is None else {s: Quote(s, self.price, START) for s in symbols}

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
        self.asked += 1
        if self.down:
            raise MarketError(exchange, Retry(1_000, f"{symbol} {timeframe} down"))
        return [candle for candle in self.candles_closed if candle.at >= (since or 0)][:limit]


class NoInstruments:
    """Knows no market."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        del exchange, symbol
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:
        return Unknown(f"{text} on {exchange}", ())


@dataclass
class Rig:
    """A plan whose first tier waits for a 1m close above 100."""

    watch: CandleWatch
    exchange: Exchange
    trades: Trades
    database: Path
    now: Millis = START

    def events(self) -> list[object]:
        """All that happened to the plan."""
        with self.trades.desk.units() as unit:
            record = unit.plans.record(1)
            assert record is not None
            return list(record.events)

    async def at(self, seconds: int) -> None:
        """Look at this moment."""
        self.now = START + seconds * 1_000
        await self.watch.look()

    def close(self, minute: int, price: str) -> None:
        """A minute closes at this price."""
        closed = Decimal(price)
        self.exchange.candles_closed.append(Candle(START + minute * MINUTE, closed, closed, closed, closed, Decimal(1)))


async def here(work: Callable[[], T], /) -> T:
    return work()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    path, exchange = tmp_path / "candles.db", Exchange()
    with open_database(f"sqlite:///{path}") as database:
        made: list[Rig] = []

        def clock() -> Millis:
            return made[0].now if made else START

        desk = Desk(database.units, clock, clock, b"key", NoInstruments())
        trades = Trades(desk)
        watcher = Watcher(exchange, Courses(trades), Outages(desk), here, Clocks(clock, clock))
        desk.on_plans = watcher.put
        waiting = replace(plan(), tiers=(Tier(Decimal(100), CloseBeyond(Timeframe.M1, LEVEL, Direction.UP)),))
        with desk.work() as work:
            work.unit.users.put(User(1, 1))
            trades.arm(work, User(1, 1), waiting)
        made.append(Rig(CandleWatch(watcher, clock, indicate), exchange, trades, path))
        yield made[0]


async def test_a_candle_is_asked_for_once_it_has_settled(rig: Rig) -> None:
    """Nothing is asked while the candle forms; the close triggers at its price."""
    await rig.at(59)
    assert rig.exchange.asked == 0
    rig.close(0, "101")
    await rig.at(63)
    assert [e.price for e in rig.events() if isinstance(e, TierTriggered)] == [Decimal(101)]
    await rig.at(70)
    assert rig.exchange.asked == 1


async def test_a_late_or_missing_candle_is_asked_for_again(rig: Rig) -> None:
    """An exchange that is down, or has not got the candle yet, is asked anew a second later."""
    rig.exchange.down = True
    await rig.at(63)
    rig.exchange.down = False
    await rig.at(63)
    assert rig.exchange.asked == 1
    await rig.at(66)
    rig.close(0, "101")
    await rig.at(69)
    assert rig.exchange.asked == 3
    assert any(isinstance(event, TierTriggered) for event in rig.events())


@pytest.mark.parametrize(("price", "kind"), [("102", TierTriggered), ("104", TierWithdrawn)])
async def test_a_candle_found_late_is_judged_by_the_price_of_now(rig: Rig, price: str, kind: type) -> None:
    """After two hours away the close's own price is not on offer any more."""
    rig.close(0, "101")
    rig.exchange.price = Decimal(price)
    await rig.at(7_200)
    found = [event for event in rig.events() if isinstance(event, kind)]
    assert [event.price for event in found if isinstance(event, TierTriggered | TierWithdrawn)] == [Decimal(price)]


@pytest.mark.parametrize(
    ("price", "reason"),
    [("101", CloseReason.EXPIRED), ("96", CloseReason.INVALIDATED), ("107", CloseReason.INVALIDATED)],
)
async def test_a_plan_that_is_over_by_now_is_not_offered_late(rig: Rig, price: str, reason: CloseReason) -> None:
    """A candle of before it expired, or before price reached its stop or first target: nobody is told to enter."""
    expires_at = START + 60 * MINUTE if reason is CloseReason.EXPIRED else None
    tiers = (Tier(Decimal(100), CloseBeyond(Timeframe.M1, LEVEL, Direction.UP)),)
    with rig.trades.desk.work() as work:
        rig.trades.arm(work, User(1, 1), replace(plan(), tiers=tiers, expires_at=expires_at))
    rig.close(0, "101")
    rig.exchange.price = Decimal(price)
    await rig.at(7_200)
    with rig.trades.desk.units() as unit:
        record = unit.plans.record(2)
    assert record is not None
    closed = record.events[-1]
    assert isinstance(closed, PlanClosed)
    assert (closed.reason, len(record.events)) == (reason, 2)


async def test_a_late_candle_waits_for_a_price(rig: Rig) -> None:
    """Without a price of now a candle of the past decides nothing; it is not forgotten either."""
    rig.close(0, "101")
    rig.exchange.price = None
    await rig.at(7_200)
    assert len(rig.events()) == 1
    rig.exchange.price = Decimal(102)
    await rig.at(7_210)
    assert any(isinstance(event, TierTriggered) for event in rig.events())


async def test_a_candle_is_not_lost_to_a_database_that_fails(rig: Rig) -> None:
    """A locked or broken table now, a decision at the next look."""
    rig.close(0, "101")
    with sqlite3.connect(rig.database) as other:
        other.execute("ALTER TABLE outbox RENAME TO elsewhere")
    await rig.at(63)
    with sqlite3.connect(rig.database) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO outbox")
    assert len(rig.events()) == 1
    await rig.at(66)
    assert any(isinstance(event, TierTriggered) for event in rig.events())


async def test_a_plan_that_never_can_holds_up_no_candle_for_ever(rig: Rig) -> None:
    """After a few tries the next candle is looked at all the same."""
    rig.close(0, "101")
    with sqlite3.connect(rig.database) as other:
        other.execute("ALTER TABLE outbox RENAME TO elsewhere")
    for look in range(TRIES):
        await rig.at(63 + 3 * look)
    asked = rig.exchange.asked
    await rig.at(100)
    assert rig.exchange.asked == asked
