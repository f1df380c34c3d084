"""The simulated exchanges' sockets: every recorded trade reaches its subscribers at once, in the market's order."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, web

from chatbot.sandbox.exchange.market import Book, Market
from chatbot.sandbox.exchange.sockets_binance import BinanceSocket
from chatbot.sandbox.exchange.sockets_bybit import BybitSocket
from chatbot.sandbox.exchange.sockets_faults import SocketFault, SocketFaults
from chatbot.sandbox.exchange.sockets_others import BingXSocket, BitgetSocket, MexcSocket, WeexSocket
from chatbot.sandbox.exchange.sockets_speech import Kind, SocketSpeech, Topic
from chatbot.sandbox.exchange.trades import Trade

SPEECHES: Final[tuple[SocketSpeech, ...]] = (
    BinanceSocket(),
    BybitSocket(),
    BingXSocket(),
    WeexSocket(),
    MexcSocket(),
    BitgetSocket(),
)
HISTORY: Final = 20
TICKERS_EVERY: Final = 1.0
PINGS_EVERY: Final = 5.0
MOST_UNSENT: Final = 200_000
"""A client that lets more than this pile up is cut off, as exchanges do."""


@dataclass(eq=False)
class Line:
    """One open socket."""

    speech: SocketSpeech
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    topics: set[Topic] = field(default_factory=set)
    snapped: set[Topic] = field(default_factory=set)
    unsent: asyncio.Queue[str | bytes] = field(default_factory=lambda: asyncio.Queue(MOST_UNSENT))
    sent: int = 0
    heard: int = 0

    def put(self, frame: Any) -> None:
        """Send a frame after those that wait; a list of frames one by one, text as it is."""
        for one in frame if isinstance(frame, list) else [frame]:
            text = one if isinstance(one, str) else json.dumps(one, separators=(",", ":"))
            try:
                self.unsent.put_nowait(gzip.compress(text.encode(), 1) if self.speech.zipped else text)
            except asyncio.QueueFull:
                self.cut()

    def cut(self) -> None:
        """Reset the connection."""
        if self.transport is not None:
            self.transport.abort()


class SocketSide:
    """All sockets of all exchanges on one market. Times are in seconds of real time."""

    def __init__(self, market: Callable[[], Market]) -> None:
        self.market = market
        self.faults = SocketFaults()
        self.lines: list[Line] = []
        self.opened: dict[str, int] = {speech.exchange: 0 for speech in SPEECHES}
        self.refused: dict[str, int] = dict(self.opened)
        self.tickers_every = TICKERS_EVERY
        self.pings_every = PINGS_EVERY

    def serve(self, app: web.Application) -> None:
        """Be part of an application."""
        app.add_routes([web.get(path, self.opening(speech)) for speech in SPEECHES for path in speech.paths])
        app.add_routes(
            [
                web.post("/sim/socket-fault", self.add_fault),
                web.delete("/sim/socket-fault", self.clear_faults),
                web.get("/sim/sockets", self.state),
            ]
        )
        app.on_shutdown.append(self.hang_up)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whose sockets these are."""
        return tuple(speech.host for speech in SPEECHES)

    def serves(self, path: str) -> bool:
        """Whether a path is that of a socket."""
        return any(path.startswith(mine.partition("/{")[0]) for speech in SPEECHES for mine in speech.paths)

    def opening(self, speech: SocketSpeech) -> Callable[[web.Request], Any]:
        """The handler that opens a socket of one exchange."""

        async def handle(request: web.Request) -> web.StreamResponse:
            refused = self.faults.refusal(speech.exchange)
            if refused is not None:
                self.refused[speech.exchange] += 1
                return refused
            socket = web.WebSocketResponse()
            try:
                await socket.prepare(request)
            except ConnectionResetError:
                # Whoever asked is gone already.
                return socket
            await self.talk(Line(speech, socket, request.transport))
            return socket

        return handle

    async def talk(self, line: Line) -> None:
        """Serve one socket until it ends."""
        market = self.market()
        market.listeners.append(listener := self.telling(line))
        self.lines.append(line)
        self.opened[line.speech.exchange] += 1
        works = [asyncio.create_task(work) for work in (self.send(line), self.tick(line), self.ping(line))]
        try:
            async for message in line.socket:
                if message.type is WSMsgType.TEXT:
                    self.take(line, message.data)
        finally:
            self.lines.remove(line)
            market.listeners.remove(listener)
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    def telling(self, line: Line) -> Callable[[Book, Trade], None]:
        """What the market calls for every trade."""

        def tell(book: Book, trade: Trade) -> None:
            topic = Topic(Kind.TRADES, book.listing.id)
            if topic in line.topics and not self.faults.mutes(line.speech.exchange, topic.contract):
                line.put(line.speech.trades(book, [trade], max(self.market().now, trade.point.at)))

        return tell

    def take(self, line: Line, text: str) -> None:
        """Do as a client's frame says."""
        if self.faults.ignores(line.speech.exchange):
            return
        line.heard += 1
        wish: Any = text
        with suppress(ValueError):
            wish = json.loads(text)
        reply = line.speech.reply(wish, self.market().now)
        for frame in reply.frames:
            line.put(frame)
        for topic in reply.ended:
            line.topics.discard(topic)
            line.snapped.discard(topic)
        for topic in reply.begun:
            self.begin(line, topic)

    def begin(self, line: Line, topic: Topic) -> None:
        """A subscription, with whatever comes first on it."""
        line.topics.add(topic)
        if topic.kind is Kind.TICKER:
            self.show_ticker(line, topic)
        elif not self.faults.mutes(line.speech.exchange, topic.contract):
            self.show_history(line, topic)

    def show_history(self, line: Line, topic: Topic) -> None:
        """The latest trades, where the exchange begins with them."""
        market = self.market()
        if topic.contract in market.books:
            book, old = market.book(topic.contract), market.trades(topic.contract)[-HISTORY:]
            frame = line.speech.history(book, old, market.now)
            if frame is not None:
                line.put(frame)

    def show_ticker(self, line: Line, topic: Topic) -> None:
        """The present prices."""
        market = self.market()
        if topic.contract in market.books and not self.faults.mutes(line.speech.exchange, topic.contract):
            first = topic not in line.snapped
            line.snapped.add(topic)
            line.put(line.speech.ticker(market.book(topic.contract), market.now, first=first))

    async def send(self, line: Line) -> None:
        """Send what is to be sent, each frame as late as the faults say."""
        with suppress(ConnectionError):
            while True:
                frame = await line.unsent.get()
                if delay := self.faults.delay(line.speech.exchange):
                    await asyncio.sleep(delay)
                await (line.socket.send_bytes(frame) if isinstance(frame, bytes) else line.socket.send_str(frame))
                line.sent += 1

    async def tick(self, line: Line) -> None:
        """Tickers, again and again."""
        while True:
            await asyncio.sleep(self.tickers_every)
            for topic in sorted(line.topics):
                if topic.kind is Kind.TICKER:
                    self.show_ticker(line, topic)

    async def ping(self, line: Line) -> None:
        """Pings in words, where the exchange has such."""
        while True:
            await asyncio.sleep(self.pings_every)
            if (frame := line.speech.ping(self.market().now)) is not None:
                line.put(frame)

    async def hang_up(self, app: web.Application) -> None:  # noqa: ARG002 -- a hook
        """Close every socket."""
        await asyncio.gather(*(line.socket.close(code=WSCloseCode.GOING_AWAY) for line in tuple(self.lines)))

    def of(self, fault: SocketFault) -> Sequence[Line]:
        """The open sockets that a fault befalls."""
        return [line for line in self.lines if fault.concerns(line.speech.exchange)]

    async def befall(self, fault: SocketFault) -> None:
        """Let something go wrong."""
        self.faults.add(fault)
        for line in self.of(fault):
            if fault.garbage is not None:
                line.put(fault.garbage)
            if fault.frame is not None:
                line.put([fault.frame])
            if fault.reset:
                line.cut()
            if fault.close is not None:
                await line.socket.close(code=fault.close)

    async def add_fault(self, request: web.Request) -> web.Response:
        """Let something go wrong, as the JSON says."""
        try:
            fault = SocketFault.from_json(await request.json())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        await self.befall(fault)
        return web.json_response({"sockets": len(self.of(fault))})

    async def clear_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """Let nothing go wrong any more."""
        self.faults.clear()
        return web.json_response({"sockets": len(self.lines)})

    async def state(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """What is open, what was subscribed to there, and how many sockets were ever opened or refused."""
        rows = [
            {
                "exchange": line.speech.exchange,
                "subscriptions": [f"{kind}:{contract}" for kind, contract in sorted(line.topics)],
                "sent": line.sent,
                "heard": line.heard,
            }
            for line in self.lines
        ]
        return web.json_response({"opened": self.opened, "refused": self.refused, "open": rows})
