"""Confirmed entries: what really filled is what counts, and an entry that was overtaken is asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.engine import advance
from chatbot.core.events import (
    CloseReason,
    EntryMissed,
    MissCause,
    PlanClosed,
    RiskExceeded,
    StopAdvised,
)
from chatbot.core.inputs import (
    ClockTick,
    Confirm,
    ReportAdd,
)
from chatbot.core.overdue import PATIENCE, deadline
from chatbot.core.plan_fields import iso
from chatbot.core.state import Phase, TierPhase
from chatbot.core.stops import held_risk
from tests.core.talking import ADD, DAY, EXIT, MINUTE, START, Talk, names, plan

D = Decimal


def test_a_pending_tier_does_not_arm_the_next(talk: Talk) -> None:
    """Tier 2's level means nothing until tier 1 is really in."""
    assert names(talk.price(100)) == ["TierTriggered"]
    assert talk.price("101.9") == ()
    assert [tier.phase for tier in talk.state.tiers][:2] == [TierPhase.PENDING, TierPhase.WAITING]
    assert talk.state.position.quantity == 0
    assert names(talk.done(ADD)) == ["Filled"]
    assert talk.state.tiers[1].phase is TierPhase.ARMED
    assert names(talk.price(102)) == ["TierTriggered"]


def test_entry_and_r_are_those_of_the_real_fill(talk: Talk) -> None:
    """Price and quantity as the user had them, not as planned."""
    talk.price(100)
    talk.done(ADD, "99.5", "0.8")
    assert (talk.state.entry, talk.state.r, talk.state.r_money) == (D("99.5"), D("3.5"), D("2.8"))
    assert talk.state.position.quantity == D("0.8")


def test_skipping_tier_1_closes_the_plan(talk: Talk) -> None:
    """Nothing was entered and nothing will be."""
    talk.price(100)
    events = talk.skip(ADD)
    assert names(events) == ["TierSkipped", "PlanClosed"]
    assert events[-1] == PlanClosed(CloseReason.SKIPPED, D(0), D(0), talk.at - MINUTE)


def test_skipping_a_later_tier_arms_the_one_after_it(entered: Talk) -> None:
    """Passing on tier 2 is no reason to miss tier 3."""
    entered.price(102)
    assert names(entered.skip(ADD)) == ["TierSkipped"]
    assert names(entered.price(103)) == ["TierTriggered"]


def test_a_tier_filled_in_part_counts_with_that_part(entered: Talk) -> None:
    """Half of tier 2 is 12.5 % of the allocation, too little for the buffer rule at 50 %."""
    entered.price(102)
    half = entered.pending(ADD).quantity / 2
    events = entered.done(ADD, None, str(half))
    assert entered.state.filled_weight == D("37.5")
    average, quantity = entered.state.position.average, entered.state.position.quantity
    advised = next(event for event in events if isinstance(event, StopAdvised))
    assert advised.stop == average - 4 / quantity
    assert held_risk(entered.state) == pytest.approx(D(4))


def test_the_stop_after_an_add_leaves_room_to_the_market(entered: Talk) -> None:
    """The fill is judged where the market is now, if that is worse than the fill."""
    entered.price(102)
    number = entered.pending(ADD).number
    events = entered.give(Confirm, number, price=D(102), quantity=None, market=D("100.2"))
    assert not [event for event in events if isinstance(event, StopAdvised) and event.stop > D("99.8")]


def test_a_fill_that_risks_too_much_says_by_how_much_and_what_mends_it(entered: Talk) -> None:
    """Twice the size at a worse price: the excess, the quantity to close, or the stop that is needed."""
    entered.price(102)
    events = entered.give(Confirm, entered.pending(ADD).number, price=D(104), quantity=D(3), market=D("98.5"))
    exceeded = next(event for event in events if isinstance(event, RiskExceeded))
    position, stop = entered.state.position, entered.state.stop
    assert (position.average, position.quantity, stop) == (D(103), D(4), D(96))
    assert (exceeded.at_risk, exceeded.limit) == (D(28), D(4))
    assert exceeded.excess_quantity == D(24) / 7
    assert exceeded.needed_stop == D(102)


@pytest.mark.parametrize(("price", "cause"), [(96, MissCause.STOP), (106, MissCause.TARGET)])
def test_a_pending_entry_that_is_overtaken_is_told_at_once(talk: Talk, price: int, cause: MissCause) -> None:
    """The stop or TP1 reached while tier 1 waits: the plan closes down, and no price moves it any more."""
    talk.price(100)
    assert talk.price(price) == (EntryMissed(D(price), cause, talk.at - MINUTE),)
    assert talk.state.phase is Phase.CLOSING
    assert talk.price(100, 90, 120) == ()


