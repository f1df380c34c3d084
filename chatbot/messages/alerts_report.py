"""Alerts that follow what the user reported: fills, corrections, breaches, and the end of a plan."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from chatbot.core.events import (
    ActionDropped,
    BreachKind,
    BreachRecorded,
    FillCorrected,
    Filled,
    FillKind,
    PlanArmed,
    PlanClosed,
    RiskExceeded,
    StopAdvised,
    StopMoved,
    TargetCancelled,
)
from chatbot.core.money import ZERO, round_towards_market, round_up
from chatbot.core.plan import Follow
from chatbot.core.position import ENTRIES
from chatbot.core.state import ActionKind, PlanState
from chatbot.core.stops import held_risk
from chatbot.messages.alerts_stop import open_words
from chatbot.messages.alerts_target import MOVE_STOP, last_advice
from chatbot.messages.buttons import answers, copies
from chatbot.messages.checklist import checklist_line
from chatbot.messages.levels import next_line
from chatbot.messages.lines import (
    BY_HAND,
    LEFTOVERS,
    average_line,
    exchange_line,
    risk_words,
    scale_in_reason,
    stop_change,
    told,
)
from chatbot.messages.numbers import r_multiple
from chatbot.messages.values import Keyboard
from chatbot.messages.views import Episode, Figures, Spoken, bold, said
from chatbot.messages.words import CLOSE_WORDS
from chatbot.ports import Priority


def filled(episode: Episode, event: Filled) -> Spoken:
    """What the position is now, and the stop move that follows from it, first."""
    figures, before, after = episode.figures, episode.before, episode.after
    advised, exceeded = last_advice(episode), excess_of(episode)
    entry = event.kind in ENTRIES
    first_in = event.kind is FillKind.TIER and event.index == 1
    lines = told(
        *excess_lines(figures, after, exceeded),
        *move_lines(episode, event, advised),
        fill_line(figures, event, leads=advised is None and exceeded is None),
        figures.title if entry else f"{figures.title} · {still_open(after, figures)}",
        f"Set the stop at {figures.price(after.stop)}, if it is not there yet." if first_in else "",
        breach_line(episode),
        risk_words(figures, held_risk(before), held_risk(after)) if entry else result_line(figures, after),
        average_line(figures, before.position, after.position) if entry else "",
        exchange_line(after, figures),
        next_line(after, figures),
        checklist_line(after, figures, *fill_items(event)),
    )
    urgent = advised is not None or exceeded is not None
    number = 0 if advised is None else advised.action
    return Spoken(
        lines, Priority.STOP_MOVE if urgent else Priority.INFO, report_keyboard(episode, advised, exceeded), number
    )


def fill_items(event: Filled) -> tuple[int, ...]:
    """The checklist items a fill belongs to."""
    match event.kind:
        case FillKind.TIER:
            return (1, MOVE_STOP) if event.index == 1 else (2, MOVE_STOP)
        case FillKind.OUTSIDE:
            return (2, MOVE_STOP)
        case FillKind.TARGET | FillKind.EXIT:
            return (4, MOVE_STOP)
        case unknown:
            assert_never(unknown)


def fill_line(figures: Figures, event: Filled, *, leads: bool) -> str:
    """`Tier 2 is in: 0.0207 BTC at 60 300`."""
    text = f"{fill_name(event)}: {figures.quantity(event.quantity)} at {figures.price(event.price)}"
    text = f"{text} (assumed)" if event.assumed else text
    return bold(text) if leads else text


def fill_name(event: Filled) -> str:
    """What a fill was."""
    match event.kind:
        case FillKind.TIER:
            return f"Tier {event.index} is in"
        case FillKind.TARGET:
            return f"TP{event.index} closed"
        case FillKind.EXIT:
            return "Exited"
        case FillKind.OUTSIDE:
            return "Added outside the plan"
        case unknown:
            assert_never(unknown)


def move_lines(episode: Episode, event: Filled, advised: StopAdvised | None) -> tuple[str, ...]:
    """Where the stop goes now, and by which scale-in rule."""
    if advised is None:
        return ()
    figures = episode.figures
    state = next(moment.before for moment in episode.moments if moment.event is advised)
    reason = scale_in_reason(state, event.price, state.position, state.filled_weight, advised.stop)
    return (bold(f"Move {stop_change(figures, state.stop, advised.stop)}: {reason}"),)


def excess_of(episode: Episode) -> RiskExceeded | None:
    """The finding that a real fill risks more than R, if the message holds one."""
    return next((m.event for m in episode.moments if isinstance(m.event, RiskExceeded)), None)


def excess_lines(figures: Figures, state: PlanState, event: RiskExceeded | None) -> tuple[str, ...]:
    """By how much the risk is over R, and what mends it."""
    if event is None:
        return ()
    over = figures.money(event.at_risk - event.limit)
    close, stop = mended(state, event)
    mends = f"Close {figures.quantity(close)}, or move the stop to {figures.price(stop)} while price leaves it room."
    return (
        bold(f"At risk {figures.money(event.at_risk)}: {over} over R = {figures.money(event.limit)}"),
        mends,
        BY_HAND,
    )


def mended(state: PlanState, event: RiskExceeded) -> tuple[Decimal, Decimal]:
    """What to close and where the stop must be, each rounded so that it is enough."""
    plan = state.plan
    close = min(round_up(event.excess_quantity, plan.lot_size), state.position.quantity)
    return close, round_towards_market(event.needed_stop, plan.tick_size, plan.side)


def breach_line(episode: Episode) -> str:
    """A breach that belongs to this report."""
    notes = [moment.event.note for moment in episode.moments if isinstance(moment.event, BreachRecorded)]
    return f"Recorded as a breach of the plan: {said(notes[0])}" if notes and notes[0] else breach_without(notes)


def breach_without(notes: list[str]) -> str:
    return "Recorded as a breach of the plan." if notes else ""


def report_keyboard(episode: Episode, advised: StopAdvised | None, exceeded: RiskExceeded | None) -> Keyboard:
    """Answers to the stop move while it is asked, and the exact numbers of what is to be done."""
    figures, final = episode.figures, episode.final
    action = None if advised is None else final.action(advised.action)
    rows = () if action is None else answers(figures, action, rests=False)
    close, stop = (None, None) if exceeded is None else mended(episode.after, exceeded)
    return (*rows, *copies(figures, close, stop if advised is None else advised.stop))


def still_open(state: PlanState, figures: Figures) -> str:
    """What is open after a close, as far as it is known."""
    return f"open {open_words(state, figures)}"


def result_line(figures: Figures, state: PlanState) -> str:
    """What is realised so far, and what the stop loses or keeps."""
    return f"Realised {figures.signed(state.position.realised)} ({r_multiple(state.r_multiple)})"


def fills_told(episode: Episode) -> tuple[str, ...]:
    """Every fill of the message on a line of its own."""
    fills = [moment.event for moment in episode.moments if isinstance(moment.event, Filled)]
    return tuple(fill_line(episode.figures, fill, leads=False) for fill in fills)


def risk_exceeded(episode: Episode, event: RiskExceeded) -> Spoken:
    """A correction put more at risk than R."""
    figures, after = episode.figures, episode.after
    lines = told(*excess_lines(figures, after, event), figures.title, exchange_line(after, figures))
    return Spoken(lines, Priority.STOP_MOVE, report_keyboard(episode, None, event))


def fill_corrected(episode: Episode, event: FillCorrected) -> Spoken:
    """One fill as it really was, and the position that makes."""
    figures, before, after = episode.figures, episode.before, episode.after
    exceeded = excess_of(episode)
    changed = f"Fill {event.fill} corrected: {figures.quantity(event.quantity)} at {figures.price(event.price)}"
    lines = told(
        *excess_lines(figures, after, exceeded),
        bold(changed) if exceeded is None else changed,
        f"{figures.title} · {still_open(after, figures)}",
        average_line(figures, before.position, after.position) if after.position.quantity else "",
        result_line(figures, after),
    )
    urgency = Priority.INFO if exceeded is None else Priority.STOP_MOVE
    return Spoken(lines, urgency, report_keyboard(episode, None, exceeded))


def stop_moved(episode: Episode, event: StopMoved) -> Spoken:
    """The stop the exchange now holds."""
    figures, after = episode.figures, episode.after
    plan_stop = f"The plan's stop is {figures.price(after.stop)}." if event.stop != after.stop else ""
    lines = told(
        bold(f"Stop noted at {figures.price(event.stop)}"),
        f"{figures.title} · open {open_words(after, figures)}",
        plan_stop,
        next_line(after, figures),
        checklist_line(after, figures, MOVE_STOP),
    )
    return Spoken(lines, Priority.INFO)


def target_cancelled(episode: Episode, event: TargetCancelled) -> Spoken:
    """A target that will not be taken."""
    figures = episode.figures
    lines = told(
        bold(f"TP{event.target} is cancelled: hold past it"),
        figures.title,
        breach_line(episode),
        next_line(episode.after, figures),
    )
    return Spoken(lines, Priority.INFO)


def breach_recorded(episode: Episode, event: BreachRecorded) -> Spoken:
    """A rule was broken on purpose; the plan's own stop or target is said again."""
    figures, after = episode.figures, episode.after
    lines = told(
        bold(breach_headline(figures, after, event)),
        figures.title,
        breach_line(episode),
        exchange_line(after, figures),
        next_line(after, figures),
        checklist_line(after, figures, MOVE_STOP if event.kind is BreachKind.LOOSENED_STOP else 4),
    )
    return Spoken(lines, Priority.INFO)


