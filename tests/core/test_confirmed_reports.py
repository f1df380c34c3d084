"""What the user reports unasked: exits and adds outside the plan."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.events import (
    BreachKind,
    BreachRecorded,
    CloseReason,
    Filled,
    PlanClosed,
)
from chatbot.core.inputs import (
    Abandon,
    ReportAdd,
    ReportExit,
)
from chatbot.core.state import Phase
from chatbot.core.stops import held_risk
from tests.core.talking import ADD, EXIT, MINUTE, Talk, names

D = Decimal


def test_an_exit_may_be_reported_at_any_time(entered: Talk) -> None:
    """The user says «I exited at 101»: closed, with its result."""
    assert entered.give(ReportExit, D(101))[-1] == PlanClosed(CloseReason.EXITED, D(1), D("0.25"), entered.at - MINUTE)
    assert entered.give(ReportExit, D(101)) == ()


def test_a_stop_order_may_be_reported_as_filled(entered: Talk) -> None:
    """The user says «My stop filled at 95.9»: stopped."""
    entered.give(ReportExit, D("95.9"), by_stop=True)
    assert entered.state.close_reason is CloseReason.STOPPED


def test_an_exit_in_part_leaves_the_plan_open(entered: Talk) -> None:
    """The rest goes on."""
    assert names(entered.give(ReportExit, D(101), quantity=D("0.4"))) == ["Filled"]
    assert (entered.state.phase, entered.state.position.quantity) == (Phase.OPEN, D("0.6"))


def test_an_exit_in_full_takes_unanswered_closes_as_done(hit: Talk) -> None:
    """At their own price, marked as assumed; the exit is of the rest."""
    events = hit.give(ReportExit, D(107))
    assert names(events) == ["Filled", "Filled", "PlanClosed"]
    assert [(e.price, e.quantity, e.assumed) for e in events if isinstance(e, Filled)] == [
        (D(106), D("0.25"), True),
        (D(107), D("0.75"), False),
    ]


def test_an_exit_in_full_with_every_close_unanswered_adds_no_fill_of_nothing(hit: Talk) -> None:
    """All of it may have gone at the targets."""
    hit.price(110, 114)
    assert names(hit.give(ReportExit, D(114))) == ["Filled"] * 3 + ["PlanClosed"]


def test_an_exit_without_a_position_is_no_exit(talk: Talk) -> None:
    """Nothing was entered."""
    assert talk.give(ReportExit, D(100)) == ()


def test_an_add_outside_the_plan_is_recorded_judged_and_a_breach(entered: Talk) -> None:
    """A small one in favour: the stop follows the new average so that the risk stays."""
    events = entered.give(ReportAdd, D(101), D(1), note="felt good")
    assert names(events) == ["Filled", "BreachRecorded", "StopAdvised"]
    assert events[1] == BreachRecorded(BreachKind.OUTSIDE_ADD, "felt good", entered.at - MINUTE)
    assert entered.state.position.average == D("100.5")
    assert held_risk(entered.state) == pytest.approx(D(4))
    assert entered.state.breaches == 1


def test_an_add_outside_the_plan_that_a_guard_objects_to_says_which(entered: Talk) -> None:
    """Averaging down far below tier 1, with more risk than R."""
    events = entered.give(ReportAdd, D("96.5"), D(9))
    assert names(events) == ["Filled", "BreachRecorded", "RiskExceeded"]
    assert isinstance(events[1], BreachRecorded)
    assert events[1].note == "averaging_down"


def test_an_add_reported_during_the_exit_is_exited_too(stopped: Talk) -> None:
    """An add came on top: the exit is asked for anew, of all that is open now."""
    assert names(stopped.give(ReportAdd, D(102), D("0.5"))) == ["Filled", "BreachRecorded", "StopHit"]
    assert stopped.pending(EXIT).quantity == D("1.5")
    events = stopped.done(EXIT)
    assert isinstance(events[0], Filled)
    assert events[0].quantity == D("1.5")


def test_an_add_reported_after_the_end_changes_nothing(stopped: Talk) -> None:
    """Left with a position open: it is not followed any more, and neither is what is added to it."""
    stopped.give(Abandon)
    assert stopped.give(ReportAdd, D(102), D("0.5")) == ()


def test_an_entry_reported_after_the_end_changes_nothing(talk: Talk) -> None:
    """The plan was overtaken and is over: it does not come to life again."""
    talk.price(100, 95)
    talk.skip(ADD)
    assert talk.give(ReportAdd, D(100), D(1)) == ()


def test_an_entry_reported_before_its_trigger_is_tier_1(talk: Talk) -> None:
    """The user is in: followed from there, and a breach, for tier 1 comes only on its trigger."""
    assert names(talk.give(ReportAdd, D(101), D("0.5"))) == ["Filled", "BreachRecorded"]
    assert (talk.state.phase, talk.state.entry, talk.state.filled_weight) == (Phase.OPEN, D(101), D(25))


def test_an_entry_reported_while_it_is_asked_for_is_its_answer(talk: Talk) -> None:
    """No breach: it was offered."""
    talk.price(100)
    assert names(talk.give(ReportAdd, D("100.1"), D("0.9"))) == ["Filled"]
    assert talk.state.actions == ()


def test_an_overtaken_entry_may_be_reported_in_any_words(talk: Talk) -> None:
    """As an add: the stop that was passed follows at once."""
    talk.price(100, 95)
    assert names(talk.give(ReportAdd, D(100), D(1))) == ["Filled", "StopHit"]
