"""What the user insists on: another stop, holding past a target, leaving the plan."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.events import (
    ActionDropped,
    BreachKind,
    BreachRecorded,
    CloseReason,
    PlanClosed,
    StopAdvised,
    StopMoved,
    StopReason,
    TargetCancelled,
    TargetHit,
)
from chatbot.core.inputs import (
    Abandon,
    CancelTarget,
    InsistStop,
    ReportExit,
)
from chatbot.core.insisting import leaves_undone
from chatbot.core.plan import Resting
from chatbot.core.state import ActionKind
from tests.core.talking import ADD, CLOSE, MINUTE, MOVE_STOP, Talk, names, plan

D = Decimal


def test_a_tighter_stop_of_the_user_becomes_the_plans(entered: Talk) -> None:
    """No breach, and believed of the exchange."""
    assert names(entered.give(InsistStop, D(98), "closer")) == ["StopAdvised", "StopMoved"]
    assert (entered.state.stop, entered.state.exchange_stop, entered.state.breaches) == (D(98), D(98), 0)
    assert entered.said[-2] == StopAdvised(D(98), StopReason.USER, 0, entered.at - MINUTE)


def test_a_looser_stop_of_the_user_is_a_breach_and_not_the_plans(entered: Talk) -> None:
    """Said once; going back to the plan's stop is only noted."""
    assert entered.give(InsistStop, D(95), "room")[0] == BreachRecorded(
        BreachKind.LOOSENED_STOP, "room", entered.at - MINUTE
    )
    assert (entered.state.stop, entered.state.exchange_stop, entered.state.breaches) == (D(96), D(95), 1)
    assert entered.give(InsistStop, D(95), "room") == ()
    assert names(entered.give(InsistStop, D(96), "")) == ["StopMoved"]
    assert entered.give(InsistStop, D(96), "") == ()


def test_a_stop_without_a_position_is_not_the_users(talk: Talk) -> None:
    """Before the entry the plan's stop is part of the plan."""
    assert talk.give(InsistStop, D(97), "") == ()


def test_holding_past_a_target_after_the_first_is_greed(hit: Talk) -> None:
    """TP2 cancelled: recorded as a breach with the reason, and price goes through it."""
    events = hit.give(CancelTarget, 2, "moon")
    assert events[0] == BreachRecorded(BreachKind.GREEDY_HOLD, "moon", hit.at - MINUTE)
    assert isinstance(events[1], TargetCancelled)
    assert hit.price(111) == ()
    assert [event.target for event in hit.price(114) if isinstance(event, TargetHit)] == [3]


def test_cancelling_a_target_before_the_first_is_no_breach(entered: Talk) -> None:
    """A plan made smaller before it pays; what was reached or cancelled can't be cancelled again."""
    assert names(entered.give(CancelTarget, 3, "less")) == ["TargetCancelled"]
    assert entered.give(CancelTarget, 3, "less") == ()
    assert entered.give(CancelTarget, 4, "none such") == ()
    entered.price(106)
    entered.done(CLOSE)
    assert entered.give(CancelTarget, 1, "too late") == ()


@pytest.mark.parametrize(
    ("inputs", "reason"), [([], CloseReason.CANCELLED), ([ADD], CloseReason.ABANDONED)], ids=["waiting", "open"]
)
def test_a_plan_may_be_left(talk: Talk, inputs: list[ActionKind], reason: CloseReason) -> None:
    """Cancelled before the entry, abandoned after it, and only once."""
    talk.price(100)
    for kind in inputs:
        talk.done(kind)
    assert [event.reason for event in talk.give(Abandon) if isinstance(event, PlanClosed)] == [reason]
    assert talk.give(Abandon) == ()


