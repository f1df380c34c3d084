"""The one way a plan moves: `advance(state, input)` says what happened; `evolve` (its twin) what that changes.

Pure: the same state and input give the same events. It never reads a clock and never acts on the market.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from chatbot.core import entries, exits, overdue, reports
from chatbot.core.events import Event, PlanArmed
from chatbot.core.inputs import (
    Abandon,
    Answer,
    Arm,
    CancelTarget,
    CandleClosed,
    ClockTick,
    Confirm,
    CorrectFill,
    Input,
    InsistStop,
    Jump,
    ReportAdd,
    ReportExit,
    Skip,
)
from chatbot.core.money import Millis
from chatbot.core.quiet import next_threshold
from chatbot.core.run import Run
from chatbot.core.state import Phase, PlanState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and the state it leads to."""

    state: PlanState
    events: tuple[Event, ...]


def advance(state: PlanState, given: Input) -> tuple[Event, ...]:
    """The events that follow from one input; none where it changes nothing."""
    return process(state, given).events


def process(state: PlanState, given: Input) -> Outcome:
    """The events that follow from one input, with the state after them."""
    run = Run(state)
    decide(run, given)
    return Outcome(run.state, tuple(run.events))


def decide(run: Run, given: Input) -> None:
    """Each input has one decider."""
    match given:
        case Arm():
            arm(run, given)
        case Jump():
            jump(run, given)
        case CandleClosed():
            close_candle(run, given)
        case ClockTick():
            overdue.clock(run, given)
        case (
            Confirm()
            | Answer()
            | Skip()
            | ReportExit()
            | ReportAdd()
            | CorrectFill()
            | InsistStop()
            | CancelTarget()
            | Abandon()
        ):
            hear(run, given)
        case unknown:
            assert_never(unknown)


def hear(run: Run, given: reports.Report) -> None:
    """What the user says; an entry that comes to light after it was overtaken meets at once what overtook it."""
    missed = run.state.missed
    reports.report(run, given)
    if missed is not None and run.state.phase is Phase.OPEN:
        jump(run, Jump(missed.price, given.at))
    elif run.events:
        settle(run, given.at)


def arm(run: Run, given: Arm) -> None:
    """Watch a plan that was not watched before."""
    if run.state.phase is Phase.DRAFT:
        run.emit(PlanArmed(given.at, given.accepted))
        settle(run, given.at)


def settle(run: Run, at: Millis) -> None:
    """What a change of state asks for without any price: the question of a tier armed by it."""
    if run.state.phase in (Phase.WAITING, Phase.OPEN):
        entries.ask(run, at)


def jump(run: Run, given: Jump) -> None:
    """At one price, repeat until nothing applies (RULES 3)."""
    while step(run, given):
        pass


def step(run: Run, given: Jump) -> bool:
    """The first rule that applies at this price, in the order of RULES 3."""
    price, at = given.price, given.at
    match run.state.phase:
        case Phase.WAITING:
            return entries.before_entry(run, price, at)
        case Phase.OPEN:
            return (
                exits.stop_reached(run, price, at)
                or exits.target_reached(run, given)
                or exits.trail_step(run, price, at)
                or exits.reassess(run, price, at)
                or entries.waiting_add(run, price, at)
                or entries.ask(run, at)
                or entries.level_reached(run, price, at)
            )
        case Phase.DRAFT | Phase.CLOSING | Phase.CLOSED:
            return False
        case unknown:
            assert_never(unknown)


def close_candle(run: Run, given: CandleClosed) -> None:
    """The armed tier's candle trigger; if it decides, a jump to the close price follows."""
    if run.state.phase not in (Phase.WAITING, Phase.OPEN):
        return
    if entries.expired(run, given.price, given.at):
        return
    if entries.candle_closed(run, given) and given.is_own:
        jump(run, Jump(given.price, given.at, given.atr))


def slide(state: PlanState, start: Decimal, end: Jump) -> Outcome:
    """The continuous way from `start` to `end`: a jump to every threshold on it, nearest first, then to `end`."""
    run, price = Run(state), start
    while not run.state.is_over:
        at_level = next_threshold(run.state, price, end.price)
        price = end.price if at_level is None else at_level
        jump(run, replace(end, price=price))
        if at_level is None:
            break
    return Outcome(run.state, tuple(run.events))
