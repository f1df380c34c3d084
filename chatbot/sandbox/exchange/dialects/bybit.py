"""Bybit v5, REST, linear contracts: instruments, tickers, candles, recent trades, risk limits and funding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Span
from chatbot.sandbox.exchange.dialects.dialect import Dialect, Payload, RefusedError, interval_named, whole
from chatbot.sandbox.exchange.listing import Listing, price_text, quantity_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_EVERY, FUNDING_RATE, ONBOARD
from chatbot.sandbox.exchange.trades import Trade

WRONG: Final = 10_001
INTERVALS: Final[Mapping[str, Timeframe]] = {
    "1": Timeframe.M1,
    "3": Timeframe.M3,
    "5": Timeframe.M5,
    "15": Timeframe.M15,
    "30": Timeframe.M30,
    "60": Timeframe.H1,
    "120": Timeframe.H2,
    "240": Timeframe.H4,
    "360": Timeframe.H6,
    "720": Timeframe.H12,
    "D": Timeframe.D1,
}
RISK_STEPS: Final = (
    (2_000_000, "0.005", "0.01", "100.00", ""),
    (10_000_000, "0.01", "0.02", "50.00", "10000"),
    (20_000_000, "0.02", "0.04", "25.00", "110000"),
)
"""Value up to which, maintenance rate, initial rate, leverage, and the amount that joins the steps."""


class Bybit(Dialect):
    """Every answer is wrapped, every number is text, candles and trades come newest first."""

    exchange = "bybit"
    hosts = {"api.bybit.com": ""}  # noqa: RUF012 -- a constant of the class
    prefixes = ("/v5/",)
    a_minute = 7_200
    no_such_market = WRONG

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v5/market/time", self.time),
            web.get("/v5/market/instruments-info", self.instruments),
            web.get("/v5/market/tickers", self.tickers),
            web.get("/v5/market/kline", self.klines),
            web.get("/v5/market/mark-price-kline", self.mark_klines),
            web.get("/v5/market/recent-trade", self.recent_trades),
            web.get("/v5/market/risk-limit", self.risk_limits),
            web.get("/v5/market/funding/history", self.funding_history),
        ]

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        return 1

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"retCode": code, "retMsg": msg, "result": {}, "retExtInfo": {}, "time": self.market.now}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        return web.Response(status=403, text="access too frequent")

    def wrapped(self, rows: list[Any], **more: Any) -> web.Response:
        """A list of rows as Bybit sends it."""
        result = {"category": "linear", "list": rows, "nextPageCursor": "", **more}
        body = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": self.market.now}
        return web.json_response(body)

    async def time(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The market's own clock."""
        return self.wrapped([], timeSecond=str(self.market.now // 1_000), timeNano=str(self.market.now * 1_000_000))

    async def instruments(self, request: web.Request) -> web.Response:
        """What is listed; nothing waits for its launch, and nothing but linear contracts is there."""
        wanted = request.query.get("category") == "linear" and "status" not in request.query
        return self.wrapped([instrument(listing) for listing in self.market.listings] if wanted else [])

    async def tickers(self, request: web.Request) -> web.Response:
        """Last price, mark price and funding of one contract or all."""
        if request.query.get("category") != "linear":
            raise RefusedError(WRONG, "params error: Category is invalid")
        return self.wrapped([self.ticker(book) for book in self.books(request.query)])

    def ticker(self, book: Book) -> Payload:
        """One row of tickers; it has no time of its own."""
        listing, day = book.listing, self.day(book)
        return {
            "symbol": listing.id,
            "lastPrice": price_text(book.last, listing),
            "indexPrice": price_text(book.mark, listing),
            "markPrice": price_text(book.mark, listing),
            "prevPrice24h": price_text(day.open, listing),
            "price24hPcnt": f"{(book.last - day.open) / day.open:.6f}",
            "highPrice24h": price_text(day.high, listing),
            "lowPrice24h": price_text(day.low, listing),
            "prevPrice1h": price_text(day.open, listing),
            "openInterest": "1000",
            "openInterestValue": f"{1_000 * book.last:.4f}",
            "turnover24h": f"{day.volume * book.last:.4f}",
            "volume24h": quantity_text(day.volume, listing),
            "fundingRate": FUNDING_RATE,
            "nextFundingTime": str(self.next_funding()),
            "ask1Price": price_text(book.last + listing.tick_size, listing),
            "ask1Size": quantity_text(listing.lot_size * 3_100, listing),
            "bid1Price": price_text(book.last, listing),
            "bid1Size": quantity_text(listing.lot_size * 4_200, listing),
        }

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last price."""
        return self.candles(request, mark=False)

    async def mark_klines(self, request: web.Request) -> web.Response:
        """Candles of the mark price; they have no volume."""
        return self.candles(request, mark=True)

    def candles(self, request: web.Request, *, mark: bool) -> web.Response:
        """From the start on, or without one the last; newest first. Raises RefusedError."""
        query = request.query
        book, interval = self.book_of(query), interval_named(INTERVALS, query.get("interval"), WRONG)
        since, until = whole(query, "start", WRONG), whole(query, "end", WRONG)
        span = Span(since, until, min(whole(query, "limit", WRONG) or 200, 1_000))
        rows = [
            [str(bar.at), *bar.prices] if mark else [str(bar.at), *bar.prices, text_of(bar.volume), "0"]
            for bar in self.bars(request, book, interval, span, mark=mark)
        ]
        return self.wrapped(rows[::-1], symbol=book.listing.id)

    async def recent_trades(self, request: web.Request) -> web.Response:
        """The latest trades, newest first; there is no way to older ones."""
        book, limit = self.book_of(request.query), whole(request.query, "limit", WRONG) or 500
        latest = book.trades.latest(min(limit, 1_000))
        return self.wrapped([trade_row(trade, book.listing) for trade in latest[::-1]])

    async def risk_limits(self, request: web.Request) -> web.Response:
        """The maintenance brackets of a contract."""
        symbol = self.book_of(request.query).listing.id
        return self.wrapped([risk_row(number, symbol, step) for number, step in enumerate(RISK_STEPS, start=1)])

    async def funding_history(self, request: web.Request) -> web.Response:
        """Past funding, newest first."""
        book, limit = self.book_of(request.query), whole(request.query, "limit", WRONG) or 200
        last = self.next_funding() - FUNDING_EVERY
        times = [last - number * FUNDING_EVERY for number in range(min(limit, 200))]
        rows = [
            {"symbol": book.listing.id, "fundingRate": FUNDING_RATE, "fundingRateTimestamp": str(at)} for at in times
        ]
        return self.wrapped(rows)


def text_of(volume: object) -> str | None:
    """A volume as text, or what a fault left of it."""
    return None if volume is None else f"{volume:f}"


def instrument(listing: Listing) -> Payload:
    """One row of instruments-info."""
    return {
        "symbol": listing.id,
        "contractType": "LinearPerpetual",
        "status": "Trading" if listing.trading else "Closed",
        "baseCoin": listing.base,
        "quoteCoin": listing.quote,
        "settleCoin": listing.quote,
        "launchTime": str(ONBOARD),
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(listing.price_decimals),
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {
            "minPrice": f"{listing.tick_size:f}",
            "maxPrice": "1999999.80",
            "tickSize": f"{listing.tick_size:f}",
        },
        "lotSizeFilter": {
            "maxOrderQty": "1000000",
            "minOrderQty": f"{listing.min_quantity:f}",
            "qtyStep": f"{listing.lot_size:f}",
            "postOnlyMaxOrderQty": "1000000",
            "maxMktOrderQty": "100000",
            "minNotionalValue": f"{listing.min_notional:f}",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "copyTrading": "both",
    }


def trade_row(trade: Trade, listing: Listing) -> Payload:
    """One row of recent-trade."""
    return {
        "execId": str(trade.number),
        "symbol": listing.id,
        "price": price_text(trade.point.price, listing),
        "size": quantity_text(max(trade.point.volume, listing.lot_size), listing),
        "side": "Sell" if trade.buyer_is_maker else "Buy",
        "time": str(trade.point.at),
        "isBlockTrade": False,
    }


def risk_row(number: int, symbol: str, step: tuple[int, str, str, str, str]) -> Payload:
    """One row of risk-limit."""
    value, maintenance, initial, leverage, amount = step
    return {
        "id": number,
        "symbol": symbol,
        "riskLimitValue": str(value),
        "maintenanceMargin": maintenance,
        "initialMargin": initial,
        "isLowestRisk": int(number == 1),
        "maxLeverage": leverage,
        "mmDeduction": amount,
    }
