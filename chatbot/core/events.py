"""Everything that can happen to a plan: a closed union of facts, each with its moment and its numbers.

Tiers and targets are counted from 1, as traders count them. `action` numbers what the user is asked to do;
it is 0 where nothing is asked (fills assumed).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chatbot.core.money import Millis


class BlockReason(StrEnum):
    """Why a tier is refused, in the order the guards are asked."""

    SIZE = "size"
    AVERAGING_DOWN = "averaging_down"
    STRUCTURE = "structure"
    RISK = "risk"


class StopReason(StrEnum):
    """Which rule moved the stop."""

    SCALE_IN = "scale_in"
    BREAK_EVEN = "break_even"
    LOCK_R = "lock_r"
    PREVIOUS_TARGET = "previous_target"
    TRAIL = "trail"
    USER = "user"


class CloseReason(StrEnum):
    """How a plan ended."""

    INVALIDATED = "invalidated"
    STOPPED = "stopped"
    COMPLETED = "completed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    MISSED = "missed"
    EXITED = "exited"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


class MissCause(StrEnum):
    """What overtook an entry that was not confirmed."""

    STOP = "stop"
    TARGET = "target"
    EXPIRY = "expiry"


class FillKind(StrEnum):
    """What a fill did to the position."""

    TIER = "tier"
    TARGET = "target"
    EXIT = "exit"
    OUTSIDE = "outside"


class BreachKind(StrEnum):
    """A rule the user insisted on breaking."""

    LOOSENED_STOP = "loosened_stop"
    GREEDY_HOLD = "greedy_hold"
    OUTSIDE_ADD = "outside_add"


@dataclass(frozen=True, slots=True)
class PlanArmed:
    """The plan is watched from here on. `accepted` are the sentences of the warnings its user knows of."""

    at: Millis
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A manual trigger waits for the user's answer."""

    tier: int
    question: str
    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class TierTriggered:
    """A tier's trigger fired and no guard objects: `quantity` base units at `price`."""

    tier: int
    price: Decimal
    quantity: Decimal
    action: int
    at: Millis
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class TierBlocked:
    """A guard refused the tier for good."""

    tier: int
    price: Decimal
    reason: BlockReason
    at: Millis


@dataclass(frozen=True, slots=True)
class TierWithdrawn:
    """An unconfirmed add whose price ran away: not to be chased until price returns through `level`."""

    tier: int
    price: Decimal
    level: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class TierRearmed:
    """Price returned: the withdrawn tier may trigger again."""

    tier: int
    price: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class TierSkipped:
    """The user passed on this tier."""

    tier: int
    at: Millis


@dataclass(frozen=True, slots=True)
class Filled:
    """A quantity really traded (or assumed to have). `index` is the tier or target, 0 for neither."""

    kind: FillKind
    index: int
    price: Decimal
    quantity: Decimal
    action: int
    at: Millis
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class FillCorrected:
    """The user corrected the fill numbered `fill` (from 1, in the order they were recorded)."""

    fill: int
    price: Decimal
    quantity: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class ReassessAdvised:
    """Price went half an R against tier 1: reassess or exit."""

    price: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class StopAdvised:
    """The plan's stop moves to `stop`."""

    stop: Decimal
    reason: StopReason
    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class StopMoved:
    """The user says the exchange now holds this stop."""

    stop: Decimal
    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class TargetHit:
    """A target was reached: `quantity` to close, `remaining` open after that."""

    target: int
    price: Decimal
    quantity: Decimal
    remaining: Decimal
    action: int
    at: Millis
    atr: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TargetCancelled:
    """The user insisted on holding past this target."""

    target: int
    at: Millis


@dataclass(frozen=True, slots=True)
class StopHit:
    """The plan's stop was reached: all that is open goes."""

    price: Decimal
    quantity: Decimal
    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class ActionDropped:
    """The user says this action was not and will not be done."""

    action: int
    at: Millis


@dataclass(frozen=True, slots=True)
class EntryMissed:
    """Price reached the stop or the first target, or time ran out, while tier 1 was unconfirmed."""

    price: Decimal
    cause: MissCause
    at: Millis


@dataclass(frozen=True, slots=True)
class RiskExceeded:
    """A real fill put more money at risk than R: close `excess_quantity`, or move the stop to `needed_stop`."""

    at_risk: Decimal
    limit: Decimal
    excess_quantity: Decimal
    needed_stop: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class BreachRecorded:
    """A rule was broken on purpose; the reason is the user's."""

    kind: BreachKind
    note: str
    at: Millis


@dataclass(frozen=True, slots=True)
class PlanClosed:
    """The plan is over. Money in quote currency, net of fees; R multiple is 0 where nothing was entered."""

    reason: CloseReason
    realised_pnl: Decimal
    r_multiple: Decimal
    at: Millis
    assumed: bool = False


Event = (
    PlanArmed
    | QuestionAsked
    | TierTriggered
    | TierBlocked
    | TierWithdrawn
    | TierRearmed
    | TierSkipped
    | Filled
    | FillCorrected
    | ReassessAdvised
    | StopAdvised
    | StopMoved
    | TargetHit
    | TargetCancelled
    | StopHit
    | ActionDropped
    | EntryMissed
    | RiskExceeded
    | BreachRecorded
    | PlanClosed
)
