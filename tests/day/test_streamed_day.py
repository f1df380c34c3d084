"""A recording over a stream that keeps breaking: whatever did not arrive lies where the stream said that it may."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import aiohttp
import pytest
from typing_extensions import override

from chatbot.core.market import Market, Quote
from chatbot.market.connection import Manners
from chatbot.market.feed import Feed
from chatbot.market.stream import Streams
from chatbot.market.stream_pace import Patience
from chatbot.sandbox.exchange.setups import trades_market
from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.trade_tape import read_trades
from chatbot.sandbox.stage import BINANCE_HOST, Stage, staged
from tests.day.recordings import DAY, MIDNIGHT_BTC, SYNTHETIC, Recording, listing_of, listings_with
from tests.market.streaming import Witness

EXCHANGE: Final = "binanceusdm"
MADE_UP: Final = Recording(SYNTHETIC.name, "BTC", "USDT")
IMPATIENT: Final = Patience(dial=2_000, answer=2_000, silence=250, quiet=250, settled=0, doubts=0, look=50)
TROUBLES: Final[tuple[dict[str, object], ...]] = (
    {"close": 1001},
    {"close": 1008},
    {"reset": True},
    {"garbage": "<html>"},
    {"garbage": '{"e":"aggTrade"'},
    {"frame": {"e": "aggTrade", "s": "BTCUSDT", "p": None, "q": "1", "T": "soon", "a": 1}},
    {"reset": True, "refuse": 2},
    {"close": 1001, "refuse": 1, "status": 429, "retry_after": "0"},
    {"stall": True},
)
WENT: Final = "went"
"""Stands among the prices where the stream said that some may be missing from here on."""


@dataclass
class Diary(Witness):
    """All that is told, in one row: prices, and the word that some may be missing."""

    row: list[Quote | str] = field(default_factory=list)

    @override
    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        self.row.extend(quotes)
        super().arrived(market, quotes)

    @override
    def tell(self, what: str, market: Market) -> None:
        self.row.append(what)
        super().tell(what, market)


@dataclass
class Watched:
    """A market on its tape, and a stream of it."""

    stage: Stage
    trades: Sequence[Point]
    contract: str
    market: Market
    diary: Diary
    streams: Streams
    web: aiohttp.ClientSession
    met: int = 0

    @property
    def played(self) -> int:
        """How many trades there were."""
        return self.stage.market.book(self.contract).numbered

    def is_abreast(self) -> bool:
        """Whether the newest trade arrived."""
        newest = self.trades[self.played - 1]
        last = next((one for one in reversed(self.diary.row) if isinstance(one, Quote)), None)
        return last is not None and (last.at, last.price) == (newest.at, newest.price)

    def is_abreast_or_spoke(self, told: int) -> bool:
        """Whether the newest trade arrived, or the stream said more than this."""
        return self.is_abreast() or len(self.diary.told) > told

    def is_live(self) -> bool:
        return self.streams.is_live(self.market)

    async def walk(self, random: Random, rounds: int) -> None:
        """To the end of the tape in strides of any length, with every trouble `rounds` times on the way."""
        await self.diary.until(self.is_live)
        waiting = [trouble for _ in range(rounds) for trouble in random.sample(TROUBLES, len(TROUBLES))]
        stride = len(self.trades) // len(waiting)
        while self.played < len(self.trades):
            told = len(self.diary.told)
            self.go_on(random.randint(1, stride))
            # On a busy machine an impatient stream may also take us for silent: then it says so and comes back.
            await self.diary.until(partial(self.is_abreast_or_spoke, told))
            await self.diary.until(self.is_live)
            if waiting:
                await self.suffer(waiting.pop(), random)

    def go_on(self, trades: int) -> None:
        """So many trades more, and those of the same millisecond."""
        if self.played == len(self.trades):
            return
        until = self.trades[min(self.played + trades, len(self.trades)) - 1].at
        self.stage.market.step(until - self.stage.market.now)

    async def suffer(self, trouble: dict[str, object], random: Random) -> None:
        """A trouble, trades meanwhile that nobody may see, and the stream's own way back."""
        self.met += 1
        told = len(self.diary.told)
        await self.fault("POST", trouble)
        for _ in range(random.randint(0, 3)):
            self.go_on(random.randint(1, 9))
        await self.diary.until(lambda: WENT in [what for what, _ in self.diary.told[told:]])
        self.go_on(random.randint(1, 9))
        await self.fault("DELETE", None)
        await self.diary.until(self.is_live)

    async def fault(self, method: str, trouble: dict[str, object] | None) -> None:
        """Tell the exchange's side."""
        address = f"{self.stage.exchange_hosts[BINANCE_HOST]}/sim/socket-fault"
        async with self.web.request(method, address, json=trouble) as answer:
            answer.raise_for_status()


