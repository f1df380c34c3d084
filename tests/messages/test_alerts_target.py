"""What is said when a target is reached: never a second close, and what becomes of adds and orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from chatbot.core.plan import BreakEven, Follow, Guards, Hold, Resting, Target, Tier
from chatbot.core.state import ActionKind
from chatbot.messages.resting import target_orders
from tests.messages.trading import BY_HAND, DOWN, UP, Trade, long_plan, price, short_plan, texts

ENTERED = ("60000", "60300", "60600", "60900")


def in_full(**changes: Any) -> Trade:
    """All four tiers of the long plan taken and confirmed."""
    trade = Trade(long_plan(**changes))
    trade.enter(*ENTERED)
    return trade


def test_a_target_by_hand_is_a_close_and_a_stop_move() -> None:
    """Quantity, share, what remains, how to close, and the new stop with its rule."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter("60000")
    assert (
        trade.jump("61000")
        == """\
[TARGET event 4 action 2]
<b>Close 0.0052 BTC at TP1 61 000</b>
Plan 3 · BTC long · 25 % of all entered · reached at 61 000
Remaining 0.0156 BTC. Check the exchange first, use reduce-only, then cancel the orders left over.
Then move stop 59 000 → 60 000: break-even, fees included.
On what stays open: at risk 0 USDT
Next: stop 60 000 · TP2 62 500
Checklist: 4 close the planned part at once (open: TP1) · 5 move the stop at once (open: stop to 60 000)
(Done at 61 000: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Stop is at 60 000: done 7/3) | (Other stop: other_price 7/3) | (Skip stop: skip 7/3)
(Copy 0.0052 = 0.0052) | (Copy stop 60 000 = 60000)"""
    )


def test_a_short_target_mirrors_the_long_one() -> None:
    """For a short, the average less 1R is the locked stop."""
    trade = Trade(short_plan(resting=BY_HAND))
    trade.enter("60000")
    trade.jump("59000")
    trade.done(ActionKind.CLOSE)
    trade.done(ActionKind.MOVE_STOP)
    assert (
        trade.jump("57500")
        == """\
[TARGET event 8 action 4]
<b>Close 0.0072 BTC at TP2 57 500</b>
Plan 3 · BTC short · 35 % of all entered · reached at 57 500
Remaining 0.0084 BTC. Check the exchange first, use reduce-only, then cancel the orders left over.
Then move stop 60 000 → 59 000: average − 1R.
On what stays open: locked in 8.4 USDT
Next: stop 59 000 · TP3 56 000
Checklist: 4 close the planned part at once (open: TP2) · 5 move the stop at once (open: stop to 59 000)
(Done at 57 500: done 7/4) | (Other price: other_price 7/4)
(Hold past TP2…: skip 7/4) | (Remind me in 5 min: snooze 7/4)
(Stop is at 59 000: done 7/5) | (Other stop: other_price 7/5) | (Skip stop: skip 7/5)
(Copy 0.0072 = 0.0072) | (Copy stop 59 000 = 59000)"""
    )


def test_a_resting_target_asks_whether_it_filled() -> None:
    """Price through a resting order asks, and says why the stop stays."""
    assert (
        in_full().jump("61000")
        == """\
[TARGET event 16 action 8]
<b>TP1 61 000 reached: 0.0206 BTC. Filled? At what price?</b>
Plan 3 · BTC long · 25 % of all entered · reached at 61 000
Remaining 0.062 BTC.
Stop stays at 60 433.3. Break-even, fees included (60 433.3) is not tighter.
Next: stop 60 433.3 · TP2 62 500
Checklist: 4 close the planned part at once (open: TP1) · 5 move the stop at once (nothing open)
(Filled at 61 000: done 7/8) | (Other price: other_price 7/8)
(Not filled: skip 7/8) | (Remind me in 5 min: snooze 7/8)
(Copy 0.0206 = 0.0206)"""
    )


def test_an_unanswered_close_is_asked_about_before_the_next() -> None:
    """No quantity is certain while TP1's close is unknown: both are said, neither is claimed."""
    trade = in_full()
    trade.jump("61000")
    assert (
        trade.jump("62500")
        == """\
[TARGET event 17 action 9]
<b>TP2 62 500 reached. First: did TP1 close 0.0206 BTC?</b>
Plan 3 · BTC long · 35 % of all entered · reached at 62 500
Not answered: TP1. TP2 closes 0.0289 BTC if that was closed, 0.0495 BTC if not: answer first.
Check the exchange first, use reduce-only, then cancel the orders left over.
Then move stop 60 433.3 → 61 433.3: average + 1R.
The exchange is believed to hold your stop at 60 433.3.
Next: stop 61 433.3 · TP3 64 000
Checklist: 4 close the planned part at once (open: TP1, TP2) · 5 move the stop at once (open: stop to 61 433.3)
(TP1 closed at 61 000: done 7/8) | (TP1 other price: other_price 7/8)
(TP1 not closed: skip 7/8)
(TP2 closed at 62 500: done 7/9) | (TP2 other price: other_price 7/9)
(TP2 not closed: skip 7/9)
(Stop is at 61 433.3: done 7/10) | (Other stop: other_price 7/10) | (Skip stop: skip 7/10)
(Copy stop 61 433.3 = 61433.3)"""
    )


