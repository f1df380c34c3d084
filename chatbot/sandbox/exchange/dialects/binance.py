"""Binance USDⓈ-M, REST: the whole of what public market data a coach needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web
from typing_extensions import override

from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange import payloads
from chatbot.sandbox.exchange.dialects.dialect import Dialect, Payload
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.queries import contract_of, contracts_of, interval_of, span_of, whole

DAY: Final = Timeframe.D1.millis
KLINE_PATHS: Final = frozenset({"/fapi/v1/klines", "/fapi/v1/markPriceKlines"})
KLINE_STEPS: Final = ((99, 1), (499, 2), (1_000, 5), (1_500, 10))
ONE_OR_ALL: Final[Mapping[str, tuple[int, int]]] = {
    "/fapi/v1/ticker/24hr": (1, 40),
    "/fapi/v1/ticker/price": (1, 2),
    "/fapi/v2/ticker/price": (1, 2),
    "/fapi/v1/ticker/bookTicker": (2, 5),
    "/fapi/v1/premiumIndex": (1, 10),
    "/fapi/v1/aggTrades": (20, 20),
    "/fapi/v1/fundingInfo": (0, 0),
}


class Binance(Dialect):
    """Numbers that Binance quotes are text."""

    exchange = "binanceusdm"
    hosts = {"fapi.binance.com": "", "fstream.binance.com": ""}  # noqa: RUF012 -- a constant of the class
    prefixes = ("/fapi/",)
    a_minute = payloads.WEIGHT_LIMIT
    refused_status = 400
    no_such_market = -1121

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/fapi/v1/ping", self.ping),
            web.get("/fapi/v1/time", self.time),
            web.get("/fapi/v1/exchangeInfo", self.exchange_info),
            web.get("/fapi/v1/ticker/24hr", self.day_ticker),
            web.get("/fapi/v1/ticker/price", self.last_price),
            web.get("/fapi/v2/ticker/price", self.last_price),
            web.get("/fapi/v1/ticker/bookTicker", self.best_prices),
            web.get("/fapi/v1/premiumIndex", self.premium_index),
            web.get("/fapi/v1/klines", self.klines),
            web.get("/fapi/v1/markPriceKlines", self.mark_klines),
            web.get("/fapi/v1/aggTrades", self.aggregate_trades),
            web.get("/fapi/v1/fundingRate", self.funding_rate),
            web.get("/fapi/v1/fundingInfo", self.funding_info),
        ]

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        if path in KLINE_PATHS:
            limit = query.get("limit", "500")
            asked = int(limit) if limit.isdigit() else 500
            return next((weight for most, weight in KLINE_STEPS if asked <= most), 10)
        one, every = ONE_OR_ALL.get(path, (1, 1))
        return one if "symbol" in query else every

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"code": code, "msg": msg}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        body = self.error(-1003, "Too many requests; current limit is 2400 request weight per 1 MINUTE.")
        return web.json_response(body, status=429, headers={"Retry-After": str(seconds_left)})

    async def ping(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """Nothing, quickly."""
        return web.json_response({})

    async def time(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The market's own clock."""
        return web.json_response({"serverTime": self.market.now})

    async def exchange_info(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """What is listed."""
        return web.json_response(payloads.exchange_info(self.market, self.market.now))

    async def day_ticker(self, request: web.Request) -> web.Response:
        """The last 24 hours of one contract or all."""
        now = self.market.now

        def row(book: Book) -> Payload:
            minutes = self.market.candles(book.listing.id, Timeframe.M1, now - DAY + MINUTE, now)
            return payloads.day_ticker(book, minutes, now)

        return self.one_or_all(request, row)

    async def last_price(self, request: web.Request) -> web.Response:
        """The last price of one contract or all."""
        return self.one_or_all(request, payloads.last_price)

    async def best_prices(self, request: web.Request) -> web.Response:
        """Best bid and ask of one contract or all."""
        return self.one_or_all(request, payloads.best_prices)

    async def premium_index(self, request: web.Request) -> web.Response:
        """Mark price and funding of one contract or all."""
        return self.one_or_all(request, lambda book: payloads.premium_index(book, self.market.now))

    def one_or_all(self, request: web.Request, row: Callable[[Book], Payload]) -> web.Response:
        """An object for a contract that was named, else a list of all."""
        rows = [row(book) for book in contracts_of(request.query, self.market)]
        return web.json_response(rows[0] if "symbol" in request.query else rows)

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last price; the last one may still be forming."""
        book, interval = contract_of(request.query, self.market), interval_of(request.query)
        bars = self.bars(request, book, interval, span_of(request.query, default=500, most=1_500))
        return web.json_response([payloads.kline(bar, book.listing, interval.millis) for bar in bars])

    async def mark_klines(self, request: web.Request) -> web.Response:
        """Candles of the mark price."""
        book, interval = contract_of(request.query, self.market), interval_of(request.query)
        bars = self.bars(request, book, interval, span_of(request.query, default=500, most=1_500), mark=True)
        return web.json_response([payloads.mark_kline(bar, interval.millis) for bar in bars])

    async def aggregate_trades(self, request: web.Request) -> web.Response:
        """The latest trades, or those from a number or a time on."""
        book = contract_of(request.query, self.market)
        span, first = span_of(request.query, default=500, most=1_000), whole(request.query, "fromId")
        found = book.trades.between(span.since, span.until, first=first)
        latest = first is None and span.since is None
        rows = found[-span.limit :] if latest else found[: span.limit]
        return web.json_response([payloads.aggregate_trade(trade, book.listing) for trade in rows])

    async def funding_rate(self, request: web.Request) -> web.Response:
        """Past funding, one row every eight hours."""
        span = span_of(request.query, default=100, most=1_000)
        until, every = min(span.until or self.market.now, self.market.now), payloads.FUNDING_EVERY
        last = until - until % every
        begin = last - (span.limit - 1) * every if span.since is None else -(-span.since // every) * every
        times = range(begin, last + 1, every)[: span.limit]
        books = contracts_of(request.query, self.market)
        return web.json_response([payloads.funding_rate(book, at) for at in times for book in books])

    async def funding_info(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """How often funding is paid."""
        return web.json_response([payloads.funding_info(listing) for listing in self.market.listings])