def test_holding_past_a_target_just_reached_is_greed_as_well(hit: Talk) -> None:
    """TP2's close waits for its answer: held past with a reason it is a breach, and its part goes with TP3."""
    hit.done(CLOSE)
    hit.price(110)
    number = hit.pending(CLOSE).number
    at = hit.at
    assert hit.give(CancelTarget, 2, "moon") == (
        BreachRecorded(BreachKind.GREEDY_HOLD, "moon", at),
        ActionDropped(number, at),
    )
    assert hit.state.broken == (BreachRecorded(BreachKind.GREEDY_HOLD, "moon", at),)
    event = hit.price(114)[0]
    assert isinstance(event, TargetHit)
    assert event.quantity == D("0.75")


def test_holding_past_the_first_target_reached_is_no_breach(hit: Talk) -> None:
    """Greed begins after TP1; with TP1 cancelled it begins after TP2."""
    assert names(hit.give(CancelTarget, 1, "more")) == ["ActionDropped"]
    assert hit.state.breaches == 0


def test_the_first_target_taken_is_never_greed(entered: Talk) -> None:
    """TP1 was cancelled before anything was hit: TP2 is the first one, and holding past it no breach yet."""
    entered.give(CancelTarget, 1, "")
    entered.price(110)
    assert names(entered.give(CancelTarget, 2, "")) == ["ActionDropped"]
    assert names(entered.give(CancelTarget, 3, "moon")) == ["BreachRecorded", "TargetCancelled"]


def test_a_close_that_a_later_target_overtook_is_no_hold(hit: Talk) -> None:
    """TP1's close was never answered and TP2 is reached: what happened to it is a fact to report, not a wish."""
    hit.price(110)
    assert hit.give(CancelTarget, 1, "held") == ()


def test_a_close_can_not_be_held_once_everything_goes(hit: Talk) -> None:
    """The stop was reached: nothing is held past any more."""
    hit.price(99)
    assert hit.give(CancelTarget, 1, "held") == ()


def test_the_plans_own_stop_answers_the_move_that_asked_for_it(hit: Talk) -> None:
    """Reported by itself, the stop that was asked for settles the question."""
    number = hit.pending(MOVE_STOP).number
    assert hit.give(InsistStop, D(100), "") == (StopMoved(D(100), number, hit.at - MINUTE),)
    assert hit.state.pending(MOVE_STOP) is None


def by_hand() -> Talk:
    """TP1 is closed and TP2 reached, both by hand: TP2's close waits for its answer."""
    talk = Talk(replace(plan(), resting=Resting(targets=False)))
    talk.price(100)
    talk.done(ADD)
    talk.price(106)
    talk.done(CLOSE)
    talk.price(110)
    return talk


def test_leaving_a_later_target_undone_by_hand_is_holding_past_it() -> None:
    """Nobody but the user could have closed it, and nothing was closed in its place."""
    talk = by_hand()
    close = talk.pending(CLOSE)
    assert leaves_undone(talk.state, close)
    talk.give(ReportExit, D(110), quantity=D("0.35"))
    assert not leaves_undone(talk.state, close)


def test_an_order_that_did_not_fill_or_a_first_target_is_no_hold(hit: Talk) -> None:
    """What rests on the exchange may miss its price; greed begins after the first target."""
    assert not leaves_undone(hit.state, hit.pending(CLOSE))
    hit.done(CLOSE)
    hit.price(110)
    assert not leaves_undone(hit.state, hit.pending(CLOSE))
    talk = Talk(by_hand().plan)
    talk.price(100)
    talk.done(ADD)
    talk.price(106)
    assert not leaves_undone(talk.state, talk.pending(CLOSE))


def test_a_close_that_a_later_target_overtook_may_be_said_not_done() -> None:
    """TP3 was reached: what became of TP2's close is a fact."""
    talk = by_hand()
    close = talk.pending(CLOSE)
    talk.price(114)
    assert not leaves_undone(talk.state, close)


def test_no_target_is_held_past_once_the_stop_was_reached(entered: Talk) -> None:
    """All that is open goes: there is nothing to hold, and so no breach."""
    entered.price(106)
    entered.done(CLOSE)
    entered.price(90)
    assert entered.give(CancelTarget, 2, "it comes back") == ()
    assert entered.state.breaches == 0
