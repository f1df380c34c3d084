"""What is wrong, or risky, with a plan before it is armed: closed codes with the numbers a sentence needs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """A block can't be armed; a warning only after an explicit "I know"."""

    BLOCK = "block"
    WARNING = "warning"


class Code(StrEnum):
    """Every finding there is (RULES 7)."""

    MISSING_ITEM = "missing_item"
    NOT_POSITIVE = "not_positive"
    NO_PRICE = "no_price"
    WEIGHTS_SUM = "weights_sum"
    WEIGHT_ZERO = "weight_zero"
    STOP_WRONG_SIDE = "stop_wrong_side"
    TIER_BEYOND_STOP = "tier_beyond_stop"
    TARGET_NOT_FAVOURABLE = "target_not_favourable"
    TARGETS_UNORDERED = "targets_unordered"
    TIER_TOO_ADVERSE = "tier_too_adverse"
    UNWATCHABLE = "unwatchable"
    MOVE_IN_FIRST_TIER = "move_in_first_tier"
    MOVE_NOT_POSITIVE = "move_not_positive"
    COMBINATION_EMPTY = "combination_empty"
    COMBINATION_NESTED = "combination_nested"
    ALL_WITH_MANUAL = "all_with_manual"
    ALL_WITHOUT_CANDLE = "all_without_candle"
    ALL_MIXED_TIMEFRAMES = "all_mixed_timeframes"
    TRAIL_NOT_POSITIVE = "trail_not_positive"
    CLOSES_OVER = "closes_over"
    LIQUIDATED_FIRST = "liquidated_first"
    QUANTITY_TOO_SMALL = "quantity_too_small"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    LEVERAGE_OVER_MAX = "leverage_over_max"

    ALLOCATION_HIGH = "allocation_high"
    WEIGHT_DOMINANT = "weight_dominant"
    TIER_COUNT = "tier_count"
    RISK_HIGH = "risk_high"
    SECOND_TARGET_CLOSE = "second_target_close"
    CLOSE_ROUNDS_TO_ZERO = "close_rounds_to_zero"
    REWARD_LOW = "reward_low"
    STOP_INSIDE_ATR = "stop_inside_atr"
    STOP_NEAR_LIQUIDATION = "stop_near_liquidation"
    ONLY_MANUAL = "only_manual"
    NO_RUNNER = "no_runner"
    OPEN_ALLOCATIONS = "open_allocations"
    COOL_DOWN = "cool_down"
    MARKET_BEYOND_PLAN = "market_beyond_plan"
    TIER_BEYOND_TARGET = "tier_beyond_target"


WARNINGS = frozenset(
    {
        Code.ALLOCATION_HIGH,
        Code.WEIGHT_DOMINANT,
        Code.TIER_COUNT,
        Code.RISK_HIGH,
        Code.SECOND_TARGET_CLOSE,
        Code.CLOSE_ROUNDS_TO_ZERO,
        Code.REWARD_LOW,
        Code.STOP_INSIDE_ATR,
        Code.STOP_NEAR_LIQUIDATION,
        Code.ONLY_MANUAL,
        Code.NO_RUNNER,
        Code.OPEN_ALLOCATIONS,
        Code.COOL_DOWN,
        Code.MARKET_BEYOND_PLAN,
        Code.TIER_BEYOND_TARGET,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. Which numbers are set depends on the code.

    `index` is the tier, target or checklist item concerned, 1 and up; for liquidation it is the number of tiers in.
    `value` is the number that is wrong, `limit` what it was measured against, `nearest` the closest value that
    would pass, `kind` a name: of a field, of a kind of trigger, of what was reached.
    """

    code: Code
    index: int | None = None
    value: Decimal | None = None
    limit: Decimal | None = None
    nearest: Decimal | None = None
    kind: str = ""

    @property
    def severity(self) -> Severity:
        """Whether it may be armed all the same."""
        return Severity.WARNING if self.code in WARNINGS else Severity.BLOCK


def blocks_in(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that keep the plan from being armed."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)


def warnings_in(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that need an explicit "I know"."""
    return tuple(finding for finding in findings if finding.severity is Severity.WARNING)
