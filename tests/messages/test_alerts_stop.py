"""What is said when the stop is hit or moves, and when price goes against tier 1."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.inputs import InsistStop
from chatbot.core.plan import Follow, Resting, Target, Tier, Trail
from chatbot.core.state import ActionKind
from chatbot.messages.alerts import alerts
from tests.messages.trading import BY_HAND, DOWN, UP, Trade, long_plan, price, short_plan, shown

ENTERED = ("60000", "60300", "60600", "60900")


def test_a_stop_by_hand_is_an_exit_now() -> None:
    """Everything open goes, reduce-only, the exchange looked at first."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter("60000")
    assert (
        trade.jump("58990")
        == """\
[STOP event 4 action 2]
<b>Exit now: 0.0208 BTC. Stop 59 000 reached at 58 990</b>
Plan 3 · BTC long · all that is open goes, about −21.01 USDT on it before fees
Check the exchange first, use reduce-only, then cancel the orders left over.
(Done at 58 990: done 7/2) | (Other price: other_price 7/2)
(Remind me in 5 min: snooze 7/2)
(Copy 0.0208 = 0.0208)"""
    )


def test_a_short_stop_by_hand_is_an_exit_now() -> None:
    """The same for a short, above its entry."""
    trade = Trade(short_plan(resting=BY_HAND))
    trade.enter("60000")
    assert trade.jump("61010").split("\n")[1] == "<b>Exit now: 0.0208 BTC. Stop 61 000 reached at 61 010</b>"


def test_a_resting_stop_asks_whether_it_filled() -> None:
    """An order that should have filled is asked about before anything is exited."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.jump("58990")
        == """\
[STOP event 4 action 2]
<b>Stop 59 000 reached at 58 990: 0.0208 BTC. Filled? At what price?</b>
Plan 3 · BTC long · all that is open goes, about −20.8 USDT on it before fees
If anything is still open, exit by hand. Check the exchange first, use reduce-only, then cancel the orders left over.
(Filled at 59 000: done 7/2) | (Other price: other_price 7/2)
(Remind me in 5 min: snooze 7/2)
(Copy 0.0208 = 0.0208)"""
    )


def test_a_stop_the_exchange_does_not_hold_yet_is_exited_by_hand() -> None:
    """The plan's stop was reached, the old order on the exchange was not: it can't have filled."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        trade.jump("59890")
        == """\
[STOP event 7 action 4]
<b>Exit now: 0.0415 BTC. Stop 59 899.7 reached at 59 890</b>
Plan 3 · BTC long · all that is open goes, about −10.77 USDT on it before fees
Check the exchange first, use reduce-only, then cancel the orders left over.
The exchange is believed to hold your stop at 59 000.
(Done at 59 890: done 7/4) | (Other price: other_price 7/4)
(Remind me in 5 min: snooze 7/4)
(Copy 0.0415 = 0.0415)"""
    )


def test_a_stop_below_what_the_exchange_holds_asks_whether_it_filled() -> None:
    """A price through both stops may have filled the old order."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert "Filled? At what price?" in trade.jump("58900")


def test_a_stop_names_the_add_that_may_be_in() -> None:
    """An add that was offered and not answered is part of the exit, if it was entered."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    said = trade.jump("58990")
    assert (
        "Tier 2 (0.0207 BTC) is off: cancel its order. "
        "If it filled all the same, send <code>/added 3 60300 0.0207</code> and exit that too."
    ) in said
    assert "(Copy /added 3 60300 0.0207 = /added 3 60300 0.0207)" in said


def test_a_stop_with_an_unanswered_close_says_the_range() -> None:
    """What may be closed already is neither counted nor forgotten."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert (
        trade.jump("60400")
        == """\
[STOP event 17 action 9]
<b>Exit now: 0.062 to 0.0826 BTC. Stop 60 433.3 reached at 60 400</b>
Plan 3 · BTC long · all that is open goes
Not answered: TP1 (0.0206 BTC). So 0.062 to 0.0826 BTC is open: look before you exit.
Check the exchange first, use reduce-only, then cancel the orders left over.
Checklist: 4 close the planned part at once (open: TP1)
(Done: 0.062 BTC at 60 400: done 7/9) | (Other price: other_price 7/9)
(Remind me in 5 min: snooze 7/9)
(TP1 closed at 61 000: done 7/8) | (TP1 other price: other_price 7/8)
(TP1 not closed: skip 7/8)"""
    )


def test_a_close_that_was_not_done_is_exited_after_the_stop() -> None:
    """The answer "not closed" leaves something open, and it has to go as well."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000", "60400")
    trade.done(ActionKind.EXIT)
    assert (
        trade.skip(ActionKind.CLOSE)
        == """\
[INFO event 19 action 0]
<b>TP1 noted as not closed</b>
Plan 3 · BTC long · open 0.0206 BTC
Checklist: 4 close the planned part at once (nothing open)

[STOP event 20 action 10]
<b>Exit now: 0.0206 BTC. It is still open</b>
Plan 3 · BTC long · the stop was reached at 60 400
Check the exchange first, use reduce-only, then cancel the orders left over.
(Done at 60 400: done 7/10) | (Other price: other_price 7/10)
(Remind me in 5 min: snooze 7/10)
(Copy 0.0206 = 0.0206)"""
    )