def breach_headline(figures: Figures, state: PlanState, event: BreachRecorded) -> str:
    """Which rule, with what the plan says."""
    match event.kind:
        case BreachKind.LOOSENED_STOP:
            return f"Looser stop noted. The plan's stop stays {figures.price(state.stop)}"
        case BreachKind.GREEDY_HOLD:
            return "Target cancelled after TP1"
        case BreachKind.OUTSIDE_ADD:
            return "Added outside the plan"
        case unknown:
            assert_never(unknown)


def action_dropped(episode: Episode, event: ActionDropped) -> Spoken:
    """What was not done, and what therefore still stands."""
    figures, after = episode.figures, episode.after
    action = episode.before.action(event.action)
    close = action is not None and action.kind is ActionKind.CLOSE
    number = 0 if action is None else action.index
    lines = told(
        bold(f"TP{number} noted as not closed" if close else f"Stop move to {figures.price(after.stop)} not done"),
        f"{figures.title} · open {open_words(after, figures)}",
        f"To close it by hand: {BY_HAND} Then /exited." if close else "",
        exchange_line(after, figures),
        next_line(after, figures),
        checklist_line(after, figures, 4 if close else MOVE_STOP),
    )
    return Spoken(lines, Priority.INFO)


def plan_armed(episode: Episode, _: PlanArmed) -> Spoken:
    """The plan is watched from here on."""
    figures = episode.figures
    lines = told(
        bold(f"{figures.title} is armed"),
        next_line(episode.after, figures),
        checklist_line(episode.after, figures, 1),
    )
    return Spoken(lines, Priority.INFO)


