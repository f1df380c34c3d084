"""A feed that talks to the exchange emulator through ccxt, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

import aiohttp
import pytest

from chatbot.market.connection import Manners
from chatbot.market.feed import Feed
from chatbot.market.stream import Streams
from chatbot.market.stream_pace import Patience
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import scripted_market
from tests.market.streaming import EXCHANGES, HOSTS, QUICK, Opened, Sandbox, Witness, listed


@pytest.fixture
def market() -> Market:
    return scripted_market(1_722_470_400_000)


@pytest.fixture
async def emulator(market: Market) -> AsyncIterator[ExchangeEmulator]:
    emulator = ExchangeEmulator(market)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def feed(emulator: ExchangeEmulator, market: Market) -> AsyncIterator[Feed]:
    feed = Feed(
        dict.fromkeys(HOSTS, emulator.base_url),
        only=True,
        clock=lambda: market.now,
        random=Random(3),
        manners=Manners(timeout_ms=2_000),
    )
    yield feed
    await feed.aclose()


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
async def sandbox(emulator: ExchangeEmulator) -> AsyncIterator[Sandbox]:
    emulator.sockets.tickers_every = 0.05
    async with aiohttp.ClientSession() as client:
        yield Sandbox(emulator.base_url, client)


@pytest.fixture
def listed_feed(feed: Feed) -> Feed:
    for exchange in EXCHANGES:
        listed(feed, exchange)
    return feed


@pytest.fixture
async def opened(listed_feed: Feed, sandbox: Sandbox, witness: Witness) -> AsyncIterator[Opened]:
    made: list[Streams] = []

    def open_with(patience: Patience) -> Streams:
        made.append(Streams(listed_feed, witness, patience=patience))
        return made[-1]

    yield open_with
    for streams in made:
        await streams.aclose()


@pytest.fixture
def streams(opened: Opened) -> Streams:
    return opened(QUICK)
