"""The present funding rate out of ccxt's answer; what is not a usable number is None, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from chatbot.core.market import FundingRate
from chatbot.core.money import HUNDRED
from chatbot.market.decimals import decimal_of, plain, positive
from chatbot.market.errors import BadPayloadError

USUAL_HOURS: Final = Decimal(8)


def rate_of(row: Any, symbol: str) -> Decimal | None:
    """The rate in % per interval. Raises BadPayloadError for an answer about something else."""
    if not isinstance(row, Mapping) or row.get("symbol") != symbol:
        raise BadPayloadError("the funding rate is not that of the market")
    rate = decimal_of(row.get("fundingRate"))
    return None if rate is None else plain(rate * HUNDRED)


def hours_of(row: Any) -> Decimal | None:
    """The interval that ccxt writes as `8h`; None where there is none."""
    interval = row.get("interval") if isinstance(row, Mapping) else None
    return positive(interval[:-1]) if isinstance(interval, str) and interval.endswith("h") else None


def hours_in(rows: Any, symbol: str) -> Decimal:
    """The market's interval in a list of those that differ from the usual 8 hours."""
    if not isinstance(rows, Mapping):
        raise BadPayloadError("the funding intervals are not a table")
    return hours_of(rows.get(symbol)) or USUAL_HOURS


def funding_of(rate: Decimal | None, hours: Decimal | None) -> FundingRate | None:
    """The rate with its interval."""
    return None if rate is None else FundingRate(rate, hours or USUAL_HOURS)
