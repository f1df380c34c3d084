"""The two checklists of a trade, each line with whether it is done, and what is still open on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, assert_never

from chatbot.core.events import BreachKind, BreachRecorded
from chatbot.core.exits import certainly_open, missing_before
from chatbot.core.money import ZERO
from chatbot.core.plan import Follow, Plan
from chatbot.core.state import ActionKind, Phase, PlanState, TierPhase
from chatbot.messages.feeds import unreadable_line
from chatbot.messages.fitting import Block, fitted
from chatbot.messages.levels import next_line, pause_line
from chatbot.messages.numbers import percent
from chatbot.messages.values import Message
from chatbot.messages.views import Figures, PlanView, bold, figures_of, sentence

BEFORE: Final = (
    "total allocation",
    "scale-in tiers",
    "objective triggers",
    "initial stop",
    "scale-out targets",
    "stop rules",
)
DURING: Final = (
    "tier 1 only on its trigger",
    "later tiers on theirs, when the market moves favourably",
    "against tier 1: reassess or exit",
    "target hit: close the planned part at once",
    "then move the stop at once",
)
IN_SHORT: Final = (
    "tier 1 only on its trigger",
    "later tiers on their triggers",
    "against tier 1: reassess or exit",
    "close the planned part at once",
    "move the stop at once",
)
UNSETTLED: Final = frozenset({TierPhase.WAITING, TierPhase.ARMED, TierPhase.PENDING, TierPhase.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One item; `done` is None where the item does not ask for anything yet."""

    number: int
    text: str
    done: bool | None
    broken: bool = False

    @property
    def marked(self) -> str:
        """The line with its box; a rule that was broken is not ticked, whatever was done since."""
        box = "☒" if self.broken else {True: "☑", False: "☐", None: "·"}[self.done]
        return f"{box} {self.number} {sentence(self.text)}"


def before(plan: Plan | None = None) -> tuple[ChecklistLine, ...]:
    """What is agreed before the trade; without a plan nothing is."""
    done = (False,) * len(BEFORE) if plan is None else agreed(plan)
    return lines_of(BEFORE, done)


def agreed(plan: Plan) -> tuple[bool, ...]:
    """Whether a plan answers each item; one that was armed does."""
    has_tiers, has_targets = bool(plan.tiers), bool(plan.targets)
    return plan.allocation_pct > 0, has_tiers, has_tiers, plan.stop > 0, has_targets, has_targets


def during(state: PlanState) -> tuple[ChecklistLine, ...]:
    """What the trade asks for now."""
    done = (entered(state), later_tiers(state), reassessed(state), targets_closed(state), stop_followed(state))
    broken = {broken_item(state, breach) for breach in state.broken}
    return tuple(replace(line, broken=line.number in broken) for line in lines_of(DURING, done))


def broken_item(state: PlanState, breach: BreachRecorded) -> int:
    """The item a breach is one of."""
    match breach.kind:
        case BreachKind.OUTSIDE_ADD:
            early = state.first_fill is not None and state.first_fill.at == breach.at
            return 1 if early else 2
        case BreachKind.GREEDY_HOLD:
            return 4
        case BreachKind.LOOSENED_STOP:
            return 5
        case unknown:
            assert_never(unknown)


def lines_of(texts: Sequence[str], done: Sequence[bool | None]) -> tuple[ChecklistLine, ...]:
    """The items numbered from 1, each with its state."""
    pairs = zip(texts, done, strict=True)
    return tuple(ChecklistLine(number, text, is_done) for number, (text, is_done) in enumerate(pairs, 1))


def entered(state: PlanState) -> bool | None:
    return None if not unsettled(state, 1) and state.entry is None else state.entry is not None


def later_tiers(state: PlanState) -> bool | None:
    return None if state.entry is None else not unsettled_later(state)


def reassessed(state: PlanState) -> bool | None:
    """Asked for once price went half an R against tier 1 while only tier 1 is in."""
    if not state.reassessed:
        return None
    return not (state.phase is Phase.OPEN and state.tiers_filled == 1 and not state.targets_hit)


def targets_closed(state: PlanState) -> bool | None:
    """A close that was not done stays open until the next target takes it, or the user by hand."""
    if not state.targets_hit:
        return None
    return state.pending(ActionKind.CLOSE) is None and not left_of_closes(state)


def left_of_closes(state: PlanState) -> Decimal:
    """What the targets that were hit should have closed by now, unanswered closes aside."""
    missing = missing_before(state, state.targets_hit + 1) if state.phase is Phase.OPEN else ZERO
    return max(ZERO, min(missing, certainly_open(state)))


