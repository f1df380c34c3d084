"""The promise of a stream, held under a storm: while a market is live, every print after that moment arrives, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from typing_extensions import override

from chatbot.core.market import Market as Watched
from chatbot.core.market import Quote
from chatbot.market.stream import Streams
from chatbot.market.stream_pace import Patience
from chatbot.sandbox.exchange.market import Market
from tests.market.streaming import BTC, ETH, EXCHANGES, PATIENCE_OF_TESTS, Opened, Sandbox, Witness

STORM: Final[tuple[dict[str, Any], ...]] = (
    {"close": 1000},
    {"close": 1012},
    {"reset": True},
    {"garbage": "<html>"},
    {"garbage": '{"e":'},
    {"delay_ms": 2},
    {"refuse": 1},
    {"deaf": 1},
)
TURNS: Final = 40


@dataclass
class Spell:
    """From one `came` to the next `went`: how many prints there had been, and which were told since."""

    before: int
    told: list[int] = field(default_factory=list)


@dataclass
class Watchman(Witness):
    """Also writes down the spells of each market. Every print's price is its number."""

    spells: dict[Watched, list[Spell]] = field(default_factory=dict)
    printed: Counter[Watched] = field(default_factory=Counter)

    @override
    def came(self, market: Watched) -> None:
        self.spells.setdefault(market, []).append(Spell(self.printed[market]))
        super().came(market)

    @override
    def arrived(self, market: Watched, quotes: Sequence[Quote]) -> None:
        self.spells[market][-1].told.extend(int(quote.price) for quote in quotes)
        super().arrived(market, quotes)


@pytest.fixture
def witness() -> Watchman:
    """The listener of this file."""
    return Watchman()


@dataclass
class Storm:
    """Prints of two markets, and whatever befalls the sockets meanwhile."""

    exchange: str
    market: Market
    sandbox: Sandbox
    witness: Watchman
    random: Random

    @property
    def watched(self) -> dict[Watched, str]:
        """What is followed, with the market's own names."""
        return {Watched(self.exchange, BTC): "BTCUSDT", Watched(self.exchange, ETH): "ETHUSDT"}

    def trade(self, watched: Watched) -> None:
        """One print, whose price is its number."""
        self.witness.printed[watched] += 1
        self.market.set_price(self.watched[watched], Decimal(self.witness.printed[watched]))

    async def turn(self) -> None:
        """Some prints, and perhaps something that goes wrong."""
        btc, eth = self.watched
        for _ in range(self.random.randrange(30)):
            self.trade(btc)
        if self.random.random() < 0.3:
            self.trade(eth)
        if self.random.random() < 0.4:
            await self.sandbox.fault(exchange=self.exchange, **self.random.choice(STORM))
        if self.random.random() < 0.2:
            await self.sandbox.clear()

    async def calm(self, streams: Streams) -> None:
        """Nothing goes wrong any more; trade until both markets are live, and wait until the last print is told."""
        await self.sandbox.clear()
        async with asyncio.timeout(PATIENCE_OF_TESTS):
            while not all(streams.is_live(watched) for watched in self.watched):
                for watched in self.watched:
                    self.trade(watched)
                await self.sandbox.sockets()
        for watched in self.watched:
            self.trade(watched)
        spells, printed = self.witness.spells, self.witness.printed
        await self.witness.until(
            lambda: all(spells[watched][-1].told[-1:] == [printed[watched]] for watched in self.watched)
        )


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_while_a_market_is_live_nothing_is_missing(
    exchange: str, market: Market, sandbox: Sandbox, opened: Opened, witness: Watchman
) -> None:
    """Ends, resets, broken frames, refusals, delays and deafness at random: a spell from `came` to `went` has no hole.

    It begins no later than with the first print after `came`, and across all spells no print is told twice.
    """
    storm = Storm(exchange, market, sandbox, witness, Random(exchange))
    streams = opened(Patience(settled=0, answer=300, silence=60_000, look=20))
    streams.follow(exchange, frozenset(storm.watched))
    await witness.until_live(*storm.watched)
    for _ in range(TURNS):
        await storm.turn()
    await storm.calm(streams)
    for watched in storm.watched:
        spells = witness.spells[watched]
        told = [price for spell in spells for price in spell.told]
        assert len(spells) > 1
        assert told == sorted(set(told))
        for spell in spells:
            assert not spell.told or spell.told == list(range(spell.told[0], spell.told[-1] + 1))
            assert not spell.told or spell.told[0] <= spell.before + 1
