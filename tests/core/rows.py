"""Events of the core as rows of plain values, as the oracle writes them."""

from __future__ import annotations

from chatbot.core.events import (
    Event,
    Filled,
    PlanArmed,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from tests.core.oracle import Row


def row_of(event: Event) -> Row | None:
    """An event of the core as the oracle writes it; None for what a replay does not tell."""
    match event:
        case TierTriggered():
            row: Row = {"event": "tier_triggered", "tier": event.tier, "price": event.price, "quantity": event.quantity}
        case TierBlocked():
            row = {"event": "tier_blocked", "tier": event.tier, "price": event.price, "reason": event.reason.value}
        case ReassessAdvised():
            row = {"event": "reassess", "price": event.price}
        case StopAdvised():
            row = {"event": "stop_advised", "stop": event.stop, "reason": event.reason.value}
        case TargetHit():
            numbers = {"price": event.price, "quantity": event.quantity, "remaining": event.remaining}
            row = {"event": "target_hit", "target": event.target, **numbers}
        case StopHit():
            row = {"event": "stop_hit", "price": event.price, "quantity": event.quantity}
        case PlanClosed():
            numbers = {"realised_pnl": event.realised_pnl, "r_multiple": event.r_multiple}
            row = {"event": "plan_closed", "reason": event.reason.value, **numbers}
        case _:
            assert isinstance(event, Filled | PlanArmed)
            return None
    return {"at": event.at, **row}
