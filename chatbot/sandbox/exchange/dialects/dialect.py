"""What every dialect of the emulator has: hosts, routes, weights and errors of one exchange, over one market."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from typing import Any, ClassVar, Final

from aiohttp import web

from chatbot.core.candles import Candle, joined
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.bars import Bar, Span, bar_of, chosen
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.history import between
from chatbot.sandbox.exchange.listing import Listing
from chatbot.sandbox.exchange.market import Book, Market
from chatbot.sandbox.exchange.payloads import FUNDING_EVERY

SPOILED_BY: Final = web.RequestKey("spoiled_by", Fault)
DAY: Final = Timeframe.D1.millis
Payload = dict[str, Any]


class RefusedError(Exception):
    """A request that the exchange refuses, by its code and in its words."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


class Dialect(ABC):
    """`prefixes` are how the paths of this exchange begin: no two exchanges share one.

    `hosts` pairs each host with the path that stands before its own here, so that its paths meet nobody else's.
    `a_minute` is what a minute's requests may weigh before they are refused.
    """

    exchange: ClassVar[str]
    hosts: ClassVar[Mapping[str, str]]
    prefixes: ClassVar[tuple[str, ...]]
    a_minute: ClassVar[int]
    refused_status: ClassVar[int] = 200
    """The status of a request that is wrong."""
    no_such_market: ClassVar[int]
    """The code that refuses a symbol that is not listed."""

    def __init__(self, market: Callable[[], Market]) -> None:
        self.market_now = market
        self.days: dict[str, tuple[int, Candle]] = {}

    @property
    def market(self) -> Market:
        return self.market_now()

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """All that is served."""

    @abstractmethod
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        """What the exchange counts for a request."""

    @abstractmethod
    def error(self, code: int, msg: str) -> Payload:
        """An error in the exchange's form."""

    @abstractmethod
    def too_many(self, seconds_left: int) -> web.Response:
        """The answer to whoever asked too much in this minute."""

    def name_of(self, listing: Listing) -> str:
        """What this exchange calls a contract."""
        return listing.id

    def contract_size(self, listing: Listing) -> Decimal:
        """How much of the base one contract is."""
        del listing
        return Decimal(1)

    def book_of(self, query: Mapping[str, str], name: str = "symbol") -> Book:
        """The contract a request is about. Raises RefusedError."""
        wanted = query.get(name, "")
        for book in self.market.books.values():
            if self.name_of(book.listing) == wanted:
                return book
        raise RefusedError(self.no_such_market, "the symbol does not exist")

    def books(self, query: Mapping[str, str]) -> list[Book]:
        """The one contract asked for, or all that are traded. Raises RefusedError."""
        if query.get("symbol"):
            return [self.book_of(query)]
        return [book for book in self.market.books.values() if book.listing.trading]

    def day(self, book: Book) -> Candle:
        """The last 24 hours as one candle, as far as trades were recorded; worked out once a minute."""
        now = self.market.now
        minute, whole_day = self.days.get(book.listing.id, (-1, None))
        if whole_day is None or minute != now // MINUTE:
            whole_day = day_of(book, now)
            self.days[book.listing.id] = (now // MINUTE, whole_day)
        trade = Candle(whole_day.at, book.last, book.last, book.last, book.last, Decimal(0))
        return joined(whole_day, trade)

    def next_funding(self) -> int:
        """When funding is paid next."""
        return self.market.now - self.market.now % FUNDING_EVERY + FUNDING_EVERY

    def bars(
        self, request: web.Request, book: Book, interval: Timeframe, span: Span, *, mark: bool = False
    ) -> list[Bar]:
        """The candles asked for, oldest first, as the fault of this request leaves them."""
        candles = chosen(self.market, book, interval, span, mark=mark)
        bars = [bar_of(candle, book.listing) for candle in candles]
        return request[SPOILED_BY].spoiled(bars, interval.millis, self.market.now)


def day_of(book: Book, now: int) -> Candle:
    """The recorded minutes of the last 24 hours; what was made up before them is left alone."""
    made = Candle(now - now % MINUTE, book.last, book.last, book.last, book.last, Decimal(0))
    minutes = between(book.history.minutes, now - DAY + MINUTE, now + 1)
    return reduce(joined, minutes) if minutes else made


def whole(query: Mapping[str, str], name: str, wrong: int) -> int | None:
    """A whole number, if it was sent. Raises RefusedError with the code for what is wrong."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise RefusedError(wrong, f"{name} must be a whole number")
    return int(text)


def interval_named(names: Mapping[str, Timeframe], text: str | None, wrong: int) -> Timeframe:
    """The candle length behind an exchange's own name for it. Raises RefusedError."""
    found = names.get(text or "")
    if found is None:
        raise RefusedError(wrong, "the interval is not known")
    return found


def as_number(text: str | None) -> float | str | None:
    """A price as a bare JSON number; what a fault made of it stays as it is."""
    return text if text is None or text == "NaN" else float(text)
