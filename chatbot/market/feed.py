"""Prices, candles and instruments of every known exchange; all that comes out is checked and exact."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal
from random import Random
from typing import Any, Final

from chatbot.core.candles import Candle
from chatbot.core.market import Bracket, FundingRate, Instrument, MarketError, Quote, Resolution
from chatbot.core.market import Final as GiveUp
from chatbot.core.money import ONE, Millis
from chatbot.core.plan import TriggerPrice
from chatbot.market.brackets import brackets_of
from chatbot.market.budget import SHARE_ASIDE, SHARE_USED
from chatbot.market.candle_calls import CandlesWanted, candle_call
from chatbot.market.connection import Connection, Manners, steady
from chatbot.market.exchanges import FloorUnit, PriceCall, timeframes_of, venue_of
from chatbot.market.funding import funding_of, hours_in, hours_of, rate_of
from chatbot.market.instruments import Catalogue
from chatbot.market.prices import ask_quotes, ask_rows
from chatbot.market.rows import candles_of, closed, traded_at
from chatbot.market.session import RoutedSession
from chatbot.market.symbols import resolve
from chatbot.market.trades import Stretch, trades_in
from chatbot.ports import Clock

MANNERS: Final = Manners()
CLOCK_GRACE: Final[Millis] = 15_000
"""How far our clock may be ahead: an exchange that is asked this long after the end has begun the next candle."""


def wall_clock() -> Millis:
    """The real time."""
    return int(time.time() * 1_000)


class Feed:
    """`hosts` maps exchange hosts to whoever serves them instead; with `only`, all others are refused.

    `clock` is the market's time, which a simulated market may run faster than ours; pauses are kept by `steady`.
    """

    def __init__(
        self,
        hosts: Mapping[str, str] | None = None,
        *,
        only: bool = False,
        clock: Clock = wall_clock,
        steady: Clock = steady,
        random: Random | None = None,
        manners: Manners = MANNERS,
    ) -> None:
        self.session = RoutedSession(hosts or {}, only=only)
        self.clock, self.steady = clock, steady
        self.random = random or Random()  # noqa: S311 -- spreads retries, guards nothing
        self.manners = manners
        self.share = SHARE_USED
        self.connections: dict[str, Connection] = {}

    def aside(self) -> Feed:
        """The same exchanges, for what can wait: it leaves the larger part of the request budget to those who watch."""
        beside = copy(self)
        beside.share = SHARE_ASIDE
        return beside

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> dict[str, Quote]:
        """The last or mark prices, all symbols together; one without a usable price is left out. Raises MarketError."""
        connection = self.connection(exchange)
        await connection.listed()
        return await ask_quotes(connection, symbols, trigger_price, self.clock(), self.share)

    async def candles(
        self,
        exchange: str,
        symbol: str,
        timeframe: str,
        since: Millis | None = None,
        limit: int = 498,
        trigger_price: TriggerPrice = TriggerPrice.LAST,
    ) -> list[Candle]:
        """Closed candles in order: the first `limit` from `since` on, or without it the last. Raises MarketError."""
        connection = self.connection(exchange)
        await self.must_list(connection, symbol)
        length = self.length_of(connection, timeframe)
        wanted = CandlesWanted(symbol, timeframe, length, since, limit + 1, trigger_price)
        asked = candle_call(connection, wanted, self.clock())
        traded = trigger_price is TriggerPrice.LAST
        found = await connection.ask(
            asked.weight, asked.request, lambda answer: candles_of(answer, length, traded=traded), share=self.share
        )
        over = closed(found, length, self.clock(), CLOCK_GRACE)
        if len(over) < len(found) and await self.is_quiet_since(exchange, symbol, found[-1].at + length):
            over = found
        kept = [candle for candle in over if since is None or candle.at >= since]
        return kept[-limit:] if since is None else kept[:limit]

    async def trades(self, exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        """Every trade in [since, until), in the exchange's order; None where they can't be had without a gap.

        Raises MarketError.
        """
        connection = self.connection(exchange)
        await self.must_list(connection, symbol)
        return await trades_in(connection, Stretch(symbol, since, until), self.share)

    async def is_quiet_since(self, exchange: str, symbol: str, end: Millis) -> bool:
        """Whether the exchange's own times show that a market was not traded since `end`, though others were.

        Where no candle begins until somebody trades, nothing else tells so soon that the one before is over.
        """
        if self.clock() < end or self.connection(exchange).venue.price_call is not PriceCall.LAST_PRICES:
            return False
        try:
            traded = await ask_rows(self.connection(exchange), TriggerPrice.LAST, traded_at, share=self.share)
        except MarketError:
            # Logged where it arose; what is not known to be over is asked for again.
            return False
        return traded.get(symbol, end) < end <= max(traded.values(), default=0)

    async def brackets(self, exchange: str, symbol: str) -> tuple[Bracket, ...]:
        """The maintenance brackets of a market, floors in quote currency; none where they are not published.

        Floors in contracts are turned into money at the last price. Raises MarketError.
        """
        connection = self.connection(exchange)
        unit = connection.venue.bracket_floors
        if unit is None:
            return ()
        await self.must_list(connection, symbol)
        worth = await self.contract_worth(exchange, symbol) if unit is FloorUnit.CONTRACTS else ONE
        return await connection.ask(
            connection.venue.costs.brackets,
            lambda: connection.client.fetch_market_leverage_tiers(symbol),
            lambda rows: brackets_of(rows, worth),
            share=self.share,
        )

    async def contract_worth(self, exchange: str, symbol: str) -> Decimal:
        """What one contract is worth in quote currency at the last price. Raises MarketError."""
        quotes = await self.quotes(exchange, frozenset({symbol}))
        return quotes[symbol].price * (await self.connection(exchange).listed()).instruments[symbol].contract_size

    async def funding_rate(self, exchange: str, symbol: str) -> FundingRate | None:
        """What longs pay to shorts now, per interval; None where the exchange names no rate. Raises MarketError."""
        connection = self.connection(exchange)
        await self.must_list(connection, symbol)
        client, cost = connection.client, connection.venue.costs.funding

        def read(row: Any) -> tuple[Decimal | None, Decimal | None]:
            return rate_of(row, symbol), hours_of(row)

        rate, hours = await connection.ask(cost, lambda: client.fetch_funding_rate(symbol), read, share=self.share)
        if rate is not None and hours is None and client.has["fetchFundingIntervals"]:
            hours = await connection.ask(
                cost,
                lambda: client.fetch_funding_intervals([symbol]),
                lambda rows: hours_in(rows, symbol),
                share=self.share,
            )
        return funding_of(rate, hours)

    async def instruments(self, exchange: str) -> Mapping[str, Instrument]:
        """The linear perpetuals by symbol. Raises MarketError."""
        return (await self.connection(exchange).catalogue()).instruments

    def catalogue(self, exchange: str) -> Catalogue | None:
        """What is known of an exchange's markets without asking it."""
        return self.connection(exchange).known

    async def resolve(self, exchange: str, text: str) -> Resolution:
        """The contract a person means, or why there is none. Raises MarketError."""
        return resolve(text, await self.connection(exchange).catalogue())

    async def must_list(self, connection: Connection, symbol: str) -> None:
        """Raises MarketError for a symbol that the exchange does not list, its list being sane."""
        if symbol not in (await connection.listed()).instruments:
            raise MarketError(connection.venue.id, GiveUp(f"{connection.venue.name} does not list {symbol}."))

    def length_of(self, connection: Connection, timeframe: str) -> Millis:
        """A timeframe in milliseconds. Raises MarketError where the exchange has no such candles."""
        if timeframe not in timeframes_of(connection.client):
            reason = f"{connection.venue.name} has no {timeframe} candles."
            raise MarketError(connection.venue.id, GiveUp(reason))
        return int(connection.client.parse_timeframe(timeframe)) * 1_000

    def connection(self, exchange: str) -> Connection:
        """The exchange, opened when first needed. Raises LookupError for one that is not known."""
        if exchange not in self.connections:
            opened = Connection(venue_of(exchange), self.session, self.random, self.manners, self.clock, self.steady)
            self.connections[exchange] = opened
        return self.connections[exchange]

    async def aclose(self) -> None:
        """Close every exchange and the session they share."""
        for connection in self.connections.values():
            await connection.close()
        self.connections.clear()
        await self.session.close()
