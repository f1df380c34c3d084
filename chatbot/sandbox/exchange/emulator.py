"""The simulated exchange as a web server on loopback: public market data only, nothing that could place an order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange import payloads
from chatbot.sandbox.exchange.faults import Fault, FaultBook
from chatbot.sandbox.exchange.market import Book, Market
from chatbot.sandbox.exchange.payloads import WEIGHT_LIMIT
from chatbot.sandbox.exchange.queries import (
    BinanceError,
    Span,
    contract_of,
    contracts_of,
    interval_of,
    span_of,
    whole,
)
from chatbot.sandbox.exchange.sockets import SocketSide
from chatbot.sandbox.exchange.weights import Call, CallLog, weight_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DAY: Final = Timeframe.D1.millis
SPOILED_BY: Final = web.RequestKey("spoiled_by", Fault)


class ExchangeEmulator:
    """Serves one market. `app` may also be served by somebody else's runner.

    `weight_limit` is what a minute's requests may weigh before they get 429; None never refuses.
    """

    def __init__(self, market: Market, *, weight_limit: int | None = WEIGHT_LIMIT) -> None:
        self.market = market
        self.weight_limit = weight_limit
        self.faults = FaultBook()
        self.log = CallLog()
        self.base_url = ""
        self.runner: web.AppRunner | None = None
        self.app = web.Application(middlewares=[self.guard])
        self.app.add_routes(self.routes())
        self.sockets = SocketSide(lambda: self.market)
        self.sockets.serve(self.app)

    def routes(self) -> list[web.RouteDef]:
        """All that is served, on one screen."""
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
            web.post("/sim/fault", self.add_fault),
            web.delete("/sim/fault", self.clear_faults),
            web.get("/sim/calls", self.calls),
        ]

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one. `base_url` then says where."""
        self.runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, host, port).start()
        self.base_url = f"http://{host}:{self.runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of silent requests and close."""
        self.faults.clear()
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count, let faults happen, refuse over the limit, and answer errors in Binance's form."""
        if not request.path.startswith("/fapi/"):
            return await handler(request)
        now = asyncio.get_running_loop().time()
        self.log.add(Call(request.path, weight_of(request.path, request.query), now))
        fault = self.faults.take(request.path)
        request[SPOILED_BY] = fault or Fault()
        broken = None if fault is None else await self.faults.answer(fault, request)
        if broken is not None:
            return broken
        used = self.log.used(now)
        spent = self.weight_limit is not None and used > self.weight_limit
        response = too_many(now) if spent else await self.answer(request, handler)
        response.headers["x-mbx-used-weight-1m"] = str(used)
        return response

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The right answer, or the right error."""
        try:
            return await handler(request)
        except BinanceError as error:
            return web.json_response({"code": error.code, "msg": error.msg}, status=400)

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

        def row(book: Book) -> payloads.Payload:
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

    def one_or_all(self, request: web.Request, row: Callable[[Book], payloads.Payload]) -> web.Response:
        """An object for a contract that was named, else a list of all."""
        rows = [row(book) for book in contracts_of(request.query, self.market)]
        return web.json_response(rows[0] if "symbol" in request.query else rows)

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last price; the last one may still be forming."""
        book, interval = contract_of(request.query, self.market), interval_of(request.query)
        candles = self.candles(book, interval, span_of(request.query, default=500, most=1_500))
        rows = [payloads.kline(candle, book.listing, interval.millis) for candle in candles]
        return web.json_response(request[SPOILED_BY].spoiled(rows, self.market.now))

    async def mark_klines(self, request: web.Request) -> web.Response:
        """Candles of the mark price, which here is the last price."""
        book, interval = contract_of(request.query, self.market), interval_of(request.query)
        candles = self.candles(book, interval, span_of(request.query, default=500, most=1_500))
        return web.json_response([payloads.mark_kline(candle, interval.millis) for candle in candles])

    def candles(self, book: Book, interval: Timeframe, span: Span) -> list[Any]:
        """The first `limit` candles from the start time on; without one, the last."""
        until = self.market.now if span.until is None else min(span.until, self.market.now)
        since = until - span.limit * interval.millis if span.since is None else span.since
        if span.since is not None:
            until = min(until, interval.start_of(since) + (span.limit + 1) * interval.millis)
        found = self.market.candles(book.listing.id, interval, since, until)
        return found[-span.limit :] if span.since is None else found[: span.limit]

    async def aggregate_trades(self, request: web.Request) -> web.Response:
        """The latest trades, or those from a number or a time on."""
        book = contract_of(request.query, self.market)
        span, first = span_of(request.query, default=500, most=1_000), whole(request.query, "fromId")
        found = [
            trade
            for trade in book.trades
            if trade.number >= (first or 0) and (span.since or 0) <= trade.point.at <= (span.until or trade.point.at)
        ]
        chosen = found[-span.limit :] if first is None and span.since is None else found[: span.limit]
        return web.json_response([payloads.aggregate_trade(trade, book.listing) for trade in chosen])

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

    async def add_fault(self, request: web.Request) -> web.Response:
        """Let something go wrong."""
        try:
            self.faults.add(Fault.from_json(await request.json()))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"faults": len(self.faults.waiting)})

    async def clear_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """Let nothing go wrong any more."""
        self.faults.clear()
        return web.json_response({"faults": 0})

    async def calls(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """What was asked, oldest first."""
        return web.json_response([asdict(call) for call in self.log.calls])


def too_many(now: float) -> web.Response:
    """The weight of this minute is used up."""
    body = {"code": -1003, "msg": "Too many requests; current limit is 2400 request weight per 1 MINUTE."}
    return web.json_response(body, status=429, headers={"Retry-After": str(60 - int(now % 60))})
