"""The simulated market in the field sets of Binance's USDⓈ-M REST answers; numbers that Binance quotes are text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from chatbot.core.candles import Candle, joined
from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.bars import Bar
from chatbot.sandbox.exchange.listing import Listing, price_text, quantity_text
from chatbot.sandbox.exchange.market import Book, Market
from chatbot.sandbox.exchange.trades import Trade

Payload = dict[str, Any]
FUNDING_EVERY: Final = Timeframe.H8.millis
FUNDING_RATE: Final = "0.00010000"
ONBOARD: Final = 1_569_398_400_000
WEIGHT_LIMIT: Final = 2_400
ORDER_TYPES: Final = ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"]


def exchange_info(market: Market, at: Millis) -> Payload:
    """What is listed, with its filters."""
    return {
        "timezone": "UTC",
        "serverTime": at,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": WEIGHT_LIMIT},
            {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1_200},
        ],
        "exchangeFilters": [],
        "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "-10000"}],
        "symbols": [contract(listing) for listing in market.listings],
    }


def contract(listing: Listing) -> Payload:
    """One row of exchangeInfo."""
    return {
        "symbol": listing.id,
        "pair": listing.id,
        "contractType": "PERPETUAL",
        "deliveryDate": listing.delivery_at,
        "onboardDate": ONBOARD,
        "status": listing.status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": listing.price_decimals,
        "quantityPrecision": listing.lot_decimals,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10_000,
        "filters": filters(listing),
        "orderTypes": ORDER_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }


def filters(listing: Listing) -> list[Payload]:
    """The trading rules of a contract."""
    step, least = f"{listing.lot_size:f}", f"{listing.min_quantity:f}"
    tick, notional = f"{listing.tick_size:f}", f"{listing.min_notional:f}"
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
        {"filterType": "LOT_SIZE", "minQty": least, "maxQty": "1000000", "stepSize": step},
        {"filterType": "MARKET_LOT_SIZE", "minQty": least, "maxQty": "100000", "stepSize": step},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
        {"filterType": "MIN_NOTIONAL", "notional": notional},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
    ]


def last_price(book: Book) -> Payload:
    """One row of ticker/price; the time is that of the last trade."""
    return {"symbol": book.listing.id, "price": price_text(book.last, book.listing), "time": book.last_at}


def best_prices(book: Book) -> Payload:
    """One row of ticker/bookTicker: the last price is the best bid."""
    listing = book.listing
    return {
        "symbol": listing.id,
        "bidPrice": price_text(book.last, listing),
        "bidQty": quantity_text(listing.lot_size * 4_200, listing),
        "askPrice": price_text(book.last + listing.tick_size, listing),
        "askQty": quantity_text(listing.lot_size * 3_100, listing),
        "time": book.last_at,
        "lastUpdateId": book.numbered,
    }


def day_ticker(book: Book, minutes: list[Candle], now: Millis) -> Payload:
    """One row of ticker/24hr, from the minutes of the last day."""
    listing, day = book.listing, minutes[0] if minutes else flat(book, now)
    for minute in minutes[1:]:
        day = joined(day, minute)
    change, middle = book.last - day.open, (day.high + day.low) / 2
    return {
        "symbol": listing.id,
        "priceChange": price_text(listing.on_grid(abs(change)).copy_sign(change), listing) if change else "0",
        "priceChangePercent": f"{100 * change / day.open:.3f}",
        "weightedAvgPrice": price_text(listing.on_grid(middle), listing),
        "lastPrice": price_text(book.last, listing),
        "lastQty": quantity_text(book.trades.latest(1)[0].point.volume if book.trades else listing.lot_size, listing),
        "openPrice": price_text(day.open, listing),
        "highPrice": price_text(day.high, listing),
        "lowPrice": price_text(day.low, listing),
        "volume": quantity_text(day.volume, listing),
        "quoteVolume": f"{day.volume * middle:.2f}",
        "openTime": day.at,
        "closeTime": max(now, book.last_at),
        "firstId": 1,
        "lastId": book.numbered,
        "count": book.numbered,
    }


def flat(book: Book, now: Millis) -> Candle:
    """A minute in which nothing happened."""
    return Candle(now - now % MINUTE, book.last, book.last, book.last, book.last, Decimal(0))


def premium_index(book: Book, now: Millis) -> Payload:
    """One row of premiumIndex: the index is the mark."""
    mark = f"{book.mark:.8f}"
    return {
        "symbol": book.listing.id,
        "markPrice": mark,
        "indexPrice": mark,
        "estimatedSettlePrice": mark,
        "lastFundingRate": FUNDING_RATE,
        "interestRate": FUNDING_RATE,
        "nextFundingTime": now - now % FUNDING_EVERY + FUNDING_EVERY,
        "time": now,
    }


def kline(bar: Bar, listing: Listing, length: Millis) -> list[Any]:
    """One row of klines."""
    if bar.volume is None:
        return [bar.at, *bar.prices, None, bar.at + length - 1, "0", 0, "0", "0", "0"]
    close = Decimal(bar.prices[-1] or 0)
    quote = Decimal(0) if close.is_nan() else bar.volume * close
    return [
        bar.at,
        *bar.prices,
        quantity_text(bar.volume, listing),
        bar.at + length - 1,
        f"{quote:.5f}",
        1 if bar.volume else 0,
        quantity_text(bar.volume / 2, listing),
        f"{quote / 2:.5f}",
        "0",
    ]


def mark_kline(bar: Bar, length: Millis) -> list[Any]:
    """One row of markPriceKlines: what is not a price is zero."""
    return [bar.at, *bar.prices, "0", bar.at + length - 1, "0", length // 1_000, "0", "0", "0"]


def aggregate_trade(trade: Trade, listing: Listing) -> Payload:
    """One row of aggTrades."""
    return {
        "a": trade.number,
        "p": price_text(trade.point.price, listing),
        "q": quantity_text(max(trade.point.volume, listing.lot_size), listing),
        "f": trade.number,
        "l": trade.number,
        "T": trade.point.at,
        "m": trade.buyer_is_maker,
    }


def funding_rate(book: Book, at: Millis) -> Payload:
    """One row of fundingRate."""
    mark = f"{book.last:.8f}"
    return {"symbol": book.listing.id, "fundingTime": at, "fundingRate": FUNDING_RATE, "markPrice": mark}


def funding_info(listing: Listing) -> Payload:
    """One row of fundingInfo."""
    return {
        "symbol": listing.id,
        "adjustedFundingRateCap": "0.02000000",
        "adjustedFundingRateFloor": "-0.02000000",
        "fundingIntervalHours": FUNDING_EVERY // Timeframe.H1.millis,
        "disclaimer": False,
    }
