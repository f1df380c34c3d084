"""What holds for every stored plan, whatever was said to the bot: the rules of a plan, checked event by event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chatbot.core.events import (
    BreachKind,
    EntryMissed,
    Event,
    FillCorrected,
    Filled,
    FillKind,
    PlanArmed,
    PlanClosed,
    StopHit,
    TargetHit,
    TierTriggered,
)
from chatbot.core.evolve import evolve
from chatbot.core.overdue import deadline
from chatbot.core.quiet import quiet_interval
from chatbot.core.state import Phase, PlanState, TierPhase, fresh
from chatbot.records import PlanRecord

LIFE: Final = {
    Phase.DRAFT: {Phase.DRAFT, Phase.WAITING},
    Phase.WAITING: {Phase.WAITING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED},
    Phase.OPEN: {Phase.OPEN, Phase.CLOSING, Phase.CLOSED},
    Phase.CLOSING: {Phase.CLOSING, Phase.OPEN, Phase.CLOSED},
    Phase.CLOSED: {Phase.CLOSED},
}
"""Closing is left for open only by the fill of an entry that was thought to be missed."""
UNDER_WAY: Final = frozenset({TierPhase.ARMED, TierPhase.PENDING, TierPhase.WITHDRAWN})


def problems_of(record: PlanRecord) -> list[str]:
    """Every rule the plan's history breaks, as a sentence."""
    found: list[str] = []
    state = fresh(record.plan)
    for number, event in enumerate(record.events, 1):
        after = evolve(state, event)
        found += [f"{number} {type(event).__name__}: {problem}" for problem in step_problems(state, event, after)]
        state = after
    return [*found, *row_problems(record, state)]


def step_problems(before: PlanState, event: Event, after: PlanState) -> Iterator[str]:
    """What one event may not do."""
    if after.phase not in LIFE[before.phase]:
        yield f"{before.phase} became {after.phase}"
    if before.phase is Phase.CLOSING and after.phase is Phase.OPEN and not isinstance(event, Filled):
        yield "a closing plan was opened by something else than a fill"
    if isinstance(event, PlanArmed) is not (before.phase is Phase.DRAFT):
        yield "a plan is armed first, and once"
    if before.phase is Phase.CLOSED and not isinstance(event, FillCorrected):
        yield "something happened after the end"
    yield from stop_problems(before, after)
    yield from tier_problems(before, event, after)
    yield from money_problems(before, event, after)


def stop_problems(before: PlanState, after: PlanState) -> Iterator[str]:
    """The plan's stop only ever tightens, and what is held looser is on record."""
    plan = after.plan
    if plan.sign * (after.stop - before.stop) < 0:
        yield f"the stop was loosened from {before.stop} to {after.stop}"
    held, was = after.exchange_stop, before.exchange_stop
    loosened = held is not None and was is not None and plan.sign * (held - was) < 0
    if loosened and not any(breach.kind is BreachKind.LOOSENED_STOP for breach in after.broken):
        yield f"the exchange's stop was loosened from {was} to {held} without a breach"


def tier_problems(before: PlanState, event: Event, after: PlanState) -> Iterator[str]:
    """One tier at a time, in order, and none after the end of the scale-in."""
    busy = [number for number, tier in enumerate(after.tiers, 1) if tier.phase in UNDER_WAY]
    if len(busy) > 1 and after.phase is not Phase.CLOSED:
        yield f"tiers {busy} are under way together"
    if isinstance(event, TierTriggered):
        if before.tiers[event.tier - 1].phase not in {TierPhase.ARMED, TierPhase.WITHDRAWN}:
            yield f"tier {event.tier} was triggered while {before.tiers[event.tier - 1].phase}"
        if event.quantity <= 0:
            yield f"a trigger for {event.quantity}"
        if before.phase not in {Phase.WAITING, Phase.OPEN}:
            yield f"tier {event.tier} was triggered while the plan is {before.phase}"
    if isinstance(event, EntryMissed) and before.position.quantity:
        yield "an entry that is in was called missed"


def money_problems(before: PlanState, event: Event, after: PlanState) -> Iterator[str]:
    """The position is what was filled, never negative; an action is settled once and its number never returns."""
    entered = sum(fill.quantity for fill in after.fills if fill.kind in {FillKind.TIER, FillKind.OUTSIDE})
    if after.position.quantity < 0 or after.position.quantity > entered:
        yield f"the position is {after.position.quantity} of {entered} entered"
    if any(fill.quantity < 0 or fill.price <= 0 for fill in after.fills):
        yield "a fill without a price, or of less than nothing"
    if isinstance(event, Filled) and event.action and before.action(event.action) is None:
        yield f"action {event.action} was not asked, but filled"
    if after.last_action < before.last_action or len({a.number for a in after.actions}) < len(after.actions):
        yield "an action's number came twice"
    if isinstance(event, TargetHit) and event.target <= before.targets_hit:
        yield f"target {event.target} was hit twice"
    if isinstance(event, TargetHit | StopHit) and event.quantity > before.position.quantity:
        yield f"{event.quantity} to close of {before.position.quantity}"
    if isinstance(event, PlanClosed) and after.actions:
        yield "a closed plan asks for something"


def row_problems(record: PlanRecord, state: PlanState) -> Iterator[str]:
    """The row says what the events say."""
    row = record.row
    if row.phase is not state.phase or row.sequence != len(record.events):
        yield f"the row says {row.phase} at {row.sequence}, the events {state.phase} at {len(record.events)}"
    if row.interval != quiet_interval(state) or row.due_at != deadline(state):
        yield "the row watches for something else than its state"