def test_two_unanswered_closes_are_both_named() -> None:
    """The oldest is asked about; the range covers both."""
    trade = in_full()
    trade.jump("61000", "62500")
    assert texts((trade.jump("64000"), trade.said)[1]) == [
        """\
<b>TP3 64 000 reached. First: did TP1 close 0.0206 BTC?</b>
Plan 3 · BTC long · 30 % of all entered · reached at 64 000
Not answered: TP1, TP2.
TP3 closes 0.0248 BTC if they were closed, 0.0537 BTC if only TP1 was, 0.0743 BTC if none was: answer first.
Check the exchange first, use reduce-only, then cancel the orders left over.
Then move stop 61 433.3 → 63 360: trail 1 % of price.
The exchange is believed to hold your stop at 60 433.3.
Next: stop 63 360 · next trail step 64 160
Checklist: 4 close the planned part at once (open: TP1, TP2, TP3) · 5 move the stop at once (open: stop to 63 360)"""
    ]


def test_a_share_that_rounds_to_nothing_is_still_a_target() -> None:
    """Nothing to close, but the stop rule applies."""
    trade = Trade(long_plan(lot_size=Decimal("0.01")))
    trade.enter("60000")
    assert (
        trade.jump("61000")
        == """\
[TARGET event 4 action 2]
<b>TP1 61 000 reached: nothing to close</b>
Plan 3 · BTC long · 25 % of all entered · reached at 61 000
Its share rounds down to nothing at this size; the stop rule still applies.
Then move stop 59 000 → 60 000: break-even, fees included.
On what stays open: at risk 0 USDT
The exchange is believed to hold your stop at 59 000.
Next: stop 60 000 · TP2 62 500
Checklist: 4 close the planned part at once (nothing open) · 5 move the stop at once (open: stop to 60 000)
(Stop is at 60 000: done 7/2) | (Other stop: other_price 7/2) | (Skip stop: skip 7/2)
(Copy stop 60 000 = 60000)"""
    )


def test_a_last_target_leaves_nothing_open() -> None:
    """The rest of the orders is to be cancelled, and no stop is advised."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(100), BreakEven()),)))
    trade.enter("60000")
    assert (
        trade.jump("61000")
        == """\
[TARGET event 4 action 2]
<b>TP1 61 000 reached: 0.0208 BTC. Filled? At what price?</b>
Plan 3 · BTC long · 100 % of all entered · reached at 61 000
Nothing stays open after that. Cancel the orders left over.
Checklist: 4 close the planned part at once (open: TP1)
(Filled at 61 000: done 7/2) | (Other price: other_price 7/2)
(Not filled: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy 0.0208 = 0.0208)"""
    )


def test_a_target_takes_a_pending_add_back() -> None:
    """The scale-in is over: the order of the tier that waited must go."""
    tiers = (Tier(Decimal(50), price("60000", DOWN)), Tier(Decimal(50), price("60700", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    trade.jump("60700")
    assert "Tier 2 is off: cancel its order." in trade.jump("61000")


def test_a_plan_that_goes_on_adding_keeps_its_pending_add() -> None:
    """Where the plan allows adds after TP1, the add stays offered."""
    tiers = (Tier(Decimal(50), price("60000", DOWN)), Tier(Decimal(50), price("60700", UP)))
    trade = Trade(long_plan(tiers=tiers, guards=Guards(add_after_first_target=True)))
    trade.enter("60000")
    trade.jump("60700")
    assert "is off" not in trade.jump("61000")
    assert trade.state.pending(ActionKind.ADD) is not None


def test_an_assumed_target_asks_for_nothing() -> None:
    """Where fills are assumed the message has numbers to copy and no answers."""
    trade = Trade(long_plan(follow=Follow.ASSUMED, resting=Resting(targets=False)))
    trade.jump("60000")
    assert (
        trade.jump("61000")
        == """\
[TARGET event 4 action 0]
<b>Close 0.0052 BTC at TP1 61 000</b>
Plan 3 · BTC long · 25 % of all entered · reached at 61 000
Remaining 0.0156 BTC. Check the exchange first, use reduce-only, then cancel the orders left over.
Taken as done at this price: fills are assumed in this plan.
Then move stop 59 000 → 60 000: break-even, fees included.
On what stays open: at risk 0 USDT
Next: stop 60 000 · TP2 62 500
Checklist: 4 close the planned part at once (nothing open) · 5 move the stop at once (nothing open)
(Copy 0.0052 = 0.0052)"""
    )


def test_a_close_answered_in_the_same_moment_has_no_answer_button() -> None:
    """A message about an action that is settled by the end of the update offers no button for it."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(25), BreakEven()),)))
    trade.enter("60000")
    before = trade.state
    trade.jump("61000")
    hit = tuple(trade.events[-2:])
    trade.done(ActionKind.CLOSE)
    after = replace(trade.state, actions=())
    trade.state = before
    said = trade.tell(after, hit)
    assert "Filled at" not in said


