"""What is said on an exchange's sockets: wishes, answers, pings and prices, in the frames of one exchange each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.listing import price_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.trades import Trade

Payload = dict[str, Any]


class Kind(StrEnum):
    """What can be subscribed to of a contract."""

    TRADES = "trades"
    TICKER = "ticker"


class Topic(NamedTuple):
    """A subscription."""

    kind: Kind
    contract: str


@dataclass(slots=True)
class Reply:
    """What a client's frame brings about; frames that are text are sent as they are."""

    frames: list[Any] = field(default_factory=list)
    begun: list[Topic] = field(default_factory=list)
    ended: list[Topic] = field(default_factory=list)


class SocketSpeech(ABC):
    """One exchange, with the host and the paths of its sockets. Topics name contracts by the market's own ids."""

    exchange: ClassVar[str]
    host: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    zipped: ClassVar[bool] = False

    @abstractmethod
    def reply(self, wish: Any, now: Millis) -> Reply:
        """What a frame of the client brings about; `wish` is its JSON, or the text that it is."""

    @abstractmethod
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        """A frame of new trades, oldest first."""

    @abstractmethod
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        """A frame with the last and the mark price."""

    def history(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:  # noqa: ARG002 -- most send none
        """A frame of old trades that is sent on subscribing; None where there is none."""
        return None

    def ping(self, now: Millis) -> Any:  # noqa: ARG002 -- most send none
        """What the server pings with, in words; None where it does not."""
        return None


def mark_of(book: Book) -> str:
    """The mark price as text."""
    return price_text(book.last, book.listing)


def last_of(book: Book) -> str:
    """The last price as text."""
    return price_text(book.last, book.listing)


def price_of(trade: Trade, book: Book) -> str:
    """A trade's price as text."""
    return price_text(trade.point.price, book.listing)


def named(wish: Any, name: str) -> str:
    """What a wish calls itself; "" where it does not."""
    return str(wish.get(name, "")) if isinstance(wish, Mapping) else ""
