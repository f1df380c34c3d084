"""Prices that are asked for in several requests: one that fails for itself takes no other's price away."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import ccxt
import pytest

from chatbot.core.market import Final as GiveUp
from chatbot.core.market import MarketError, Pause, Retry
from chatbot.market.connection import Connection
from chatbot.market.feed import Feed
from chatbot.market.instruments import catalogue_of
from tests.market.streaming import BTC, ETH, SOL, listed, row_of

NOW: Final = 1_722_470_400_000
USDC: Final = "SOL/USDC:USDC"
THREE: Final = frozenset({BTC, ETH, SOL})
Answers = Mapping[str, Exception | str | None]
"""By symbol: the price, an error instead of an answer, or None for an answer that holds no price."""


def asked_one_by_one(feed: Feed, answers: Answers) -> list[str]:
    """Let WEEX answer so when it is asked for a candle; what it is asked for is listed as it comes."""
    listed(feed, "weex")
    asked: list[str] = []

    async def candles(symbol: str, *_: object) -> list[Any]:
        asked.append(symbol)
        answer = answers[symbol]
        if isinstance(answer, Exception):
            raise answer
        return [] if answer is None else [[NOW, answer, answer, answer, answer, "1"]]

    feed.connection("weex").client.fetch_ohlcv = candles
    return asked


def asked_by_settle(feed: Feed, answers: Answers) -> list[str]:
    """Let Bitget answer so when it is asked for the prices of what settles in one currency."""
    listed(feed, "bitget")
    asked: list[str] = []
    settle_in_usdc(feed.connection("bitget"))

    async def tickers(symbols: list[str]) -> dict[str, Any]:
        asked.extend(symbols)
        for symbol in symbols:
            if isinstance(error := answers[symbol], Exception):
                raise error
        return {symbol: {"symbol": symbol, "last": answers[symbol], "timestamp": NOW} for symbol in symbols}

    feed.connection("bitget").client.fetch_tickers = tickers
    return asked


def settle_in_usdc(connection: Connection) -> None:
    """Let an exchange list one contract more, which settles in another currency."""
    other = row_of(connection.client, "bitget", "SOL") | dict.fromkeys(("quote", "settle", "quoteId"), "USDC")
    other |= {"symbol": USDC, "id": "SOLPERP", "settleId": "USDC"}
    connection.client.set_markets([*connection.client.markets.values(), other])
    connection.known = catalogue_of("bitget", connection.client.markets.values())


@pytest.mark.parametrize("failing", [BTC, ETH, SOL])
@pytest.mark.parametrize("answer", [None, "NaN", ccxt.BadSymbol("weex -1121"), ccxt.BadRequest("weex -1142")])
async def test_a_market_that_fails_for_itself_is_left_out(
    feed: Feed, failing: str, answer: Exception | str | None
) -> None:
    """Asked one by one, a market without a candle or one that is refused leaves the others their prices."""
    asked = asked_one_by_one(feed, dict.fromkeys(THREE, "5") | {failing: answer})
    quotes = await feed.quotes("weex", THREE)
    assert {symbol: quote.price for symbol, quote in quotes.items()} == dict.fromkeys(THREE - {failing}, Decimal(5))
    assert asked == sorted(THREE)


@pytest.mark.parametrize(("answer", "kind"), [(None, Retry), (ccxt.BadSymbol("weex -1121"), GiveUp)])
async def test_where_no_price_came_at_all_the_first_failure_is_told(
    feed: Feed, answer: Exception | None, kind: type
) -> None:
    """With all of them failing, the remedy is that of the first."""
    asked = asked_one_by_one(feed, {BTC: answer, ETH: None, SOL: None})
    with pytest.raises(MarketError) as raised:
        await feed.quotes("weex", THREE)
    assert isinstance(raised.value.remedy, kind)
    assert len(asked) == 3


@pytest.mark.parametrize(("exchange", "symbols"), [("weex", (BTC, ETH)), ("bitget", (USDC, BTC))])
@pytest.mark.parametrize(
    ("error", "kind"),
    [(ccxt.RateLimitExceeded("429"), Pause), (ccxt.NetworkError("gone"), Retry), (OSError("reset"), Retry)],
)
async def test_an_exchange_that_fails_is_asked_for_nothing_more(
    feed: Feed, exchange: str, symbols: tuple[str, str], error: Exception, kind: type
) -> None:
    """A wish to be left alone or a broken network is no matter of one market: it is told at once."""
    let_answer = asked_one_by_one if exchange == "weex" else asked_by_settle
    asked = let_answer(feed, {symbols[0]: error, symbols[1]: "5"})
    with pytest.raises(MarketError) as raised:
        await feed.quotes(exchange, frozenset(symbols))
    assert isinstance(raised.value.remedy, kind)
    assert asked == [symbols[0]]


@pytest.mark.parametrize(("failing", "left"), [(BTC, USDC), (USDC, BTC)])
async def test_a_currency_without_a_price_leaves_the_others_theirs(feed: Feed, failing: str, left: str) -> None:
    """Where a list holds what settles in one currency, one without a usable price does not spoil the rest."""
    asked_by_settle(feed, {failing: None, left: "5"})
    assert set(await feed.quotes("bitget", frozenset({BTC, USDC}))) == {left}
    asked_by_settle(feed, {failing: None, left: None})
    with pytest.raises(MarketError):
        await feed.quotes("bitget", frozenset({BTC, USDC}))
