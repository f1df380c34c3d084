"""Prices and candles out of ccxt's answers, row by row; a row that can't be true is dropped and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from chatbot.core.candles import Candle
from chatbot.core.market import Quote
from chatbot.core.money import Millis
from chatbot.market.decimals import decimal_of, positive
from chatbot.market.errors import BadPayloadError

log = structlog.get_logger(__name__)


def last_price(row: Mapping[str, Any]) -> object:
    """The last price in a row of last prices or tickers."""
    return row["price"] if "price" in row else row.get("last")


def mark_price(row: Mapping[str, Any]) -> object:
    """The mark price in a row of mark prices, tickers or funding rates."""
    return row.get("markPrice")


def fair_price(row: Mapping[str, Any]) -> object:
    """The mark price where a ticker only has it under the exchange's own name."""
    info = row.get("info")
    return info.get("fairPrice") if isinstance(info, Mapping) else None


def quotes_of(
    rows: Any, wanted: frozenset[str], now: Millis, price_in: Callable[[Mapping[str, Any]], object] = last_price
) -> dict[str, Quote]:
    """The prices of the wanted symbols. Raises BadPayloadError where not one of them is usable."""
    if not isinstance(rows, Mapping):
        raise BadPayloadError("the prices are not a table")
    quotes = {
        symbol: quote
        for symbol in wanted
        if (row := rows.get(symbol)) is not None and (quote := quote_of(symbol, row, now, price_in)) is not None
    }
    if missing := sorted(wanted - set(quotes)):
        log.warning("prices_missing", count=len(missing), symbols=missing[:5])
    if wanted and not quotes:
        raise BadPayloadError("none of the prices asked for is usable")
    return quotes


def quote_of(
    symbol: str, row: Any, now: Millis, price_in: Callable[[Mapping[str, Any]], object] = last_price
) -> Quote | None:
    """One row of prices; without a time of its own it is as of now."""
    if not isinstance(row, Mapping) or row.get("symbol") != symbol:
        return None
    price = positive(price_in(row))
    at = row.get("timestamp")
    return None if price is None else Quote(symbol, price, at if isinstance(at, int) and at > 0 else now)


def traded_at(rows: Any) -> dict[str, Millis]:
    """When each market was last traded, as far as the last prices say. Raises BadPayloadError."""
    if not isinstance(rows, Mapping):
        raise BadPayloadError("the prices are not a table")
    times = {symbol: row.get("timestamp") for symbol, row in rows.items() if isinstance(row, Mapping)}
    return {symbol: at for symbol, at in times.items() if isinstance(at, int) and at > 0}


def candles_of(rows: Any, length: Millis, *, traded: bool = True) -> list[Candle]:
    """Candles in order of time, the later of two for one time; those of a mark price may lack a volume.

    Raises BadPayloadError where all are unusable.
    """
    if not isinstance(rows, list):
        raise BadPayloadError("the candles are not a list")
    good = [candle for row in rows if (candle := candle_of(row, length, traded=traded)) is not None]
    if bad := len(rows) - len(good):
        log.warning("candles_dropped", count=bad, kept=len(good))
    if rows and not good:
        raise BadPayloadError("none of the candles is usable")
    return sorted({candle.at: candle for candle in good}.values(), key=lambda candle: candle.at)


def candle_of(row: Any, length: Millis, *, traded: bool = True) -> Candle | None:
    """One row; None unless it lies on the time grid and its prices fit together."""
    if not isinstance(row, list) or len(row) != 6 or not isinstance(row[0], int) or row[0] % length:
        return None
    opened, high, low, close = (positive(value) for value in row[1:5])
    if opened is None or high is None or low is None or close is None:
        return None
    volume = decimal_of(row[5] if traded else row[5] or 0)
    fits = low <= min(opened, close) and max(opened, close) <= high
    return Candle(row[0], opened, high, low, close, volume) if fits and volume is not None else None


def closed(candles: Iterable[Candle], length: Millis, now: Millis, grace: Millis) -> list[Candle]:
    """Those that are over: a later one has begun, or their end has passed by more than our clock may be wrong."""
    listed = list(candles)
    last = listed[-1].at if listed else 0
    return [candle for candle in listed if candle.at < last or candle.at + length + grace <= now]
