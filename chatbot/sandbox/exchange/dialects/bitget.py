"""Bitget futures, REST v2: contracts, tickers, candles near and far, the history of fills, brackets and funding.

No payload here was recorded from the exchange: the shapes are those that its client library reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Span
from chatbot.sandbox.exchange.dialects.dialect import Dialect, Payload, interval_named, whole
from chatbot.sandbox.exchange.listing import INVERSE_BASE, Listing, price_text, quantity_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_RATE
from chatbot.sandbox.exchange.trades import Trade

WRONG: Final = 40_017
USDT: Final = "USDT-FUTURES"
INTERVALS: Final[Mapping[str, Timeframe]] = {
    "1m": Timeframe.M1,
    "3m": Timeframe.M3,
    "5m": Timeframe.M5,
    "15m": Timeframe.M15,
    "30m": Timeframe.M30,
    "1H": Timeframe.H1,
    "2H": Timeframe.H2,
    "4H": Timeframe.H4,
    "6Hutc": Timeframe.H6,
    "12Hutc": Timeframe.H12,
    "1Dutc": Timeframe.D1,
}
TIERS: Final = ((0, 150_000, 125, "0.004"), (150_000, 900_000, 100, "0.005"), (900_000, 4_500_000, 50, "0.01"))
"""From, to (in quote currency), leverage, maintenance rate."""


class Bitget(Dialect):
    """Contracts are kept apart by what they settle in; fills can be read back by time, newest first."""

    exchange = "bitget"
    hosts = {"api.bitget.com": ""}  # noqa: RUF012 -- a constant of the class
    prefixes = ("/api/v2/",)
    a_minute = 1_200
    refused_status = 400
    no_such_market = 40_034

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v2/mix/market/contracts", self.contracts),
            web.get("/api/v2/mix/market/tickers", self.tickers),
            web.get("/api/v2/mix/market/candles", self.klines),
            web.get("/api/v2/mix/market/history-candles", self.history),
            web.get("/api/v2/mix/market/history-mark-candles", self.mark_history),
            web.get("/api/v2/mix/market/fills-history", self.fills),
            web.get("/api/v2/mix/market/query-position-lever", self.tiers),
            web.get("/api/v2/mix/market/current-fund-rate", self.funding_rate),
        ]

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        return 2 if path.endswith(("/fills-history", "/query-position-lever")) else 1

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"code": str(code), "msg": msg, "requestTime": self.market.now, "data": None}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        return web.json_response(self.error(429, "Too Many Requests"), status=429)

    def wrapped(self, data: Any) -> web.Response:
        """An answer as Bitget sends it."""
        return web.json_response({"code": "00000", "msg": "success", "requestTime": self.market.now, "data": data})

    async def contracts(self, request: web.Request) -> web.Response:
        """What settles in USDT, one inverse contract, and nothing in any other currency."""
        rows = [contract(listing) for listing in self.market.listings]
        inverse = {
            **rows[0],
            "symbol": f"{INVERSE_BASE}USD",
            "quoteCoin": "USD",
            "baseCoin": INVERSE_BASE,
            "supportMarginCoins": ["BTC", "ETH"],
        }
        return self.wrapped({USDT: rows, "COIN-FUTURES": [inverse]}.get(request.query.get("productType", ""), []))

    async def tickers(self, request: web.Request) -> web.Response:
        """The last 24 hours of all contracts that settle in one currency."""
        books = self.books({}) if request.query.get("productType") == USDT else []
        return self.wrapped([self.ticker(book) for book in books])

    def ticker(self, book: Book) -> Payload:
        """One row of tickers."""
        listing, day = book.listing, self.day(book)
        change = f"{(book.last - day.open) / day.open:.5f}"
        return {
            "symbol": listing.id,
            "lastPr": price_text(book.last, listing),
            "askPr": price_text(book.last + listing.tick_size, listing),
            "bidPr": price_text(book.last, listing),
            "bidSz": quantity_text(listing.lot_size * 4_200, listing),
            "askSz": quantity_text(listing.lot_size * 3_100, listing),
            "high24h": price_text(day.high, listing),
            "low24h": price_text(day.low, listing),
            "ts": str(max(self.market.now, book.last_at)),
            "change24h": change,
            "baseVolume": quantity_text(day.volume, listing),
            "quoteVolume": f"{day.volume * book.last:.4f}",
            "usdtVolume": f"{day.volume * book.last:.4f}",
            "openUtc": price_text(day.open, listing),
            "changeUtc24h": change,
            "indexPrice": price_text(book.mark, listing),
            "fundingRate": FUNDING_RATE,
            "holdingAmount": "1000",
            "deliveryStartTime": None,
            "deliveryTime": None,
            "deliveryStatus": "",
            "open24h": price_text(day.open, listing),
            "markPrice": price_text(book.mark, listing),
        }

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last weeks, of the last price or another."""
        return self.candles(request, 1_000, mark=request.query.get("kLineType") == "mark")

    async def history(self, request: web.Request) -> web.Response:
        """Candles of any time, of the last price."""
        return self.candles(request, 200, mark=False)

    async def mark_history(self, request: web.Request) -> web.Response:
        """Candles of any time, of the mark price."""
        return self.candles(request, 200, mark=True)

    def candles(self, request: web.Request, most: int, *, mark: bool) -> web.Response:
        """The last so many before the end, none that begins at or after it; oldest first. Raises RefusedError."""
        query, book = request.query, self.book_of(request.query)
        interval = interval_named(INTERVALS, query.get("granularity"), WRONG)
        since, until = whole(query, "startTime", WRONG), whole(query, "endTime", WRONG)
        limit = min(whole(query, "limit", WRONG) or 100, most)
        end = None if until is None else until - 1
        bars = self.bars(request, book, interval, Span(None, end, limit), mark=mark)
        kept = (bar for bar in bars if since is None or bar.at >= since)
        rows = [[str(bar.at), *bar.prices, None if bar.volume is None else f"{bar.volume:f}", "0"] for bar in kept]
        return self.wrapped(rows)

    async def fills(self, request: web.Request) -> web.Response:
        """Trades between two times and before a number, newest first."""
        query, book = request.query, self.book_of(request.query)
        since, until = whole(query, "startTime", WRONG), whole(query, "endTime", WRONG)
        before, limit = whole(query, "idLessThan", WRONG), min(whole(query, "limit", WRONG) or 500, 1_000)
        found = book.trades.between(since, until)
        older = found if before is None else [trade for trade in found if trade.number < before]
        return self.wrapped([fill(trade, book.listing) for trade in older[-limit:][::-1]])

    async def tiers(self, request: web.Request) -> web.Response:
        """The maintenance brackets of a contract."""
        symbol = self.book_of(request.query).listing.id
        rows = [
            {
                "symbol": symbol,
                "level": str(level),
                "startUnit": str(start),
                "endUnit": str(end),
                "leverage": str(leverage),
                "keepMarginRate": rate,
            }
            for level, (start, end, leverage, rate) in enumerate(TIERS, start=1)
        ]
        return self.wrapped(rows)

    async def funding_rate(self, request: web.Request) -> web.Response:
        """The present funding rate of one contract."""
        row = {
            "symbol": self.book_of(request.query).listing.id,
            "fundingRate": FUNDING_RATE,
            "fundingRateInterval": "8",
            "nextUpdate": str(self.next_funding()),
            "minFundingRate": "-0.003",
            "maxFundingRate": "0.003",
        }
        return self.wrapped([row])


