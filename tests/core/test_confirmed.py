"""Confirmed plans: nothing is done until the user says so, and what is said is what counts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.engine import advance, process
from chatbot.core.events import (
    ActionDropped,
    BlockReason,
    BreachKind,
    BreachRecorded,
    CloseReason,
    EntryMissed,
    FillCorrected,
    Filled,
    FillKind,
    MissCause,
    PlanClosed,
    QuestionAsked,
    RiskExceeded,
    StopAdvised,
    StopHit,
    StopMoved,
    StopReason,
    TargetCancelled,
    TargetHit,
    TierBlocked,
    TierRearmed,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.inputs import (
    Abandon,
    Answer,
    CancelTarget,
    CandleClosed,
    ClockTick,
    Confirm,
    CorrectFill,
    InsistStop,
    ReportAdd,
    ReportExit,
    Skip,
)
from chatbot.core.overdue import PATIENCE, deadline
from chatbot.core.plan import AnyOf, ManualTrigger, Plan, PriceTrigger, Resting
from chatbot.core.plan_fields import iso
from chatbot.core.quiet import Interval, quiet_interval
from chatbot.core.state import ActionKind, Phase, TierPhase
from chatbot.core.stops import held_risk
from chatbot.core.timeframes import Timeframe
from tests.core.talking import DAY, MINUTE, START, Talk, names, plan

D = Decimal
ADD, CLOSE, EXIT, MOVE_STOP, ANSWER = (
    ActionKind.ADD,
    ActionKind.CLOSE,
    ActionKind.EXIT,
    ActionKind.MOVE_STOP,
    ActionKind.ANSWER,
)


@pytest.fixture
def talk() -> Talk:
    """A plan that waits for 100."""
    return Talk(plan())


@pytest.fixture
def entered(talk: Talk) -> Talk:
    """Tier 1 is in: 1 unit at 100, stop 96."""
    talk.price(100)
    talk.done(ADD)
    return talk


@pytest.fixture
def hit(entered: Talk) -> Talk:
    """TP1 was reached in one jump with tier 1 alone in; its close of a quarter is not answered."""
    entered.price(106)
    return entered


@pytest.fixture
def stopped(entered: Talk) -> Talk:
    """The stop was reached with 1 unit in; the exit is not answered."""
    entered.price(95)
    return entered


# --- entering ---------------------------------------------------------------------------------------------------------


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


# --- the entry that was overtaken -------------------------------------------------------------------------------------


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


# --- adds that wait ---------------------------------------------------------------------------------------------------


def test_a_target_cancels_pending_adds(entered: Talk) -> None:
    """The first target ends the scale-in; the add that was offered can't be confirmed any more."""
    entered.price(102)
    number = entered.pending(ADD).number
    entered.price("103.9", 106)
    assert entered.state.pending(ADD) is None
    assert entered.give(Confirm, number) == ()


def test_a_stop_supersedes_pending_adds(entered: Talk) -> None:
    """Once everything goes nothing is added."""
    entered.price(102)
    assert names(entered.price(95)) == ["StopHit"]
    assert [action.kind for action in entered.state.actions] == [EXIT]


def test_an_add_is_not_chased(entered: Talk) -> None:
    """More than half an R past the offer it is withdrawn, and armed again only below its level."""
    entered.price(102)
    assert entered.price(104) == ()
    assert entered.price("104.1") == (TierWithdrawn(2, D("104.1"), D(102), entered.at - MINUTE),)
    assert entered.price("102.1") == ()
    assert names(entered.price(102)) == ["TierRearmed", "TierTriggered"]


def test_an_add_found_late_is_withdrawn_at_once(entered: Talk) -> None:
    """One jump past the level and half an R more: there is nothing to offer."""
    assert entered.price("104.5") == (TierWithdrawn(2, D("104.5"), D(102), entered.at - MINUTE),)
    assert entered.price("102.5") == ()
    assert entered.price("101.5") == (TierRearmed(2, D("101.5"), entered.at - MINUTE),)


def test_a_withdrawn_offer_waits_at_its_level_not_at_its_price(entered: Talk) -> None:
    """Offered at 103.5 by a jump, withdrawn at 106: price has to come back through 102."""
    entered.price("103.5")
    assert entered.price("105.6") == (TierWithdrawn(2, D("105.6"), D(102), entered.at - MINUTE),)
    assert entered.price("103.5") == ()


def test_an_entry_is_not_chased_either(talk: Talk) -> None:
    """Tier 1, too, is not run after; R is what it would have been."""
    talk.price("99.9")
    assert names(talk.price("101.9")) == ["TierWithdrawn"]
    assert names(talk.price("99.9")) == ["TierRearmed", "TierTriggered"]


