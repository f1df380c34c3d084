"""Fills corrected, or taken back: the position follows, and is judged anew."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.events import (
    CloseReason,
    FillCorrected,
    PlanClosed,
    TargetHit,
)
from chatbot.core.inputs import (
    CorrectFill,
    ReportAdd,
    ReportExit,
)
from chatbot.core.state import TierPhase
from tests.core.talking import ADD, CLOSE, EXIT, MINUTE, Talk, names

D = Decimal


def test_a_corrected_fill_moves_position_and_r(entered: Talk) -> None:
    """The fill as it really was."""
    events = entered.give(CorrectFill, 1, D(101), D(2))
    assert events == (FillCorrected(1, D(101), D(2), entered.at - MINUTE),)
    assert (entered.state.entry, entered.state.r_money) == (D(101), D(10))
    assert entered.give(CorrectFill, 2, D(101), D(2)) == ()
    assert entered.give(CorrectFill, 0, D(101), D(2)) == ()


def test_a_corrected_fill_is_judged_by_its_risk(entered: Talk) -> None:
    """Tier 2 was larger than said."""
    entered.price(102)
    entered.done(ADD)
    assert names(entered.give(CorrectFill, 2, D(104), D(9))) == ["FillCorrected", "RiskExceeded"]


def test_a_correction_that_leaves_nothing_open_ends_the_trade(hit: Talk) -> None:
    """The entry was only as large as what TP1 closed."""
    hit.done(CLOSE)
    assert names(hit.give(CorrectFill, 1, D(100), D("0.25"))) == ["FillCorrected", "PlanClosed"]


def test_a_correction_after_the_end_tells_the_result_anew(stopped: Talk) -> None:
    """The exit was better than said."""
    stopped.done(EXIT)
    events = stopped.give(CorrectFill, 2, D(97), D(1))
    assert events[-1] == PlanClosed(CloseReason.STOPPED, D(-3), D("-0.75"), stopped.at - MINUTE)


def test_a_correction_during_the_exit_asks_for_what_it_uncovers(hit: Talk) -> None:
    """The entry was larger than said, and the exit was already answered."""
    hit.price(99)
    hit.done(EXIT)
    assert names(hit.give(CorrectFill, 1, D(100), D(2))) == ["FillCorrected", "StopHit"]


def test_an_add_that_never_was_is_taken_back(entered: Talk) -> None:
    """Tier 2 counts as skipped, the average is tier 1's again, and what is said later can bring it back."""
    entered.price(102)
    entered.done(ADD)
    stop = entered.state.stop
    assert names(entered.give(CorrectFill, 2, D(102), D(0))) == ["FillCorrected"]
    assert (entered.state.position.average, entered.state.position.quantity) == (D(100), D(1))
    assert (entered.state.tiers[1].phase, entered.state.filled_weight) == (TierPhase.SKIPPED, D(25))
    assert (entered.state.stop, entered.state.tiers[2].phase) == (stop, TierPhase.ARMED)
    entered.give(CorrectFill, 2, D(102), D("0.5"))
    assert (entered.state.tiers[1].phase, entered.state.position.quantity) == (TierPhase.FILLED, D("1.5"))


def test_an_add_outside_the_plan_that_never_was_is_taken_back(entered: Talk) -> None:
    """The position is as before; that it was said stays on record."""
    entered.give(ReportAdd, D(101), D(1))
    assert names(entered.give(CorrectFill, 2, D(101), D(0))) == ["FillCorrected"]
    assert (entered.state.position.quantity, entered.state.breaches) == (D(1), 1)


def test_a_close_that_never_was_goes_with_the_next_target(hit: Talk) -> None:
    """TP1 was confirmed by mistake: its part is open again, and TP2 takes both."""
    hit.done(CLOSE)
    assert names(hit.give(CorrectFill, 2, D(106), D(0))) == ["FillCorrected"]
    assert hit.state.position.quantity == D(1)
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert event.quantity == D("0.60")


def test_a_close_that_never_was_is_exited_with_the_rest(hit: Talk) -> None:
    """While the exit waits, it asks for what is open after all."""
    hit.done(CLOSE)
    hit.price(99)
    assert names(hit.give(CorrectFill, 2, D(106), D(0))) == ["FillCorrected", "StopHit"]
    assert hit.pending(EXIT).quantity == D(1)


def test_the_first_fill_is_never_taken_back(entered: Talk) -> None:
    """R and everything after it are measured by tier 1."""
    assert entered.give(CorrectFill, 1, D(100), D(0)) == ()


def test_nothing_is_taken_back_after_the_end(stopped: Talk) -> None:
    """What would be open then is followed by nobody."""
    stopped.done(EXIT)
    assert stopped.give(CorrectFill, 2, D(95), D(0)) == ()


def test_an_entry_that_was_closed_since_is_not_taken_back(entered: Talk) -> None:
    """More was closed than would have been bought: one of the two reports is wrong, and not this one alone."""
    entered.give(ReportAdd, D(101), D(1))
    entered.give(ReportExit, D(102), quantity=D("1.5"))
    assert entered.give(CorrectFill, 2, D(101), D(0)) == ()
    assert names(entered.give(CorrectFill, 3, D(102), D(0))) == ["FillCorrected"]
