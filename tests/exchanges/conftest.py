"""Every exchange in turn: one emulator that speaks like all of them, and a feed that believes in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

import pytest

from chatbot.market.connection import Manners
from chatbot.market.exchanges import VENUES
from chatbot.market.feed import Feed
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import scripted_market

EXCHANGES = [venue.id for venue in VENUES]
START = 1_722_470_400_000


@pytest.fixture(params=EXCHANGES)
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def market() -> Market:
    return scripted_market(START)


@pytest.fixture
async def emulator(market: Market) -> AsyncIterator[ExchangeEmulator]:
    emulator = ExchangeEmulator(market)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def feed(emulator: ExchangeEmulator, market: Market) -> AsyncIterator[Feed]:
    feed = Feed(
        emulator.hosts,
        only=True,
        clock=lambda: market.now,
        random=Random(3),
        manners=Manners(timeout_ms=20_000),
    )
    yield feed
    await feed.aclose()
