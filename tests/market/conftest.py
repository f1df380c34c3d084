"""A feed that talks to the exchange emulator through ccxt, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

import pytest

from chatbot.market.connection import Manners
from chatbot.market.feed import Feed
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import scripted_market


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
        {"fapi.binance.com": emulator.base_url},
        only=True,
        clock=lambda: market.now,
        random=Random(3),
        manners=Manners(timeout_ms=2_000),
    )
    yield feed
    await feed.aclose()
