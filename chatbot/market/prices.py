"""The prices of many contracts with as few requests as their exchange allows: last prices or mark prices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from chatbot.core.market import Final as GiveUp
from chatbot.core.market import MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.market.budget import SHARE_USED
from chatbot.market.connection import Connection
from chatbot.market.errors import BadPayloadError
from chatbot.market.exchanges import MarkCall, PriceCall
from chatbot.market.rows import candles_of, fair_price, last_price, mark_price, quotes_of

Answer = TypeVar("Answer")
METHODS: Final[Mapping[PriceCall | MarkCall, str]] = {
    PriceCall.LAST_PRICES: "fetch_last_prices",
    PriceCall.TICKERS: "fetch_tickers",
    MarkCall.MARK_PRICES: "fetch_mark_prices",
    MarkCall.FUNDING_RATES: "fetch_funding_rates",
    MarkCall.FAIR_PRICES: "fetch_tickers",
}


async def ask_quotes(
    connection: Connection,
    symbols: frozenset[str],
    trigger_price: TriggerPrice,
    now: Millis,
    share: float = SHARE_USED,
) -> dict[str, Quote]:
    """The prices of these symbols; one without a usable price is left out. Raises MarketError."""
    if trigger_price is TriggerPrice.LAST and len(symbols) <= connection.venue.few_prices:
        return await ask_few(connection, symbols, now, share)
    price_in = reading(connection, trigger_price)
    if not connection.venue.prices_by_settle:
        return await ask_rows(
            connection, trigger_price, lambda rows: quotes_of(rows, symbols, now, price_in), share=share
        )
    known = (await connection.listed()).instruments.keys()

    async def group_of(group: frozenset[str]) -> dict[str, Quote]:
        read = partial(quotes_of, wanted=group, now=now, price_in=price_in)
        return await ask_rows(connection, trigger_price, read, sorted(group & known) or None, share)

    return await one_by_one(partial(group_of, group) for group in by_settle(symbols))


async def ask_few(connection: Connection, symbols: frozenset[str], now: Millis, share: float) -> dict[str, Quote]:
    """The last price of each market off its forming candle; one that is not listed or has none is left out."""
    listed = sorted(symbols & (await connection.listed()).instruments.keys())
    weight, fetch = connection.venue.costs.of_candles(1), connection.client.fetch_ohlcv

    async def price_of(symbol: str) -> dict[str, Quote]:
        request = partial(fetch, symbol, Timeframe.M1.value, None, 1)
        read = partial(newest_of, symbol=symbol, now=now)
        return {symbol: await connection.ask(weight, request, read, share=share)}

    return await one_by_one(partial(price_of, symbol) for symbol in listed)


async def one_by_one(requests: Iterable[Callable[[], Awaitable[dict[str, Quote]]]]) -> dict[str, Quote]:
    """The prices of all requests; one that fails for itself is left out.

    Raises MarketError where no price came, and at once where the exchange or the way to it fails.
    """
    found: dict[str, Quote] = {}
    first: MarketError | None = None
    for request in requests:
        try:
            found |= await request()
        except MarketError as error:
            if not fails_for_itself(error):
                raise
            first = first or error
    if first is not None and not found:
        raise first
    return found


def fails_for_itself(error: MarketError) -> bool:
    """Whether an error lies in what was asked for: the next request may well be answered."""
    return isinstance(error.remedy, GiveUp) or isinstance(error.__cause__, BadPayloadError)


def newest_of(rows: Any, *, symbol: str, now: Millis) -> Quote:
    """The close of the last candle: traded at its end at the latest. Raises BadPayloadError without one."""
    candles = candles_of(rows, MINUTE)
    if not candles:
        raise BadPayloadError("there is no candle to read a price off")
    return Quote(symbol, candles[-1].close, min(now, candles[-1].at + MINUTE - 1))


async def ask_rows(
    connection: Connection,
    trigger_price: TriggerPrice,
    read: Callable[[Any], Answer],
    symbols: list[str] | None = None,
    share: float = SHARE_USED,
) -> Answer:
    """The lightest request for all prices, its rows read by `read`. Raises MarketError."""
    await connection.listed()
    venue, last = connection.venue, trigger_price is TriggerPrice.LAST
    if last and (kept := still_good(connection)) is not None:
        return read(kept)
    method = getattr(connection.client, METHODS[venue.price_call if last else venue.mark_call])

    def keep(rows: Any) -> Answer:
        answer = read(rows)
        connection.kept = (connection.steady(), rows) if last and venue.price_gap else None
        return answer

    weight = venue.costs.prices if last else venue.costs.marks
    return await connection.ask(weight, lambda: method(symbols), keep, share=share)


def still_good(connection: Connection) -> Any:
    """The last list of prices, where asking again so soon would be too dear; a sandbox may always be asked."""
    if connection.kept is None or connection.budget.a_minute is None:
        return None
    came, rows = connection.kept
    return rows if connection.steady() < came + connection.venue.price_gap else None


def reading(connection: Connection, trigger_price: TriggerPrice) -> Callable[[Mapping[str, Any]], object]:
    """Where in a row the price stands."""
    if trigger_price is TriggerPrice.LAST:
        return last_price
    return fair_price if connection.venue.mark_call is MarkCall.FAIR_PRICES else mark_price


def by_settle(symbols: Iterable[str]) -> list[frozenset[str]]:
    """Symbols sorted by the currency they settle in."""
    groups: dict[str, set[str]] = {}
    for symbol in symbols:
        groups.setdefault(symbol.rpartition(":")[2], set()).add(symbol)
    return [frozenset(groups[currency]) for currency in sorted(groups)]
