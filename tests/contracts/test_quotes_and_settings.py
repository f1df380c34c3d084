"""What every store of prices and of the bot's own facts promises."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.market import Quote
from chatbot.ports import Units

BTC = Quote("BTC/USDT:USDT", Decimal("60000.10"), 1_700_000_000_000)
TINY = Quote("PEPE/USDT:USDT", Decimal("0.0000000123456789012345678901234567"), 1_700_000_000_001)


def test_quotes_come_back_digit_for_digit(units: Units) -> None:
    """A price keeps all its digits, also those no binary float has."""
    with units() as unit:
        unit.quotes.put("binanceusdm", [BTC, TINY])
    with units() as unit:
        assert unit.quotes.get("binanceusdm", BTC.symbol) == BTC
        assert str(unit.quotes.get("binanceusdm", TINY.symbol)) == str(TINY)
        assert unit.quotes.get("bybit", BTC.symbol) is None


def test_a_quote_is_never_replaced_by_an_older_one(units: Units) -> None:
    """The watermark moves forward only; at the same moment the later word counts."""
    newer = Quote(BTC.symbol, Decimal(2), BTC.at + 1)
    same_time = Quote(BTC.symbol, Decimal(3), newer.at)
    with units() as unit:
        unit.quotes.put("binanceusdm", [newer])
        unit.quotes.put("binanceusdm", [BTC])
        assert unit.quotes.get("binanceusdm", BTC.symbol) == newer
        unit.quotes.put("binanceusdm", [same_time])
        assert unit.quotes.get("binanceusdm", BTC.symbol) == same_time
        unit.quotes.put("binanceusdm", [])


def test_a_setting_is_kept_replaced_and_dropped(units: Units) -> None:
    """A fact has one value, the newest, until it is dropped."""
    with units() as unit:
        assert unit.settings.get("signing_key") is None
        unit.settings.put("signing_key", "first")
        unit.settings.put("signing_key", "ünï ☑")
    with units() as unit:
        assert unit.settings.get("signing_key") == "ünï ☑"
        unit.settings.drop("signing_key")
        unit.settings.drop("signing_key")
        assert unit.settings.get("signing_key") is None
