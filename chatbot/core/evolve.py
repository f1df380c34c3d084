"""What each event changes: the fold from facts to state. It decides nothing and refuses nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from chatbot.core.events import (
    ActionDropped,
    BreachRecorded,
    EntryMissed,
    Event,
    FillCorrected,
    Filled,
    FillKind,
    PlanArmed,
    PlanClosed,
    QuestionAsked,
    ReassessAdvised,
    RiskExceeded,
    StopAdvised,
    StopHit,
    StopMoved,
    StopReason,
    TargetCancelled,
    TargetHit,
    TierBlocked,
    TierRearmed,
    TierSkipped,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.money import ZERO, Millis
from chatbot.core.plan import Plan, Trail
from chatbot.core.position import ENTRIES, position_of
from chatbot.core.state import (
    Action,
    ActionKind,
    Miss,
    Phase,
    PlanState,
    TierPhase,
    TierState,
    fresh,
)
from chatbot.core.stops import trailing_of
from chatbot.core.timeframes import MINUTE

OPEN_TIERS = frozenset({TierPhase.WAITING, TierPhase.ARMED, TierPhase.PENDING, TierPhase.WITHDRAWN})


def history(plan: Plan, events: Iterable[Event]) -> PlanState:
    """The state after `events`, oldest first."""
    state = fresh(plan)
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: PlanState, event: Event) -> PlanState:
    """The state after one more event; its sequence number grows by one."""
    return replace(changed(state, event), sequence=state.sequence + 1)


def changed(state: PlanState, event: Event) -> PlanState:
    """What the event alone changes."""
    match event:
        case PlanArmed():
            return arm_tier(replace(state, phase=Phase.WAITING, accepted=event.accepted), 1, event.at)
        case TierTriggered() | TierBlocked() | TierWithdrawn() | TierRearmed() | TierSkipped() | QuestionAsked():
            return tier_changed(state, event)
        case Filled():
            return filled(state, event)
        case FillCorrected():
            return corrected(state, event)
        case ReassessAdvised():
            return replace(state, reassessed=True)
        case StopAdvised():
            return stop_advised(state, event)
        case StopMoved():
            return replace(without_action(state, event.action), exchange_stop=event.stop)
        case TargetHit():
            return target_hit(state, event)
        case TargetCancelled(target=target):
            return replace(state, cancelled_targets=state.cancelled_targets | {target})
        case StopHit():
            return stop_hit(state, event)
        case ActionDropped(action=number):
            return without_action(state, number)
        case EntryMissed(cause=cause, price=price):
            return replace(state, phase=Phase.CLOSING, closing_since=event.at, missed=Miss(cause, price, event.at))
        case RiskExceeded():
            return state
        case BreachRecorded():
            return replace(state, broken=(*state.broken, event))
        case PlanClosed(reason=reason):
            return replace(state, phase=Phase.CLOSED, close_reason=reason, actions=())
        case unknown:
            assert_never(unknown)


def tier_changed(
    state: PlanState,
    event: TierTriggered | TierBlocked | TierWithdrawn | TierRearmed | TierSkipped | QuestionAsked,
) -> PlanState:
    """One tier's own life."""
    tier = state.tiers[event.tier - 1]
    match event:
        case TierTriggered(price=price, quantity=quantity, action=number):
            now = replace(tier, phase=TierPhase.PENDING, price=price, quantity=quantity)
            asked = Action(number, ActionKind.ADD, event.tier, price, quantity, event.at)
            return with_action(with_tier(without_tier_actions(state, event.tier), event.tier, now), asked)
        case TierBlocked(reason=reason):
            # An order that rests may have filled before the guard spoke: then it counts as offered.
            offered = event.price if state.plan.resting.entries else tier.price
            now = replace(tier, phase=TierPhase.BLOCKED, blocked=reason, price=offered)
            return arm_next(with_tier(without_tier_actions(state, event.tier), event.tier, now), event.tier, event.at)
        case TierWithdrawn(level=level):
            now = replace(tier, phase=TierPhase.WITHDRAWN, level=level)
            return with_tier(without_tier_actions(state, event.tier), event.tier, now)
        case TierRearmed():
            return arm_after_pause(state, event.tier, event.at)
        case TierSkipped():
            now = replace(tier, phase=TierPhase.SKIPPED)
            return arm_next(with_tier(without_tier_actions(state, event.tier), event.tier, now), event.tier, event.at)
        case QuestionAsked(action=number):
            asked = Action(number, ActionKind.ANSWER, event.tier, ZERO, ZERO, event.at)
            return with_action(with_tier(state, event.tier, replace(tier, asked=True)), asked)
        case unknown:
            assert_never(unknown)


