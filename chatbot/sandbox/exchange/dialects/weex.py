"""WEEX futures, REST v3: contracts, tickers, candles near and far, recent trades, mark prices and funding.

No payload here was recorded from the exchange: the shapes are those that its client library reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Bar, Span
from chatbot.sandbox.exchange.dialects.dialect import Dialect, Payload, interval_named, whole
from chatbot.sandbox.exchange.listing import SPOT_ONLY, Listing, price_text, quantity_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_RATE
from chatbot.sandbox.exchange.trades import Trade

WRONG: Final = -1_130
INTERVALS: Final[Mapping[str, Timeframe]] = {
    name: Timeframe(name) for name in ("1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d")
}
WEIGHTS: Final[Mapping[str, int]] = {
    "/capi/v3/market/ticker/24hr": 200,
    "/capi/v3/market/historyKlines": 25,
    "/capi/v3/market/trades": 25,
    "/weex-spot/api/v3/exchangeInfo": 100,
}


class Weex(Dialect):
    """Orders and volumes are in units of base; `contractVal` is only the step of a contract."""

    exchange = "weex"
    hosts = {"api-contract.weex.com": "", "api-spot.weex.com": "/weex-spot"}  # noqa: RUF012 -- a constant of the class
    prefixes = ("/capi/", "/weex-spot/")
    a_minute = 3_000
    refused_status = 400
    no_such_market = -1_121

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/capi/v3/market/exchangeInfo", self.contracts),
            web.get("/weex-spot/api/v3/exchangeInfo", self.spot_markets),
            web.get("/capi/v3/market/ticker/24hr", self.tickers),
            web.get("/capi/v3/market/premiumIndex", self.premium_index),
            web.get("/capi/v3/market/klines", self.klines),
            web.get("/capi/v3/market/markPriceKlines", self.mark_klines),
            web.get("/capi/v3/market/historyKlines", self.history),
            web.get("/capi/v3/market/trades", self.recent_trades),
        ]

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        return WEIGHTS.get(path, 5)

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"code": code, "msg": msg}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        return web.json_response({}, status=429, headers={"Retry-After": str(seconds_left)})

    async def contracts(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The contracts that are traded: what is not, is not listed."""
        rows = [contract(listing) for listing in self.market.listings if listing.trading]
        return web.json_response({"assets": [], "symbols": rows})

    async def spot_markets(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The spot markets: one for every contract, and one that has none."""
        bases = [*(listing.base for listing in self.market.listings), SPOT_ONLY]
        return web.json_response({"symbols": [spot_market(base) for base in bases]})

    async def tickers(self, request: web.Request) -> web.Response:
        """The last 24 hours of one contract or all, always as a list."""
        return web.json_response([self.ticker(book) for book in self.books(request.query)])

    def ticker(self, book: Book) -> Payload:
        """One row of ticker/24hr."""
        listing, day = book.listing, self.day(book)
        return {
            "symbol": listing.id,
            "priceChange": f"{book.last - day.open:f}",
            "priceChangePercent": f"{(book.last - day.open) / day.open:.6f}",
            "lastPrice": price_text(book.last, listing),
            "openPrice": price_text(day.open, listing),
            "highPrice": price_text(day.high, listing),
            "lowPrice": price_text(day.low, listing),
            "volume": quantity_text(day.volume, listing),
            "quoteVolume": f"{day.volume * book.last:.5f}",
            "openTime": day.at,
            "closeTime": max(self.market.now, book.last_at),
            "markPrice": price_text(book.mark, listing),
            "indexPrice": price_text(book.mark, listing),
        }

    async def premium_index(self, request: web.Request) -> web.Response:
        """Mark price and funding of one contract or all, always as a list."""
        rows = [
            {
                "symbol": book.listing.id,
                "markPrice": price_text(book.mark, book.listing),
                "indexPrice": price_text(book.mark, book.listing),
                "forecastFundingRate": FUNDING_RATE,
                "lastFundingRate": FUNDING_RATE,
                "interestRate": "0.001",
                "nextFundingTime": self.next_funding(),
                "time": self.market.now,
                "collectCycle": 480,
            }
            for book in self.books(request.query)
        ]
        return web.json_response(rows)

    async def klines(self, request: web.Request) -> web.Response:
        """The latest candles of the last price; a start is not listened to."""
        return self.latest(request, mark=False)

    async def mark_klines(self, request: web.Request) -> web.Response:
        """The latest candles of the mark price."""
        return self.latest(request, mark=True)

    def latest(self, request: web.Request, *, mark: bool) -> web.Response:
        """The last so many candles. Raises RefusedError."""
        limit = min(whole(request.query, "limit", WRONG) or 100, 1_000)
        return self.candles(request, Span(None, None, limit), mark=mark)

    async def history(self, request: web.Request) -> web.Response:
        """A hundred candles of any time, of the last price or another."""
        query = request.query
        span = Span(whole(query, "startTime", WRONG), whole(query, "endTime", WRONG), 100)
        return self.candles(request, span, mark=query.get("priceType") == "MARK")

    def candles(self, request: web.Request, span: Span, *, mark: bool) -> web.Response:
        """Candles, oldest first. Raises RefusedError."""
        book = self.book_of(request.query)
        interval = interval_named(INTERVALS, request.query.get("interval"), WRONG)
        bars = self.bars(request, book, interval, span, mark=mark)
        return web.json_response([row_of(bar, interval.millis) for bar in bars])

    async def recent_trades(self, request: web.Request) -> web.Response:
        """The latest trades; there is no way to older ones."""
        book, limit = self.book_of(request.query), whole(request.query, "limit", WRONG) or 100
        latest = book.trades.latest(min(limit, 1_000))
        return web.json_response([trade_row(trade, book.listing) for trade in latest])


def contract(listing: Listing) -> Payload:
    """One contract of exchangeInfo."""
    return {
        "symbol": listing.id,
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": str(max(0, -int(listing.tick_size.normalize().as_tuple().exponent))),
        "quantityPrecision": str(listing.lot_decimals),
        "baseAssetPrecision": "8",
        "quotePrecision": "8",
        "contractVal": f"{listing.lot_size:f}",
        "delivery": ["00:00:00", "08:00:00", "16:00:00"],
        "forwardContractFlag": True,
        "minLeverage": "1",
        "maxLeverage": "400",
        "buyLimitPriceRatio": "0.01",
        "sellLimitPriceRatio": "0.01",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0008",
        "minOrderSize": f"{listing.min_quantity:f}",
        "maxOrderSize": "1000000",
        "maxPositionSize": "5000000",
        "marketOpenLimitSize": "100000",
    }


def spot_market(base: str) -> Payload:
    """One spot market."""
    return {
        "symbol": f"{base}USDT",
        "status": "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": "8",
        "quoteAsset": "USDT",
        "quoteAssetPrecision": "8",
        "tickSize": "0.01",
        "stepSize": "0.00001",
        "minTradeAmount": "0.0001",
        "maxTradeAmount": "99999",
        "takerFeeRate": "0.001",
        "makerFeeRate": "0.001",
        "enableTrade": True,
        "enableDisplay": True,
    }


def row_of(bar: Bar, length: int) -> list[Any]:
    """One candle."""
    volume = None if bar.volume is None else f"{bar.volume:f}"
    return [bar.at, *bar.prices, volume, bar.at + length - 1, "0", 0, "0", "0"]


def trade_row(trade: Trade, listing: Listing) -> Payload:
    """One row of trades."""
    volume = max(trade.point.volume, listing.lot_size)
    return {
        "id": f"00000000-0000-4000-8000-{trade.number:012d}",
        "price": price_text(trade.point.price, listing),
        "qty": quantity_text(volume, listing),
        "quoteQty": f"{volume * trade.point.price:.7f}",
        "time": trade.point.at,
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }
