"""The one place where exchanges differ: which are known, how ccxt is set for them, what their requests cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import ccxt.async_support as ccxt

from chatbot.market.session import RoutedSession


class PriceCall(StrEnum):
    """The lightest request that gives the last price of all contracts at once."""

    LAST_PRICES = "last_prices"
    TICKERS = "tickers"


class FloorUnit(StrEnum):
    """What the floors of published maintenance brackets are counted in."""

    QUOTE = "quote"
    CONTRACTS = "contracts"


@dataclass(frozen=True, slots=True)
class Costs:
    """Request weights. `candles` pairs a number of rows with the weight up to there; None: not limited here."""

    a_minute: int | None = None
    markets: int = 1
    prices: int = 1
    brackets: int = 1
    funding: int = 1
    candles: tuple[tuple[int, int], ...] = ((1_000, 1),)

    def of_candles(self, rows: int) -> int:
        """The weight of so many candles."""
        return next((weight for most, weight in self.candles if rows <= most), self.candles[-1][1])


@dataclass(frozen=True, slots=True)
class Venue:
    """A known exchange. Not verified: listed, but never driven end to end.

    `bracket_floors` is None where maintenance brackets are not published to everybody.
    """

    id: str
    name: str
    price_call: PriceCall
    aliases: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    costs: Costs = Costs()
    most_candles: int = 1_000
    bracket_floors: FloorUnit | None = None
    verified: bool = False


BINANCE_COSTS: Final = Costs(a_minute=2_400, prices=2, candles=((99, 1), (499, 2), (1_000, 5), (1_500, 10)))
VENUES: Final[tuple[Venue, ...]] = (
    Venue(
        id="binanceusdm",
        name="Binance USDⓈ-M",
        price_call=PriceCall.LAST_PRICES,
        aliases=("binance", "binancefutures", "binanceusdⓢm", "bnb"),
        costs=BINANCE_COSTS,
        verified=True,
    ),
    Venue(
        id="bybit",
        name="Bybit",
        price_call=PriceCall.TICKERS,
        options={"defaultType": "swap", "fetchMarkets": {"types": ["linear"]}},
        bracket_floors=FloorUnit.QUOTE,
    ),
    Venue(
        id="bingx",
        name="BingX",
        price_call=PriceCall.TICKERS,
        options={"defaultType": "swap"},
    ),
    Venue(
        id="weex",
        name="WEEX",
        price_call=PriceCall.TICKERS,
        options={"defaultType": "swap"},
    ),
    Venue(
        id="mexc",
        name="MEXC",
        price_call=PriceCall.TICKERS,
        options={"defaultType": "swap", "fetchMarkets": {"types": {"spot": False}}},
        bracket_floors=FloorUnit.CONTRACTS,
    ),
    Venue(
        id="bitget",
        name="Bitget",
        price_call=PriceCall.TICKERS,
        options={"defaultType": "swap", "fetchMarkets": {"types": ["swap"]}},
        bracket_floors=FloorUnit.QUOTE,
    ),
)


def find_venue(text: str) -> Venue | None:
    """The exchange that a person means by what they wrote."""
    wanted = "".join(letter for letter in text.lower() if letter.isalnum())
    for venue in VENUES:
        if wanted == venue.id or wanted in venue.aliases:
            return venue
    return None


def verified_exchanges() -> tuple[str, ...]:
    """The ids of the exchanges that plans may be made on."""
    return tuple(venue.id for venue in VENUES if venue.verified)


def venue_of(exchange: str) -> Venue:
    """The exchange with exactly this id. Raises LookupError."""
    for venue in VENUES:
        if venue.id == exchange:
            return venue
    raise LookupError(f"{exchange} is not a known exchange")


def open_exchange(venue: Venue, session: RoutedSession, timeout_ms: int) -> Any:
    """A ccxt exchange that keeps every number as its exact text and never waits or retries by itself."""
    client = getattr(ccxt, venue.id)(
        {
            "session": session,
            "number": str,
            "enableRateLimit": False,
            "timeout": timeout_ms,
            "options": dict(venue.options),
        }
    )
    client.timeout_on_exit = 0
    return client
