"""Which contract a person means."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.market import Instrument, Refused, Unknown, Unsuitable
from chatbot.market.exchanges import VENUES, find_venue, venue_of
from chatbot.market.instruments import Catalogue, RefusedMarket
from chatbot.market.symbols import resolve


def instrument(base: str, quote: str = "USDT") -> Instrument:
    """A contract whose numbers don't matter here."""
    one = Decimal(1)
    return Instrument(
        exchange="binanceusdm",
        symbol=f"{base}/{quote}:{quote}",
        market_id=f"{base}{quote}",
        base=base,
        quote=quote,
        tick_size=one,
        lot_size=one,
        min_quantity=one,
        min_notional=one,
        contract_size=one,
        taker_fee_pct=one,
        max_leverage=None,
    )


LISTED = [
    instrument("BTC", "USDC"),
    instrument("BTC"),
    instrument("ETH"),
    instrument("SOL"),
    instrument("DOGE"),
    instrument("1000PEPE"),
    instrument("1000SHIB"),
    instrument("SHIB1000", "USDC"),
    instrument("1INCH"),
    instrument("1MBABYDOGE"),
    instrument("PERP"),
    instrument("ONLYC", "USDC"),
    instrument("LUNA2"),
]
CATALOGUE = Catalogue(
    "binanceusdm",
    {found.symbol: found for found in LISTED},
    (
        RefusedMarket("FTT/USDT:USDT", "FTTUSDT", "FTT", Unsuitable.DELISTED),
        RefusedMarket("BTC/USDT:USDT-261225", "BTCUSDT_261225", "BTC", Unsuitable.DATED),
        RefusedMarket("BTC/USD:BTC", "BTCUSD_PERP", "BTC", Unsuitable.INVERSE),
        RefusedMarket("BTC/USDT", "BTCUSDT_SPOT", "BTC", Unsuitable.SPOT),
        RefusedMarket("RARE/USDT", "RAREUSDT", "RARE", Unsuitable.SPOT),
    ),
)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("btc", "BTC/USDT:USDT"),
        ("BTCUSDT", "BTC/USDT:USDT"),
        ("btc/usdt", "BTC/USDT:USDT"),
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("btc/usdt:usdt", "BTC/USDT:USDT"),
        ("#BTC", "BTC/USDT:USDT"),
        ("$btc", "BTC/USDT:USDT"),
        ("BTC-USDT", "BTC/USDT:USDT"),
        ("btc_usdt", "BTC/USDT:USDT"),
        ("btc usdt", "BTC/USDT:USDT"),
        ("BTC PERP", "BTC/USDT:USDT"),
        ("btc-perp", "BTC/USDT:USDT"),
        ("BTCUSDTPERP", "BTC/USDT:USDT"),
        ("BTC-USDT-SWAP", "BTC/USDT:USDT"),
        ("BTCUSDT.P", "BTC/USDT:USDT"),
        ("BINANCE:BTCUSDT.P", "BTC/USDT:USDT"),
        ("  Btc  ", "BTC/USDT:USDT"),
        ("btcusdc", "BTC/USDC:USDC"),
        ("BTC/USDC:USDC", "BTC/USDC:USDC"),
        ("onlyc", "ONLYC/USDC:USDC"),
        ("pepe", "1000PEPE/USDT:USDT"),
        ("1000pepe", "1000PEPE/USDT:USDT"),
        ("PEPEUSDT", "1000PEPE/USDT:USDT"),
        ("shib", "1000SHIB/USDT:USDT"),
        ("babydoge", "1MBABYDOGE/USDT:USDT"),
        ("1inch", "1INCH/USDT:USDT"),
        ("perp", "PERP/USDT:USDT"),
        ("PERPUSDT", "PERP/USDT:USDT"),
        ("perp perp", "PERP/USDT:USDT"),
    ],
)
def test_contract_is_found_however_it_is_written(text: str, symbol: str) -> None:
    """The ways people, charting sites and exchanges write a contract all lead to it, USDT first."""
    found = resolve(text, CATALOGUE)
    assert isinstance(found, Instrument)
    assert found.symbol == symbol


@pytest.mark.parametrize(
    ("text", "why", "suggestions"),
    [
        ("FTT", Unsuitable.DELISTED, ()),
        ("ftt/usdt:usdt", Unsuitable.DELISTED, ()),
        ("BTCUSDT_261225", Unsuitable.DATED, ("BTC/USDT:USDT",)),
        ("ETHUSDT_270326", Unsuitable.DATED, ("ETH/USDT:USDT",)),
        ("ETH/USDT:USDT-270326", Unsuitable.DATED, ("ETH/USDT:USDT",)),
        ("BTCUSD_PERP", Unsuitable.INVERSE, ("BTC/USDT:USDT",)),
        ("BTC/USD:BTC", Unsuitable.INVERSE, ("BTC/USDT:USDT",)),
        ("eth/usd:eth", Unsuitable.INVERSE, ("ETH/USDT:USDT",)),
        ("ethusd", Unsuitable.INVERSE, ("ETH/USDT:USDT",)),
        ("rare", Unsuitable.SPOT, ()),
    ],
)
def test_unsuitable_market_is_refused_with_its_reason(text: str, why: Unsuitable, suggestions: tuple[str, ...]) -> None:
    """What exists but can't carry a plan says why, and what could instead."""
    found = resolve(text, CATALOGUE)
    assert isinstance(found, Refused)
    assert (found.why, found.suggestions) == (why, suggestions)
    assert found.sentence.startswith(found.symbol)
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("btcc", "BTC/USDT:USDT"),
        ("BTCUSTD", "BTC/USDT:USDT"),
        ("dog", "DOGE/USDT:USDT"),
        ("dogee", "DOGE/USDT:USDT"),
        ("luna", "LUNA2/USDT:USDT"),
        ("peppe", "1000PEPE/USDT:USDT"),
    ],
)
def test_near_miss_gets_suggestions(text: str, first: str) -> None:
    """A slip of the finger is answered with what was likely meant, three at most."""
    found = resolve(text, CATALOGUE)
    assert isinstance(found, Unknown)
    assert found.suggestions[0] == first
    assert len(found.suggestions) <= 3


@pytest.mark.parametrize("text", ["", "   ", "#", "🚀", "qqqqqq", "x" * 5_000, "perpetual/"])
def test_nonsense_is_unknown(text: str) -> None:
    """Nothing is guessed from nothing, and nothing breaks."""
    found = resolve(text, CATALOGUE)
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("text", "exchange"),
    [("binance", "binanceusdm"), ("Binance USDⓈ-M", "binanceusdm"), ("BYBIT", "bybit"), ("Bit get", "bitget")],
)
def test_exchange_is_found_by_its_names(text: str, exchange: str) -> None:
    """People don't write ccxt's ids."""
    venue = find_venue(text)
    assert venue is not None
    assert venue.id == exchange


def test_unknown_exchange_is_not_guessed() -> None:
    """An exchange that is not in the table does not exist; all six in it are verified."""
    assert find_venue("mtgox") is None
    with pytest.raises(LookupError):
        venue_of("mtgox")
    assert [venue.id for venue in VENUES if venue.verified] == [
        "binanceusdm",
        "bybit",
        "bingx",
        "weex",
        "mexc",
        "bitget",
    ]
