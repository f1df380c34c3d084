"""The only places where a replayed day touches the watch: how a mode hears of prices, and when all is decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.market.stream import Streams
from chatbot.sandbox.exchange.market import Book
from chatbot.watch.live import Live
from tests.whole.rig import EXCHANGE, PATIENCE, Bot


class Mode(StrEnum):
    """How the bot hears of prices."""

    EACH = "polled at every trade"
    POLL = "polled every 5 s"
    STREAM = "streamed"


def stride_of(mode: Mode) -> Millis:
    """How far the market goes between two looks; 0: from trade to trade."""
    return {Mode.EACH: 0, Mode.POLL: 5_000, Mode.STREAM: 5_000}[mode]


def settings_of(mode: Mode) -> Mapping[str, Any]:
    """The bot's settings for a mode."""
    return {"feed": "stream" if mode is Mode.STREAM else "poll"}


@dataclass
class Ear:
    """Hears what the bot's own listener hears, after it, so that a replay can wait for what is on its way."""

    bot: Bot
    books: Callable[[str], Book]
    streams: Streams
    live: Live
    news: asyncio.Event = field(default_factory=asyncio.Event)
    begun: dict[Market, int] = field(default_factory=dict)
    """How many trades of a market had been made when its stream came."""

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        self.live.arrived(market, quotes)
        self.news.set()

    def came(self, market: Market) -> None:
        self.begun[market] = self.books(market.symbol).numbered
        self.live.came(market)
        self.news.set()

    def went(self, market: Market) -> None:
        self.live.went(market)
        self.news.set()

    def is_abreast(self, market: Market) -> bool:
        """Whether the newest trade of a market arrived, if its stream shows it."""
        if not self.streams.is_live(market):
            return True
        made, shown = self.books(market.symbol).numbered, self.streams.lines[EXCHANGE].prints[market].number
        return made <= self.begun.get(market, made) or (shown is not None and shown >= made)

    def forgive(self) -> None:
        """What was traded so far may never arrive by itself: a socket lost it, and only a later trade tells."""
        for market in self.bot.running.watcher.markets():
            self.begun[market] = self.books(market.symbol).numbered

    async def all_arrived(self) -> None:
        """Wait for what was sent."""
        async with asyncio.timeout(PATIENCE):
            while not all(self.is_abreast(market) for market in self.bot.running.watcher.markets()):
                self.news.clear()
                await self.news.wait()


def ear_of(bot: Bot, books: Callable[[str], Book]) -> Ear | None:
    """Listen along, where the bot has a stream."""
    streams = bot.running.watcher.stream
    if not isinstance(streams, Streams):
        return None
    assert isinstance(streams.listener, Live)
    ear = Ear(bot, books, streams, streams.listener)
    streams.listener = ear
    return ear


async def look(bot: Bot, ear: Ear | None, *, deaf: bool) -> None:
    """The bot has heard of the market as it stands now and decided on it, as far as it can.

    `deaf`: nothing is to be expected of its stream.
    """
    if ear is not None and not deaf:
        await ear.all_arrived()
    await decided(bot, ear)
    await bot.running.watcher.poll(EXCHANGE)
    await bot.running.catch_up.look()
    await decided(bot, ear)
    # As it does every second by itself: what people confirm is judged by the price of now.
    await bot.running.watcher.keep()


async def decided(bot: Bot, ear: Ear | None) -> None:
    """What has arrived is decided on."""
    while tasks := [*bot.running.catch_up.under_way.values(), *(ear.live.under_way.values() if ear else ())]:
        await asyncio.wait(tasks)


async def minute_over(bot: Bot) -> None:
    """A minute of the market has ended: what is done then is done."""
    await bot.running.candles.look()


def is_caught_up(bot: Bot) -> bool:
    """Whether all that any watched market did is decided on."""
    return all(bot.running.catch_up.is_caught_up(market) for market in bot.running.watcher.markets())
