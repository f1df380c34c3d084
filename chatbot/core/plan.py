"""What was agreed before the trade: a plan and its parts, as values. A plan never changes after it is armed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from chatbot.core.money import HUNDRED, Millis, Side, percent_of
from chatbot.core.timeframes import Timeframe


class MarginMode(StrEnum):
    """How the exchange holds the margin of the position."""

    ISOLATED = "isolated"
    CROSS = "cross"


class TriggerPrice(StrEnum):
    """Which of an exchange's two prices a plan is measured by."""

    LAST = "last"
    MARK = "mark"


class Direction(StrEnum):
    """From which side a level is reached."""

    UP = "up"
    DOWN = "down"

    @property
    def sign(self) -> int:
        """+1 for up, −1 for down."""
        return 1 if self is Direction.UP else -1


class Occasion(StrEnum):
    """Whether an indicator has to pass its level or only to stand beyond it."""

    CROSS = "cross"
    STATE = "state"


class Average(StrEnum):
    """Which moving average."""

    EMA = "ema"
    SMA = "sma"


USUAL_TOLERANCE_PCT: Final = Decimal("0.1")
"""How near a touch has to come, in % of price."""


@dataclass(frozen=True, slots=True)
class PriceTrigger:
    """Fires at any price at or beyond the level."""

    level: Decimal
    direction: Direction


@dataclass(frozen=True, slots=True)
class MoveTrigger:
    """Fires `pct` % of price beyond tier 1's fill, in the trade's favour."""

    pct: Decimal


@dataclass(frozen=True, slots=True)
class CloseBeyond:
    """Fires when a candle closes strictly beyond the level: a structural break."""

    timeframe: Timeframe
    level: Decimal
    direction: Direction


@dataclass(frozen=True, slots=True)
class Bounce:
    """Fires when a candle touches the level and closes back on its good side."""

    timeframe: Timeframe
    level: Decimal
    direction: Direction
    tolerance_pct: Decimal = USUAL_TOLERANCE_PCT


@dataclass(frozen=True, slots=True)
class MovingAverageRetest:
    """Fires when a candle touches the moving average and closes back on its good side."""

    timeframe: Timeframe
    average: Average
    period: int
    direction: Direction
    tolerance_pct: Decimal = USUAL_TOLERANCE_PCT


@dataclass(frozen=True, slots=True)
class RsiTrigger:
    """Fires when Wilder's RSI passes, or stands beyond, a level."""

    timeframe: Timeframe
    level: Decimal
    direction: Direction
    period: int = 14
    on: Occasion = Occasion.CROSS


@dataclass(frozen=True, slots=True)
class MacdTrigger:
    """Fires when the MACD histogram passes, or stands beyond, zero."""

    timeframe: Timeframe
    direction: Direction
    fast: int = 12
    slow: int = 26
    signal: int = 9
    on: Occasion = Occasion.CROSS


@dataclass(frozen=True, slots=True)
class ManualTrigger:
    """Fires only when the user answers its question with yes."""

    question: str


CandleTrigger = CloseBeyond | Bounce | MovingAverageRetest | RsiTrigger | MacdTrigger
LevelTrigger = PriceTrigger | MoveTrigger
Part = LevelTrigger | CandleTrigger | ManualTrigger


@dataclass(frozen=True, slots=True)
class AllOf:
    """Fires at a candle's close at which every part holds."""

    of: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Fires as soon as one part does."""

    of: tuple[Part, ...]


Trigger = Part | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Stop to the price at which the whole trade, fees included, costs nothing."""


@dataclass(frozen=True, slots=True)
class LockR:
    """Stop to `r` R beyond the average entry."""

    r: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class PreviousTarget:
    """Stop to the target before this one."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Stop follows the price at a distance, in steps. Exactly one distance is given."""

    distance_pct: Decimal | None = None
    distance_r: Decimal | None = None
    distance_atr: Decimal | None = None
    step_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop stays."""


StopRule = BreakEven | LockR | PreviousTarget | Trail | Hold


@dataclass(frozen=True, slots=True)
class Tier:
    """One entry: its share of the allocation, in %, and the objective reason to take it."""

    weight_pct: Decimal
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Target:
    """One exit: its price, the % of all that was entered to close, and what the stop does then."""

    price: Decimal
    close_pct: Decimal
    stop_rule: StopRule = field(default_factory=Hold)


@dataclass(frozen=True, slots=True)
class ScaleInStop:
    """How the stop follows the average while tiers are added."""

    significant_pct: Decimal = Decimal(50)
    buffer_r: Decimal = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Guards:
    """What the bot refuses while the trade runs."""

    averaging_down_r: Decimal = Decimal("0.5")
    structure_level: Decimal | None = None
    add_after_first_target: bool = False
    chasing_r: Decimal = Decimal("0.5")
    min_pause_minutes: int = 0
    """How long after a tier is in the next one is armed."""


@dataclass(frozen=True, slots=True)
class Resting:
    """Which orders of the plan rest on the exchange; the others are done by hand."""

    entries: bool = False
    stop: bool = True
    targets: bool = True


class Follow(StrEnum):
    """Whether an event fills at its own price, or waits for the user to say what was done."""

    ASSUMED = "assumed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that was agreed. Percentages are of the named whole; prices are quote per base unit."""

    exchange: str
    symbol: str
    side: Side
    leverage: Decimal
    equity: Decimal
    allocation_pct: Decimal
    tiers: tuple[Tier, ...]
    stop: Decimal
    targets: tuple[Target, ...]
    margin_mode: MarginMode = MarginMode.ISOLATED
    timeframe: Timeframe = Timeframe.M15
    scale_in_stop: ScaleInStop = field(default_factory=ScaleInStop)
    guards: Guards = field(default_factory=Guards)
    taker_pct: Decimal = Decimal(0)
    tick_size: Decimal | None = None
    lot_size: Decimal | None = None
    armed_at: Millis | None = None
    expires_at: Millis | None = None
    follow: Follow = Follow.ASSUMED
    resting: Resting = field(default_factory=Resting)
    trigger_price: TriggerPrice = TriggerPrice.LAST

    @property
    def sign(self) -> int:
        """+1 for a long, −1 for a short."""
        return self.side.sign

    @property
    def margin(self) -> Decimal:
        """The margin committed to this trade, in quote currency."""
        return percent_of(self.equity, self.allocation_pct)

    @property
    def notional(self) -> Decimal:
        """Margin times leverage, in quote currency."""
        return self.margin * self.leverage

    @property
    def taker_rate(self) -> Decimal:
        """The taker fee as a fraction of the traded value."""
        return self.taker_pct / HUNDRED

    def favours(self, new: Decimal, old: Decimal) -> bool:
        """Whether `new` is a better price for the open trade than `old`."""
        return self.sign * (new - old) > 0

    def reached(self, price: Decimal, level: Decimal) -> bool:
        """Whether `price` stands at `level` or beyond it in the trade's favour."""
        return self.sign * (price - level) >= 0

    def touched(self, price: Decimal, level: Decimal) -> bool:
        """Whether `price` stands at `level` or beyond it against the trade."""
        return self.sign * (price - level) <= 0
