"""A draft in the plan format of `replay`: what is unknown is null; assumptions and problems stand beside it."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from chatbot.core.plan import (
    BreakEven,
    Hold,
    LockR,
    ManualTrigger,
    MoveTrigger,
    PreviousTarget,
    PriceTrigger,
    StopRule,
    Target,
    Tier,
    Trail,
)
from chatbot.signals.draft import SignalDraft


def draft_to_format(draft: SignalDraft) -> dict[str, object]:
    """JSON-ready. `problems` are objects of a code and a sentence; tiers and targets are empty where they are open."""
    return {
        "exchange": draft.exchange,
        "symbol": draft.symbol,
        "side": draft.side,
        "leverage": number(draft.leverage),
        "margin_mode": draft.margin_mode,
        "timeframe": draft.timeframe,
        "equity": number(draft.equity),
        "allocation_pct": number(draft.allocation_pct),
        "tiers": [tier_to_format(tier) for tier in draft.tiers],
        "stop": number(draft.stop),
        "targets": [target_to_format(target) for target in draft.targets],
        "assumed": list(draft.assumed),
        "problems": [{"code": problem.code.value, "sentence": problem.sentence} for problem in draft.problems],
    }


def number(value: Decimal | None) -> str | None:
    """An exact number as text."""
    return None if value is None else f"{value:f}"


def tier_to_format(tier: Tier) -> dict[str, object]:
    """One entry."""
    return {"weight_pct": number(tier.weight_pct), "trigger": trigger_to_format(tier)}


def trigger_to_format(tier: Tier) -> dict[str, object]:
    """The trigger of a tier; a text only ever makes these three."""
    match tier.trigger:
        case PriceTrigger(level=level, direction=direction):
            return {"kind": "price", "level": number(level), "direction": direction}
        case MoveTrigger(pct=pct):
            return {"kind": "move", "pct": number(pct)}
        case ManualTrigger(question=question):
            return {"kind": "manual", "question": question}
        case other:
            raise ValueError(f"no draft has {other}")


def target_to_format(target: Target) -> dict[str, object]:
    """One exit."""
    return {
        "price": number(target.price),
        "close_pct": number(target.close_pct),
        "stop_rule": rule_to_format(target.stop_rule),
    }


def rule_to_format(rule: StopRule) -> dict[str, object]:
    """What the stop does after a target."""
    match rule:
        case BreakEven():
            return {"kind": "break_even"}
        case LockR(r=r):
            return {"kind": "lock_r", "r": number(r)}
        case PreviousTarget():
            return {"kind": "previous_target"}
        case Trail():
            distances = {"distance_pct": rule.distance_pct, "distance_r": rule.distance_r}
            rest = {"distance_atr": rule.distance_atr, "step_pct": rule.step_pct}
            return {"kind": "trail"} | {name: number(value) for name, value in (distances | rest).items() if value}
        case Hold():
            return {"kind": "hold"}
        case unknown:
            assert_never(unknown)


def rule_in_words(rule: StopRule) -> str:
    """The text that reads back as this rule (chatbot.core.reading_rules)."""
    match rule:
        case BreakEven():
            return "break-even"
        case LockR(r=r):
            return f"lock {r:f}R"
        case PreviousTarget():
            return "previous"
        case Trail(distance_pct=pct, distance_r=r, distance_atr=atr, step_pct=step):
            distance = f"{pct:f}%" if pct is not None else f"{r:f}R" if r is not None else f"{atr:f} ATR"
            return f"trail {distance}" + ("" if step is None else f" step {step:f}%")
        case Hold():
            return "hold"
        case unknown:
            assert_never(unknown)
