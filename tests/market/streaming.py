"""What the tests of the streams stand on: a listener that can be waited for, and exchanges that list contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from chatbot.core.market import Market, Quote
from chatbot.market.feed import Feed
from chatbot.market.instruments import catalogue_of
from chatbot.market.stream import Streams
from chatbot.market.stream_pace import Patience

EXCHANGES: Final = ("binanceusdm", "bybit", "bingx", "weex", "mexc", "bitget")
HOSTS: Final = (
    "fapi.binance.com",
    "fstream.binance.com",
    "stream.bybit.com",
    "open-api-swap.bingx.com",
    "ws-contract.weex.com",
    "contract.mexc.com",
    "ws.bitget.com",
)
SEPARATORS: Final = {"bingx": "-", "mexc": "_"}
BTC: Final = "BTC/USDT:USDT"
ETH: Final = "ETH/USDT:USDT"
SOL: Final = "SOL/USDT:USDT"
BASES: Final = ("BTC", "ETH", "SOL", "XRP", "DOGE", "1000PEPE")
PATIENCE_OF_TESTS: Final = 20.0


@dataclass
class Witness:
    """Writes down all that it is told, in order, and lets a test wait for it."""

    told: list[tuple[str, Market]] = field(default_factory=list)
    quotes: dict[Market, list[Quote]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    slow: Callable[[], object] | None = None

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        self.quotes.setdefault(market, []).extend(quotes)
        if self.slow is not None:
            self.slow()
        self.news.set()

    def came(self, market: Market) -> None:
        self.tell("came", market)

    def went(self, market: Market) -> None:
        self.tell("went", market)

    def tell(self, what: str, market: Market) -> None:
        self.told.append((what, market))
        self.news.set()

    def of(self, market: Market) -> list[str]:
        """How often a market came and went, in order."""
        return [what for what, told in self.told if told == market]

    def prices(self, market: Market) -> list[str]:
        """Every price of a market, as it arrived."""
        return [f"{quote.price:f}" for quote in self.quotes.get(market, [])]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something to be true, looking whenever there is news."""
        async with asyncio.timeout(PATIENCE_OF_TESTS):
            while not true():
                self.news.clear()
                await self.news.wait()

    async def until_live(self, *markets: Market) -> None:
        """Wait until these have come and not gone."""
        await self.until(lambda: all(self.of(market)[-1:] == ["came"] for market in markets))

    async def until_seen(self, market: Market, count: int) -> None:
        """Wait for so many prices."""
        await self.until(lambda: len(self.quotes.get(market, [])) >= count)


def listed(feed: Feed, exchange: str, bases: Sequence[str] = BASES) -> None:
    """Let an exchange list a few linear perpetuals, without asking it: its sockets are what is tested here."""
    connection = feed.connection(exchange)
    rows = [row_of(connection.client, exchange, base) for base in bases]
    connection.client.set_markets(rows)
    connection.known = catalogue_of(exchange, connection.client.markets.values())
    connection.reload_at = 2**62


def row_of(client: Any, exchange: str, base: str) -> Any:
    """One contract as ccxt describes it."""
    return client.safe_market_structure(
        {
            "id": f"{base}{SEPARATORS.get(exchange, '')}USDT",
            "symbol": f"{base}/USDT:USDT",
            "base": base,
            "quote": "USDT",
            "settle": "USDT",
            "baseId": base,
            "quoteId": "USDT",
            "settleId": "USDT",
            "lowercaseId": f"{base}usdt".lower(),
            "type": "swap",
            "spot": False,
            "swap": True,
            "future": False,
            "option": False,
            "contract": True,
            "linear": True,
            "inverse": False,
            "active": True,
            "contractSize": "1",
            "precision": {"price": "0.0000001", "amount": "0.001"},
            "limits": {},
            "info": {},
        }
    )


QUICK: Final = Patience(dial=5_000, answer=20_000, silence=60_000, grace=100, settled=0, look=20)
"""Quick to look, slow to give up: a busy machine must not look like a dead server."""


@dataclass
class Sandbox:
    """The emulator, spoken to over HTTP."""

    base_url: str
    client: aiohttp.ClientSession

    async def fault(self, **fault: Any) -> None:
        """Let something go wrong on the sockets."""
        async with self.client.post(f"{self.base_url}/sim/socket-fault", json=fault) as answer:
            assert answer.status == 200, await answer.text()

    async def clear(self) -> None:
        """Let nothing go wrong any more."""
        async with self.client.delete(f"{self.base_url}/sim/socket-fault") as answer:
            assert answer.status == 200

    async def sockets(self) -> Any:
        """What is open, and what ever was."""
        async with self.client.get(f"{self.base_url}/sim/sockets") as answer:
            return await answer.json()

    async def until(self, true: Callable[[Any], bool]) -> None:
        """Wait until something is true of the sockets; every look is a request, so the loop is not kept busy."""
        async with asyncio.timeout(PATIENCE_OF_TESTS):
            while not true(await self.sockets()):
                continue

    async def until_subscribed(self, topic: str) -> None:
        """Wait for a subscription on any socket."""
        await self.until(lambda state: any(topic in line["subscriptions"] for line in state["open"]))


Opened = Callable[[Patience], Streams]
"""Opens streams of its own patience; they are closed when the test is over."""
