"""What is known of a tradable market and its price, in exact decimals; quantities are in units of base."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final as Constant
from typing import NamedTuple, assert_never

from chatbot.core.money import ONE, ZERO, Millis
from chatbot.core.plan import TriggerPrice

FUNDING_HOURS: Constant = Decimal(8)


@dataclass(frozen=True, slots=True)
class Bracket:
    """A step of the maintenance margin: from a notional of `floor` on it is `rate` (a fraction) of it less `amount`.

    Floor and amount are in quote currency. Raises ValueError for numbers that no exchange can mean.
    """

    floor: Decimal
    rate: Decimal
    amount: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.floor < 0 or self.amount < 0 or not ZERO <= self.rate < ONE:
            raise ValueError(f"no maintenance bracket: {self}")


@dataclass(frozen=True, slots=True)
class FundingRate:
    """What longs pay to shorts every `interval_hours`, in % of the notional; below 0 the shorts pay."""

    rate_pct: Decimal
    interval_hours: Decimal

    @property
    def per_8h_pct(self) -> Decimal:
        """The rate over 8 hours."""
        return self.rate_pct * FUNDING_HOURS / self.interval_hours


@dataclass(frozen=True, slots=True)
class Instrument:
    """A linear perpetual contract as its exchange lists it.

    `max_quantity` is the largest single order; `brackets` rise with the notional, none where they are not published.
    """

    exchange: str
    symbol: str
    market_id: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    contract_size: Decimal
    taker_fee_pct: Decimal
    max_leverage: Decimal | None
    max_quantity: Decimal | None = None
    brackets: tuple[Bracket, ...] = ()


class Market(NamedTuple):
    """What is watched: a contract of an exchange, by one of its two prices."""

    exchange: str
    symbol: str
    trigger_price: TriggerPrice = TriggerPrice.LAST


@dataclass(frozen=True, slots=True)
class Quote:
    """A price of a contract, and when the exchange says it was traded (or, for a mark price, reckoned)."""

    symbol: str
    price: Decimal
    at: Millis


class Unsuitable(StrEnum):
    """Why a market that exists can't carry a plan."""

    SPOT = "spot"
    INVERSE = "inverse"
    DATED = "dated"
    OPTION = "option"
    DELISTED = "delisted"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Refused:
    """The user named a market that can't carry a plan; the suggestions are markets that can."""

    symbol: str
    why: Unsuitable
    suggestions: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason, as a whole sentence."""
        return reason_sentence(self.symbol, self.why)


@dataclass(frozen=True, slots=True)
class Unknown:
    """No market goes by that name; the suggestions are those that come near."""

    text: str
    suggestions: tuple[str, ...]


Resolution = Instrument | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Retry:
    """Something that heals by itself: ask again after so many milliseconds."""

    after: Millis
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The exchange wants to be left alone: ask it nothing at all for so many milliseconds."""

    after: Millis
    reason: str


@dataclass(frozen=True, slots=True)
class Final:
    """Asking again changes nothing; the reason is a sentence for people."""

    reason: str


Remedy = Retry | Pause | Final


class MarketError(Exception):
    """An exchange did not give a usable answer; the remedy says what to do."""

    def __init__(self, exchange: str, remedy: Remedy) -> None:
        super().__init__(f"{exchange}: {remedy.reason}")
        self.exchange = exchange
        self.remedy = remedy


def reason_sentence(symbol: str, why: Unsuitable) -> str:
    """Why no plan can be made on `symbol`."""
    match why:
        case Unsuitable.SPOT:
            return f"{symbol} is a spot market without leverage: only linear perpetual contracts work here."
        case Unsuitable.INVERSE:
            return f"{symbol} is not margined in its quote currency (inverse): only linear contracts work here."
        case Unsuitable.DATED:
            return f"{symbol} is a dated future that expires: only perpetual contracts work here."
        case Unsuitable.OPTION:
            return f"{symbol} is an option: only perpetual contracts work here."
        case Unsuitable.DELISTED:
            return f"{symbol} is no longer traded: the exchange is settling it or has paused it."
        case Unsuitable.INCOMPLETE:
            return f"{symbol} is listed without a price step or lot size, so quantities can't be worked out."
        case _ as unhandled:
            assert_never(unhandled)
