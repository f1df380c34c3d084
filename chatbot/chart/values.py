"""What is read off a chart, as values: swings, zones, range, the last leg, volatility, and levels worth proposing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chatbot.core.candles import Candle
from chatbot.core.money import Millis, Side
from chatbot.core.plan import Trigger
from chatbot.core.timeframes import Timeframe


class SwingKind(StrEnum):
    """Whether a pivot is a high or a low."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Swing:
    """A confirmed pivot: the extreme of the candle that began at `at`."""

    kind: SwingKind
    price: Decimal
    at: Millis


Leg = tuple[Swing, Swing]
"""A move from one large turn to the next."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A cluster of pivots between `low` and `high`, touched so often, last by the candle that began at `last_at`.

    `swings` are its pivots, oldest first; `strength` grows with touches, with the size of the turns and with their
    youth, and means something only beside the zones of the same chart.
    """

    low: Decimal
    high: Decimal
    touches: int
    last_at: Millis
    swings: tuple[Swing, ...] = ()
    strength: float = 0.0

    @property
    def middle(self) -> Decimal:
        """The price halfway through the zone."""
        return (self.low + self.high) / 2


class Volatility(StrEnum):
    """The regime of RULES 7."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Regime:
    """ATR(14) as % of price now, its median over the last 90 candles, and what that makes of the market."""

    volatility: Volatility
    atr_pct: float
    median_pct: float

    @property
    def ratio(self) -> float:
        """How many times its median the ATR is."""
        return self.atr_pct / self.median_pct


@dataclass(frozen=True, slots=True)
class Chart:
    """Closed candles of one market and timeframe, oldest first, and what is read off them.

    `atr` is ATR(14) at the last close; it and `regime` are None where the candles are too few, stand still or have a
    hole too near. `swings` are all confirmed pivots; `turns` those of them that end a move of some size, alternating
    between highs and lows. `range_low` and `range_high` are the extremes of the recent range, `leg` the last of the
    large turns, from its start to its end; `legs` are all of these, oldest first.
    """

    timeframe: Timeframe
    candles: tuple[Candle, ...]
    atr: Decimal | None
    regime: Regime | None
    swings: tuple[Swing, ...]
    zones: tuple[Zone, ...]
    range_low: Decimal
    range_high: Decimal
    leg: Leg | None
    turns: tuple[Swing, ...] = ()
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """What is agreed of a plan so far. `entry` is tier 1's planned price, `last_tier` that of the tier before.

    Without a tick the finest step seen in the candles is used.
    """

    side: Side
    entry: Decimal
    tick: Decimal | None = None
    stop: Decimal | None = None
    first_target: Decimal | None = None
    last_tier: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A price worth choosing, in a few words why, and the level of the history it goes by, if there is one."""

    price: Decimal
    why: str
    level: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TargetsProposal:
    """TP1 to TP3, nearest first, with what each of them is."""

    targets: tuple[Proposal, ...]
    why: str


@dataclass(frozen=True, slots=True)
class TriggerProposal:
    """A condition for a tier, and in a few words why."""

    trigger: Trigger
    why: str


@dataclass(frozen=True, slots=True)
class Preset:
    """Tier weights, closes (both in %), the stretch of targets, and the pause between adds that fit a regime."""

    weights: tuple[Decimal, ...]
    closes: tuple[Decimal, ...]
    target_factor: Decimal
    pause_minutes: int
    advice: str
