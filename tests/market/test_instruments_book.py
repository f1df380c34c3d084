"""The book of instruments: asked once, refreshed by the hour, brackets learned market by market, never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random

import pytest

from chatbot.coach.desk import MarketsUnknown
from chatbot.core.market import Bracket, FundingRate, Instrument, Unknown
from chatbot.market.connection import Manners
from chatbot.market.feed import Feed
from chatbot.market.instruments_book import InstrumentBook
from tests.market.publishing import Publishers

D = Decimal
BTC = "BTC/USDT:USDT"


@pytest.fixture
async def publishers() -> AsyncIterator[Publishers]:
    served = Publishers()
    runner = await served.start()
    yield served
    await runner.cleanup()


@pytest.fixture
async def book(publishers: Publishers) -> AsyncIterator[InstrumentBook]:
    feed = Feed(publishers.hosts(), only=True, random=Random(3), manners=Manners(timeout_ms=2_000))
    yield InstrumentBook(feed)
    await feed.aclose()


def known(book: InstrumentBook, exchange: str = "bybit") -> Instrument:
    """The instrument, which is known."""
    found = book.get(exchange, BTC)
    assert found is not None
    return found


async def test_markets_are_unknown_before_they_are_asked_for(book: InstrumentBook) -> None:
    """Nothing is guessed about an exchange that was not asked."""
    assert book.get("bybit", BTC) is None
    with pytest.raises(MarketsUnknown):
        book.resolve("bybit", "btc")


async def test_exchange_is_asked_once(book: InstrumentBook, publishers: Publishers) -> None:
    """What is known is read without waiting."""
    await book.prepare("bybit")
    asked = len(publishers.asked)
    await book.prepare("bybit")
    assert known(book).symbol == BTC
    assert isinstance(book.resolve("bybit", "nothing like it"), Unknown)
    assert len(publishers.asked) == asked


async def test_learned_brackets_belong_to_the_instrument(book: InstrumentBook, publishers: Publishers) -> None:
    """They are asked for once, and everybody who asks for the market gets them."""
    await book.prepare("bybit")
    assert known(book).brackets == ()
    await book.learn_brackets("bybit", BTC)
    await book.learn_brackets("bybit", BTC)
    assert [bracket.rate for bracket in known(book).brackets] == [D("0.005"), D("0.0056"), D("0.01")]
    assert book.resolve("bybit", "btc") == known(book)
    assert publishers.asked.count("/v5/market/risk-limit") == 1


async def test_markets_of_open_plans_are_known_with_their_brackets(
    book: InstrumentBook, publishers: Publishers
) -> None:
    """Liquidation is told by them from the start on; an exchange that is down takes nothing from the others."""
    await book.learn([("mtgox", BTC), ("bybit", BTC), ("bybit", "GONE/USDT:USDT"), ("mexc", BTC)])
    assert (len(known(book).brackets), len(known(book, "mexc").brackets)) == (3, 3)
    assert publishers.asked.count("/v5/market/risk-limit") == 1


async def test_refresh_asks_for_learned_brackets_again(book: InstrumentBook, publishers: Publishers) -> None:
    """What the exchange changed is known an hour later."""
    await book.prepare("bybit")
    await book.learn_brackets("bybit", BTC)
    publishers.bybit = publishers.bybit[:1]
    await book.refresh()
    assert known(book).brackets == (Bracket(D(0), D("0.005")),)


async def test_failed_refresh_keeps_what_was_known(book: InstrumentBook, publishers: Publishers) -> None:
    """An exchange that is down takes nothing away."""
    await book.prepare("bybit")
    await book.learn_brackets("bybit", BTC)
    publishers.failing = 503
    await book.refresh()
    assert len(known(book).brackets) == 3


async def test_brackets_that_can_not_be_had_are_none(book: InstrumentBook, publishers: Publishers) -> None:
    """No answer, or no published brackets, is no reason to stop; it is tried again when asked for again."""
    await book.prepare("bybit")
    publishers.bybit = "down"
    await book.learn_brackets("bybit", BTC)
    assert known(book).brackets == ()
    publishers.bybit = [{"id": 1, "riskLimitValue": "10", "maintenanceMargin": "0.01", "maxLeverage": "50"}]
    await book.learn_brackets("bybit", BTC)
    assert known(book).brackets == (Bracket(D(0), D("0.01")),)
    await book.learn_brackets("binanceusdm", BTC)
    assert ("binanceusdm", BTC) not in book.brackets


async def test_unknown_exchange_is_logged_and_done_without(book: InstrumentBook) -> None:
    """A plan may name an exchange that is known no more."""
    await book.learn([("mtgox", BTC)])
    await book.learn_brackets("mtgox", BTC)
    assert await book.funding_rate("mtgox", BTC) is None
    assert book.get("mtgox", BTC) is None


async def test_funding_rate_is_none_where_it_is_not_to_be_had(book: InstrumentBook, publishers: Publishers) -> None:
    """A card is shown without it."""
    assert await book.funding_rate("bybit", BTC) == FundingRate(D("-0.02"), D(8))
    publishers.failing = 503
    assert await book.funding_rate("bybit", BTC) is None
