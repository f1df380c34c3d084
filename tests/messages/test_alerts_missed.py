"""Entries that were skipped, overtaken, or confirmed late."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.inputs import ClockTick, ReportAdd
from chatbot.core.plan import (
    Resting,
)
from chatbot.core.state import ActionKind
from chatbot.records import Priority
from tests.messages.trading import (
    BY_HAND,
    MINUTE,
    Trade,
    long_plan,
    texts,
)

HOUR = 60 * MINUTE


def test_a_skipped_tier_says_what_comes_next() -> None:
    """Passing on a tier arms the one after it."""
    trade = Trade(long_plan(resting=Resting(entries=True)))
    trade.enter("60000")
    trade.jump("60300")
    assert (
        trade.skip(ActionKind.ADD)
        == """\
[INFO event 5 action 0]
<b>Tier 2 skipped</b>
Plan 3 · BTC long
Cancel the resting order of tier 2.
Next: stop 59 000 · tier 3 60 600 · TP1 61 000 · reassess 59 500"""
    )


def test_skipping_tier_1_ends_the_plan_in_one_message() -> None:
    """The skip and the end it causes are told together."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        trade.skip(ActionKind.ADD)
        == """\
[INFO event 3 action 0]
<b>Plan 3 closed: nothing entered</b>
Plan 3 · BTC long · you skipped tier 1.
Tier 1 skipped
Cancel the orders left over."""
    )


def test_a_stop_reached_before_the_entry_was_confirmed_comes_first() -> None:
    """If they are in, they must get out: the highest urgency, with both answers as buttons."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        trade.jump("58990")
        == """\
[STOP event 3 action 1]
<b>Stop 59 000 reached at 58 990. If you entered: exit. Cancel a resting entry.</b>
Plan 3 · BTC long · tier 1 was not confirmed.
If you entered: exit all of it now. Check the exchange first, use reduce-only.
No answer within 24 h counts as not entered.
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(I entered: done 7/1) | (Entered, other price: other_price 7/1)
(Not entered: skip 7/1) | (Remind me in 5 min: snooze 7/1)"""
    )


def test_a_target_reached_before_the_entry_was_confirmed() -> None:
    """If they are in, the first target is to be taken."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        trade.jump("61010")
        == """\
[STOP event 3 action 1]
<b>TP1 61 000 reached at 61 010. If you entered: take the target. Cancel a resting entry.</b>
Plan 3 · BTC long · tier 1 was not confirmed.
If you entered: close the part planned for TP1 now. Check the exchange first, use reduce-only.
No answer within 24 h counts as not entered.
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(I entered: done 7/1) | (Entered, other price: other_price 7/1)
(Not entered: skip 7/1) | (Remind me in 5 min: snooze 7/1)"""
    )


def test_an_expiry_before_the_entry_was_confirmed() -> None:
    """The plan's time is over; whoever entered says so."""
    trade = Trade(long_plan(expires_at=HOUR))
    trade.jump("60000")
    assert (
        trade.give(ClockTick(HOUR))
        == """\
[STOP event 3 action 1]
<b>The plan expired. If you entered: say so. Cancel a resting entry.</b>
Plan 3 · BTC long · tier 1 was not confirmed.
If you entered: the plan follows the trade to its end. Check the exchange first, use reduce-only.
No answer within 24 h counts as not entered.
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(I entered: done 7/1) | (Entered, other price: other_price 7/1)
(Not entered: skip 7/1) | (Remind me in 5 min: snooze 7/1)"""
    )


def test_an_entry_confirmed_late_is_followed_to_its_exit() -> None:
    """The fill is told, then the exit that is already due."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.jump("60000", "58990")
    assert (
        trade.done(ActionKind.ADD)
        == """\
[INFO event 4 action 0]
<b>Tier 1 is in: 0.0208 BTC at 60 000</b>
Plan 3 · BTC long
What to do now is in the exit's message.
Average 60 000 · liquidation about 54 271.4 (estimate)
Checklist: 1 tier 1 only on its trigger (nothing open)

[STOP event 5 action 2]
<b>Exit now: 0.0208 BTC. Stop 59 000 reached at 58 990</b>
Plan 3 · BTC long · all that is open goes, about −21.01 USDT on it before fees
Check the exchange first, use reduce-only, then cancel the orders left over.
(Done at 58 990: done 7/2) | (Other price: other_price 7/2)
(Remind me in 5 min: snooze 7/2)
(Copy 0.0208 = 0.0208)"""
    )


def test_not_entered_closes_the_plan_as_missed() -> None:
    """The answer to a missed entry ends the plan without a result."""
    trade = Trade(long_plan())
    trade.jump("60000", "58990")
    assert (
        trade.skip(ActionKind.ADD)
        == """\
[INFO event 4 action 0]
<b>Plan 3 closed: nothing entered</b>
Plan 3 · BTC long · the entry was missed.
Tier 1 was not entered
Cancel the orders left over."""
    )


def test_a_resting_entry_found_late_is_asked_about_at_its_own_price() -> None:
    """An order that rests filled on the way, wherever price is by now: it is not chased, and its level is offered."""
    trade = Trade(long_plan(resting=Resting(entries=True)))
    trade.enter("60000")
    said = trade.jump("60900")
    assert "<b>Tier 2 reached at 60 300. Filled? At what price?</b>" in said
    assert "(Filled at 60 300: done 7/2)" in said


def test_an_entry_at_the_stop_is_told_to_exit_and_has_no_r() -> None:
    """No distance to the stop, no R: nothing is divided by it, and the exit is the only order."""
    trade = Trade(long_plan())
    trade.jump("60000")
    said = trade.done(ActionKind.ADD, price=Decimal(59_000))
    assert "Set the stop" not in said
    assert "What to do now is in the exit's message." in said
    assert trade.said[-1].priority is Priority.STOP


def test_an_entry_confirmed_after_its_target_leaves_the_orders_to_the_target() -> None:
    """The fill says only what is in; what to close and where the stop goes comes with TP1."""
    trade = Trade(long_plan())
    trade.jump("60000", "61010")
    fill, target = (trade.done(ActionKind.ADD), texts(trade.said))[1]
    assert (
        fill
        == """\
<b>Tier 1 is in: 0.0208 BTC at 60 000</b>
Plan 3 · BTC long
TP1 was reached as well: what to do now is in its message.
Average 60 000 · liquidation about 54 271.4 (estimate)
Checklist: 1 tier 1 only on its trigger (nothing open)"""
    )
    assert target.startswith("<b>TP1 61 000 reached: 0.0052 BTC. Filled? At what price?</b>")


def test_an_add_told_after_the_stop_only_leads_to_the_exit() -> None:
    """It filled although it was called off: it joins the exit, and no stop is spoken of."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300", "58990")
    trade.give(ReportAdd(Decimal(60_300), Decimal("0.0207"), trade.at))
    first, last = texts(trade.said)
    assert first.startswith("<b>Tier 2 is in: 0.0207 BTC at 60 300</b>")
    assert not any(word in first for word in ("Set the stop", "Next: ", "believed", "At risk"))
    assert "move the stop" not in first
    assert last.startswith("<b>Exit now: 0.0415 BTC.")
