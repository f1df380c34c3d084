"""Polling without an exchange: errors sorted, silence noticed, markets forgotten with their last plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk, Watched
from chatbot.coach.outages import SILENT_MARKETS, Outages, markets_in
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.market import (
    Final,
    Instrument,
    Market,
    MarketError,
    Pause,
    Quote,
    Remedy,
    Resolution,
    Retry,
    Unknown,
)
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.records import PlanRow
from chatbot.watch.silence import Clocks
from chatbot.watch.watcher import GIVEN_UP_FOR, Watcher
from storage.database import open_database

BTC = "BTC/USDT:USDT"
MARKET = Market("binanceusdm", BTC)
T = TypeVar("T")


@dataclass
class Clock:
    """Milliseconds that a test moves."""

    now: Millis = 1_800_000_000_000

    def __call__(self) -> Millis:
        return self.now


@dataclass
class Source:
    """Answers with these prices, or fails with this remedy; counts how often it was asked."""

    clock: Clock
    prices: dict[str, Decimal] = field(default_factory=dict)
    remedy: Remedy | None = None
    asked: list[frozenset[str]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    """What happens while it is asked."""

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        del trigger_price
        self.asked.append(symbols)
        self.before()
        if self.remedy is not None:
            raise MarketError(exchange, self.remedy)
        return {s: Quote(s, price, self.clock()) for s, price in self.prices.items() if s in symbols}

    async def candles(
        self,
        exchange: str,
        symbol: str,
        timeframe: str,
        since: Millis | None = None,
        limit: int = 498,
        trigger_price: TriggerPrice = TriggerPrice.LAST,
    ) -> list[Candle]:
        asked = f"{timeframe} {trigger_price} candles of {symbol} since {since}, {limit} at most"
        raise MarketError(exchange, Final(f"no {asked}"))

    async def minutes(
        self, exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        return await self.candles(exchange, symbol, "1m", since, limit, trigger_price), ()

    async def trades(self, exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        raise MarketError(exchange, Final(f"no trades of {symbol} in {since}-{until}"))


class NoInstruments:
    """Knows no market."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        del exchange, symbol
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:
        return Unknown(f"{text} on {exchange}", ())


async def here(work: Callable[[], T], /) -> T:
    return work()


@dataclass
class Rig:
    watcher: Watcher
    source: Source
    clock: Clock


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    clock = Clock()
    source = Source(clock)
    with open_database(f"sqlite:///{tmp_path / 'watch.db'}") as database:
        desk = Desk(database.units, clock, clock, b"key", NoInstruments())
        watcher = Watcher(source, Courses(Trades(desk)), Outages(desk), here, Clocks(clock, clock))
        await watcher.load()
        yield Rig(watcher, source, clock)


def watched(plan_id: int, symbol: str = BTC, phase: Phase = Phase.WAITING, exchange: str = "binanceusdm") -> Watched:
    interval = Interval(Decimal(100), Decimal(200))
    return Watched(PlanRow(plan_id, 1, 1, 1, exchange, symbol, phase, 1, interval, None))


async def test_nothing_is_asked_where_nothing_is_watched(rig: Rig) -> None:
    """An exchange without plans is left alone."""
    await rig.watcher.poll("binanceusdm")
    assert rig.source.asked == []
    assert rig.watcher.markets() == frozenset()


async def test_one_request_asks_for_all_markets_of_an_exchange(rig: Rig) -> None:
    """All symbols in one, and none of another exchange's."""
    rig.watcher.put(
        [watched(1), watched(2, "ETH/USDT:USDT"), watched(3), watched(4, "XRP/USDT:USDT", exchange="bybit")]
    )
    await rig.watcher.poll("binanceusdm")
    assert rig.source.asked == [{BTC, "ETH/USDT:USDT"}]
    assert {market.exchange for market in rig.watcher.markets()} == {"binanceusdm", "bybit"}


async def test_a_closed_plan_is_forgotten_with_its_market(rig: Rig) -> None:
    """Once the last plan of a market is over, its price is not asked for; forgetting twice does no harm."""
    rig.watcher.put([watched(1), watched(2)])
    rig.watcher.put([watched(1, phase=Phase.CLOSED)])
    assert list(rig.watcher.plans) == [2]
    rig.watcher.put([watched(2, phase=Phase.CLOSED), watched(2, phase=Phase.CLOSED)])
    await rig.watcher.poll("binanceusdm")
    assert rig.source.asked == []


async def test_each_exchange_is_announced_once(rig: Rig) -> None:
    """A market's first plan asks for polls of its exchange."""
    told: list[str] = []
    rig.watcher.on_exchange = told.append
    rig.watcher.put([watched(1), watched(2)])
    assert told == ["binanceusdm"]


@pytest.mark.parametrize(
    ("remedy", "wait"),
    [(Retry(1_500, "cut off"), 1_500), (Pause(90_000, "banned"), 90_000), (Final("unknown symbol"), GIVEN_UP_FOR)],
    ids=["retry", "pause", "final"],
)
async def test_an_error_says_when_to_ask_again(rig: Rig, remedy: Remedy, wait: Millis) -> None:
    """Until then the exchange is not asked; at that moment it is, and the answer counts."""
    rig.watcher.put([watched(1)])
    rig.source.remedy = remedy
    await rig.watcher.poll("binanceusdm")
    rig.clock.now += wait - 1
    await rig.watcher.poll("binanceusdm")
    assert len(rig.source.asked) == 1
    rig.source.remedy, rig.source.prices = None, {BTC: Decimal(150)}
    rig.clock.now += 1
    await rig.watcher.poll("binanceusdm")
    assert len(rig.source.asked) == 2
    assert rig.watcher.heard[MARKET] == rig.clock.now


