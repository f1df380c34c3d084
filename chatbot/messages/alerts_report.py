"""Alerts that follow what the user reported: fills, corrections, breaches, and the end of a plan."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from chatbot.core.events import (
    ActionDropped,
    Event,
    FillCorrected,
    Filled,
    FillKind,
    PlanArmed,
    RiskExceeded,
    StopAdvised,
    StopMoved,
)
from chatbot.core.money import round_towards_market, round_up
from chatbot.core.position import ENTRIES
from chatbot.core.state import Action, ActionKind, Phase, PlanState
from chatbot.core.stops import held_risk
from chatbot.messages.alerts_breach import breach_line, guard_lines
from chatbot.messages.alerts_stop import open_words
from chatbot.messages.alerts_target import CLOSE_PART, MOVE_STOP, last_advice
from chatbot.messages.buttons import answers, close_answers, copies
from chatbot.messages.checklist import checklist_line
from chatbot.messages.levels import next_line, pause_line
from chatbot.messages.lines import (
    BY_HAND,
    average_line,
    exchange_line,
    risk_words,
    scale_in_reason,
    stop_change,
    told,
)
from chatbot.messages.numbers import r_multiple
from chatbot.messages.resting import targets_line
from chatbot.messages.values import Keyboard
from chatbot.messages.views import Episode, Figures, Spoken, bold
from chatbot.records import Priority


def filled(episode: Episode, event: Filled) -> Spoken:
    """What the position is now, and the stop move that follows from it, first."""
    figures, before, after = episode.figures, episode.before, episode.after
    advised, exceeded = last_advice(episode), excess_of(episode)
    entry = event.kind in ENTRIES
    lines = told(
        *excess_lines(figures, after, exceeded),
        *move_lines(episode, event, advised),
        fill_line(figures, event, leads=advised is None and exceeded is None),
        figures.title if entry else f"{figures.title} · {still_open(after, figures)}",
        *by_hand_lines(episode, event),
        *(overtaken_lines(episode) if episode.overtaken else order_lines(episode, event)),
        *guard_lines(episode, event),
        breach_line(episode),
        "" if entry else result_line(figures, after),
        average_line(figures, before.position, after.position) if entry else "",
        *(() if episode.overtaken else told(exchange_line(after, figures), next_line(after, figures))),
        "" if episode.overtaken or not entry else pause_line(after, event.at),
        checklist_line(after, figures, *fill_items(episode, event)),
    )
    urgent = advised is not None or exceeded is not None
    number = 0 if advised is None else advised.action
    return Spoken(
        lines, Priority.STOP_MOVE if urgent else Priority.INFO, report_keyboard(episode, advised, exceeded), number
    )


def order_lines(episode: Episode, event: Filled) -> tuple[str, ...]:
    """The orders that protect and close the position now, and what an entry puts at risk."""
    figures, before, after = episode.figures, episode.before, episode.after
    first = event.kind is FillKind.TIER and event.index == 1
    return told(
        f"Set the stop at {figures.price(after.stop)}, if it is not there yet." if first else "",
        targets_line(episode),
        risk_words(figures, held_risk(before), held_risk(after)) if event.kind in ENTRIES else "",
    )


def overtaken_lines(episode: Episode) -> tuple[str, ...]:
    """Which other message of the same update says what to do: this one must not contradict it."""
    match episode.final.phase:
        case Phase.CLOSED:
            return ()
        case Phase.CLOSING:
            return ("What to do now is in the exit's message.",)
        case _:
            return (f"TP{episode.final.targets_hit} was reached as well: what to do now is in its message.",)


def fill_items(episode: Episode, event: Filled) -> tuple[int, ...]:
    """The checklist items a fill belongs to; an exit belongs to none, unless a close still waits for an answer."""
    stop = () if episode.overtaken else (MOVE_STOP,)
    match event.kind:
        case FillKind.TIER:
            return (1 if event.index == 1 else 2, *stop)
        case FillKind.OUTSIDE:
            return (2, *stop)
        case FillKind.TARGET:
            return (CLOSE_PART, *stop)
        case FillKind.EXIT:
            return (CLOSE_PART,) if episode.after.pending(ActionKind.CLOSE) else ()
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


def report_keyboard(episode: Episode, advised: StopAdvised | None, exceeded: RiskExceeded | None) -> Keyboard:
    """Answers to the stop move while it is asked, and the exact numbers of what is to be done."""
    figures, final = episode.figures, episode.final
    action = None if advised is None else final.action(advised.action)
    rows = () if action is None else answers(figures, action, rests=False)
    close, stop = (None, None) if exceeded is None else mended(episode.after, exceeded)
    return (*rows, *by_hand_rows(episode), *copies(figures, close, stop if advised is None else advised.stop))


def by_hand_lines(episode: Episode, event: Filled) -> tuple[str, ...]:
    """An exit of a part while a target's close waits for its answer may have been that close."""
    close = by_hand_close(episode, event)
    return (
        ()
        if close is None
        else (f"If this was TP{close.index}'s part, answer “TP{close.index} not closed”: it counts once.",)
    )


