"""How candles are asked for: which request, how many rows, and what it weighs, where exchanges differ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.market.connection import Connection


@dataclass(frozen=True, slots=True)
class CandlesWanted:
    """`rows` candles of so many milliseconds: the first from `since` on, or without it the last."""

    symbol: str
    timeframe: str
    length: Millis
    since: Millis | None
    rows: int
    trigger_price: TriggerPrice = TriggerPrice.LAST


@dataclass(frozen=True, slots=True)
class CandleCall:
    """One request and its weight."""

    weight: int
    request: Callable[[], Awaitable[Any]]


def candle_call(connection: Connection, wanted: CandlesWanted, now: Millis) -> CandleCall:
    """The lightest request that holds what is wanted; it may hold more, and where an exchange gives less, less."""
    venue, since = connection.venue, wanted.since
    rows = min(wanted.rows, venue.most_candles)
    if since is None:
        return call(connection, wanted, None, rows)
    if venue.latest_candles_only:
        back = (now - since) // wanted.length + 2
        if back <= venue.most_candles:
            return call(connection, wanted, None, max(2, back))
        rows = min(rows, venue.most_old_candles or rows)
        return old_call(connection, wanted, since, rows)
    return call(connection, wanted, since, min(rows, venue.most_old_candles or rows))


def call(connection: Connection, wanted: CandlesWanted, since: Millis | None, rows: int) -> CandleCall:
    """The usual request."""
    more = {} if wanted.trigger_price is TriggerPrice.LAST else {"price": "mark"}
    fetch = connection.client.fetch_ohlcv
    request = partial(fetch, wanted.symbol, wanted.timeframe, since, rows, more)
    return CandleCall(connection.venue.costs.of_candles(rows), request)


def old_call(connection: Connection, wanted: CandlesWanted, since: Millis, rows: int) -> CandleCall:
    """The dearer request for candles that the usual one no longer holds."""
    until = since + rows * wanted.length
    more: dict[str, object] = {"historical": True, "until": until}
    if wanted.trigger_price is not TriggerPrice.LAST:
        more["price"] = "mark"
    fetch = connection.client.fetch_ohlcv
    request = partial(fetch, wanted.symbol, wanted.timeframe, since, rows, more)
    return CandleCall(connection.venue.costs.old_candles or connection.venue.costs.of_candles(rows), request)
