"""Confirmed targets: closes answered, in part, not at all, and made up for by hand."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.engine import advance
from chatbot.core.events import (
    ActionDropped,
    CloseReason,
    Filled,
    PlanClosed,
    StopMoved,
    TargetHit,
)
from chatbot.core.inputs import (
    CancelTarget,
    ClockTick,
    ReportExit,
)
from chatbot.core.overdue import PATIENCE, deadline
from tests.core.talking import ADD, CLOSE, FILE, MINUTE, MOVE_STOP, Talk, names, plan

D = Decimal


def test_an_unanswered_close_counts_as_done_for_later_quantities(hit: Talk) -> None:
    """TP2 asks for its own share, not for what TP1 may have closed already."""
    assert hit.pending(CLOSE).quantity == D("0.25")
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D("0.35"), D("0.40"))


def test_a_close_that_was_not_done_falls_to_the_next_target(hit: Talk) -> None:
    """The user says «Not done»: the next target closes both shares."""
    assert hit.skip(CLOSE) == (ActionDropped(2, hit.at - MINUTE),)
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D("0.60"), D("0.40"))


def test_a_close_in_part_is_made_up_by_the_next_target(hit: Talk) -> None:
    """0.1 instead of 0.25: the next one closes 0.5."""
    hit.done(CLOSE, "106.5", "0.1")
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert event.quantity == D("0.50")


def test_the_last_close_completes_the_trade(hit: Talk) -> None:
    """Every close answered, nothing open: completed, with the real prices."""
    hit.price(110, 114)
    for _ in range(2):
        assert names(hit.done(CLOSE)) == ["Filled"]
    assert names(hit.done(CLOSE)) == ["Filled", "PlanClosed"]
    gained = D("0.25") * 6 + D("0.35") * 10 + D("0.40") * 14
    assert (hit.state.close_reason, hit.state.position.realised) == (CloseReason.COMPLETED, gained)
    assert hit.state.r_multiple == gained / 4


def test_closes_that_leave_nothing_are_taken_as_done_after_a_day(hit: Talk) -> None:
    """Nobody answered any of them: assumed at their own prices, completed."""
    hit.price(110)
    assert deadline(hit.state) is None
    hit.price(114)
    due = hit.at - MINUTE + PATIENCE
    events = advance(hit.state, ClockTick(due))
    assert names(events) == ["Filled"] * 3 + ["PlanClosed"]
    assert all(event.assumed for event in events if isinstance(event, Filled | PlanClosed))
    assert isinstance(events[-1], PlanClosed)
    assert events[-1].reason is CloseReason.COMPLETED


def test_a_target_that_closes_nothing_asks_nothing() -> None:
    """A share that rounds to 0 is still a hit, and its stop rule applies."""
    talk = Talk(plan(lot_size=1))
    talk.price(100)
    talk.done(ADD)
    events = talk.price(106)
    assert names(events) == ["TargetHit", "StopAdvised"]
    assert talk.state.pending(CLOSE) is None


def test_what_is_left_after_an_unplanned_exit_is_never_negative(hit: Talk) -> None:
    """TP1 unanswered, nearly all exited: TP2 has nothing to close and nothing remains."""
    hit.give(ReportExit, D(107), quantity=D("0.9"))
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D(0), D(0))


def test_moving_the_stop_is_believed_when_told(hit: Talk) -> None:
    """The plan's stop is the advised one at once; the exchange's is what the user says."""
    assert (hit.state.stop, hit.state.exchange_stop) == (D(100), D(96))
    assert hit.done(MOVE_STOP) == (StopMoved(D(100), 3, hit.at - MINUTE),)
    assert hit.state.exchange_stop == D(100)


def test_a_stop_move_that_was_not_done_is_no_longer_asked(hit: Talk) -> None:
    """The plan's stop stays the advised one."""
    assert names(hit.skip(MOVE_STOP)) == ["ActionDropped"]
    assert (hit.state.stop, hit.state.exchange_stop) == (D(100), D(96))


def test_a_close_made_up_by_hand_is_not_asked_for_again(hit: Talk) -> None:
    """TP1's order did not fill and its part went by hand: TP2 asks for its own part alone."""
    hit.skip(CLOSE)
    hit.give(ReportExit, D("106.5"), quantity=D("0.25"))
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D("0.35"), D("0.40"))


def test_a_close_reported_by_hand_before_it_was_answered_counts_once(hit: Talk) -> None:
    """Out of TP1's part by command, and only then is TP1 said not to have filled."""
    hit.give(ReportExit, D("106.5"), quantity=D("0.25"))
    hit.skip(CLOSE)
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert event.quantity == D("0.35")


def test_a_close_made_up_in_part_leaves_its_rest_to_the_next(hit: Talk) -> None:
    """0.1 of TP1's 0.25 went by hand: TP2 closes the other 0.15 with its own 0.35."""
    hit.skip(CLOSE)
    hit.give(ReportExit, D("106.5"), quantity=D("0.1"))
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert event.quantity == D("0.50")


def test_what_was_closed_by_hand_beyond_that_takes_nothing_from_later_targets(hit: Talk) -> None:
    """TP1 is done as planned; another 0.2 by hand are the user's own, and TP2 keeps its part."""
    hit.done(CLOSE)
    hit.give(ReportExit, D("106.5"), quantity=D("0.2"))
    event = hit.price(110)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D("0.35"), D("0.20"))


def test_a_target_held_past_and_taken_by_hand_after_all_is_not_closed_twice() -> None:
    """TP2 was cancelled and its part sold by hand a little later: TP3 leaves that part out."""
    talk = Talk(plan(targets=[*FILE["targets"][:2], {"price": 114, "close_pct": 30}]))
    talk.price(100)
    talk.done(ADD)
    talk.price(106)
    talk.done(CLOSE)
    talk.give(CancelTarget, 2, "moon")
    talk.give(ReportExit, D(112), quantity=D("0.35"))
    event = talk.price(114)[0]
    assert isinstance(event, TargetHit)
    assert (event.quantity, event.remaining) == (D("0.30"), D("0.10"))
