"""MEXC futures, REST: contracts of many sizes, tickers, candles in columns, recent deals and funding.

No payload here was recorded from the exchange: the shapes are those that its client library reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Span
from chatbot.sandbox.exchange.dialects.dialect import Dialect, Payload, as_number, interval_named, whole
from chatbot.sandbox.exchange.listing import INVERSE_BASE, SPOT_ONLY, Listing
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_RATE

WRONG: Final = 600
MOST: Final = 2_000
INTERVALS: Final[Mapping[str, Timeframe]] = {
    "Min1": Timeframe.M1,
    "Min5": Timeframe.M5,
    "Min15": Timeframe.M15,
    "Min30": Timeframe.M30,
    "Min60": Timeframe.H1,
    "Hour4": Timeframe.H4,
    "Hour8": Timeframe.H8,
    "Day1": Timeframe.D1,
}
SIZES: Final[Mapping[str, Decimal]] = {
    "BTC": Decimal("0.0001"),
    "ETH": Decimal("0.01"),
    "SOL": Decimal("0.1"),
    "DOGE": Decimal(100),
    "1000PEPE": Decimal(1_000),
    "XAU": Decimal("0.001"),
    "XAG": Decimal("0.01"),
}
"""How much of the base one contract is; of all others it is one unit."""
CONTRACT_PATHS: Final = "/api/v1/contract/"


class Mexc(Dialect):
    """Numbers are bare, quantities are counted in contracts, the mark price is called fair price."""

    exchange = "mexc"
    hosts = {"api.mexc.com": ""}  # noqa: RUF012 -- a constant of the class
    prefixes = (CONTRACT_PATHS, "/api/v3/")
    a_minute = 1_200
    no_such_market = 1_001

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/contract/detail", self.contracts),
            web.get("/api/v3/exchangeInfo", self.spot_markets),
            web.get("/api/v1/contract/ticker", self.tickers),
            web.get("/api/v1/contract/kline/fair_price/{symbol}", self.mark_klines),
            web.get("/api/v1/contract/kline/{symbol}", self.klines),
            web.get("/api/v1/contract/deals/{symbol}", self.deals),
            web.get("/api/v1/contract/funding_rate/{symbol}", self.funding_rate),
        ]

    @override
    def name_of(self, listing: Listing) -> str:
        return f"{listing.base}_{listing.quote}"

    @override
    def contract_size(self, listing: Listing) -> Decimal:
        return SIZES.get(listing.base, Decimal(1))

    @override
    def weight(self, path: str, query: Mapping[str, str]) -> int:
        if path.startswith("/api/v3/"):
            return 25
        return 100 if path.endswith("/detail") else 2

    @override
    def error(self, code: int, msg: str) -> Payload:
        return {"success": False, "code": code, "message": msg}

    @override
    def too_many(self, seconds_left: int) -> web.Response:
        return web.json_response(self.error(510, "Requests are too frequent, please try again later"))

    def wrapped(self, data: Any) -> web.Response:
        """An answer as MEXC sends it."""
        return web.json_response({"success": True, "code": 0, "data": data})

    async def contracts(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """What is listed, an inverse contract among it."""
        rows = [self.contract(listing) for listing in self.market.listings]
        inverse = {**rows[0], "symbol": f"{INVERSE_BASE}_USD", "baseCoin": INVERSE_BASE, "quoteCoin": "USD"}
        return self.wrapped([*rows, {**inverse, "settleCoin": INVERSE_BASE, "contractSize": 100}])

    def contract(self, listing: Listing) -> Payload:
        """One row of detail."""
        return {
            "symbol": self.name_of(listing),
            "displayNameEn": f"{self.name_of(listing)} PERPETUAL",
            "positionOpenType": 3,
            "baseCoin": listing.base,
            "quoteCoin": listing.quote,
            "settleCoin": listing.quote,
            "contractSize": float(self.contract_size(listing)),
            "minLeverage": 1,
            "maxLeverage": 125,
            "priceScale": listing.price_decimals,
            "volScale": 0,
            "amountScale": 4,
            "priceUnit": float(listing.tick_size),
            "volUnit": 1,
            "minVol": 1,
            "maxVol": 5_000_000,
            "takerFeeRate": 0.0006,
            "makerFeeRate": 0.0002,
            "maintenanceMarginRate": 0.004,
            "initialMarginRate": 0.008,
            "riskBaseVol": 1_000_000,
            "riskIncrVol": 1_000_000,
            "riskIncrMmr": 0.004,
            "riskIncrImr": 0.004,
            "riskLevelLimit": 5,
            "state": 0 if listing.trading else 3,
            "isHidden": False,
        }

    async def spot_markets(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """The spot markets: one for every contract, and one that has none."""
        bases = [*(listing.base for listing in self.market.listings), SPOT_ONLY]
        return web.json_response({"symbols": [spot_market(base) for base in bases]})

    async def tickers(self, request: web.Request) -> web.Response:
        """The last 24 hours of one contract or all."""
        rows = [self.ticker(book) for book in self.books(request.query)]
        return self.wrapped(rows[0] if "symbol" in request.query else rows)

    def ticker(self, book: Book) -> Payload:
        """One row of ticker."""
        day, last = self.day(book), float(book.last)
        return {
            "symbol": self.name_of(book.listing),
            "lastPrice": last,
            "bid1": last,
            "ask1": float(book.last + book.listing.tick_size),
            "volume24": int(day.volume / self.contract_size(book.listing)),
            "amount24": float(day.volume * book.last),
            "holdVol": 1_000_000,
            "lower24Price": float(day.low),
            "high24Price": float(day.high),
            "riseFallRate": float(round((book.last - day.open) / day.open, 4)),
            "riseFallValue": float(book.last - day.open),
            "indexPrice": float(book.mark),
            "fairPrice": float(book.mark),
            "fundingRate": float(FUNDING_RATE),
            "timestamp": max(self.market.now, book.last_at),
        }

    async def klines(self, request: web.Request) -> web.Response:
        """Candles of the last price."""
        return self.candles(request, mark=False)

    async def mark_klines(self, request: web.Request) -> web.Response:
        """Candles of the fair price."""
        return self.candles(request, mark=True)

    def candles(self, request: web.Request, *, mark: bool) -> web.Response:
        """Columns, oldest first, at most 2000 from the start on; times in seconds. Raises RefusedError."""
        query, book = request.query, self.book_of(request.match_info)
        interval = interval_named(INTERVALS, query.get("interval"), WRONG)
        since, until = whole(query, "start", WRONG), whole(query, "end", WRONG)
        span = Span(None if since is None else since * 1_000, None if until is None else until * 1_000, MOST)
        bars = self.bars(request, book, interval, span, mark=mark)
        size = self.contract_size(book.listing)
        columns: Payload = {"time": [bar.at // 1_000 for bar in bars]}
        for place, name in enumerate(("open", "high", "low", "close")):
            columns[name] = [as_number(bar.prices[place]) for bar in bars]
        columns["vol"] = [None if bar.volume is None else float(bar.volume / size) for bar in bars]
        return self.wrapped({**columns, "amount": columns["vol"]})

    async def deals(self, request: web.Request) -> web.Response:
        """The latest deals, newest first; there is no way to older ones, and they have no number."""
        book, limit = self.book_of(request.match_info), whole(request.query, "limit", WRONG) or 100
        size = self.contract_size(book.listing)
        rows = [
            {
                "p": float(trade.point.price),
                "v": max(1, int(trade.point.volume / size)),
                "T": 2 if trade.buyer_is_maker else 1,
                "O": 3,
                "M": 2,
                "t": trade.point.at,
            }
            for trade in reversed(book.trades.latest(min(limit, 100)))
        ]
        return self.wrapped(rows)

    async def funding_rate(self, request: web.Request) -> web.Response:
        """The present funding rate of one contract."""
        book = self.book_of(request.match_info)
        data = {
            "symbol": self.name_of(book.listing),
            "fundingRate": float(FUNDING_RATE),
            "maxFundingRate": 0.003,
            "minFundingRate": -0.003,
            "collectCycle": 8,
            "nextSettleTime": self.next_funding(),
            "timestamp": self.market.now,
        }
        return self.wrapped(data)


def spot_market(base: str) -> Payload:
    """One spot market."""
    return {
        "symbol": f"{base}USDT",
        "status": "1",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": "USDT",
        "quotePrecision": 2,
        "quoteAssetPrecision": 2,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "quoteAmountPrecision": "1",
        "baseSizePrecision": "0.0001",
        "maxQuoteAmount": "2000000",
        "makerCommission": "0",
        "takerCommission": "0.0005",
    }