def filled(state: PlanState, event: Filled) -> PlanState:
    """A fill joins the position; a tier's fill arms the next tier and opens the trade. An entry begins the pause."""
    fills = (*state.fills, event)
    after = replace(state, fills=fills, position=position_of(state.plan, fills))
    after = without_action(after, event.action)
    if event.kind is FillKind.TIER:
        after = tier_filled(after, event)
    return paused_anew(after) if event.kind in ENTRIES else after


def tier_filled(state: PlanState, event: Filled) -> PlanState:
    """The tier is in; tier 1 puts the initial stop to work."""
    tier = state.tiers[event.index - 1]
    tier = replace(tier, phase=TierPhase.FILLED, quantity=tier.quantity or event.quantity)
    state = with_tier(without_tier_actions(state, event.index), event.index, tier)
    if event.index == 1:
        state = replace(state, phase=Phase.OPEN, exchange_stop=state.plan.stop, missed=None, closing_since=None)
    return arm_next(state, event.index, event.at)


def corrected(state: PlanState, event: FillCorrected) -> PlanState:
    """One fill's price and quantity replaced; the position follows. A tier whose fill never was counts as skipped."""
    fills = list(state.fills)
    fill = fills[event.fill - 1] = replace(fills[event.fill - 1], price=event.price, quantity=event.quantity)
    state = replace(state, fills=tuple(fills), position=position_of(state.plan, fills))
    if fill.kind is not FillKind.TIER:
        return state
    phase = TierPhase.FILLED if state.weight_in(fill.index) else TierPhase.SKIPPED
    return with_tier(state, fill.index, replace(state.tiers[fill.index - 1], phase=phase))


def stop_advised(state: PlanState, event: StopAdvised) -> PlanState:
    """The plan's stop; one stop move is asked at a time, the newest."""
    state = replace(without_kind(state, ActionKind.MOVE_STOP), stop=event.stop)
    if event.reason is StopReason.USER:
        return state
    return with_action(
        state, Action(event.action, ActionKind.MOVE_STOP, 0, event.stop, state.position.quantity, event.at)
    )


def target_hit(state: PlanState, event: TargetHit) -> PlanState:
    """A target ends the scale-in unless the plan says otherwise; its trail, if it has one, begins."""
    state = replace(state, targets_hit=event.target)
    if not state.plan.guards.add_after_first_target:
        state = end_scale_in(state)
    rule = state.target(event.target).stop_rule
    if isinstance(rule, Trail) and event.remaining > 0:
        state = replace(state, trailing=trailing_of(state, rule, event.price, event.atr))
    # A close that rests on the exchange fills at its own price, wherever the price was when it was seen.
    price = state.target(event.target).price if state.plan.resting.targets else event.price
    asked = Action(event.action, ActionKind.CLOSE, event.target, price, event.quantity, event.at)
    return with_action(state, asked) if event.quantity else state