def test_a_late_fill_after_the_stop_is_followed_to_its_end(talk: Talk) -> None:
    """The user says «I had entered»: the stop that was passed asks for the exit, and the exit closes the plan."""
    talk.price(100, 95)
    events = talk.done(ADD)
    assert names(events) == ["Filled", "StopHit"]
    assert names(talk.done(EXIT)) == ["Filled", "PlanClosed"]
    assert (talk.state.close_reason, talk.state.position.realised) == (CloseReason.STOPPED, D(-4))


def test_a_late_fill_after_the_target_takes_the_target(talk: Talk) -> None:
    """The target that was passed is taken, and with it the scale-in is over."""
    talk.price(100, 106)
    assert names(talk.done(ADD)) == ["Filled", "TargetHit", "StopAdvised"]
    assert talk.state.phase is Phase.OPEN
    assert {tier.phase for tier in talk.state.tiers[1:]} == {TierPhase.ENDED}


def test_an_overtaken_entry_that_never_was_closes_as_missed(talk: Talk) -> None:
    """The user says «Not entered» is the answer; nothing was won or lost."""
    talk.price(100, 95)
    assert talk.skip(ADD)[-1] == PlanClosed(CloseReason.MISSED, D(0), D(0), talk.at - MINUTE)


def test_an_overtaken_entry_without_an_answer_closes_after_a_day(talk: Talk) -> None:
    """24 h of silence, not a moment less, and marked as assumed."""
    talk.price(100, 95)
    due = talk.at - MINUTE + PATIENCE
    assert deadline(talk.state) == due
    assert advance(talk.state, ClockTick(due - 1)) == ()
    assert advance(talk.state, ClockTick(due)) == (PlanClosed(CloseReason.MISSED, D(0), D(0), due, assumed=True),)


def test_a_plan_expires_without_a_position() -> None:
    """At the first price at or after its expiry, or when the clock says so; with tier 1 in it goes on."""
    timed = Talk(plan(expires_at=iso(START + 2 * MINUTE)))
    assert names(advance(timed.state, ClockTick(START + 2 * MINUTE))) == ["PlanClosed"]
    assert timed.price(101) == ()
    assert timed.price(100)[0] == PlanClosed(CloseReason.EXPIRED, D(0), D(0), START + 2 * MINUTE)
    held = Talk(plan(expires_at=iso(START + 5 * MINUTE)))
    held.price(100)
    held.done(ADD)
    held.at = START + DAY
    assert held.price(101) == ()


def test_a_pending_entry_at_expiry_may_still_be_reported() -> None:
    """The user may be in already: the plan closes down and asks."""
    talk = Talk(plan(expires_at=iso(START + 2 * MINUTE)))
    talk.price(100)
    assert talk.give(ClockTick) == (EntryMissed(D(100), MissCause.EXPIRY, START + 2 * MINUTE),)
    assert names(talk.done(ADD)) == ["Filled"]
    assert talk.state.phase is Phase.OPEN


def test_an_offered_tier_that_filled_after_its_offer_ended_is_no_breach(entered: Talk) -> None:
    """Tier 2 was offered and the stop came first: reported late it counts as tier 2, and the exit takes it along."""
    entered.price("102", "95")
    assert names(entered.give(ReportAdd, D(102), D("0.9"))) == ["Filled", "StopHit"]
    assert (entered.state.breaches, entered.state.tiers[1].phase) == (0, TierPhase.FILLED)
    assert entered.pending(EXIT).quantity == D("1.9")


def test_a_withdrawn_entry_that_filled_is_no_breach(talk: Talk) -> None:
    """Told not to chase, the user was in already: the trade is followed."""
    talk.price("100", "103")
    assert talk.state.tiers[0].phase is TierPhase.WITHDRAWN
    assert names(talk.give(ReportAdd, D(100), D(1))) == ["Filled"]
    assert talk.state.phase is Phase.OPEN


def test_an_entry_at_its_own_stop_is_exited_at_once(talk: Talk) -> None:
    """There is no trade in a fill at the stop or beyond it."""
    talk.price("100")
    assert names(talk.done(ADD, "96")) == ["Filled", "StopHit"]
    assert talk.state.phase is Phase.CLOSING