def by_hand_close(episode: Episode, event: Event) -> Action | None:
    """The close that an exit by hand may have been."""
    if not isinstance(event, Filled) or event.kind is not FillKind.EXIT or episode.final.phase is not Phase.OPEN:
        return None
    return episode.final.pending(ActionKind.CLOSE)


def by_hand_rows(episode: Episode) -> Keyboard:
    """The answers of that close."""
    close = by_hand_close(episode, episode.moments[0].event)
    return () if close is None else close_answers(episode.figures, close)


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
    changed = corrected_words(figures, after, event)
    lines = told(
        *excess_lines(figures, after, exceeded),
        bold(changed) if exceeded is None else changed,
        f"{figures.title} · {still_open(after, figures)}",
        average_line(figures, before.position, after.position) if after.position.quantity else "",
        result_line(figures, after),
        targets_line(episode),
    )
    urgency = Priority.INFO if exceeded is None else Priority.STOP_MOVE
    return Spoken(lines, urgency, report_keyboard(episode, None, exceeded))


def corrected_words(figures: Figures, state: PlanState, event: FillCorrected) -> str:
    """What the fill was, or that it never was and where its part goes."""
    if event.quantity:
        return f"Fill {event.fill} corrected: {figures.quantity(event.quantity)} at {figures.price(event.price)}"
    fill = state.fills[event.fill - 1]
    following = state.next_target
    part = fill.kind is FillKind.TARGET and following is not None
    return f"Fill {event.fill} taken back{f': its part goes with TP{following}' if part else ''}"


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


def action_dropped(episode: Episode, event: ActionDropped) -> Spoken:
    """What was not done, and what therefore still stands."""
    figures, after = episode.figures, episode.after
    action = episode.before.action(event.action)
    close = action is not None and action.kind is ActionKind.CLOSE
    number = 0 if action is None else action.index
    standing = "" if episode.final.is_over else f" · open {open_words(after, figures)}"
    lines = told(
        bold(f"TP{number} noted as not closed" if close else f"Stop move to {figures.price(after.stop)} not done"),
        f"{figures.title}{standing}",
        *(() if episode.overtaken else undone_lines(episode, close=close)),
        checklist_line(after, figures, CLOSE_PART if close else MOVE_STOP),
    )
    return Spoken(lines, Priority.INFO)


def undone_lines(episode: Episode, *, close: bool) -> tuple[str, ...]:
    """How to do it after all, and what stands meanwhile."""
    figures, after = episode.figures, episode.after
    return told(
        f"To close it by hand: {BY_HAND} Then /exited." if close else "",
        f"Else its part goes with TP{after.next_target}." if close and after.next_target is not None else "",
        targets_line(episode),
        exchange_line(after, figures),
        next_line(after, figures),
    )


def plan_armed(episode: Episode, _: PlanArmed) -> Spoken:
    """The plan is watched from here on."""
    figures = episode.figures
    lines = told(
        bold(f"{figures.title} is armed"),
        next_line(episode.after, figures),
        checklist_line(episode.after, figures, 1),
    )
    return Spoken(lines, Priority.INFO)
