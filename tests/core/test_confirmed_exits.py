"""The exit: asked for until it is answered, and only of what is surely open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.engine import advance
from chatbot.core.events import (
    CloseReason,
    Filled,
    FillKind,
    PlanClosed,
    StopHit,
)
from chatbot.core.inputs import (
    ClockTick,
    Confirm,
)
from chatbot.core.overdue import PATIENCE
from chatbot.core.state import Phase
from tests.core.talking import CLOSE, EXIT, MINUTE, Talk, names

D = Decimal


def test_an_exit_closes_when_it_is_confirmed(stopped: Talk) -> None:
    """Until then the plan is closing; no price moves it."""
    assert stopped.state.phase is Phase.CLOSING
    assert stopped.price(94, 120) == ()
    events = stopped.done(EXIT, "94.8")
    assert names(events) == ["Filled", "PlanClosed"]
    assert (stopped.state.close_reason, stopped.state.position.realised) == (CloseReason.STOPPED, D("-5.2"))


def test_an_exit_is_never_skipped(stopped: Talk) -> None:
    """What is open has to go."""
    assert stopped.skip(EXIT) == ()


def test_an_exit_without_an_answer_is_assumed_after_a_day(stopped: Talk) -> None:
    """At the price of the event, marked as assumed."""
    due = stopped.at - MINUTE + PATIENCE
    events = advance(stopped.state, ClockTick(due))
    assert events == (
        Filled(FillKind.EXIT, 0, D(95), D(1), 0, due, assumed=True),
        PlanClosed(CloseReason.STOPPED, D(-5), D("-1.25"), due, assumed=True),
    )


def test_an_exit_in_part_asks_for_the_rest(stopped: Talk) -> None:
    """The first question is answered; a new one asks for what is still open."""
    first = stopped.pending(EXIT).number
    events = stopped.done(EXIT, "95", "0.6")
    assert names(events) == ["Filled", "StopHit"]
    assert (stopped.pending(EXIT).quantity, stopped.pending(EXIT).number) == (D("0.4"), first + 1)
    assert stopped.give(Confirm, first, quantity=D("0.4")) == ()
    assert names(stopped.done(EXIT)) == ["Filled", "PlanClosed"]


def test_an_exit_takes_only_what_is_surely_open(hit: Talk) -> None:
    """TP1 is not answered: the exit is of the rest, and the close stays to be answered."""
    assert names(hit.price(99)) == ["StopHit"]
    events = hit.done(EXIT)
    assert names(events) == ["Filled"]
    assert hit.state.position.quantity == D("0.25")
    assert names(hit.done(CLOSE)) == ["Filled", "PlanClosed"]
    assert hit.state.close_reason is CloseReason.STOPPED


@pytest.mark.parametrize("answered", ["not", "in part"])
def test_a_close_that_was_not_done_is_asked_for_after_the_exit(hit: Talk, answered: str) -> None:
    """The exit left it out, so it is still open: exit it."""
    hit.price(99)
    hit.done(EXIT)
    events = hit.skip(CLOSE) if answered == "not" else hit.done(CLOSE, "106", "0.05")
    left = D("0.25") if answered == "not" else D("0.20")
    assert isinstance(events[-1], StopHit)
    assert (events[-1].price, events[-1].quantity) == (D(99), left)
    assert names(hit.done(EXIT)) == ["Filled", "PlanClosed"]


def test_an_exit_with_every_close_unanswered_says_that_none_was_done(hit: Talk) -> None:
    """There was something to exit, so the closes were not done: all of it went at the exit's price."""
    hit.price(110, 114, 99)
    assert names(hit.done(EXIT, "99")) == ["ActionDropped"] * 3 + ["Filled", "PlanClosed"]
    assert hit.state.fills[-1].quantity == D(1)


def test_an_exit_of_more_than_surely_open_settles_the_rest(hit: Talk) -> None:
    """The user closed all of it: the unanswered close was not done, and nothing is asked."""
    hit.price(99)
    assert names(hit.done(EXIT, "99", "1")) == ["Filled", "PlanClosed"]
