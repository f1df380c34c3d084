"""Triggers, rules and reasons as traders say them: plain text, not yet escaped for HTML."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, assert_never

from chatbot.core.events import CloseReason, StopReason
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Bounce,
    BreakEven,
    CloseBeyond,
    Direction,
    Hold,
    LockR,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Occasion,
    Part,
    PreviousTarget,
    PriceTrigger,
    RsiTrigger,
    StopRule,
    Trail,
    Trigger,
)
from chatbot.core.state import Phase, TierPhase
from chatbot.messages.numbers import number, percent, price

CLOSE_WORDS: Final = {
    CloseReason.INVALIDATED: "the setup was gone before the entry",
    CloseReason.STOPPED: "the stop was hit",
    CloseReason.COMPLETED: "all targets were taken",
    CloseReason.EXPIRED: "it expired before the entry",
    CloseReason.SKIPPED: "you skipped tier 1",
    CloseReason.MISSED: "the entry was missed",
    CloseReason.EXITED: "you exited",
    CloseReason.ABANDONED: "you stopped following it; what is open is yours alone",
    CloseReason.CANCELLED: "you cancelled it before the entry",
}
STOP_WORDS: Final = {
    StopReason.SCALE_IN: "scale-in rule",
    StopReason.BREAK_EVEN: "break-even, fees included",
    StopReason.LOCK_R: "lock in R",
    StopReason.PREVIOUS_TARGET: "the previous target",
    StopReason.TRAIL: "trail",
    StopReason.USER: "your own stop",
}
PHASE_WORDS: Final = {
    Phase.DRAFT: "draft",
    Phase.WAITING: "waiting for tier 1",
    Phase.OPEN: "open",
    Phase.CLOSING: "closing",
    Phase.CLOSED: "closed",
}
TIER_WORDS: Final = {
    TierPhase.WAITING: "waits for its turn",
    TierPhase.ARMED: "armed",
    TierPhase.PENDING: "to confirm",
    TierPhase.WITHDRAWN: "withdrawn",
    TierPhase.FILLED: "in",
    TierPhase.SKIPPED: "skipped",
    TierPhase.BLOCKED: "blocked",
    TierPhase.ENDED: "ended",
}


def trigger_words(trigger: Trigger, tick: Decimal | None = None) -> str:
    """When a tier is taken, in words."""
    match trigger:
        case AllOf(of=parts):
            return " and ".join(part_words(part, tick) for part in parts)
        case AnyOf(of=parts):
            return " or ".join(part_words(part, tick) for part in parts)
        case _:
            return part_words(trigger, tick)


def part_words(part: Part, tick: Decimal | None) -> str:
    """One condition in words."""
    match part:
        case PriceTrigger(level=level, direction=direction):
            return f"price at or {beyond(direction)} {price(level, tick)}"
        case MoveTrigger(pct=pct):
            return f"{percent(pct)} of price beyond tier 1's fill"
        case CloseBeyond(timeframe=timeframe, level=level, direction=direction):
            return f"{timeframe.value} candle closes {beyond(direction)} {price(level, tick)}"
        case Bounce():
            return touch_words(part, price(part.level, tick))
        case MovingAverageRetest():
            return touch_words(part, f"{part.average.value.upper()} {part.period}")
        case RsiTrigger():
            name = f"RSI {part.period} ({part.timeframe.value})"
            return f"{name} {passing(part.on)} {beyond(part.direction)} {number(part.level)}"
        case MacdTrigger():
            name = f"MACD {part.fast}/{part.slow}/{part.signal} histogram ({part.timeframe.value})"
            return f"{name} {passing(part.on)} {beyond(part.direction)} 0"
        case ManualTrigger(question=question):
            return f"your yes to “{question}”"
        case unknown:
            assert_never(unknown)


def touch_words(part: Bounce | MovingAverageRetest, level: str) -> str:
    """A candle that comes back to a level and leaves it on the good side."""
    reach = f"within {percent(part.tolerance_pct)} of price"
    return f"{part.timeframe.value} candle touches {level} ({reach}) and closes {beyond(part.direction)} it"


def beyond(direction: Direction) -> str:
    """Which side of a level."""
    return "above" if direction is Direction.UP else "below"


def passing(occasion: Occasion) -> str:
    """Whether a level is crossed or only stood beyond."""
    return "crosses" if occasion is Occasion.CROSS else "stands"


def stop_rule_words(rule: StopRule) -> str:
    """What the stop does after a target."""
    match rule:
        case BreakEven():
            return "stop to break-even"
        case LockR(r=r):
            return f"stop locks in {r_words(r)}"
        case PreviousTarget():
            return "stop to the previous target"
        case Trail():
            return f"stop trails {trail_words(rule)}"
        case Hold():
            return "stop stays"
        case unknown:
            assert_never(unknown)


def trail_words(rule: Trail) -> str:
    """How far a trail stays behind, and in which steps."""
    step = "" if rule.step_pct is None else f" in steps of {percent(rule.step_pct)} of price"
    if rule.distance_pct is not None:
        return f"{percent(rule.distance_pct)} of price behind{step}"
    if rule.distance_r is not None:
        return f"{r_words(rule.distance_r)} behind{step}"
    return f"{number(rule.distance_atr or Decimal(1))} ATR behind{step}"


def r_words(r: Decimal) -> str:
    """`0.25R`, as a rule names it."""
    return f"{number(r, 2)}R"