def test_the_first_of_two_targets_on_one_price_names_no_level_that_is_past() -> None:
    """What comes next is in the second message."""
    trade = in_full()
    trade.jump("62600")
    first, second = texts(trade.said)
    assert "Next: " not in first
    assert "Next: stop 61 433.3 · TP3 64 000" in second


def test_a_target_says_that_an_earlier_part_goes_with_it() -> None:
    """TP1 was not filled: TP2 closes both parts, and says so."""
    trade = in_full()
    trade.jump("61000")
    trade.skip(ActionKind.CLOSE)
    assert trade.jump("62500").split("\n")[1:3] == [
        "<b>TP2 62 500 reached: 0.0495 BTC. Filled? At what price?</b>",
        "Plan 3 · BTC long · 60 % of all entered: TP1's part with it · reached at 62 500",
    ]
    trade.skip(ActionKind.CLOSE)
    assert "90 % of all entered: TP1's and TP2's part with it" in trade.jump("64000")


def test_one_close_of_two_answered_leaves_one_in_doubt() -> None:
    """The answer to TP1 narrows what TP3 may have to close to two cases."""
    trade = in_full()
    trade.jump("61000", "62500")
    trade.done(ActionKind.CLOSE)
    assert "Not answered: TP2. TP3 closes 0.0248 BTC if that was closed, 0.0537 BTC if not: answer first." in (
        trade.jump("64000")
    )


def test_three_unanswered_closes_have_a_case_each() -> None:
    """However many are in doubt, each number says what it depends on."""
    closes = (Target(Decimal(60_000 + 500 * number), Decimal(20), Hold()) for number in range(2, 6))
    trade = Trade(long_plan(tiers=(Tier(Decimal(100), price("60000", DOWN)),), targets=tuple(closes)))
    trade.enter("60000")
    trade.jump("61000", "61500", "62000")
    assert (
        "TP4 closes 0.0167 BTC if they were closed, 0.0333 BTC if only TP1, TP2 were, 0.05 BTC if only TP1 was, "
        "0.0666 BTC if none was: answer first."
    ) in trade.jump("62500")


def test_the_add_that_a_target_ended_can_be_told_with_one_copy() -> None:
    """If the order filled all the same, the exact command is there to copy."""
    tiers = (Tier(Decimal(50), price("60000", DOWN)), Tier(Decimal(50), price("60700", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    trade.jump("60700")
    said = trade.jump("61000")
    assert (
        "Tier 2 is off: cancel its order. If it filled all the same, send <code>/added 3 60700 0.0411</code>\n" in said
    )
    assert "(Copy /added 3 60700 0.0411 = /added 3 60700 0.0411)" in said


def test_the_orders_of_the_targets_follow_the_position() -> None:
    """Each target's quantity as if those before it fill; nothing entered, nothing to rest; a close of 0 is left out."""
    trade = Trade(long_plan())
    assert target_orders(trade.state) == {}
    trade.enter(*ENTERED)
    assert target_orders(trade.state) == {1: Decimal("0.0206"), 2: Decimal("0.0289"), 3: Decimal("0.0248")}
    small = Trade(long_plan())
    small.jump("60000")
    small.done(ActionKind.ADD, quantity=Decimal("0.0003"))
    assert target_orders(small.state) == {2: Decimal("0.0001"), 3: Decimal("0.0001")}


def test_targets_by_hand_rest_nowhere() -> None:
    """Who closes by hand is not told to rest an order."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.jump("60000")
    assert "Rest now" not in trade.done(ActionKind.ADD)


def test_a_short_s_targets_are_rested_below() -> None:
    """The mirror: buying back at lower prices."""
    trade = Trade(short_plan())
    trade.jump("60000")
    assert (
        "Rest now, reduce-only: TP1 0.0052 BTC at 59 000 · TP2 0.0072 BTC at 57 500 · TP3 0.0063 BTC at 56 000."
    ) in trade.done(ActionKind.ADD)


def test_a_close_as_planned_changes_no_order() -> None:
    """The other orders stay as they rest; one that closed less than planned changes the next."""
    trade = in_full()
    trade.jump("61000")
    before = trade.state
    assert "Rest now" not in trade.done(ActionKind.CLOSE)
    trade.state = before
    assert ("Rest now instead, reduce-only: TP2 0.0395 BTC at 62 500 · TP3 0.0248 BTC at 64 000.") in trade.done(
        ActionKind.CLOSE, quantity=Decimal("0.01")
    )
