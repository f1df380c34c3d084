"""What is said and heard on the sockets of one exchange: ccxt.pro names the addresses and frames, and reads them.

Its own sockets, waiting calls and caches are not used: what it would send is caught, what it read is taken at once,
so that neither a busy listener nor a quiet market can lose a print.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, NamedTuple, NoReturn

import structlog

from chatbot.core.market import Market
from chatbot.core.plan import TriggerPrice
from chatbot.market.errors import BadPayloadError
from chatbot.market.exchanges import Venue
from chatbot.market.session import RoutedSession
from chatbot.market.socket import PLAIN
from chatbot.market.stream_table import Frame, StreamFacts

LIBRARY: Final = "ccxt.pro"
MOST_IN_A_FRAME: Final = 10_000
log = structlog.get_logger(__name__)


class CaughtError(Exception):
    """Not an error: what ccxt would have sent, and where."""

    def __init__(self, url: str, frame: Frame) -> None:
        super().__init__(url)
        self.url = url
        self.frame = frame


class RefusedError(Exception):
    """The exchange wants the connection to be made anew."""


def catch(url: str, message_hash: object, message: Any = None, *rest: object) -> NoReturn:
    """Stands where ccxt would open a socket and wait. Raises CaughtError."""
    del message_hash, rest
    raise CaughtError(url, message)


class Shown(NamedTuple):
    """What one frame shows of a market: its trades, or one ticker."""

    market: Market
    rows: Sequence[Any]


@dataclass
class Tap:
    """What ccxt takes for its socket. All it reads comes out of `resolve`; what it wants to say goes to `say`."""

    exchange: str
    url: str
    say: Callable[[str], None]
    shown: list[Shown] = field(default_factory=list)
    subscriptions: dict[str, Any] = field(default_factory=dict)
    futures: dict[str, Any] = field(default_factory=dict)
    lastPong: int | None = None  # noqa: N815 -- ccxt's name

    def resolve(self, result: Any, message_hash: object = None) -> Any:
        """Take what was read; the cache it lies in is emptied, so that it only ever holds what is new."""
        del message_hash
        if isinstance(result, list) and result:
            rows = [*result]
            result.clear()
            self.shown.append(Shown(Market(self.exchange, rows[0]["symbol"]), rows))
        elif isinstance(result, Mapping) and isinstance(result.get("symbol"), str):
            self.shown.append(Shown(Market(self.exchange, result["symbol"], TriggerPrice.MARK), [result]))
        return result

    def reject(self, error: Any, message_hash: object = None) -> Any:
        """A subscription was refused; whoever waits for its answer will notice."""
        log.warning("subscription_refused", url=self.url, about=str(message_hash), error=type(error).__name__)
        return error

    def reset(self, error: object) -> NoReturn:
        """Begin anew, as ccxt wants. Raises RefusedError."""
        raise RefusedError(str(error))

    async def send(self, message: Any) -> None:
        """Answer a ping."""
        self.say(message if isinstance(message, str) else written(message))

    def taken(self) -> list[Shown]:
        """All that was read since this was last asked."""
        shown, self.shown = self.shown, []
        return shown


class Speech:
    """ccxt.pro's knowledge of one exchange."""

    def __init__(self, client: Any, facts: StreamFacts) -> None:
        self.client = client
        self.facts = facts

    def lists(self, market: Market) -> bool:
        """Whether the exchange lists what is to be followed, as far as is known."""
        return market.symbol in (self.client.markets or {})

    def share(self, client: Any) -> None:
        """Take the list of markets from a client that has loaded it."""
        self.client.set_markets_from_exchange(client)

    async def asking(self, markets: Sequence[Market]) -> CaughtError:
        """Where to ask for these markets, which one request must hold, and in what words."""
        watch = self.facts.watch_of(markets[0])
        symbols = [market.symbol for market in markets]
        try:
            await getattr(self.client, watch.method)(symbols if watch.at_once > 1 else symbols[0])
        except CaughtError as caught:
            return caught
        raise BadPayloadError(f"{watch.method} of {self.client.id} asks for nothing")

    def read(self, data: str | bytes, tap: Tap) -> tuple[Frame, list[Shown]]:
        """One frame, and what it shows. Raises whatever a frame makes ccxt trip over."""
        frame = parsed(data)
        self.client.handle_message(tap, frame)
        return (frame if isinstance(frame, Mapping) else {}), tap.taken()

    def ping(self, tap: Tap) -> str:
        """The text that keeps a socket open."""
        message = self.client.ping(tap)
        return message if isinstance(message, str) else written(message)

    async def close(self) -> None:
        """Let go of the client; the session belongs to the feed."""
        await self.client.close()


async def open_speech(venue: Venue, facts: StreamFacts, session: RoutedSession) -> Speech:
    """Load ccxt.pro, which takes a moment and so happens beside the loop, and make its client of this exchange."""
    library = await asyncio.to_thread(import_module, LIBRARY)
    client = getattr(library, venue.id)(
        {
            "session": session,
            "number": str,
            "enableRateLimit": False,
            "options": {**venue.options, **facts.options, "tradesLimit": MOST_IN_A_FRAME},
        }
    )
    client.timeout_on_exit = 0
    client.ssl_context = False  # it never dials itself, so it need not make one
    client.asyncio_loop = asyncio.get_running_loop()
    client.watch = client.watch_multiple = catch
    client.stream = one_socket
    return Speech(client, facts)


def one_socket(*what: object) -> str:
    """Stands where ccxt would spread Binance's subscriptions over sockets."""
    del what
    return "0"


def parsed(data: str | bytes) -> Any:
    """A frame as JSON with its numbers as they were written, or a ping as text.

    Raises ValueError for anything else, and what gzip raises.
    """
    text = gzip.decompress(data).decode() if isinstance(data, bytes) else data
    return text if text in PLAIN else json.loads(text, parse_float=str)


def written(message: Any) -> str:
    """A frame as it is sent."""
    return json.dumps(message, separators=(",", ":"))