def test_a_pending_add_is_judged_again_by_averaging_down(entered: Talk) -> None:
    """Half an R below the average it is allowed, a little more and it is blocked for good."""
    entered.price(102)
    assert names(entered.price(98)) == ["ReassessAdvised"]
    assert entered.price("97.9") == (TierBlocked(2, D("97.9"), BlockReason.AVERAGING_DOWN, entered.at - MINUTE),)
    assert entered.state.tiers[2].phase is TierPhase.ARMED


def test_a_pending_add_is_judged_again_by_structure() -> None:
    """The structure level broken while the add waits."""
    talk = Talk(plan(guards={"structure_level": 99}))
    talk.price(100)
    talk.done(ADD)
    talk.price(102)
    assert talk.price(99) == ()
    assert talk.price("98.9") == (TierBlocked(2, D("98.9"), BlockReason.STRUCTURE, talk.at - MINUTE),)


def test_a_pending_add_is_judged_again_by_risk() -> None:
    """An add nine times tier 1's size is safe only while the market leaves room for the stop that it needs."""
    tiers = [
        {"weight_pct": 10, "trigger": {"kind": "price", "level": 100, "direction": "down"}},
        {"weight_pct": 90, "trigger": {"kind": "price", "level": 102, "direction": "up"}},
    ]
    talk = Talk(plan(tiers=tiers))
    talk.price(100)
    talk.done(ADD)
    talk.price(102)
    assert talk.price("100.5") == ()
    assert [getattr(event, "reason", None) for event in talk.price("99.9")] == [BlockReason.RISK]


# --- targets and closes -----------------------------------------------------------------------------------------------


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


# --- the exit ---------------------------------------------------------------------------------------------------------


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


# --- what the bot did not ask for -------------------------------------------------------------------------------------


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


# --- questions, numbers, flags ----------------------------------------------------------------------------------------


def manual(question: str = "Volume up?") -> Plan:
    """Tier 2 triggers on a yes."""
    base = plan()
    tiers = (base.tiers[0], replace(base.tiers[1], trigger=ManualTrigger(question)), *base.tiers[2:])
    return replace(base, tiers=tiers)


def test_a_manual_trigger_asks_once_its_tier_is_armed() -> None:
    """As soon as tier 1 is in, without any price; and not again."""
    talk = Talk(manual())
    talk.price(100)
    assert talk.done(ADD)[-1] == QuestionAsked(2, "Volume up?", 2, talk.at - MINUTE)
    assert talk.price(101, 103) == ()


def test_a_yes_triggers_at_the_market_price() -> None:
    """The guards are asked as for any price."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    number = talk.pending(ANSWER).number
    assert talk.give(Confirm, number) == ()
    assert names(talk.give(Answer, number, D(101))) == ["TierTriggered"]
    assert talk.give(Answer, number, D(101)) == ()
    assert talk.give(Answer, talk.pending(ADD).number, D(101)) == ()


def test_a_yes_that_a_guard_refuses_moves_on() -> None:
    """Too deep under the average: blocked, and the next tier is armed."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    assert names(talk.give(Answer, talk.pending(ANSWER).number, D("97.5"))) == ["TierBlocked"]
    assert talk.state.tiers[2].phase is TierPhase.ARMED


def test_a_no_skips_the_tier() -> None:
    """The condition will not be met: on to the next tier."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    assert names(talk.skip(ANSWER)) == ["TierSkipped"]
    assert talk.state.tiers[2].phase is TierPhase.ARMED


def test_a_question_for_tier_1_is_asked_when_the_plan_is_armed() -> None:
    """And a no to it ends the plan."""
    base = plan()
    tiers = (replace(base.tiers[0], trigger=ManualTrigger("Now?")), *base.tiers[1:])
    talk = Talk(replace(base, tiers=tiers))
    assert names(tuple(talk.said)) == ["PlanArmed", "QuestionAsked"]
    assert names(talk.skip(ANSWER)) == ["TierSkipped", "PlanClosed"]


def test_a_level_may_answer_for_the_question() -> None:
    """Any of both: the level triggers first, and the question is no longer asked."""
    base = manual()
    either = AnyOf((ManualTrigger("Volume up?"), PriceTrigger(D(102), base.tiers[2].trigger.direction)))  # type: ignore[union-attr]  # tier 3 has a price
    talk = Talk(replace(base, tiers=(base.tiers[0], replace(base.tiers[1], trigger=either), *base.tiers[2:])))
    talk.price(100)
    talk.done(ADD)
    assert names(talk.price(102)) == ["TierTriggered"]
    assert talk.state.pending(ANSWER) is None


def test_a_question_comes_again_when_its_tier_is_armed_again() -> None:
    """Withdrawn because price ran away, armed again below its level: asked again."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    talk.give(Answer, talk.pending(ANSWER).number, D(102))
    assert names(talk.price("104.5")) == ["TierWithdrawn"]
    assert names(talk.price(102)) == ["TierRearmed", "QuestionAsked"]


