"""BingX perpetual futures, REST: contracts, tickers, candles, recent trades, mark prices and funding.

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
from chatbot.sandbox.exchange.listing import INVERSE_BASE, SPOT_ONLY, Listing, price_text, quantity_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_RATE
from chatbot.sandbox.exchange.trades import Trade

WRONG: Final = 109_400
INTERVALS: Final[Mapping[str, Timeframe]] = {frame.value: frame for frame in Timeframe}


class BingX(Dialect):
    """A pair is written with a dash; spot and inverse markets are listed beside the linear ones."""

    exchange = "bingx"
    hosts = {"open-api.bingx.com": ""}  # noqa: RUF012 -- a constant of the class
    prefixes = ("/openApi/",)
    a_minute = 600
    no_such_market = 109_425

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/openApi/swap/v2/quote/contracts", self.contracts),
            web.get("/openApi/cswap/v1/market/contracts", self.inverse_contracts),
            web.get("/openApi/spot/v1/common/symbols", self.spot_symbols),
            web.get("/openApi/swap/v2/quote/ticker", self.tickers),
            web.get("/openApi/swap/v2/quote/premiumIndex", self.premium_index),
            web.get("/openApi/swap/v3/quote/klines", self.klines),
            web.get("/openApi/swap/v1/market/markPriceKlines", self.mark_klines),
            web.get("/openApi/swap/v2/quote/trades", self.recent_trades),
        ]

    @override
    def name_of(self, listing: Listing) -> str:
        return f"{listing.base}-{listing.quote}"

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        return 1

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"code": code, "msg": msg, "data": {}}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        until = self.market.now + seconds_left * 1_000
        text = "code:100410:The endpoint trigger frequency limit rule is currently in the disabled period"
        return web.json_response(self.error(100_410, f"{text} and will be unblocked after {until}"))

    def wrapped(self, data: Any) -> web.Response:
        """An answer as BingX sends it."""
        return web.json_response({"code": 0, "msg": "", "timestamp": self.market.now, "data": data})

    async def contracts(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The linear contracts."""
        return self.wrapped([contract(listing, self.name_of(listing)) for listing in self.market.listings])

    async def inverse_contracts(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The inverse contracts."""
        inverse = {
            "symbol": f"{INVERSE_BASE}-USD",
            "pricePrecision": 1,
            "minTickSize": "100",
            "minTradeValue": "100",
            "minQty": "1.00000000",
            "status": 1,
            "timeOnline": 1_713_175_200_000,
        }
        return self.wrapped([inverse])

    async def spot_symbols(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The spot markets: one for every contract, and one that has none."""
        names = [*(self.name_of(listing) for listing in self.market.listings), f"{SPOT_ONLY}-USDT"]
        return self.wrapped({"symbols": [spot_symbol(name) for name in names]})

    async def tickers(self, request: web.Request) -> web.Response:
        """The last 24 hours of one contract or all."""
        rows = [self.ticker(book) for book in self.books(request.query)]
        return self.wrapped(rows[0] if "symbol" in request.query else rows)

    def ticker(self, book: Book) -> Payload:
        """One row of ticker."""
        listing, day = book.listing, self.day(book)
        return {
            "symbol": self.name_of(listing),
            "priceChange": f"{book.last - day.open:f}",
            "priceChangePercent": f"{100 * (book.last - day.open) / day.open:.2f}%",
            "lastPrice": price_text(book.last, listing),
            "lastQty": quantity_text(listing.lot_size, listing),
            "highPrice": price_text(day.high, listing),
            "lowPrice": price_text(day.low, listing),
            "volume": quantity_text(day.volume, listing),
            "quoteVolume": f"{day.volume * book.last:.2f}",
            "openPrice": price_text(day.open, listing),
            "openTime": day.at,
            "closeTime": max(self.market.now, book.last_at),
            "bidPrice": price_text(book.last, listing),
            "bidQty": quantity_text(listing.lot_size * 4_200, listing),
            "askPrice": price_text(book.last + listing.tick_size, listing),
            "askQty": quantity_text(listing.lot_size * 3_100, listing),
        }

    async def premium_index(self, request: web.Request) -> web.Response:
        """Mark price and funding of one contract or all."""
        rows = [
            {
                "symbol": self.name_of(book.listing),
                "markPrice": price_text(book.mark, book.listing),
                "indexPrice": price_text(book.mark, book.listing),
                "lastFundingRate": FUNDING_RATE,
                "nextFundingTime": self.next_funding(),
                "fundingIntervalHours": 8,
                "updateTime": self.market.now,
            }
            for book in self.books(request.query)
        ]
        return self.wrapped(rows[0] if "symbol" in request.query else rows)

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last price, newest first."""
        bars = self.candles(request, mark=False)
        return self.wrapped([{**bar_row(bar), "time": bar.at} for bar in bars[::-1]])

    async def mark_klines(self, request: web.Request) -> web.Response:
        """Candles of the mark price, newest first."""
        bars = self.candles(request, mark=True)
        return self.wrapped([{**bar_row(bar), "openTime": bar.at, "closeTime": bar.at} for bar in bars[::-1]])

    def candles(self, request: web.Request, *, mark: bool) -> list[Bar]:
        """From the start on, or without one the last. Raises RefusedError."""
        query = request.query
        book, interval = self.book_of(query), interval_named(INTERVALS, query.get("interval"), WRONG)
        since, until = whole(query, "startTime", WRONG), whole(query, "endTime", WRONG)
        span = Span(since, until, min(whole(query, "limit", WRONG) or 500, 1_440))
        return self.bars(request, book, interval, span, mark=mark)

    async def recent_trades(self, request: web.Request) -> web.Response:
        """The latest trades; there is no way to older ones, and they have no number."""
        book, limit = self.book_of(request.query), whole(request.query, "limit", WRONG) or 500
        return self.wrapped([trade_row(trade, book.listing) for trade in book.trades.latest(min(limit, 1_000))])


def contract(listing: Listing, name: str) -> Payload:
    """One row of contracts."""
    state = "true" if listing.trading else "false"
    return {
        "contractId": listing.id,
        "symbol": name,
        "size": f"{listing.lot_size:f}",
        "quantityPrecision": listing.lot_decimals,
        "pricePrecision": max(0, -int(listing.tick_size.normalize().as_tuple().exponent)),
        "feeRate": "0.0005",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0005",
        "tradeMinLimit": 0,
        "tradeMinQuantity": f"{listing.min_quantity:f}",
        "tradeMinUSDT": f"{listing.min_notional:f}",
        "currency": listing.quote,
        "asset": listing.base,
        "status": 1 if listing.trading else 25,
        "apiStateOpen": state,
        "apiStateClose": state,
        "ensureTrigger": True,
        "triggerFeeRate": "0.00020000",
    }


def spot_symbol(name: str) -> Payload:
    """One row of the spot symbols."""
    return {
        "symbol": name,
        "minQty": 0,
        "maxQty": 1_000_000,
        "minNotional": 5,
        "maxNotional": 20_000,
        "status": 1,
        "tickSize": 0.0001,
        "stepSize": 0.001,
        "apiStateSell": True,
        "apiStateBuy": True,
        "timeOnline": 0,
        "offTime": 0,
        "maintainTime": 0,
    }


def bar_row(bar: Bar) -> Payload:
    """A candle's prices by name."""
    names = ("open", "high", "low", "close")
    return {**dict(zip(names, bar.prices, strict=True)), "volume": None if bar.volume is None else f"{bar.volume:f}"}


def trade_row(trade: Trade, listing: Listing) -> Payload:
    """One row of trades."""
    volume = max(trade.point.volume, listing.lot_size)
    return {
        "time": trade.point.at,
        "isBuyerMaker": trade.buyer_is_maker,
        "price": price_text(trade.point.price, listing),
        "qty": quantity_text(volume, listing),
        "quoteQty": f"{volume * trade.point.price:.2f}",
    }
