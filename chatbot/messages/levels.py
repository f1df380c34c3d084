"""The levels a plan looks out for next, named, with their distance from a price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.exits import reassess_level
from chatbot.core.money import HUNDRED, Millis, round_down, round_up
from chatbot.core.plan import Direction, ManualTrigger, MoveTrigger, Plan, PriceTrigger
from chatbot.core.state import Phase, PlanState, TierPhase
from chatbot.core.stops import next_trail_step
from chatbot.core.timeframes import MINUTES
from chatbot.core.triggers import level_of
from chatbot.messages.numbers import percent, utc_time
from chatbot.messages.views import Figures, said
from chatbot.messages.words import trigger_words


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens at a price; without a price it happens on a condition, told by the name (HTML)."""

    name: str
    price: Decimal | None


def next_marks(state: PlanState) -> Iterator[Mark]:
    """What can happen next, most urgent first; nothing once the plan closes."""
    if state.phase not in (Phase.WAITING, Phase.OPEN):
        return
    yield Mark("stop" if state.phase is Phase.OPEN else "ends at the stop", state.stop)
    yield from tier_marks(state)
    yield from target_marks(state)
    step = next_trail_step(state)
    if step is not None:
        yield Mark("next trail step", seen_from(state.plan, step, favourable=True))
    reassess = reassess_level(state)
    if reassess is not None:
        yield Mark("reassess", seen_from(state.plan, reassess, favourable=False))


def seen_from(plan: Plan, level: Decimal, *, favourable: bool) -> Decimal:
    """The first price of the grid at which a level is reached: never one at which nothing happens yet."""
    up = (plan.sign > 0) is favourable
    return round_up(level, plan.tick_size) if up else round_down(level, plan.tick_size)


def target_marks(state: PlanState) -> Iterator[Mark]:
    """The next target; before the entry, reaching it ends the plan."""
    number = state.next_target
    if number is not None:
        name = f"TP{number}" if state.phase is Phase.OPEN else f"ends at TP{number}"
        yield Mark(name, state.target(number).price)


def tier_marks(state: PlanState) -> Iterator[Mark]:
    """The tier that is watched: its level, or its condition in words."""
    for number, tier in enumerate(state.tiers, 1):
        if tier.phase is TierPhase.WITHDRAWN:
            yield Mark(f"tier {number} armed again", tier.level)
        elif tier.phase is TierPhase.ARMED:
            yield armed_mark(state, number)


def armed_mark(state: PlanState, number: int) -> Mark:
    """An armed tier's level where it is one price, else its trigger in words."""
    trigger = state.tier(number).trigger
    level = level_of(state.plan, trigger, state.entry) if isinstance(trigger, PriceTrigger | MoveTrigger) else None
    if level is not None:
        favourable = (level.direction is Direction.UP) is (state.plan.sign > 0)
        return Mark(f"tier {number}", seen_from(state.plan, level.price, favourable=favourable))
    if isinstance(trigger, ManualTrigger):
        return Mark(f"tier {number} on your yes", None)
    return Mark(f"tier {number} when {said(trigger_words(trigger, state.plan.tick_size))}", None)


def pause_line(state: PlanState, now: Millis) -> str:
    """`Tier 3 waits until 14:30 UTC: one candle (15m) between adds.`; empty where no tier waits for a pause."""
    number = state.tier_in(TierPhase.ARMED)
    if number is None or state.tiers[number - 1].paused_until <= now:
        return ""
    return f"Tier {number} waits until {utc_time(state.tiers[number - 1].paused_until)}: {pause_words(state.plan)}."


def pause_words(plan: Plan) -> str:
    """How long the pause is, in candles of the plan's timeframe where it is one."""
    minutes, candle = plan.guards.min_pause_minutes, plan.timeframe
    if minutes == MINUTES[candle]:
        return f"one candle ({candle.value}) between adds"
    return f"{minutes} min between adds"


def next_line(state: PlanState, figures: Figures, price: Decimal | None = None) -> str:
    """`Next: …`, with distances where the price is known; empty where nothing is ahead."""
    told = [mark_words(mark, figures, price) for mark in next_marks(state)]
    if not told:
        return ""
    return f"Next{'' if price is None else ', in % of price'}: {' · '.join(told)}"


def mark_words(mark: Mark, figures: Figures, price: Decimal | None) -> str:
    """A level with its distance, as `TP1 61 000 (+0.91 %)`."""
    if mark.price is None:
        return mark.name
    if price is None:
        return f"{mark.name} {figures.price(mark.price)}"
    return f"{mark.name} {figures.price(mark.price)} ({distance(mark.price, price)})"


def distance(level: Decimal, price: Decimal) -> str:
    """How far a level is from the price, in % of the price, signed."""
    away = (level - price) / price * HUNDRED
    return f"{'+' if away > 0 else ''}{percent(away)}"
