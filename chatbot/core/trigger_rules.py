"""Which triggers a plan may hold (RULES 2, 7): conditions that can be watched, put together in ways that make sense."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.core.findings import Code, Finding
from chatbot.core.plan import AllOf, AnyOf, CandleTrigger, ManualTrigger, MoveTrigger, Plan, Trigger
from chatbot.core.triggers import parts_of, timeframes_of
from chatbot.core.watchable import unwatchable


def triggers(plan: Plan) -> Iterator[Finding]:
    """What is wrong with the plan's triggers, tier by tier."""
    for number, tier in enumerate(plan.tiers, 1):
        if is_nested(tier.trigger):
            yield Finding(Code.COMBINATION_NESTED, number)
            continue
        yield from combination(number, tier.trigger)
        yield from single_parts(number, tier.trigger)
        kind = unwatchable(tier.trigger)
        if kind is not None:
            yield Finding(Code.UNWATCHABLE, number, kind=kind)


def is_nested(trigger: Trigger) -> bool:
    """A combination inside a combination: no type allows it, but a plan may come from a file."""
    parts: tuple[object, ...] = parts_of(trigger)
    return isinstance(trigger, AllOf | AnyOf) and any(isinstance(part, AllOf | AnyOf) for part in parts)


def combination(number: int, trigger: Trigger) -> Iterator[Finding]:
    """`all` and `any` hold something, and what `all` holds can be judged at one candle's close."""
    if not parts_of(trigger):
        yield Finding(Code.COMBINATION_EMPTY, number)
        return
    if not isinstance(trigger, AllOf):
        return
    if any(isinstance(part, ManualTrigger) for part in trigger.of):
        yield Finding(Code.ALL_WITH_MANUAL, number)
    if not any(isinstance(part, CandleTrigger) for part in trigger.of):
        yield Finding(Code.ALL_WITHOUT_CANDLE, number)
    frames = timeframes_of(trigger)
    if len(frames) > 1:
        yield Finding(Code.ALL_MIXED_TIMEFRAMES, number, kind=", ".join(sorted(frames)))


def single_parts(number: int, trigger: Trigger) -> Iterator[Finding]:
    """A move is measured from tier 1, in the trade's favour; a question asks something."""
    for part in parts_of(trigger):
        if isinstance(part, MoveTrigger) and number == 1:
            yield Finding(Code.MOVE_IN_FIRST_TIER, number, part.pct)
        if isinstance(part, MoveTrigger) and part.pct <= 0:
            yield Finding(Code.MOVE_NOT_POSITIVE, number, part.pct)
        if isinstance(part, ManualTrigger) and not part.question.strip():
            yield Finding(Code.MISSING_ITEM, index=3)
