"""What every dialect of the emulator has: hosts, routes, weights and errors of one exchange, over one market."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from aiohttp import web

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Bar, Span, bar_of, chosen
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.market import Book, Market

SPOILED_BY: Final = web.RequestKey("spoiled_by", Fault)
Payload = dict[str, Any]


class RefusedError(Exception):
    """A request that the exchange refuses, by its code and in its words."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


class Dialect(ABC):
    """`prefix` is how the paths of this exchange begin: no two exchanges share one.

    `a_minute` is what a minute's requests may weigh before they are refused. `market` is asked for each time.
    """

    exchange: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    prefix: ClassVar[str]
    a_minute: ClassVar[int]
    refused_status: ClassVar[int] = 200
    """The status of a request that is wrong."""

    def __init__(self, market: Callable[[], Market]) -> None:
        self.market_now = market

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

    def bars(
        self, request: web.Request, book: Book, interval: Timeframe, span: Span, *, mark: bool = False
    ) -> list[Bar]:
        """The candles asked for, oldest first, as the fault of this request leaves them."""
        candles = chosen(self.market, book, interval, span, mark=mark)
        bars = [bar_of(candle, book.listing) for candle in candles]
        return request[SPOILED_BY].spoiled(bars, interval.millis, self.market.now)