def stop_hit(state: PlanState, event: StopHit) -> PlanState:
    """Everything goes: the exit supersedes adds and stop moves; unanswered closes stay to be answered."""
    price = exit_price_of(state, event)
    state = end_scale_in(without_kind(without_kind(state, ActionKind.MOVE_STOP), ActionKind.EXIT))
    state = replace(state, phase=Phase.CLOSING, closing_since=event.at, exit_price=event.price)
    return with_action(state, Action(event.action, ActionKind.EXIT, 0, price, event.quantity, event.at))


def exit_price_of(state: PlanState, event: StopHit) -> Decimal:
    """What an exit most likely filled at: a stop order that rests was there before the price was seen."""
    held = state.exchange_stop
    is_first = state.phase is Phase.OPEN and state.plan.resting.stop
    return held if is_first and held is not None and state.plan.touched(event.price, held) else event.price


def end_scale_in(state: PlanState) -> PlanState:
    """No tier is offered any more, and none waits for an answer."""
    tiers = tuple(replace(t, phase=TierPhase.ENDED) if t.phase in OPEN_TIERS else t for t in state.tiers)
    return replace(without_kind(without_kind(state, ActionKind.ADD), ActionKind.ANSWER), tiers=tiers)


def arm_next(state: PlanState, after: int, at: Millis) -> PlanState:
    """Arm the tier after `after`, if it still waits."""
    if after >= len(state.tiers) or state.tiers[after].phase is not TierPhase.WAITING:
        return state
    return arm_after_pause(state, after + 1, at)


def arm_after_pause(state: PlanState, number: int, at: Millis) -> PlanState:
    """Arm the tier; it counts once the pause since the last entry is over."""
    paused_until = pause_ends_at(state)
    return arm_tier(state, number, max(at, paused_until), paused_until)


def paused_anew(state: PlanState) -> PlanState:
    """A tier that is armed already waits for the pause after the last entry as well."""
    number, paused_until = state.tier_in(TierPhase.ARMED), pause_ends_at(state)
    if number is None or paused_until <= state.tiers[number - 1].paused_until:
        return state
    tier = state.tiers[number - 1]
    later = replace(tier, armed_at=max(tier.armed_at, paused_until), paused_until=paused_until)
    return with_tier(state, number, later)


def pause_ends_at(state: PlanState) -> Millis:
    """When the pause after the last entry is over; 0 where the plan makes none, or before the first entry."""
    minutes = state.plan.guards.min_pause_minutes
    last = max((fill.at for fill in state.fills if fill.kind in ENTRIES and fill.quantity), default=None)
    return 0 if last is None or not minutes else last + minutes * MINUTE


def arm_tier(state: PlanState, number: int, at: Millis, paused_until: Millis = 0) -> PlanState:
    """The tier's trigger counts from `at` on."""
    before = state.tiers[number - 1]
    tier = replace(before, phase=TierPhase.ARMED, armed_at=at, paused_until=paused_until, asked=False)
    return with_tier(state, number, tier)


def with_tier(state: PlanState, number: int, tier: TierState) -> PlanState:
    """The state with one tier replaced."""
    return replace(state, tiers=(*state.tiers[: number - 1], tier, *state.tiers[number:]))


def with_action(state: PlanState, action: Action) -> PlanState:
    """Ask one more thing, unless nothing is asked of the user (number 0)."""
    if action.number == 0:
        return state
    return replace(state, actions=(*state.actions, action), last_action=action.number)


def without_action(state: PlanState, number: int) -> PlanState:
    """The action with this number is settled."""
    return replace(state, actions=tuple(a for a in state.actions if a.number != number))


def without_kind(state: PlanState, kind: ActionKind) -> PlanState:
    """No action of this kind is asked any more."""
    return replace(state, actions=tuple(a for a in state.actions if a.kind is not kind))


def without_tier_actions(state: PlanState, tier: int) -> PlanState:
    """Nothing about this tier is asked any more."""
    kinds = (ActionKind.ADD, ActionKind.ANSWER)
    return replace(state, actions=tuple(a for a in state.actions if a.kind not in kinds or a.index != tier))
