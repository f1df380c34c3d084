"""Before a target is held past: its number, the rule, and what to do. Nothing is cancelled by asking."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chatbot.core.exits import target_quantity
from chatbot.core.money import ZERO
from chatbot.core.plan import Hold
from chatbot.core.state import ActionKind, Phase, PlanState
from chatbot.messages.buttons import plain
from chatbot.messages.lines import share_words
from chatbot.messages.resting import target_orders
from chatbot.messages.values import Button, Message, Press, Style, Verb
from chatbot.messages.views import Figures, PlanView, bold, figures_of
from chatbot.messages.words import stop_rule_words

CERTAIN: Final = "y"
"""After a target's number on a button: the question was asked and answered."""


def asks_hold_reason(state: PlanState, view: PlanView, target: int) -> Message:
    """After TP1 only a typed reason cancels a target."""
    figures = figures_of(state.plan, view)
    return Message(
        f"{bold(part_line(state, figures, target))}\n"
        f"{figures.title} · the plan closes it there. Holding past it after a target was taken is a breach of the "
        f"plan.\nType your reason to hold all the same, or keep TP{target}: until then nothing changes.",
        ((keep_button(view, target),),),
    )


def asks_hold(state: PlanState, view: PlanView, target: int) -> Message:
    """Before the first target: a change of plan, without a way back."""
    figures = figures_of(state.plan, view)
    rule = state.target(target).stop_rule
    stop = "" if isinstance(rule, Hold) else f" Its stop rule goes with it ({stop_rule_words(rule)})."
    hold = Button(f"Hold past TP{target}", Press(Verb.HOLD, view.plan_id, 0, f"{target}{CERTAIN}"), style=Style.BAD)
    return Message(
        f"{bold(part_line(state, figures, target))}\n"
        f"{figures.title} · held past, this part stays open until the next target.{stop} It can't be taken back.",
        ((hold, keep_button(view, target)),),
    )


def part_line(state: PlanState, figures: Figures, target: int) -> str:
    """`TP2 is 35 % of all entered: 0.0289 BTC at 62 500`."""
    planned = state.target(target)
    quantity = part_of(state, target)
    size = f": {figures.quantity(quantity)} at {figures.price(planned.price)}" if quantity else ""
    return f"TP{target} is {share_words(planned.close_pct)}{size}"


def part_of(state: PlanState, target: int) -> Decimal:
    """What the target closes: what its close asks for, else what it will, if those before it go as planned."""
    asked = any(action.kind is ActionKind.CLOSE and action.index == target for action in state.actions)
    return target_quantity(state, target) if asked else target_orders(state).get(target, ZERO)


def keep_button(view: PlanView, target: int) -> Button:
    """Nothing changes."""
    return Button(f"Keep TP{target}", Press(Verb.KEEP, view.plan_id), style=Style.GOOD)


def nothing_to_hold(state: PlanState, view: PlanView, target: int) -> Message:
    """A target there is not, or not any more."""
    ahead = state.next_target if state.phase is Phase.OPEN else None
    number = view.number
    what = "none is ahead in an open trade" if ahead is None else f"next is TP{ahead}: /hold {number} {ahead}"
    return Message(f"Plan {number} has no TP{target} to hold past; {what}. /plan {number} shows its targets.")


def looser_stop(state: PlanState, view: PlanView, stop: Decimal, lead: str) -> str:
    """Why a looser stop is refused, and how to insist: the number, the rule, the action. Plain text."""
    advised, figures = plain(state.stop), figures_of(state.plan, view)
    more = figures.money(abs(state.stop - stop) * state.position.quantity)
    return (
        f"{plain(stop)} loses {more} more than the plan's {advised}, and a stop only ever tightens. Set it there and "
        f"type {lead}{advised}. If you hold yours all the same, as a breach of the plan, add your reason, for example "
        f"{lead}{plain(stop)} because of the range low."
    )