def test_an_assumed_stop_tells_the_exit_and_the_end() -> None:
    """With fills assumed the exit and the result come at once, as two messages."""
    trade = Trade(long_plan(follow=Follow.ASSUMED, resting=BY_HAND))
    trade.jump("60000")
    assert (
        trade.jump("58990")
        == """\
[STOP event 4 action 0]
<b>Exit now: 0.0208 BTC. Stop 59 000 reached at 58 990</b>
Plan 3 · BTC long · all that is open goes, about −21.01 USDT on it before fees
Check the exchange first, use reduce-only, then cancel the orders left over.
Taken as done at this price: fills are assumed in this plan.

[INFO event 6 action 0]
<b>Plan 3 closed: −21.01 USDT, −1.01 R</b>
Plan 3 · BTC long · the stop was hit.
In 0.0208 BTC at 60 000 · out 0.0208 BTC at 58 990
All fills are assumed, at the price of their event.
Cool-down until 00:32 UTC: a new BTC long before then is asked about first.
Cancel the orders left over."""
    )


def test_trail_steps_on_one_price_are_one_message() -> None:
    """Several steps of one update move the stop once, to the last."""
    trade = Trade(
        long_plan(targets=(Target(Decimal(61_000), Decimal(25), Trail(Decimal(1), step_pct=Decimal("0.25"))),))
    )
    trade.enter("60000")
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    trade.done(ActionKind.MOVE_STOP)
    assert (
        trade.slide("61000", "62000")
        == """\
[STOP_MOVE event 8 action 9]
<b>Move stop 60 390 → 61 301.8</b>
Plan 3 · BTC long · trail 1 % of price
Locked in 6.08 → 20.31 USDT
The exchange is believed to hold your stop at 60 390.
Next: stop 61 301.8 · next trail step 62 075.9
Checklist: 5 move the stop at once (open: stop to 61 301.8)
(Stop is at 61 301.8: done 7/9) | (Other price: other_price 7/9)
(Skip: skip 7/9) | (Remind me in 5 min: snooze 7/9)
(Copy stop 61 301.8 = 61301.8)"""
    )


def test_a_trail_with_an_unanswered_close_claims_no_money() -> None:
    """While a close is unknown the sum at the stop is not certain, so none is shown."""
    trade = Trade(
        long_plan(targets=(Target(Decimal(61_000), Decimal(25), Trail(Decimal(1), step_pct=Decimal("0.25"))),))
    )
    trade.enter("60000")
    trade.jump("61000")
    said = trade.jump("62000")
    assert said.split("\n")[1] == "<b>Move stop 60 390 → 61 380</b>"
    assert "Locked in" not in said


def test_the_user_s_own_tighter_stop_is_taken_over() -> None:
    """A tighter stop becomes the plan's, and nothing is asked."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(InsistStop(Decimal(59_500), "", 1))
        == """\
[INFO event 4 action 0]
<b>Your stop 59 000 → 59 500</b>
Plan 3 · BTC long · your own stop
At risk 20.8 → 10.4 USDT
Next: stop 59 500 · tier 2 60 300 · TP1 61 000 · reassess 59 500
Checklist: 5 move the stop at once (nothing open)
(Copy stop 59 500 = 59500)"""
    )


def test_money_at_risk_and_money_locked_in_are_told_apart() -> None:
    """A stop beyond the average locks a gain in; an add above it puts money at risk again."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert "At risk 20.8 USDT → locked in 2.08 USDT" in trade.give(InsistStop(Decimal(60_100), "", 1))
    assert "Locked in 2.08 USDT → at risk 2.06 USDT" in trade.jump("60300")


def test_a_stop_move_told_on_its_own_names_its_rule() -> None:
    """A stop advice that comes without its fill still says which rule moved it."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    advice = trade.events[-1]
    (alert,) = alerts(trade.state, trade.state, (advice,), trade.view)
    assert "Plan 3 · BTC long · scale-in rule" in shown(alert)


def test_half_an_r_against_tier_1_is_told_once() -> None:
    """Reassess or exit, with the distance, what is open and what is at risk."""
    tiers = (Tier(Decimal(50), price("60000", DOWN)), Tier(Decimal(50), price("60600", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    assert (
        trade.jump("59450")
        == """\
[STOP_MOVE event 4 action 0]
<b>Reassess or exit tier 1: 59 450 is 0.55R against it</b>
Plan 3 · BTC long · tier 1 at 60 000; the rule speaks at 0.5R.
Open 0.0416 BTC · stop 59 000 · at risk 41.6 USDT
To exit by hand: Check the exchange first, use reduce-only, then cancel the orders left over. Then /exited.
Next: stop 59 000 · tier 2 60 600 · TP1 61 000
Checklist: 3 against tier 1: reassess or exit (open: reassess or exit tier 1)
(Copy 0.0416 = 0.0416)"""
    )
    assert trade.jump("59400") == ""


def test_an_assumed_stop_that_rests_asks_nothing() -> None:
    """A resting stop of an assumed plan is told without buttons."""
    trade = Trade(long_plan(follow=Follow.ASSUMED, resting=Resting()))
    trade.jump("60000")
    trade.jump("58990")
    assert trade.said[0].message.keyboard == ()