def stop_followed(state: PlanState) -> bool | None:
    """Whether the stop stands where the plan has it."""
    if state.phase is Phase.OPEN and (state.pending(ActionKind.MOVE_STOP) is not None or stop_differs(state)):
        return False
    return None if state.stop == state.plan.stop else True


def stop_differs(state: PlanState) -> bool:
    """Whether the exchange is believed to hold another stop than the plan."""
    watched = state.plan.follow is Follow.CONFIRMED and state.plan.resting.stop and not state.is_over
    return watched and state.exchange_stop is not None and state.exchange_stop != state.stop


def unsettled(state: PlanState, number: int) -> bool:
    return state.tiers[number - 1].phase in UNSETTLED


def unsettled_later(state: PlanState) -> list[int]:
    """The tiers after the first that may still be taken."""
    return [number for number in range(2, len(state.tiers) + 1) if unsettled(state, number)]


def open_on(state: PlanState, figures: Figures, number: int) -> str:
    """What is still open on item `number`; empty where nothing is."""
    match number:
        case 1:
            return "tier 1" if unsettled(state, 1) else ""
        case 2:
            return tiers_listed(unsettled_later(state))
        case 3:
            return "reassess or exit tier 1" if reassessed(state) is False else ""
        case 4:
            closes = [f"TP{action.index}" for action in state.actions if action.kind is ActionKind.CLOSE]
            left = left_of_closes(state)
            return ", ".join([*closes, *([f"{figures.quantity(left)} not closed"] if left else [])])
        case _:
            return f"stop to {figures.price(state.stop)}" if stop_followed(state) is False else ""


def tiers_listed(numbers: Sequence[int]) -> str:
    """`tier 4` or `tiers 3, 4`; empty where there are none."""
    named = ", ".join(str(number) for number in numbers)
    return f"tier{'s' if len(numbers) > 1 else ''} {named}" if numbers else ""


def checklist_line(state: PlanState, figures: Figures, *items: int) -> str:
    """The items an action belongs to and what is still open on them; empty where it belongs to none."""
    told = " · ".join(item_words(state, figures, number) for number in items)
    return f"Checklist: {told}" if told else ""


def item_words(state: PlanState, figures: Figures, number: int) -> str:
    """One item with what is open on it."""
    left = open_on(state, figures, number)
    return f"{number} {IN_SHORT[number - 1]} ({f'open: {left}' if left else 'nothing open'})"


def checklist(state: PlanState, view: PlanView) -> Message:
    """Both checklists of one plan."""
    figures = figures_of(state.plan, view)
    lines = [bold(f"Checklist · {figures.title}"), "Before the trade", *(line.marked for line in before(state.plan))]
    return Message("\n".join([*lines, "", "During the trade", *during_lines(state, figures)]))


def rules() -> Message:
    """Both checklists with no plan at hand."""
    agreed_first = [f"{number} {sentence(text)}" for number, text in enumerate(BEFORE, 1)]
    then = [f"{number} {sentence(text)}" for number, text in enumerate(DURING, 1)]
    return Message("\n".join([bold("Before the trade"), *agreed_first, "", bold("During the trade"), *then]))


def during_lines(state: PlanState, figures: Figures) -> list[str]:
    """The lines of the running trade, each with what is open on it."""
    return [with_open(line, open_on(state, figures, line.number)) for line in during(state)]


def with_open(line: ChecklistLine, left: str) -> str:
    return f"{line.marked} – open: {left}" if left and line.done is False else line.marked


def daily(
    states: Sequence[tuple[PlanState, PlanView, Decimal | None]], unreadable: Sequence[int] = ()
) -> Message | None:
    """The checklist of every open plan, once a day, and the plans that can't be read; None where no plan is open."""
    lost = [Block((unreadable_line(number),), "") for number in unreadable]
    blocks = [*lost, *(daily_block(*row) for row in states if not row[0].is_over)]
    return Message(fitted("Daily checklist", blocks)) if blocks else None


def daily_block(state: PlanState, view: PlanView, price: Decimal | None) -> Block:
    """One plan's part of the daily checklist."""
    figures = figures_of(state.plan, view)
    entered = "nothing entered yet" if state.entry is None else f"{percent(state.filled_weight)} of margin in"
    now = "" if price is None else f" · price {figures.price_seen(price)}"
    head = f"{bold(figures.title)} · {entered} · stop {figures.price(state.stop)}{now}"
    lines = (head, *during_lines(state, figures), next_line(state, figures, price), pause_line(state, view.now))
    return Block(tuple(line for line in lines if line), f"/plan {view.number} for the rest")
