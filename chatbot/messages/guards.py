"""What a guard says of an add, each with its numbers: by how much it is refused, and by which rule (RULES 5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from chatbot.core.entries import after_add, planned_r
from chatbot.core.events import BlockReason
from chatbot.core.money import ZERO, Side, round_down, round_towards_market, round_up
from chatbot.core.state import PlanState
from chatbot.core.stops import least_gap
from chatbot.messages.lines import at_risk_of
from chatbot.messages.numbers import number
from chatbot.messages.views import Figures
from chatbot.messages.words import r_words


@dataclass(frozen=True, slots=True)
class Offered:
    """An add as a guard judges it; `tier` is 0 for one outside the plan."""

    tier: int
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Objection:
    """A guard's words: the number that is wrong, and the rule as a sentence."""

    number: str
    rule: str


def objection_words(state: PlanState, figures: Figures, reason: BlockReason, offered: Offered) -> Objection:
    """Why this add is refused. `state` is that before it."""
    match reason:
        case BlockReason.SIZE:
            lot = number(state.plan.lot_size or ZERO)
            return Objection(f"its quantity rounds down to 0 (lot {lot})", "An order takes at least one lot.")
        case BlockReason.AVERAGING_DOWN:
            return averaging_down(state, figures, offered.price)
        case BlockReason.STRUCTURE:
            return structure(state, figures, offered.price)
        case BlockReason.RISK:
            return risk(state, figures, offered)
        case unknown:
            assert_never(unknown)


def averaging_down(state: PlanState, figures: Figures, price: Decimal) -> Objection:
    """How far past the deepest price of an add; in R as well, where two digits of R tell the difference."""
    plan, average, depth = state.plan, state.position.average, state.plan.guards.averaging_down_r
    limit = round_towards_market(average - plan.sign * depth * state.r, plan.tick_size, plan.side)
    side = worse(state)
    real = r_words(plan.sign * (average - price) / state.r) if state.r else ""
    this = f"; this is {real}" if real and real != r_words(depth) else ""
    return Objection(
        f"{figures.price(abs(limit - price))} {side} the limit {figures.price(limit)}",
        f"Averaging down: at most {r_words(depth)} {side} the average {figures.price(average)}{this}.",
    )


def structure(state: PlanState, figures: Figures, price: Decimal) -> Objection:
    """How far beyond the level the plan is built on."""
    level = state.plan.guards.structure_level or price
    return Objection(
        f"{figures.price(abs(level - price))} {worse(state)} the structure level {figures.price(level)}",
        "Structure: nothing is added beyond that level.",
    )


def risk(state: PlanState, figures: Figures, offered: Offered) -> Objection:
    """How much more than R would be at risk, and the stop that price leaves no room for."""
    plan = state.plan
    position, stop = after_add(state, offered.tier, offered.price, offered.quantity)
    at_risk = at_risk_of(plan, position, stop)
    needed = position.average - plan.sign * state.r_money / position.quantity
    needed = round_towards_market(needed, plan.tick_size, plan.side)
    room = figures.price(least_gap(plan, state.r))
    return Objection(
        f"{figures.money(at_risk)} would be at risk, {figures.money(at_risk - state.r_money)} over R",
        f"Risk: at most R = {figures.money(state.r_money)}; that takes a stop at {figures.price(needed)}, "
        f"closer to the market than {room}.",
    )


def chasing(state: PlanState, figures: Figures, tier_number: int, price: Decimal, start: Decimal) -> Objection:
    """How far past the farthest price that is no chasing, on the near side of its tick; `start` is where it counts."""
    plan, far = state.plan, state.plan.guards.chasing_r
    limit = start + plan.sign * far * planned_r(state, start)
    limit = round_down(limit, plan.tick_size) if plan.side is Side.LONG else round_up(limit, plan.tick_size)
    side = better(state)
    return Objection(
        f"{figures.price(price)} is {figures.price(abs(price - limit))} {side} the limit {figures.price(limit)}",
        f"Chasing: at most {r_words(far)} {side} tier {tier_number}'s price {figures.price(start)}.",
    )


def worse(state: PlanState) -> str:
    """The side of a price that is against the trade."""
    return "below" if state.plan.sign > 0 else "above"


def better(state: PlanState) -> str:
    """The side of a price that is in the trade's favour."""
    return "above" if state.plan.sign > 0 else "below"