async def watched(recording: Recording, trades: Sequence[Point], seed: int, rounds: int) -> Watched:
    """The recording, walked to its end."""
    listing = listing_of(recording, trades)
    simulated = trades_market({listing.id: trades}, listings_with(listing))
    simulated.playing = False
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(simulated, weight_limit=None))
        feed = Feed(stage.exchange_hosts, only=True, clock=stage.now, manners=Manners(3_000, budgeted=False))
        stack.push_async_callback(feed.aclose)
        diary, market = Diary(), Market(EXCHANGE, listing.symbol)
        streams = Streams(feed, diary, patience=IMPATIENT, random=Random(seed))
        stack.push_async_callback(streams.aclose)
        web = await stack.enter_async_context(aiohttp.ClientSession())
        one = Watched(stage, trades, listing.id, market, diary, streams, web)
        streams.follow(EXCHANGE, frozenset({market}))
        await one.walk(Random(seed), rounds)
        return one


def gaps(row: Sequence[Quote | str], trades: Sequence[Point]) -> tuple[list[str], int]:
    """Trades that are missing where nothing was said, and how many where it was.

    Raises StopIteration for a price that never was.
    """
    silent, told, place, went = list[str](), 0, 0, False
    for one in row:
        if isinstance(one, str):
            went = went or one == WENT
            continue
        found = next(index for index in range(place, len(trades)) if is_trade(one, trades[index]))
        if found > place and not went and place:
            silent.append(f"{found - place} before {one}")
        told += found - place
        place, went = found + 1, False
    return silent, told + len(trades) - place


def is_trade(quote: Quote, trade: Point) -> bool:
    """Whether a price that was told is this trade."""
    return (quote.at, quote.price) == (trade.at, trade.price)


async def check(recording: Recording, trades: Sequence[Point], seed: int, rounds: int) -> None:
    """Walk, and look for a gap that nobody spoke of."""
    one = await watched(recording, trades, seed, rounds)
    silent, told = gaps(one.diary.row, trades)
    shown = sum(isinstance(quote, Quote) for quote in one.diary.row)
    print(f"seed {seed}: {len(trades)} trades, {one.met} troubles, {shown} arrived, {told} missing and said so")  # noqa: T201
    assert silent == []
    assert one.met == rounds * len(TROUBLES)
    assert shown + told == len(trades)


@pytest.mark.parametrize("seed", range(3))
async def test_a_made_up_stream_says_where_something_may_be_missing(seed: int) -> None:
    """Closed, reset, garbled and stalled: each trade arrives in order, once, or lies in a gap that was told."""
    await check(MADE_UP, read_trades(SYNTHETIC), seed, rounds=1)


async def test_a_recorded_midnight_over_a_breaking_stream(data_folder: Path) -> None:
    """Ten busy minutes of a real market, many trades in one millisecond."""
    await check(MIDNIGHT_BTC, MIDNIGHT_BTC.read(data_folder), seed=1, rounds=3)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_recorded_day_over_a_breaking_stream(data_folder: Path) -> None:
    """All trades of a day."""
    await check(DAY, DAY.read(data_folder), seed=1, rounds=10)
