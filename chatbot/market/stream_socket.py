"""One socket of an exchange: dials, subscribes to what is wanted, reads, and notices when it has gone silent.

It says a market is live only between the exchange's answer to the subscription (or its first price) and any doubt.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol

import aiohttp
import structlog
import yarl

from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.market.connection import steady
from chatbot.market.errors import OUTSIDE
from chatbot.market.session import RoutedSession
from chatbot.market.socket import ListeningSocket
from chatbot.market.stream_pace import Patience, rest_of
from chatbot.market.stream_speech import RefusedError, Shown, Speech, Tap, written
from chatbot.market.stream_table import Frame, in_groups, no_longer

DATA: Final = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)
BREATH: Final = 100
"""So many frames are read in one go before others get their turn."""
HEARTBEAT: Final = 15.0
MOST_UNSAID: Final = 1_000
log = structlog.get_logger(__name__)


class EndedError(Exception):
    """The connection is of no more use."""


BROKEN: Final = (*OUTSIDE, EndedError, RefusedError, EOFError, asyncio.QueueFull, zlib.error)
"""All that can end a connection: what ccxt trips over, what the network does, and our own doubts."""


class Owner(Protocol):
    """Who a socket belongs to, and tells."""

    speech: Speech
    session: RoutedSession
    patience: Patience

    def opened(self) -> None: ...

    def subscribed(self, markets: Sequence[Market]) -> None: ...

    def released(self, markets: Sequence[Market]) -> None: ...

    def confirmed(self, markets: Sequence[Market]) -> None: ...

    def heard(self, frame: Frame, shown: Sequence[Shown]) -> None: ...

    def lost(self, markets: Sequence[Market], why: str) -> None: ...

    def is_live(self, market: Market) -> bool: ...

    def stalled(self, markets: Sequence[Market]) -> list[Market]:
        """Those of the markets that other sources have seen move while this stream did not."""
        ...


@dataclass(slots=True)
class Asked:
    """A subscription that waits for its answer."""

    markets: list[Market]
    at: Millis


@dataclass(slots=True)
class Retried:
    """A subscription that nobody answered, so often, and when it is asked for again."""

    times: int = 0
    due: Millis = 0


@dataclass(eq=False)
class Socket:
    """`wanted` may change at any time, and `change` tells of it; one connection follows another until `run` ends."""

    owner: Owner
    url: str
    wanted: set[Market] = field(default_factory=set)
    change: asyncio.Event = field(default_factory=asyncio.Event)
    held: set[Market] = field(default_factory=set)
    asked: dict[str, deque[Asked]] = field(default_factory=dict)
    retried: dict[Market, Retried] = field(default_factory=dict)
    trusting: bool = True
    released: set[Market] = field(default_factory=set)
    """What was taken back: a price of it may still be on its way, and shows nothing of a new subscription."""
    stalls: set[Market] = field(default_factory=set)
    unsaid: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MOST_UNSAID))
    shown_at: Millis = 0
    silences: int = 0
    rest: Millis = 0
    opened_at: Millis | None = None

    async def connect(self) -> None:
        """Dial, and listen until the connection ends. Raises one of BROKEN: it always ends."""
        self.rest, self.opened_at = 0, None
        facts, patience = self.owner.speech.facts, self.owner.patience
        beat = None if facts.pings else HEARTBEAT
        try:
            line = await self.owner.session.ws_connect(
                yarl.URL(self.url), heartbeat=beat, timeout=patience.dial / 1_000
            )
        except aiohttp.WSServerHandshakeError as error:
            self.rest = rest_of(error.headers)
            raise
        self.begin()
        try:
            await first_end(self.read(line), self.write(line), self.subscribe(), self.look(), self.ping())
        finally:
            self.owner.lost(sorted(self.held), "the connection ended")
            await line.close()

    def begin(self) -> None:
        """Nothing is subscribed on a new connection."""
        self.owner.opened()
        self.opened_at = steady()
        self.held.clear()
        self.asked.clear()
        self.retried.clear()
        self.trusting = True
        self.released.clear()
        self.stalls.clear()
        self.unsaid = asyncio.Queue(MOST_UNSAID)
        self.shown_at = steady()
        self.tap = Tap(self.owner.speech.facts.exchange, self.url, self.unsaid.put_nowait)
        self.change.set()

    async def read(self, line: ListeningSocket) -> NoReturn:
        """Hear every frame, giving others their turn now and then. Raises what a bad frame raises, or EndedError."""
        count = 0
        while True:
            message = await line.receive()
            if message.type not in DATA:
                raise EndedError(f"closing code {line.close_code}")
            self.hear(message.data)
            count += 1
            if count % BREATH == 0:
                await asyncio.sleep(0)

    def hear(self, data: Any) -> None:
        """Pass on what one frame holds, and the answers to what was asked."""
        frame, shown = self.owner.speech.read(data, self.tap)
        answer = self.owner.speech.facts.answered(frame)
        if answer is not None and self.trusting and (waiting := self.asked.get(answer)):
            answered = waiting.popleft().markets
            self.released.difference_update(answered)
            self.confirm(answered)
        if not shown:
            return
        self.shown_at = steady()
        if self.opened_at is not None and self.shown_at > self.opened_at + self.owner.patience.silence:
            self.silences = 0
        markets = [market for market, _ in shown]
        self.confirm([market for market in markets if market not in self.stalls | self.released])
        self.owner.heard(frame, shown)
        self.stalls.difference_update(markets)

    def confirm(self, markets: Sequence[Market]) -> None:
        """What is still wanted of these arrives from now on, also where it was given up and the answer was late."""
        mine = [market for market in markets if market in self.all_wanted]
        self.held.update(mine)
        for market in mine:
            self.retried.pop(market, None)
        self.owner.confirmed(mine)

    async def write(self, line: ListeningSocket) -> NoReturn:
        """Send what is to be said, not faster than the exchange allows."""
        pace = self.owner.speech.facts.pace
        while True:
            await line.send(await self.unsaid.get())
            await asyncio.sleep(pace)

    async def subscribe(self) -> NoReturn:
        """Ask for what is wanted and not held, and take back what is held and not wanted, at every change."""
        while True:
            await self.change.wait()
            self.change.clear()
            await self.take_back(sorted(self.held - self.all_wanted))
            due = self.due()
            alone = [[market] for market in due if market in self.retried]
            together = [market for market in due if market not in self.retried]
            await self.ask([*in_groups(together, self.owner.speech.facts), *alone])

    @property
    def all_wanted(self) -> set[Market]:
        """What is wanted, and the market that shows whether the server speaks."""
        return self.wanted | {self.owner.speech.facts.pulse} if self.has_pulse else self.wanted

    def due(self) -> list[Market]:
        """What is wanted, is not subscribed to, and may be asked for now."""
        return sorted(market for market in self.all_wanted - self.held if self.is_due(market))

    def is_due(self, market: Market) -> bool:
        """Whether a market may be asked for now."""
        retried = self.retried.get(market)
        return retried is None or retried.due <= steady()

    @property
    def has_pulse(self) -> bool:
        """Whether something on this socket is sure to move."""
        return self.owner.speech.lists(self.owner.speech.facts.pulse)

    async def ask(self, groups: Sequence[list[Market]]) -> None:
        """Subscribe, and expect the answers; what was not answered is asked for alone, as one may spoil a request."""
        facts = self.owner.speech.facts
        for group in groups:
            frame = (await self.owner.speech.asking(group)).frame
            keys, now = facts.asked(frame), steady()
            parts = [[market] for market in group] if len(keys) == len(group) else [group]
            for key, part in zip(keys, parts, strict=True):
                self.asked.setdefault(key, deque()).append(Asked(part, now))
            self.held.update(group)
            self.owner.subscribed(group)
            self.unsaid.put_nowait(written(frame))

    async def take_back(self, markets: Sequence[Market]) -> None:
        """Unsubscribe; the answer is of no interest."""
        for group in in_groups(markets, self.owner.speech.facts):
            frame = (await self.owner.speech.asking(group)).frame
            self.held.difference_update(group)
            self.released.update(group)
            self.no_answer_for(group)
            self.owner.released(group)
            self.unsaid.put_nowait(written(no_longer(frame)))

    def no_answer_for(self, markets: Sequence[Market]) -> None:
        """Answers to what was asked before say nothing of these any more."""
        for waiting in self.asked.values():
            for asked in waiting:
                asked.markets[:] = [market for market in asked.markets if market not in markets]

    async def look(self) -> NoReturn:
        """Now and then: is anything heard, what was not answered, what has stalled. Raises EndedError."""
        while True:
            await asyncio.sleep(self.owner.patience.look / 1_000)
            self.check_silence()
            self.check_answers()
            await self.check_stalls()

    def check_silence(self) -> None:
        """Raises EndedError where nothing was shown for too long; each time in vain, the next is awaited longer."""
        patience = self.owner.patience
        most = patience.silence if self.has_pulse else patience.quiet
        if steady() - self.shown_at > most * 2 ** min(self.silences, 5):
            self.silences += 1
            raise EndedError("the server says nothing")

    def check_answers(self) -> None:
        """What was not answered is asked for again, each market at longer and longer intervals."""
        latest = steady() - self.owner.patience.answer
        for waiting in self.asked.values():
            while waiting and waiting[0].at < latest:
                self.give_up(waiting.popleft().markets)
        if self.due():
            self.change.set()

    def give_up(self, markets: Sequence[Market]) -> None:
        """These were not answered; where a late answer would be taken for another's, none counts any more."""
        unheard = [market for market in markets if market in self.held and not self.owner.is_live(market)]
        self.trusting = self.trusting and not (unheard and self.owner.speech.facts.in_order)
        for market in unheard:
            retried = self.retried.setdefault(market, Retried())
            retried.times += 1
            retried.due = steady() + self.owner.patience.answer * 2 ** min(retried.times, 6)
        self.held.difference_update(unheard)

    async def check_stalls(self) -> None:
        """Subscribe anew to what has stalled; what then stalls again ends the connection. Raises EndedError."""
        stalled = self.owner.stalled(sorted(self.held))
        if not stalled:
            return
        if again := self.stalls.intersection(stalled):
            raise EndedError(f"{min(again).symbol} has stalled again")
        self.stalls.update(stalled)
        self.owner.lost(stalled, "prices show elsewhere and not here")
        await self.take_back(stalled)
        self.change.set()

    async def ping(self) -> NoReturn:
        """Keep the line open where the exchange wants to be pinged in words."""
        while self.owner.speech.facts.pings:
            await asyncio.sleep(self.owner.patience.ping / 1_000)
            self.unsaid.put_nowait(self.owner.speech.ping(self.tap))
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")


async def first_end(*works: Coroutine[Any, Any, NoReturn]) -> NoReturn:
    """Run endless works side by side; the first that fails ends them all. Raises what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    raise next(end for end in ends if isinstance(end, Exception))
