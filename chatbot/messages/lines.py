"""The single lines alerts are made of: stop, money at risk, average, liquidation, orders, what the exchange holds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from chatbot.core.events import StopReason
from chatbot.core.liquidation import liquidation_estimate
from chatbot.core.money import ZERO
from chatbot.core.plan import Follow, LockR, Plan, Trail
from chatbot.core.position import Position
from chatbot.core.state import PlanState, full_weight
from chatbot.core.stops import Advice, Verdict, least_gap, scale_in_candidates
from chatbot.messages.buttons import added_command
from chatbot.messages.checklist import stop_differs
from chatbot.messages.numbers import amount, percent
from chatbot.messages.views import Figures, sentence
from chatbot.messages.words import STOP_WORDS, r_words

HALF_A_CENT: Final = Decimal("0.005")
BY_HAND: Final = "Check the exchange first, use reduce-only, then cancel the orders left over."
LEFTOVERS: Final = "Cancel the orders left over."
CROSS: Final = "No liquidation price: with cross margin it depends on the whole account."
UNKNOWN_RATE: Final = "No liquidation estimate: this market's maintenance rate is not known."
ASSUMED: Final = "Taken as done at this price: fills are assumed in this plan."


def risk_words(figures: Figures, before: Decimal, after: Decimal) -> str:
    """`At risk 20.83 → 10.4 USDT`; a negative risk is a gain locked in."""
    old, new = snapped(before), snapped(after)
    if old >= 0 and new >= 0:
        return f"At risk {amount(old)} → {figures.money(new)}"
    if old >= 0:
        return f"At risk {figures.money(old)} → locked in {figures.money(-new)}"
    if new < 0:
        return f"Locked in {amount(-old)} → {figures.money(-new)}"
    return f"Locked in {figures.money(-old)} → at risk {figures.money(new)}"


def snapped(at_risk: Decimal) -> Decimal:
    """Less than half a cent either way is nothing: a stop at break-even on its tick."""
    return ZERO if abs(at_risk) < HALF_A_CENT else at_risk


def held_words(figures: Figures, at_risk: Decimal) -> str:
    """What the stop loses or keeps as things stand."""
    held = snapped(at_risk)
    return f"at risk {figures.money(held)}" if held >= 0 else f"locked in {figures.money(-held)}"


def average_line(figures: Figures, before: Position, after: Position) -> str:
    """Average entry now and then, with the liquidation estimate."""
    changed = before.quantity and before.average != after.average
    old = f"{figures.price(before.average)} → " if changed else ""
    return f"Average {old}{figures.price(after.average)} · {liquidation_words(figures, after)}"


def liquidation_words(figures: Figures, position: Position) -> str:
    """The liquidation estimate of an isolated position, or why there is none."""
    maintenance = figures.view.maintenance
    if not figures.isolated:
        return CROSS
    if maintenance is None:
        return UNKNOWN_RATE
    plan = figures.plan
    price = liquidation_estimate(plan.side, position.average, position.quantity, plan.leverage, maintenance)
    return f"liquidation about {figures.price(price)} (estimate)" if price > 0 else "no liquidation above 0 (estimate)"


def exchange_line(state: PlanState, figures: Figures) -> str:
    """Which stop the exchange is believed to hold, where that is not the plan's; else empty."""
    if not stop_differs(state) or state.exchange_stop is None:
        return ""
    return f"The exchange is believed to hold your stop at {figures.price(state.exchange_stop)}."


def assumed_line(plan: Plan) -> str:
    """In assumed mode nothing waits for an answer, and the reader should know."""
    return ASSUMED if plan.follow is Follow.ASSUMED else ""


def stop_change(figures: Figures, old: Decimal, new: Decimal) -> str:
    """`stop 59 000 → 59 899.6`."""
    return f"stop {figures.price(old)} → {figures.price(new)}"


def scale_in_reason(state: PlanState, price: Decimal, position: Position, weight: Decimal, stop: Decimal) -> str:
    """Which scale-in candidate became the stop: the nearest, as rounding moves it by less than a tick."""
    candidates = list(scale_in_candidates(state, price, position, weight))
    names = scale_in_names(state, weight)[: len(candidates)]
    return min(zip(candidates, names, strict=True), key=lambda pair: abs(pair[0] - stop))[1]


def scale_in_names(state: PlanState, weight: Decimal) -> list[str]:
    """The names of the candidates in the order the rules list them."""
    rule, sign = state.plan.scale_in_stop, "−" if state.plan.sign > 0 else "+"
    names = ["no more at risk than R"]
    if weight >= rule.significant_pct:
        names.append(f"average {sign} {r_words(rule.buffer_r)}")
    return [*names, "break-even, fees included"] if full_weight(weight) else names


def taken_line(state: PlanState, figures: Figures, target: int, tested: Sequence[Advice]) -> str:
    """The new stop of a target's rule, and why a better one was passed over."""
    *refused, taken = tested
    move = f"Then move {stop_change(figures, state.stop, taken.stop)}: {advice_name(state, target, taken)}."
    return " ".join([move, *(refusal(state, figures, target, advice) for advice in refused)])


def kept_stop_line(state: PlanState, figures: Figures, target: int, tested: Sequence[Advice]) -> str:
    """Why the stop stays after a target."""
    stays = f"Stop stays at {figures.price(state.stop)}"
    if not tested:
        return f"{stays}: that is the rule of TP{target}."
    why = " ".join(refusal(state, figures, target, advice) for advice in tested)
    trails = " It trails from here." if isinstance(state.target(target).stop_rule, Trail) else ""
    return f"{stays}. {why}{trails}"


def advice_name(state: PlanState, target: int, advice: Advice) -> str:
    """The rule behind a candidate, as traders say it."""
    rule = state.target(target).stop_rule
    match advice.reason:
        case StopReason.LOCK_R if isinstance(rule, LockR):
            return f"average {'+' if state.plan.sign > 0 else '−'} {r_words(rule.r)}"
        case StopReason.TRAIL if state.trailing is not None:
            return f"trail {percent(state.trailing.distance_pct)} of price"
        case reason:
            return STOP_WORDS[reason]


def refusal(state: PlanState, figures: Figures, target: int, advice: Advice) -> str:
    """Why a candidate did not become the stop."""
    named = f"{sentence(advice_name(state, target, advice))} ({figures.price(advice.stop)})"
    if advice.verdict is Verdict.NOT_TIGHTER:
        return f"{named} is not tighter."
    room = figures.price(least_gap(state.plan, state.r))
    return f"{named} is too close to the market: a stop keeps {room} of room."


def filled_anyway(figures: Figures, price: Decimal, quantity: Decimal) -> str:
    """How to tell of an entry that filled although its offer had ended."""
    return f"If it filled all the same, send <code>{added_command(figures, price, quantity)}</code>"


def share_words(value: Decimal) -> str:
    """The part of everything entered that a target closes."""
    return f"{percent(value)} of all entered"


def at_risk_of(plan: Plan, position: Position, stop: Decimal) -> Decimal:
    """Money lost at `stop`; nothing is at risk while nothing is open."""
    return plan.sign * (position.average - stop) * position.quantity if position.quantity else ZERO


def told(*lines: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line for line in lines if line)
