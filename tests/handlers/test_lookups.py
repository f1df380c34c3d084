"""What is looked up while a plan is built: all at once, once at a time, kept for a while, and never waited for long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import pytest
from structlog.testing import capture_logs

from chatbot.coach.outlook import Outlook, Sought
from chatbot.core.candles import Candle
from chatbot.core.market import FundingRate, MarketError, Quote, Retry
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from handlers.lookups import AFTER_CLOSE, FUNDING_FOR, MOST_KEPT, Kept, Lookups

EXCHANGE: Final = "binanceusdm"
SYMBOL: Final = "BTC/USDT:USDT"
SOUGHT: Final = Sought(EXCHANGE, SYMBOL, Timeframe.M15)
LENGTH: Final = Timeframe.M15.millis
BEGIN: Final[Millis] = 1_700_000_100_000
PRICE: Final = Decimal(60000)
RATE: Final = FundingRate(Decimal("0.01"), Decimal(8))
AWAY: Final = MarketError(EXCHANGE, Retry(1_000, "down"))


@dataclass
class Exchange:
    """Answers as a test wants: at once, when its gate opens, or not at all. Counts what it is asked."""

    at: Millis = BEGIN
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False
    breaks: bool = False
    is_empty: bool = False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def clock(self) -> Millis:
        return self.at

    async def answer(self, what: str) -> None:
        """Counted, and perhaps held up."""
        self.asked.append(what)
        await self.gate.wait()
        if self.fails:
            raise AWAY
        if self.breaks:
            raise RuntimeError("out of order")

    async def prepare(self, _: str) -> None:
        await self.answer("markets")

    async def quotes(self, _: str, symbols: frozenset[str]) -> Mapping[str, Quote]:
        await self.answer("price")
        return {} if self.is_empty else {symbol: Quote(symbol, PRICE, self.at) for symbol in symbols}

    async def candles(
        self, _: str, __: str, ___: str, since: Millis | None = None, limit: int = 498
    ) -> Sequence[Candle]:
        assert since is None, "the newest candles are asked for"
        await self.answer("candles")
        last = self.at // LENGTH * LENGTH - LENGTH
        count = 0 if self.is_empty else limit
        return [
            Candle(last - number * LENGTH, PRICE, PRICE + 50 + number % 9, PRICE - 50, PRICE, Decimal(1))
            for number in reversed(range(count))
        ]

    async def learn_brackets(self, _: str, __: str) -> None:
        await self.answer("brackets")

    async def funding_rate(self, _: str, __: str) -> FundingRate | None:
        await self.answer("funding")
        return None if self.is_empty else RATE

    def lookups(self, patience: float = 5.0) -> Lookups:
        return Lookups(self, self, self.clock, patience)


async def test_outlook_has_price_chart_and_funding() -> None:
    """All asked at once; the markets are loaded once for all of them, the brackets learned on the way."""
    exchange = Exchange()
    seen = await exchange.lookups().outlook(SOUGHT)
    assert (seen.of, seen.price, seen.funding) == (SOUGHT, PRICE, RATE)
    assert seen.chart is not None
    assert (len(seen.chart.candles), seen.chart.timeframe) == (400, Timeframe.M15)
    assert sorted(exchange.asked) == ["brackets", "candles", "funding", "markets", "price"]


async def test_chart_is_kept_until_the_next_candle_closes() -> None:
    """A moment longer, since exchanges revise a candle's last trades."""
    exchange = Exchange()
    lookups = exchange.lookups()
    first = await lookups.outlook(SOUGHT)
    exchange.at = BEGIN // LENGTH * LENGTH + LENGTH + AFTER_CLOSE - 1
    assert (await lookups.outlook(SOUGHT)).chart is first.chart
    exchange.at += 1
    assert (await lookups.outlook(SOUGHT)).chart is not first.chart
    assert exchange.asked.count("candles") == 2
    assert exchange.asked.count("price") == 3


async def test_funding_is_kept_for_some_minutes() -> None:
    """It changes every few hours."""
    exchange = Exchange()
    lookups = exchange.lookups()
    await lookups.outlook(SOUGHT)
    exchange.at += FUNDING_FOR - 1
    await lookups.outlook(SOUGHT)
    assert exchange.asked.count("funding") == 1
    exchange.at += 1
    await lookups.outlook(SOUGHT)
    assert exchange.asked.count("funding") == 2


async def test_slow_exchange_is_not_waited_for_but_its_answer_is_kept() -> None:
    """The conversation goes on without it, asks nothing twice, and has the answer the next time."""
    exchange = Exchange()
    exchange.gate.clear()
    lookups = exchange.lookups(patience=0.01)
    assert await lookups.outlook(SOUGHT) == Outlook(SOUGHT)
    assert await lookups.outlook(SOUGHT) == Outlook(SOUGHT)
    assert exchange.asked == ["markets"]
    under_way = [question.task for question in lookups.asking.values()]
    exchange.gate.set()
    await asyncio.gather(*under_way)
    patient = await lookups.outlook(SOUGHT)
    assert patient.chart is not None
    assert exchange.asked.count("candles") == 1


async def test_question_that_hangs_holds_up_one_answer_only() -> None:
    """The next answers do not wait for it again, however patient they are."""
    exchange = Exchange()
    exchange.gate.clear()
    lookups = exchange.lookups(patience=0.01)
    await lookups.outlook(SOUGHT)
    lookups.patience = 3_600
    assert await lookups.outlook(SOUGHT) == Outlook(SOUGHT)
    await lookups.aclose()


async def test_failing_exchange_gives_nothing_and_is_asked_again() -> None:
    """None of it is an error of ours."""
    exchange = Exchange(fails=True)
    lookups = exchange.lookups()
    with capture_logs() as logs:
        assert await lookups.outlook(SOUGHT) == Outlook(SOUGHT)
        assert "binanceusdm does not answer right now (down)" in str(await lookups.prepare(EXCHANGE))
    assert logs == []
    exchange.fails = False
    assert (await lookups.outlook(SOUGHT)).price == PRICE
    assert await lookups.prepare(EXCHANGE) is None


async def test_exchange_without_data_gives_nothing() -> None:
    """A market nobody trades yet has no candles and no price."""
    assert await Exchange(is_empty=True).lookups().outlook(SOUGHT) == Outlook(SOUGHT)


async def test_what_breaks_is_logged_and_the_talk_goes_on() -> None:
    """A mistake of ours in a chart must not stop somebody from building a plan."""
    with capture_logs() as logs:
        lookups = Exchange(breaks=True).lookups()
        assert await lookups.outlook(SOUGHT) == Outlook(SOUGHT)
    assert {line["event"] for line in logs} == {"lookup failed"}


async def test_nothing_is_asked_any_more_once_it_is_closed() -> None:
    """What was under way is cancelled."""
    exchange = Exchange()
    exchange.gate.clear()
    lookups = exchange.lookups(patience=0.01)
    await lookups.outlook(SOUGHT)
    await lookups.aclose()
    assert lookups.asking == {}


def test_what_is_kept_is_bounded() -> None:
    """The oldest makes room for the newest."""
    kept = Kept()
    for number in range(MOST_KEPT + 1):
        kept.put(number, 10, number)
    assert len(kept.answers) == MOST_KEPT
    assert kept.get(0, 5) is None
    assert kept.get(1, 5) == 1


@pytest.mark.parametrize(("now", "found"), [(9, "yes"), (10, None)])
def test_what_is_kept_counts_until_its_time(now: Millis, found: str | None) -> None:
    """Not at its end any more."""
    kept = Kept()
    kept.put("key", 10, "yes")
    assert kept.get("key", now) == found