async def test_a_market_left_out_of_an_answer_falls_silent_alone(rig: Rig) -> None:
    """One symbol without a price is silent after a minute; the others are not."""
    rig.watcher.put([watched(1), watched(2, "ETH/USDT:USDT")])
    rig.source.prices = {BTC: Decimal(150)}
    rig.clock.now += 61_000
    await rig.watcher.poll("binanceusdm")
    assert set(rig.watcher.silence.since) == {Market("binanceusdm", "ETH/USDT:USDT")}
    rig.source.prices["ETH/USDT:USDT"] = Decimal(150)
    await rig.watcher.poll("binanceusdm")
    assert rig.watcher.silence.since == {}


async def test_only_plans_whose_interval_is_left_are_woken(rig: Rig) -> None:
    """A price inside wakes nobody; a price outside wakes those it leaves, and no unknown market."""
    rig.watcher.put(
        [watched(1), replace(watched(2), row=replace(watched(2).row, interval=Interval(None, Decimal(120))))]
    )
    inside, outside = Quote(BTC, Decimal(110), 1), Quote(BTC, Decimal(120), 1)
    assert rig.watcher.touched(MARKET, inside) == []
    assert rig.watcher.touched(MARKET, outside) == [2]
    assert rig.watcher.touched(Market("bybit", BTC), outside) == []


async def test_older_news_of_a_plan_is_no_news(rig: Rig) -> None:
    """What was read before a plan moved on must not undo what is known of it."""
    newer = replace(watched(1), row=replace(watched(1).row, sequence=5, interval=Interval(Decimal(1), Decimal(2))))
    rig.watcher.put([newer])
    rig.watcher.put([watched(1), watched(1, phase=Phase.CLOSED)])
    assert rig.watcher.plans[1].row.sequence == 5
    assert rig.watcher.indexes[MARKET].intervals[1] == Interval(Decimal(1), Decimal(2))


async def test_a_market_clock_set_back_stops_nothing(rig: Rig) -> None:
    """Pauses and silence are measured by a clock that never jumps; the time told is the market's."""
    market = Clock(rig.clock.now - 3_600_000)
    rig.watcher.clock = rig.watcher.silence.clock = market
    rig.watcher.put([watched(1)])
    rig.source.remedy = Retry(1_000, "cut off")
    await rig.watcher.poll("binanceusdm")
    market.now -= 3_600_000
    rig.clock.now += 1_000
    await rig.watcher.poll("binanceusdm")
    assert len(rig.source.asked) == 2
    rig.clock.now += 61_000
    await rig.watcher.poll("binanceusdm")
    assert stored_silence(rig) == {MARKET: market.now - 62_000}


async def test_a_market_left_while_silent_is_not_told_back_to_those_who_come_later(rig: Rig) -> None:
    """Its silence is forgotten with its last plan, also in what is stored, at the next poll of any exchange."""
    rig.watcher.put([watched(1)])
    rig.clock.now += 61_000
    await rig.watcher.poll("binanceusdm")
    rig.watcher.put([watched(1, phase=Phase.CLOSED)])
    assert rig.watcher.silence.since == {}
    await rig.watcher.poll("bybit")
    assert stored_silence(rig) == {}


async def test_a_silent_market_without_plans_is_forgotten_at_start(rig: Rig) -> None:
    """Its last plan may have ended just before the bot did."""
    rig.watcher.silence.outages.fell_silent(MARKET, 1)
    await rig.watcher.load()
    assert rig.watcher.silence.since == {}
    assert stored_silence(rig) == {}


async def test_a_price_of_a_market_forgotten_meanwhile_is_not_kept_as_heard(rig: Rig) -> None:
    """Else a plan armed there much later would begin with an old moment."""
    rig.watcher.put([watched(1)])
    rig.source.prices = {BTC: Decimal(150)}
    rig.source.before = lambda: rig.watcher.put([watched(1, phase=Phase.CLOSED)])
    await rig.watcher.poll("binanceusdm")
    assert rig.watcher.heard == {}


async def test_what_is_not_committed_is_not_remembered(rig: Rig) -> None:
    """A message that could not be stored is tried again with the next poll."""
    rig.watcher.put([watched(1)])
    rig.clock.now += 61_000

    async def broken(work: Callable[[], T], /) -> T:
        raise OSError("disk full")

    rig.watcher.silence.on_database = broken
    with pytest.raises(OSError, match="disk full"):
        await rig.watcher.poll("binanceusdm")
    assert rig.watcher.silence.since == {}
    rig.watcher.silence.on_database = here
    await rig.watcher.poll("binanceusdm")
    assert stored_silence(rig) != {}


async def test_a_plan_moved_while_prices_are_taken_is_given_these_prices(rig: Rig) -> None:
    """Its new interval may be left by the very prices that did not leave its old one; it gets them once."""
    rig.watcher.put([watched(1), watched(2)])
    rig.source.prices = {BTC: Decimal(150)}
    given: list[list[int]] = []

    async def moving(work: Callable[[], T], /) -> T:
        row = replace(watched(1).row, sequence=2, interval=Interval(Decimal(160), Decimal(200)))
        rig.watcher.put([replace(watched(1), row=row)])
        if isinstance(work, partial) and work.func == rig.watcher.courses.standing:
            given.append(work.args[1])
        return work()

    rig.watcher.on_database = moving
    await rig.watcher.poll("binanceusdm")
    assert given == [[1]]


def stored_silence(rig: Rig) -> dict[Market, Millis]:
    """The silent markets as the next start will find them, each with when it was last heard."""
    with rig.watcher.silence.outages.desk.units() as unit:
        return markets_in(unit.settings.get(SILENT_MARKETS))
