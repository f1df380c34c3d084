"""Which triggers the bot can watch: nothing may ever be armed that it can't, and a replay refuses it as well."""

from __future__ import annotations

from typing import assert_never

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


def unwatchable(trigger: Trigger) -> str | None:
    """The kind of condition in `trigger` that has no feed yet; None where all of it can be watched."""
    match trigger:
        case PriceTrigger() | MoveTrigger() | CloseBeyond() | Bounce() | ManualTrigger():
            return None
        case RsiTrigger():
            return "rsi"
        case MacdTrigger():
            return "macd"
        case MovingAverageRetest():
            return "ma_retest"
        case AllOf():
            return "all"
        case AnyOf(of=parts):
            return next((kind for part in parts if (kind := unwatchable(part)) is not None), None)
        case unknown:
            assert_never(unknown)
