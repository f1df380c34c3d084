"""Everything streamed from one exchange: which socket carries which market, what is live, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple, Protocol

import structlog

from chatbot.core.market import Market, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.market.connection import steady
from chatbot.market.exchanges import venue_of
from chatbot.market.feed import Feed
from chatbot.market.stream_pace import Patience, wait_before
from chatbot.market.stream_prints import Prints
from chatbot.market.stream_socket import BROKEN, Socket, said
from chatbot.market.stream_speech import Shown, Speech, open_speech
from chatbot.market.stream_table import Frame, StreamFacts

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Who is told, as the watch has it: rooms of one height do not import each other."""

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None: ...

    def came(self, market: Market) -> None: ...

    def went(self, market: Market) -> None: ...


class Teller(Protocol):
    """Who knows the present listener."""

    listener: Listener


class Suspect(NamedTuple):
    """A price that showed elsewhere, and until when it may show here."""

    due: Millis
    price: Decimal


class Line:
    """Follows what is wanted of one exchange until it is closed.

    Its two loops are the outermost places of a stream: whatever goes wrong in them is logged, the markets are given
    up to the polling, and they begin again.
    """

    speech: Speech

    def __init__(self, facts: StreamFacts, feed: Feed, teller: Teller, patience: Patience, random: Random) -> None:
        self.facts = facts
        self.feed = feed
        self.session = feed.session
        self.teller = teller
        self.patience = patience
        self.random = random
        self.wanted: frozenset[Market] = frozenset()
        self.change = asyncio.Event()
        self.live: set[Market] = set()
        self.prints: dict[Market, Prints] = {}
        self.suspects: dict[Market, Suspect] = {}
        self.caught_up: dict[Market, Millis] = {}
        self.sockets: dict[Socket, asyncio.Task[None]] = {}
        self.rest_until: Millis = 0
        self.dialled = 0
        self.dropped = 0
        self.work = asyncio.create_task(self.keep_assigning())

    def follow(self, markets: Iterable[Market]) -> None:
        """Follow these from now on; what no stream shows is left to the polling."""
        wanted = frozenset(market for market in markets if self.facts.shows(market))
        if wanted == self.wanted:
            return
        before, self.wanted = self.wanted, wanted
        for known in (self.prints, self.suspects, self.caught_up):
            for market in set(known) - self.wanted:
                del known[market]
        for market in self.wanted - set(self.prints):
            self.prints[market] = Prints()
        self.change.set()
        for market in sorted((self.wanted - before) & self.live):
            self.teller.listener.came(market)

    async def keep_assigning(self) -> None:
        """Give every wanted market a socket, at every change."""
        failures = 0
        while True:
            await self.change.wait()
            self.change.clear()
            try:
                await self.assign()
                failures = 0
            except Exception as error:  # noqa: BLE001 -- the outermost place of a stream
                self.tell("streams not assigned", error)
                failures += 1
                self.change.set()
                await asyncio.sleep(wait_before(failures, self.random) / 1_000)

    async def assign(self) -> None:
        """Sockets lose what is wanted no more and get what is new. Raises MarketError where nothing is listed."""
        await self.learn()
        listed = {market for market in self.wanted if self.speech.lists(market)}
        for socket in tuple(self.sockets):
            socket.wanted &= listed
            listed -= socket.wanted
        for market in sorted(listed):
            (await self.room_for(market)).wanted.add(market)
        for socket in tuple(self.sockets):
            socket.change.set()
            if not socket.wanted:
                await ended(self.sockets.pop(socket))

    async def learn(self) -> None:
        """Know the exchange's markets, and anew where one is wanted that is not listed. Raises MarketError."""
        if not hasattr(self, "speech"):
            await self.feed.connection(self.facts.exchange).listed()
            self.speech = await open_speech(venue_of(self.facts.exchange), self.facts, self.session)
            self.speech.share(self.feed.connection(self.facts.exchange).client)
        if not all(self.speech.lists(market) for market in self.wanted):
            await self.feed.connection(self.facts.exchange).catalogue()
            self.speech.share(self.feed.connection(self.facts.exchange).client)

    async def room_for(self, market: Market) -> Socket:
        """A socket that can carry one more market; opened where there is none."""
        url = (await self.speech.asking([market])).url
        for socket in self.sockets:
            if socket.url == url and len(socket.wanted) < self.facts.per_socket:
                return socket
        socket = Socket(self, url)
        self.sockets[socket] = asyncio.create_task(self.keep_dialling(socket))
        return socket

    async def keep_dialling(self, socket: Socket) -> None:
        """One connection after another, at once after one that had held, else after longer and longer waits."""
        failures = 0
        while True:
            try:
                await socket.connect()
            except Exception as error:  # noqa: BLE001 -- the outermost place of a stream
                self.tell("stream ended", error)
            opened = socket.opened_at
            if opened is not None and steady() - opened >= self.patience.settled:
                failures = 0
            self.rest_until = max(self.rest_until, steady() + socket.rest)
            wait = max(self.rest_until - steady(), wait_before(failures, self.random))
            failures += 1
            await asyncio.sleep(wait / 1_000)

    def tell(self, what: str, error: Exception) -> None:
        """One line in the log; an error that nobody foresaw comes with its place."""
        if isinstance(error, (MarketError, *BROKEN)):
            log.warning(what, exchange=self.facts.exchange, error=type(error).__name__, why=said(error))
        else:
            log.error(what, exchange=self.facts.exchange, exc_info=error)

    def opened(self) -> None:
        """A socket was opened."""
        self.dialled += 1

    def subscribed(self, markets: Sequence[Market]) -> None:
        """These are asked for: what is older is history."""
        now = self.feed.clock()
        for market in markets:
            self.suspects.pop(market, None)
            if market in self.prints:
                self.prints[market].begin(now)

    def is_live(self, market: Market) -> bool:
        """Whether every price of a market arrives."""
        return market in self.live

    def released(self, markets: Sequence[Market]) -> None:
        """These are asked for no more."""
        self.live.difference_update(markets)

    def confirmed(self, markets: Sequence[Market]) -> None:
        """From now on these arrive."""
        for market in markets:
            if market not in self.live:
                self.live.add(market)
                if market in self.wanted:
                    self.teller.listener.came(market)

    def heard(self, frame: Frame, shown: Sequence[Shown]) -> None:
        """Pass on what is new of what is wanted."""
        history, now = self.facts.is_history(frame), self.feed.clock()
        for market, rows in shown:
            prints = self.prints.get(market)
            if prints is None:
                continue
            bad = prints.bad
            if market.trigger_price is TriggerPrice.LAST:
                quotes = prints.trades(rows, now, history=history, numbered=self.facts.numbered)
            else:
                quotes = prints.mark(rows[0], now)
            self.dropped += prints.bad - bad
            self.pass_on(market, prints, quotes)

    def pass_on(self, market: Market, prints: Prints, quotes: Sequence[Quote]) -> None:
        """Tell of prices; where one is known to be missing, that comes first."""
        if quotes:
            self.suspects.pop(market, None)
        if market not in self.live:
            return
        if prints.take_missed():
            self.doubt(market)
        if quotes:
            self.teller.listener.arrived(market, quotes)

    def doubt(self, market: Market) -> None:
        """Something was left out, though all else arrives: it went and came, which has it caught up."""
        now = steady()
        if self.caught_up.get(market, 0) <= now:
            self.caught_up[market] = now + self.patience.doubts
            log.warning("stream left something out", exchange=market.exchange, symbol=market.symbol)
            self.teller.listener.went(market)
            self.teller.listener.came(market)

    def lost(self, markets: Sequence[Market], why: str) -> None:
        """Prices of these may be missing from now on."""
        for market in markets:
            if market in self.live:
                self.live.discard(market)
                if market in self.wanted:
                    log.info("stream lost", exchange=market.exchange, symbol=market.symbol, why=why)
                    self.teller.listener.went(market)

    def note_traded(self, market: Market, at: Millis, price: Decimal) -> None:
        """The exchange showed this price elsewhere: it has to show here before long."""
        prints = self.prints.get(market)
        if prints is not None and market in self.live and prints.moved_without(at, price):
            self.suspects.setdefault(market, Suspect(steady() + self.patience.grace, price))

    def stalled(self, markets: Sequence[Market]) -> list[Market]:
        """Those of these that did not show in time what showed elsewhere; each is named once."""
        now = steady()
        late = [market for market in markets if market in self.suspects and self.suspects[market].due <= now]
        for market in late:
            self.prints[market].reference = self.suspects.pop(market).price
        return late

    async def close(self) -> None:
        """Hang up everywhere."""
        self.wanted = frozenset()
        self.live.clear()
        for task in (self.work, *self.sockets.values()):
            await ended(task)
        self.sockets.clear()
        if hasattr(self, "speech"):
            await self.speech.close()


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a loop and wait until it is gone."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