def plan_closed(episode: Episode, event: PlanClosed) -> Spoken:
    """The result in money and R, what happened, and what is only assumed."""
    figures, after = episode.figures, episode.after
    entered = after.position.entered > 0
    result = f"{figures.signed(event.realised_pnl)}, {r_multiple(event.r_multiple)}" if entered else "nothing entered"
    lines = told(
        bold(f"Plan {figures.view.number} closed: {result}"),
        f"{figures.title} · {CLOSE_WORDS[event.reason]}.",
        history_line(after, figures) if entered else "",
        closed_by_assumption(after, event),
        f"Breaches: {after.breaches}." if after.breaches else "",
        LEFTOVERS,
    )
    return Spoken(lines, Priority.INFO)


def history_line(state: PlanState, figures: Figures) -> str:
    """What went in and out, each at its average price."""
    into = [fill for fill in state.fills if fill.kind in ENTRIES]
    out = [fill for fill in state.fills if fill.kind not in ENTRIES]
    told_out = f" · out {side_words(out, figures)}" if out else ""
    return f"In {side_words(into, figures)}{told_out}"


def side_words(fills: list[Filled], figures: Figures) -> str:
    """The sum of some fills and their average price."""
    quantity = sum((fill.quantity for fill in fills), ZERO)
    worth = sum((fill.quantity * fill.price for fill in fills), ZERO)
    several = f" on average, {len(fills)} fills" if len(fills) > 1 else ""
    return f"{figures.quantity(quantity)} at {figures.price(worth / quantity)}{several}"


def closed_by_assumption(state: PlanState, event: PlanClosed) -> str:
    """What nobody confirmed is marked so."""
    if state.plan.follow is Follow.ASSUMED:
        return "All fills are assumed, at the price of their event."
    guessed = event.assumed or any(fill.assumed for fill in state.fills)
    return "Assumed: not every close was confirmed. Correct it with /correct." if guessed else ""