def contract(listing: Listing) -> Payload:
    """One row of contracts: the price step is so many units of the last decimal."""
    tick = listing.tick_size.normalize()
    return {
        "symbol": listing.id,
        "baseCoin": listing.base,
        "quoteCoin": listing.quote,
        "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05",
        "feeRateUpRatio": "0.005",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "openCostUpRatio": "0.01",
        "supportMarginCoins": [listing.quote],
        "minTradeNum": f"{listing.min_quantity:f}",
        "priceEndStep": str(tick.as_tuple().digits[0]),
        "volumePlace": str(listing.lot_decimals),
        "pricePlace": str(max(0, -int(tick.as_tuple().exponent))),
        "sizeMultiplier": f"{listing.lot_size:f}",
        "symbolType": "perpetual",
        "minTradeUSDT": f"{listing.min_notional:f}",
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "1000",
        "maxPositionNum": "150",
        "symbolStatus": "normal" if listing.trading else "off",
        "offTime": "-1",
        "limitOpenTime": "-1",
        "deliveryTime": "",
        "deliveryStartTime": "",
        "deliveryPeriod": "",
        "launchTime": "",
        "fundInterval": "8",
        "minLever": "1",
        "maxLever": "125",
        "posLimit": "0.05",
        "maintainTime": "",
    }


def fill(trade: Trade, listing: Listing) -> Payload:
    """One row of fills."""
    return {
        "tradeId": str(trade.number),
        "price": price_text(trade.point.price, listing),
        "size": quantity_text(max(trade.point.volume, listing.lot_size), listing),
        "side": "Sell" if trade.buyer_is_maker else "Buy",
        "ts": str(trade.point.at),
        "symbol": listing.id,
    }