@pytest.mark.parametrize("number", [D(0), D(-1)])
def test_numbers_that_no_trade_can_have_change_nothing(hit: Talk, number: Decimal) -> None:
    """A price or quantity of nothing or less is not a fill, an answer or a stop."""
    close = hit.pending(CLOSE).number
    for given in (
        Confirm(close, START, price=number),
        Confirm(close, START, quantity=number),
        Answer(close, number, START),
        ReportExit(number, START),
        ReportExit(D(100), START, quantity=number),
        ReportAdd(number, D(1), START),
        ReportAdd(D(100), number, START),
        CorrectFill(1, number, D(1), START),
        CorrectFill(1, D(100), number, START),
        InsistStop(number, "", START),
    ):
        assert advance(hit.state, given) == ()


def test_old_and_foreign_numbers_change_nothing(entered: Talk) -> None:
    """A second press, or a button of another day."""
    for number in (0, 1, 99):
        assert entered.give(Confirm, number) == ()
        assert entered.give(Skip, number) == ()
        assert entered.give(Answer, number, D(100)) == ()


def test_resting_orders_do_not_change_what_is_decided(talk: Talk) -> None:
    """At the levels themselves only the wording of what is asked depends on where the orders are."""
    other = Talk(replace(talk.plan, resting=Resting(entries=True, stop=False, targets=False)))
    for price in ("100", "102", "106", "95"):
        assert talk.price(price) == other.price(price)


def test_a_resting_entry_filled_at_its_own_level(talk: Talk) -> None:
    """Price was seen beyond the level: the order was there before, and is not chased when price runs on."""
    resting = Talk(replace(talk.plan, resting=Resting(entries=True)))
    resting.price("99")
    assert resting.pending(ADD).price == D(100)
    assert resting.price("104") == ()
    resting.done(ADD)
    assert resting.state.entry == D(100)


def test_a_resting_target_filled_at_its_own_price(entered: Talk) -> None:
    """Seen at 107, the close that rests at 106 filled at 106; one done by hand fills where the price is."""
    entered.price("107")
    assert entered.pending(CLOSE).price == D(106)
    by_hand = Talk(replace(entered.plan, resting=Resting(targets=False)))
    by_hand.price("100")
    by_hand.done(ADD)
    by_hand.price("107")
    assert by_hand.pending(CLOSE).price == D(107)


def test_a_resting_stop_filled_where_the_exchange_holds_it(entered: Talk) -> None:
    """Seen at 95, the stop that rests at 96 filled about there; the event keeps the price that was seen."""
    events = entered.price("95")
    assert isinstance(events[0], StopHit)
    assert (events[0].price, entered.pending(EXIT).price) == (D(95), D(96))


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


def test_a_last_close_starts_no_trail() -> None:
    """Nothing stays open after it, so there is nothing to trail and no stop to move."""
    last = {"price": 106, "close_pct": 100, "stop_rule": {"kind": "trail", "distance_pct": 1}}
    talk = Talk(plan(targets=[last]))
    talk.price("100")
    talk.done(ADD)
    assert names(talk.price("106", "109")) == ["TargetHit"]


def test_a_candle_offers_a_tier_and_its_close_is_a_price() -> None:
    """A close beyond the level triggers; an old candle, or one while nothing waits for it, does not."""
    candle = {"kind": "close_beyond", "timeframe": "1m", "level": 100, "direction": "up"}
    talk = Talk(plan(tiers=[{"weight_pct": 100, "trigger": candle}]))
    closed = Candle(START, D(100), D(101), D(100), D(101), D(1))
    assert process(talk.state, CandleClosed(Timeframe.M1, closed, START)).events == ()
    events = talk.give(CandleClosed, Timeframe.M1, closed)
    assert isinstance(events[0], TierTriggered)
    assert events[0].evidence == "1m candle closed"
    assert talk.give(CandleClosed, Timeframe.M1, closed) == ()
    talk.skip(ADD)
    assert talk.give(CandleClosed, Timeframe.M1, closed) == ()


def test_a_candle_found_late_is_judged_at_the_price_of_now() -> None:
    """What its close offered is gone: near enough, the tier is offered at the market; too far, it is not chased."""
    candle = {"kind": "close_beyond", "timeframe": "1m", "level": 100, "direction": "up"}
    closed = Candle(START, D(100), D(101), D(100), D(101), D(1))
    for market, event in ((D(102), TierTriggered), (D(104), TierWithdrawn)):
        talk = Talk(plan(tiers=[{"weight_pct": 100, "trigger": candle}]))
        events = talk.give(CandleClosed, Timeframe.M1, closed, market=market)
        assert isinstance(events[0], event)
        assert events[0].price == market


def test_a_resting_entry_that_waits_has_no_price_to_be_chased_at(talk: Talk) -> None:
    """Only the stop and the first target bound its quiet interval."""
    resting = Talk(replace(talk.plan, resting=Resting(entries=True)))
    resting.price("100")
    assert quiet_interval(resting.state) == Interval(D(96), D(106))
