"""Exchanges that publish their maintenance brackets, over real HTTP: what ccxt asks of them, as they answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Rows = list[dict[str, Any]]
BYBIT_TIERS: Rows = [
    {"id": 1, "riskLimitValue": "2000000", "maintenanceMargin": "0.005", "maxLeverage": "100.00", "mmDeduction": ""},
    {
        "id": 2,
        "riskLimitValue": "2600000",
        "maintenanceMargin": "0.0056",
        "maxLeverage": "90.00",
        "mmDeduction": "1200",
    },
    {"id": 3, "riskLimitValue": "3200000", "maintenanceMargin": "0.01", "maxLeverage": "50.00", "mmDeduction": "12640"},
]
BITGET_TIERS: Rows = [
    {"level": "1", "startUnit": "0", "endUnit": "150000", "leverage": "125", "keepMarginRate": "0.004"},
    {"level": "2", "startUnit": "150000", "endUnit": "900000", "leverage": "100", "keepMarginRate": "0.005"},
    {"level": "3", "startUnit": "900000", "endUnit": "2400000", "leverage": "50", "keepMarginRate": "0.01"},
]
MEXC_CONTRACT: dict[str, Any] = {
    "symbol": "BTC_USDT",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "settleCoin": "USDT",
    "contractSize": 0.0001,
    "minLeverage": 1,
    "maxLeverage": 125,
    "priceUnit": 0.5,
    "volUnit": 1,
    "minVol": 1,
    "maxVol": 500000,
    "takerFeeRate": 0.0006,
    "makerFeeRate": 0.0002,
    "maintenanceMarginRate": 0.004,
    "initialMarginRate": 0.008,
    "riskIncrVol": 200000,
    "riskIncrMmr": 0.004,
    "riskIncrImr": 0.004,
    "state": 0,
}


MEXC_FUNDING = {"symbol": "BTC_USDT", "fundingRate": 0.000063, "collectCycle": 4, "timestamp": 1_722_470_400_000}


def instruments_info(symbol: str = "BTCUSDT") -> dict[str, Any]:
    """One contract as Bybit lists it."""
    return {
        "symbol": symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {"maxOrderQty": "1190", "minOrderQty": "0.001", "qtyStep": "0.001", "minNotionalValue": "5"},
        "fundingInterval": 480,
    }


def mix_contract() -> dict[str, Any]:
    """One contract as Bitget lists it."""
    return {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "supportMarginCoins": ["USDT"],
        "symbolType": "perpetual",
        "symbolStatus": "normal",
        "takerFeeRate": "0.0006",
        "makerFeeRate": "0.0002",
        "minTradeNum": "0.001",
        "sizeMultiplier": "0.001",
        "priceEndStep": "1",
        "pricePlace": "1",
        "volumePlace": "3",
        "minTradeUSDT": "5",
        "minLever": "1",
        "maxLever": "125",
    }


@dataclass
class Publishers:
    """Bybit, Bitget and MEXC behind one address. Their answers can be changed; `failing` is a status for all."""

    bybit: Any = field(default_factory=lambda: [dict(row) for row in BYBIT_TIERS])
    bitget: Any = field(default_factory=lambda: [dict(row) for row in BITGET_TIERS])
    mexc: dict[str, Any] = field(default_factory=lambda: dict(MEXC_CONTRACT))
    mexc_price: Any = 60000.5
    failing: int = 0
    asked: list[str] = field(default_factory=list)
    base_url: str = ""

    async def start(self) -> web.AppRunner:
        """Listen on the loopback."""
        app = web.Application()
        app.add_routes([web.get(path, self.answered(path)) for path in self.answers()])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def hosts(self) -> dict[str, str]:
        """Which hosts are served here."""
        names = ("api.bybit.com", "api.bitget.com", "contract.mexc.com", "api.mexc.com")
        return dict.fromkeys(names, self.base_url)

    def answered(self, path: str) -> Any:
        """A handler that answers one path with what is set at that moment."""

        async def handle(request: web.Request) -> web.Response:
            self.asked.append(path)
            if self.failing:
                return web.Response(status=self.failing, text="down")
            return web.json_response(self.answers(request.query.get("status"), request.query.get("productType"))[path])

        return handle

    def answers(self, status: str | None = None, product: str | None = None) -> dict[str, Any]:
        """Every path with its whole answer."""
        listed = [] if status else [instruments_info()]
        contracts = [mix_contract()] if product == "USDT-FUTURES" else []
        ticker = {"symbol": "BTC_USDT", "lastPrice": self.mexc_price, "timestamp": 1_722_470_400_000}
        return {
            "/v5/market/instruments-info": bybit({"category": "linear", "list": listed}),
            "/v5/market/risk-limit": bybit({"category": "linear", "list": self.bybit}),
            "/v5/market/tickers": bybit({"category": "linear", "list": [bybit_ticker()]}),
            "/api/v2/spot/public/coins": bitget([]),
            "/api/v2/mix/market/contracts": bitget(contracts),
            "/api/v2/mix/market/query-position-lever": bitget(self.bitget),
            "/api/v3/exchangeInfo": {"symbols": []},
            "/api/v1/contract/detail": {"success": True, "code": 0, "data": [self.mexc]},
            "/api/v1/contract/funding_rate/BTC_USDT": {"success": True, "code": 0, "data": MEXC_FUNDING},
            "/api/v1/contract/ticker": {"success": True, "code": 0, "data": [ticker]},
        }


def bybit(result: dict[str, Any]) -> dict[str, Any]:
    """Bybit's envelope; every tier and ticker carries its symbol."""
    rows = result["list"]
    named = [{"symbol": "BTCUSDT", **row} for row in rows] if isinstance(rows, list) else rows
    return {"retCode": 0, "retMsg": "OK", "result": result | {"list": named}, "retExtInfo": {}, "time": 1}


def bybit_ticker() -> dict[str, Any]:
    """A ticker with its funding."""
    return {
        "lastPrice": "60000.50",
        "markPrice": "60000.00",
        "indexPrice": "60000.00",
        "fundingRate": "-0.0002",
        "nextFundingTime": "1722470400000",
        "fundingIntervalHour": "8",
    }


def bitget(data: Any) -> dict[str, Any]:
    """Bitget's envelope; every tier carries its symbol."""
    named = [{"symbol": "BTCUSDT", **row} for row in data] if isinstance(data, list) else data
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": named}
