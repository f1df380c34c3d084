"""A replay told in plain text: one aligned line an event, and the result. No HTML, no buttons."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, assert_never

from chatbot.core.events import (
    Event,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.evolve import evolve
from chatbot.core.figures import GAP
from chatbot.core.plan import Plan
from chatbot.core.position import ENTRIES
from chatbot.core.state import PlanState, fresh
from chatbot.core.stops import held_risk
from chatbot.messages.lines import held_words
from chatbot.messages.numbers import percent, r_multiple, utc_stamp
from chatbot.messages.views import Figures, PlanView
from chatbot.messages.words import CLOSE_WORDS, STOP_WORDS

Told = TierTriggered | TierBlocked | ReassessAdvised | StopAdvised | TargetHit | StopHit | PlanClosed
LABEL_WIDTH: Final = 14


def story(plan: Plan, events: Iterable[Event]) -> str:
    """The public events of a replay, oldest first; fills and the arming are only followed."""
    figures, state, lines = plain_figures(plan), fresh(plan), []
    for event in events:
        after = evolve(state, event)
        if isinstance(event, Told):
            label, text = line_of(figures, state, after, event)
            lines.append(f"{utc_stamp(event.at)}  {label:<{LABEL_WIDTH}}{text}")
        state = after
    return "\n".join(lines).replace(GAP, " ") or "Nothing happened."


def plain_figures(plan: Plan) -> Figures:
    """Figures from the plan's own symbol, for text that is not HTML."""
    base, _, rest = plan.symbol.partition("/")
    return Figures(plan, PlanView(0, 0, base, rest.partition(":")[0] or "USDT", None, 0))


def line_of(figures: Figures, before: PlanState, after: PlanState, event: Told) -> tuple[str, str]:
    """What happened, in a word or two, and its numbers."""
    match event:
        case TierTriggered():
            return f"tier {event.tier}", tier_text(figures, event)
        case TierBlocked(price=price, reason=reason):
            return f"tier {event.tier}", f"blocked at {figures.price(price)}: {reason.value.replace('_', ' ')}"
        case ReassessAdvised(price=price):
            return "reassess", f"{figures.price(price)}: half an R against tier 1"
        case StopAdvised(stop=stop, reason=reason):
            change = f"{figures.price(before.stop)} → {figures.price(stop)}"
            return "stop", f"{change} ({STOP_WORDS[reason]}), {held_words(figures, held_risk(after))}"
        case TargetHit():
            return f"TP{event.target}", target_text(figures, event)
        case StopHit(price=price, quantity=quantity):
            return "stop hit", f"out of {figures.quantity(quantity)} at {figures.price(price)}"
        case PlanClosed(reason=reason):
            result = f"{figures.signed(event.realised_pnl)}, {r_multiple(event.r_multiple)}"
            return "closed", f"{CLOSE_WORDS[reason]}: {result}"
        case unknown:
            assert_never(unknown)


def tier_text(figures: Figures, event: TierTriggered) -> str:
    """The add with its share."""
    weight = percent(figures.plan.tiers[event.tier - 1].weight_pct)
    proof = f", {event.evidence}" if event.evidence else ""
    return f"add {figures.quantity(event.quantity)} at {figures.price(event.price)} ({weight} of margin{proof})"


def target_text(figures: Figures, event: TargetHit) -> str:
    """The close with what stays open."""
    close = f"close {figures.quantity(event.quantity)} at {figures.price(event.price)}"
    return f"{close}, {figures.quantity(event.remaining)} left"


def summary(state: PlanState) -> str:
    """The trade in a few lines: how it ended, what went in, and the result."""
    figures, position = plain_figures(state.plan), state.position
    plan = state.plan
    reason = "still open" if state.close_reason is None else CLOSE_WORDS[state.close_reason]
    head = f"{plan.symbol} {plan.side.value} on {plan.exchange}: {reason}"
    if position.entered == 0:
        return f"{head}\nNothing was entered.".replace(GAP, " ")
    entered = [fill for fill in state.fills if fill.kind in ENTRIES]
    into = sum((fill.price * fill.quantity for fill in entered), Decimal(0)) / position.entered
    size = f"{figures.quantity(position.entered)} at {figures.price(into)} on average"
    lines = [
        head,
        f"Entered   {size}, {state.tiers_filled} of {len(state.tiers)} tiers",
        f"Targets   {state.targets_hit} of {len(plan.targets)} reached",
        f"R         {figures.price(state.r)} = {figures.money(state.r_money)}",
        f"Result    {figures.signed(position.realised)}, {r_multiple(state.r_multiple)}",
    ]
    if position.quantity:
        size, stop = figures.quantity(position.quantity), figures.price(state.stop)
        lines.append(f"Open      {size}, stop {stop}, {held_words(figures, held_risk(state))}")
    return "\n".join(lines).replace(GAP, " ")
