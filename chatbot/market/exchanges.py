"""The one place where exchanges differ: which are known, how ccxt is set for them, what their requests cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

import ccxt.async_support as ccxt

from chatbot.core.money import Millis
from chatbot.market.errors import BadPayloadError
from chatbot.market.session import RoutedSession
from chatbot.ports import Clock


class PriceCall(StrEnum):
    """The lightest request that gives the last price of all contracts at once."""

    LAST_PRICES = "last_prices"
    TICKERS = "tickers"


class MarkCall(StrEnum):
    """The lightest request that gives the mark price of all contracts at once."""

    MARK_PRICES = "mark_prices"
    FUNDING_RATES = "funding_rates"
    TICKERS = "tickers"
    FAIR_PRICES = "fair_prices"
    """In the tickers, under the exchange's own name for it."""


class PastTrades(StrEnum):
    """Which trades of the past an exchange gives."""

    FROM_NUMBER = "from_number"
    BEFORE_NUMBER = "before_number"
    LATEST = "latest"


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
    marks: int = 1
    trades: int = 1
    brackets: int = 1
    funding: int = 1
    candles: tuple[tuple[int, int], ...] = ((1_000, 1),)
    old_candles: int | None = None
    """For candles that only a dearer request gives; None where there is none such."""

    def of_candles(self, rows: int) -> int:
        """The weight of so many candles."""
        return next((weight for most, weight in self.candles if rows <= most), self.candles[-1][1])


@dataclass(frozen=True, slots=True)
class Venue:
    """A known exchange. Not verified: listed, but never driven end to end.

    `bracket_floors` is None where maintenance brackets are not published to everybody.
    `price_gap` is how long a list of prices stands before a dear one is asked for again.
    `usual_pause` is how long to keep away when told that it is too much, and not for how long.
    """

    id: str
    name: str
    price_call: PriceCall
    mark_call: MarkCall
    past_trades: PastTrades = PastTrades.LATEST
    aliases: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    costs: Costs = Costs()
    most_candles: int = 1_000
    most_old_candles: int | None = None
    """The most rows of one request from a time on, where they are fewer."""
    most_trades: int = 1_000
    latest_candles_only: bool = False
    """Whether a time to begin at is only listened to by the dearer request for old candles."""
    prices_by_settle: bool = False
    """Whether a list of prices holds only what settles in one currency."""
    amounts_in_base: bool = False
    """Whether quantities are units of base, whatever the size of a contract is said to be."""
    counts_contracts: bool = False
    """Whether orders are counted in contracts whose size differs from market to market."""
    few_prices: int = 0
    """Up to so many last prices are lighter to read off each market's forming candle than off the list of all."""
    price_gap: Millis = 0
    usual_pause: Millis = 60_000
    bracket_floors: FloorUnit | None = None
    verified: bool = False


BINANCE_COSTS: Final = Costs(
    a_minute=2_400, prices=2, marks=10, trades=20, candles=((99, 1), (499, 2), (1_000, 5), (1_500, 10))
)
VENUES: Final[tuple[Venue, ...]] = (
    Venue(
        id="binanceusdm",
        name="Binance USDⓈ-M",
        price_call=PriceCall.LAST_PRICES,
        mark_call=MarkCall.MARK_PRICES,
        past_trades=PastTrades.FROM_NUMBER,
        aliases=("binance", "binancefutures", "binanceusdⓢm", "bnb"),
        costs=BINANCE_COSTS,
        verified=True,
    ),
    Venue(
        id="bybit",
        name="Bybit",
        price_call=PriceCall.TICKERS,
        mark_call=MarkCall.TICKERS,
        options={"defaultType": "swap", "fetchMarkets": {"types": ["linear"]}},
        costs=Costs(a_minute=7_200, markets=2),
        usual_pause=5_000,
        bracket_floors=FloorUnit.QUOTE,
        verified=True,
    ),
    Venue(
        id="bingx",
        name="BingX",
        price_call=PriceCall.TICKERS,
        mark_call=MarkCall.FUNDING_RATES,
        options={"defaultType": "swap"},
        costs=Costs(a_minute=600, markets=3, candles=((1_440, 1),)),
        most_candles=1_440,
        verified=True,
    ),
    Venue(
        id="weex",
        name="WEEX",
        price_call=PriceCall.TICKERS,
        mark_call=MarkCall.MARK_PRICES,
        options={"defaultType": "swap"},
        costs=Costs(
            a_minute=3_000,
            markets=105,
            prices=200,
            marks=5,
            trades=25,
            funding=5,
            candles=((1_000, 5),),
            old_candles=25,
        ),
        most_old_candles=100,
        latest_candles_only=True,
        amounts_in_base=True,
        few_prices=20,
        price_gap=8_000,
        usual_pause=10_000,
        verified=True,
    ),
    Venue(
        id="mexc",
        name="MEXC",
        price_call=PriceCall.TICKERS,
        mark_call=MarkCall.FAIR_PRICES,
        options={"defaultType": "swap"},
        costs=Costs(
            a_minute=1_200, markets=125, prices=2, marks=2, trades=2, brackets=100, funding=2, candles=((2_000, 2),)
        ),
        most_candles=2_000,
        most_trades=100,
        counts_contracts=True,
        usual_pause=10_000,
        bracket_floors=FloorUnit.CONTRACTS,
        verified=True,
    ),
    Venue(
        id="bitget",
        name="Bitget",
        price_call=PriceCall.TICKERS,
        mark_call=MarkCall.TICKERS,
        past_trades=PastTrades.BEFORE_NUMBER,
        options={"defaultType": "swap", "fetchMarkets": {"types": ["swap"]}},
        costs=Costs(a_minute=1_200, markets=6, trades=2, brackets=2),
        most_old_candles=200,
        prices_by_settle=True,
        usual_pause=10_000,
        bracket_floors=FloorUnit.QUOTE,
        verified=True,
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


def open_exchange(venue: Venue, session: RoutedSession, timeout_ms: int, clock: Clock | None = None) -> Any:
    """A ccxt exchange that keeps every number as its exact text and never waits or retries by itself.

    `clock` is what it takes for the time when it works out the bounds of a request.
    """
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
    # Nobody asks what coins can be withdrawn; two exchanges would be asked for it with every list of markets.
    client.has["fetchCurrencies"] = False
    if clock is not None:
        client.milliseconds = clock
    client.parse_trades = partial(trades_in_order, client)
    client.is_text_response = refuse_text
    return client


def timeframes_of(client: Any) -> Mapping[str, Any]:
    """The candle lengths of an exchange's contracts; what ccxt lists first may be those of its spot markets."""
    by_kind = client.options.get("timeframes") or {}
    found: Mapping[str, Any] = by_kind.get("contract") or by_kind.get("swap") or client.timeframes
    return found


def refuse_text(_: Mapping[str, str]) -> bool:
    """What ccxt asks of an answer that holds no JSON: it would pass a web page on, and read it as a list of nothing.

    Raises BadPayloadError.
    """
    raise BadPayloadError("the answer is not JSON")


def trades_in_order(client: Any, trades: Any, market: Any = None, *_: Any, **__: Any) -> list[Any]:
    """Trades as the exchange lists them: ccxt would sort those of one moment by names that have no order."""
    return [client.parse_trade(trade, market) for trade in client.to_array(trades)]
