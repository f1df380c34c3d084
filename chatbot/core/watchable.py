"""Which triggers the bot can watch: nothing may ever be armed that it can't, and a replay refuses it as well.

Indicators look back over 2 to 200 candles; a MACD's fast average is the shorter one.
"""

from __future__ import annotations

from typing import Final, assert_never

from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Bounce,
    CloseBeyond,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)

SHORTEST: Final = 2
LONGEST: Final = 200


def in_reach(period: int) -> bool:
    """Whether an indicator may look back over so many candles."""
    return SHORTEST <= period <= LONGEST


def unwatchable(trigger: Trigger) -> str | None:
    """The condition in `trigger` that has no value anybody could watch; None where all of it can be watched."""
    match trigger:
        case PriceTrigger() | MoveTrigger() | CloseBeyond() | Bounce() | ManualTrigger():
            return None
        case RsiTrigger(period=period):
            return None if in_reach(period) else f"rsi over {period} candles"
        case MovingAverageRetest(average=average, period=period):
            return None if in_reach(period) else f"{average} over {period} candles"
        case MacdTrigger(fast=fast, slow=slow, signal=signal):
            fits = all(map(in_reach, (fast, slow, signal))) and fast < slow
            return None if fits else f"macd {fast}/{slow}/{signal}"
        case AllOf(of=parts) | AnyOf(of=parts):
            return next((kind for part in parts if (kind := unwatchable(part)) is not None), None)
        case unknown:
            assert_never(unknown)
