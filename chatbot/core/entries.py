"""Entering by tiers: levels and candles that trigger, the guards that refuse, and waiting adds (RULES 3, 5)."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.events import (
    BlockReason,
    CloseReason,
    EntryMissed,
    FillKind,
    MissCause,
    QuestionAsked,
    StopAdvised,
    StopReason,
    TierBlocked,
    TierRearmed,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.evidence import evidence
from chatbot.core.inputs import CandleClosed
from chatbot.core.money import ZERO, Millis, percent_of, round_down
from chatbot.core.position import Position, average_after
from chatbot.core.run import Run
from chatbot.core.state import Phase, PlanState, TierPhase
from chatbot.core.stops import exceeds_risk, scale_in_stop
from chatbot.core.triggers import fires_at_close, levels_of, question_of


def tier_quantity(state: PlanState, number: int, price: Decimal) -> Decimal:
    """Base units of tier `number` at `price`: its share of the notional, rounded down to the lot."""
    plan = state.plan
    return round_down(percent_of(plan.notional, plan.tiers[number - 1].weight_pct) / price, plan.lot_size)


def planned_r(state: PlanState, price: Decimal) -> Decimal:
    """`R` in price; before the entry, what it would be if tier 1 filled at `price`."""
    return state.r or abs(price - state.plan.stop)


def after_add(state: PlanState, number: int, price: Decimal, quantity: Decimal) -> tuple[Position, Decimal]:
    """Position and stop if tier `number` (0: none of the plan's) filled at `price`; tier 1 keeps the initial stop."""
    held = state.position
    position = Position(
        average_after(held, price, quantity), held.quantity + quantity, held.entered + quantity, held.realised
    )
    if number == 1:
        return position, state.stop
    weight = state.filled_weight + (state.tier(number).weight_pct if number else ZERO)
    return position, scale_in_stop(state, price, position, weight)


def objection(state: PlanState, number: int, price: Decimal, quantity: Decimal) -> BlockReason | None:
    """The first guard that refuses tier `number` (0: an add outside the plan), in the order of RULES 5.

    Tier 1 knows only `size`.
    """
    if quantity <= 0:
        return BlockReason.SIZE
    if number == 1:
        return None
    plan, held = state.plan, state.position
    if plan.sign * (held.average - price) > plan.guards.averaging_down_r * state.r:
        return BlockReason.AVERAGING_DOWN
    level = plan.guards.structure_level
    if level is not None and plan.sign * (price - level) < 0:
        return BlockReason.STRUCTURE
    position, stop = after_add(state, number, price, quantity)
    return BlockReason.RISK if exceeds_risk(state, position, stop) else None


def level_reached(run: Run, price: Decimal, at: Millis) -> bool:
    """The armed tier's level: guards, then the tier triggers, or (live) is not chased."""
    state = run.state
    number = state.tier_in(TierPhase.ARMED)
    if number is None or at < state.tiers[number - 1].paused_until:
        return False
    for level in levels_of(run.plan, state.tier(number).trigger, state.entry):
        if level.reached(price):
            # An entry that rests on the exchange filled at its own level, wherever the price was when it was seen.
            is_there = rests(run.state, number) and not run.assumed
            enter(run, number, level.price if is_there else price, level.price, at)
            return True
    return False


def enter(run: Run, number: int, price: Decimal, level: Decimal, at: Millis, evidence: str = "") -> None:
    """Offer tier `number` at `price` unless a guard objects or the price has run from `level`."""
    quantity = tier_quantity(run.state, number, price)
    reason = objection(run.state, number, price, quantity)
    if reason is not None:
        block(run, number, price, reason, at)
    elif not run.assumed and not rests(run.state, number) and ran_away(run.state, price, level):
        run.emit(TierWithdrawn(number, price, level, at))
    else:
        run.emit(TierTriggered(number, price, quantity, run.next_action(), at, evidence))
        run.assume_filled(FillKind.TIER, number, price, quantity, at)
        advise_scale_in(run, number, price, at)


def block(run: Run, number: int, price: Decimal, reason: BlockReason, at: Millis) -> None:
    """Refuse the tier for good; a plan whose first tier is refused has nothing left to do."""
    run.emit(TierBlocked(number, price, reason, at))
    if number == 1:
        run.close(CloseReason.INVALIDATED, at)


def advise_scale_in(run: Run, number: int, price: Decimal, at: Millis) -> None:
    """After tier 2 or later is in, the stop follows the average."""
    if number > 1 and run.state.tiers[number - 1].phase is TierPhase.FILLED:
        advise_scale_in_at(run, price, at)


def advise_scale_in_at(run: Run, price: Decimal, at: Millis) -> None:
    """The stop that fits the position after an add at `price`."""
    state = run.state
    stop = scale_in_stop(state, price, state.position, state.filled_weight)
    if stop != state.stop:
        run.emit(StopAdvised(stop, StopReason.SCALE_IN, run.next_action(), at))


def candle_closed(run: Run, given: CandleClosed) -> bool:
    """The armed tier's candle trigger, tested at the close of a candle that ends after the tier was armed."""
    state = run.state
    number = state.tier_in(TierPhase.ARMED)
    if number is None or state.tiers[number - 1].armed_at >= given.at:
        return False
    trigger = state.tier(number).trigger
    if not fires_at_close(run.plan, trigger, given.timeframe, given.candle, given.indicators, state.entry):
        return False
    enter(run, number, given.price, given.candle.close, given.at, evidence(trigger, given))
    return True


def ask(run: Run, at: Millis) -> bool:
    """The armed tier's manual condition, asked once; assumed plans have nobody to ask."""
    state = run.state
    number = state.tier_in(TierPhase.ARMED)
    if number is None or run.assumed or state.tiers[number - 1].asked or at < state.tiers[number - 1].paused_until:
        return False
    question = question_of(state.tier(number).trigger)
    if question is None:
        return False
    run.emit(QuestionAsked(number, question, run.next_action(), at))
    return True


def rests(state: PlanState, number: int) -> bool:
    """Whether the tier's order rests on the exchange: it filled on the way, so nobody chases it."""
    return state.plan.resting.entries and any(levels_of(state.plan, state.tier(number).trigger, state.entry))


def ran_away(state: PlanState, price: Decimal, level: Decimal) -> bool:
    """Whether price is more than half an R past `level` in the trade's favour: chasing."""
    return state.plan.sign * (price - level) > state.plan.guards.chasing_r * planned_r(state, level)


def waiting_add(run: Run, price: Decimal, at: Millis) -> bool:
    """A pending add is judged again by every guard, and not chased; a withdrawn one may come back."""
    state = run.state
    number = state.tier_in(TierPhase.PENDING)
    if number is not None:
        return judge_pending(run, number, price, at)
    number = state.tier_in(TierPhase.WITHDRAWN)
    if number is None or not run.plan.touched(price, state.tiers[number - 1].level):
        return False
    run.emit(TierRearmed(number, price, at))
    return True


def judge_pending(run: Run, number: int, price: Decimal, at: Millis) -> bool:
    """Withdraw the pending add where a guard now objects or the price ran away."""
    tier = run.state.tiers[number - 1]
    reason = objection(run.state, number, price, tier.quantity)
    if reason is not None:
        block(run, number, price, reason, at)
        return True
    if not rests(run.state, number) and ran_away(run.state, price, tier.price):
        run.emit(TierWithdrawn(number, price, return_level(run.state, number), at))
        return True
    return False


def return_level(state: PlanState, number: int) -> Decimal:
    """Where price has to come back to before a withdrawn add may trigger again.

    The level that fired, or the price of the offer where that was no level or lay beyond it (a dip gone deeper).
    """
    sign, offered = state.plan.sign, state.tiers[number - 1].price
    fired = (
        level.price
        for level in levels_of(state.plan, state.tier(number).trigger, state.entry)
        if level.reached(offered)
    )
    return min(next(fired, offered), offered, key=lambda price: sign * price)


def miss(run: Run, price: Decimal, cause: MissCause, at: Millis) -> None:
    """Before the entry: a plan overtaken is over, unless the user may already be in."""
    if run.state.tiers[0].phase is TierPhase.PENDING:
        run.emit(EntryMissed(price, cause, at))
    else:
        run.close(CloseReason.EXPIRED if cause is MissCause.EXPIRY else CloseReason.INVALIDATED, at)


def expired(run: Run, price: Decimal, at: Millis) -> bool:
    """A plan without a position ends at its expiry."""
    limit = run.plan.expires_at
    if run.state.phase is not Phase.WAITING or limit is None or at < limit:
        return False
    miss(run, price, MissCause.EXPIRY, at)
    return True


def before_entry(run: Run, price: Decimal, at: Millis) -> bool:
    """No position: expiry, then the stop or the first target reached, then tier 1 (RULES 3.1)."""
    plan = run.plan
    if expired(run, price, at):
        return True
    if plan.touched(price, plan.stop):
        miss(run, price, MissCause.STOP, at)
        return True
    if plan.targets and plan.reached(price, plan.targets[0].price):
        miss(run, price, MissCause.TARGET, at)
        return True
    return waiting_add(run, price, at) or ask(run, at) or level_reached(run, price, at)
