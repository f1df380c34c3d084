"""Funding rates: the rate of now with the interval it is paid at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random

import pytest

from chatbot.core.market import FundingRate, MarketError
from chatbot.market.connection import Manners
from chatbot.market.errors import BadPayloadError
from chatbot.market.feed import Feed
from chatbot.market.funding import funding_of, hours_in, hours_of, rate_of
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from tests.market.publishing import Publishers

D = Decimal
BTC = "BTC/USDT:USDT"


@pytest.fixture
async def published() -> AsyncIterator[Feed]:
    """A feed of exchanges that name rate and interval in one answer."""
    served = Publishers()
    runner = await served.start()
    feed = Feed(served.hosts(), only=True, random=Random(3), manners=Manners(timeout_ms=2_000))
    yield feed
    await feed.aclose()
    await runner.cleanup()


async def test_funding_rate_is_read_with_its_interval(feed: Feed, emulator: ExchangeEmulator) -> None:
    """Binance names the rate in one answer and the interval in another."""
    assert await feed.funding_rate("binanceusdm", BTC) == FundingRate(D("0.01"), D(8))
    paths = [call.path for call in emulator.log.calls]
    assert paths == ["/fapi/v1/exchangeInfo", "/fapi/v1/premiumIndex", "/fapi/v1/fundingInfo"]


async def test_funding_rate_of_exchanges_that_name_both_at_once(published: Feed) -> None:
    """Below 0 the shorts pay; the interval is the market's own."""
    assert await published.funding_rate("bybit", BTC) == FundingRate(D("-0.02"), D(8))
    assert await published.funding_rate("mexc", BTC) == FundingRate(D("0.0063"), D(4))


async def test_funding_rate_of_an_unlisted_market_is_an_error(feed: Feed) -> None:
    """Nothing is asked for what does not exist."""
    with pytest.raises(MarketError, match="does not list"):
        await feed.funding_rate("binanceusdm", "NOPE/USDT:USDT")


def test_rate_is_in_percent() -> None:
    """A ten-thousandth is 0.01 %; what is no number is no rate."""
    assert rate_of({"symbol": BTC, "fundingRate": "0.0001"}, BTC) == D("0.01")
    assert rate_of({"symbol": BTC, "fundingRate": None}, BTC) is None


@pytest.mark.parametrize("row", [None, [], {}, {"symbol": "ETH/USDT:USDT", "fundingRate": "0.0001"}])
def test_rate_of_something_else_is_refused(row: object) -> None:
    """An answer about another market is none."""
    with pytest.raises(BadPayloadError):
        rate_of(row, BTC)


@pytest.mark.parametrize(
    ("row", "hours"),
    [
        ({"interval": "4h"}, D(4)),
        ({"interval": None}, None),
        ({"interval": "h"}, None),
        ({"interval": "0h"}, None),
        ([], None),
    ],
)
def test_interval_is_read_in_hours(row: object, hours: D | None) -> None:
    """Only a number of hours above 0 is one."""
    assert hours_of(row) == hours


def test_interval_that_is_not_listed_is_the_usual_one() -> None:
    """Binance lists only the markets that differ from 8 hours."""
    assert hours_in({BTC: {"interval": "4h"}}, BTC) == D(4)
    assert hours_in({}, BTC) == D(8)
    with pytest.raises(BadPayloadError):
        hours_in([], BTC)


def test_no_rate_is_no_funding() -> None:
    """Without a rate the interval means nothing; without an interval it is the usual one."""
    assert funding_of(None, D(8)) is None
    assert funding_of(D("0.01"), None) == FundingRate(D("0.01"), D(8))
