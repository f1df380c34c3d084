"""Everything that can be told to a plan: prices, candle closes, the clock, and what the user did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import IndicatorKey, Values


@dataclass(frozen=True, slots=True)
class Arm:
    """Begin to watch the plan; `accepted` are the sentences of the warnings its user knows of."""

    at: Millis
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Jump:
    """The price is `price` now; nothing is known of the way there. `atr`: ATR(14), where one is at hand."""

    price: Decimal
    at: Millis
    atr: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CandleClosed:
    """A candle of `timeframe` closed at `at`, with the indicator values at that close. `atr` is as for a jump.

    `market` is the price now, where the candle is found late: what its close offered is no longer to be had.
    `is_own`: its prices are those that the plan is measured by; a candle of the last price is none of a mark price.
    """

    timeframe: Timeframe
    candle: Candle
    at: Millis
    indicators: Mapping[IndicatorKey, Values] = field(default_factory=dict)
    market: Decimal | None = None
    atr: Decimal | None = None
    is_own: bool = True

    @property
    def price(self) -> Decimal:
        """The price at which the candle's close can be acted on."""
        return self.candle.close if self.market is None else self.market


@dataclass(frozen=True, slots=True)
class ClockTick:
    """It is `at` now: what time alone decides is decided."""

    at: Millis


@dataclass(frozen=True, slots=True)
class Confirm:
    """The action was done; price and quantity default to those asked for. `market`: the price now, if known."""

    action: int
    at: Millis
    price: Decimal | None = None
    quantity: Decimal | None = None
    market: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The manual trigger's question was answered with yes, at market price `price`."""

    action: int
    price: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class Skip:
    """The action was not and will not be done. For tier 1 that includes "not entered"."""

    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class ReportExit:
    """The user closed `quantity` (all, where None) at `price`; `by_stop`: the stop order filled."""

    price: Decimal
    at: Millis
    quantity: Decimal | None = None
    by_stop: bool = False


@dataclass(frozen=True, slots=True)
class ReportAdd:
    """The user added outside the plan."""

    price: Decimal
    quantity: Decimal
    at: Millis
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectFill:
    """The fill numbered `fill` (from 1) was really at this price and quantity."""

    fill: int
    price: Decimal
    quantity: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class InsistStop:
    """The user holds another stop than advised, and says why."""

    stop: Decimal
    reason: str
    at: Millis


@dataclass(frozen=True, slots=True)
class CancelTarget:
    """The user wants to hold past this target, and says why."""

    target: int
    reason: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Abandon:
    """Stop following the plan."""

    at: Millis


Input = (
    Arm
    | Jump
    | CandleClosed
    | ClockTick
    | Confirm
    | Answer
    | Skip
    | ReportExit
    | ReportAdd
    | CorrectFill
    | InsistStop
    | CancelTarget
    | Abandon
)
