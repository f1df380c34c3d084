"""Reminders: what is still asked, with the price of now; what is settled is never said again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.plan import Hold, ManualTrigger, Resting, Target, Tier
from chatbot.core.state import ActionKind
from chatbot.messages.alerts import repeat
from tests.messages.trading import BY_HAND, VIEW, Trade, long_plan, message_text

ENTERED = ("60000", "60300", "60600", "60900")


def said(trade: Trade, kind: ActionKind, price: str | None = "60100", *, wanted: bool = False) -> str:
    """The reminder of the newest pending action of a kind."""
    action = [a for a in trade.state.actions if a.kind is kind][-1]
    message = repeat(trade.state, action.number, VIEW, None if price is None else Decimal(price), wanted=wanted)
    return "" if message is None else message_text(message)


def test_an_action_that_is_settled_is_not_repeated() -> None:
    """What was answered is over."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert repeat(trade.state, 1, VIEW, Decimal(60_000)) is None


def test_an_add_is_never_repeated_by_itself() -> None:
    """An add goes stale."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert said(trade, ActionKind.ADD) == ""


def test_an_add_the_user_wants_to_be_reminded_of_is_repeated() -> None:
    """Asked for, the reminder comes, with the price of now."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        said(trade, ActionKind.ADD, wanted=True)
        == """\
<b>Still open: add tier 1, 0.0208 BTC near 60 000</b>
Plan 3 · BTC long · asked at 00:01 UTC · price now 60 100
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(Done at 60 000: done 7/1) | (Other price: other_price 7/1)
(Skip: skip 7/1) | (Remind me in 5 min: snooze 7/1)
(Copy 0.0208 = 0.0208)"""
    )


def test_a_question_the_user_wants_to_be_reminded_of_is_repeated() -> None:
    """The question comes again with its buttons."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), ManualTrigger("a < b?")))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    assert said(trade, ActionKind.ANSWER) == ""
    assert (
        said(trade, ActionKind.ANSWER, wanted=True)
        == """\
<b>Still open: tier 2: a &lt; b?</b>
Plan 3 · BTC long · asked at 00:01 UTC · price now 60 100
Checklist: 2 later tiers on their triggers (open: tier 2)
(Yes: yes 7/2) | (Skip: skip 7/2)
(Remind me in 5 min: snooze 7/2)"""
    )


def test_a_missed_entry_is_asked_again() -> None:
    """Whether the entry filled must be known."""
    trade = Trade(long_plan())
    trade.jump("60000", "58990")
    assert (
        said(trade, ActionKind.ADD)
        == """\
<b>Still open: did tier 1 fill?</b>
Plan 3 · BTC long · asked at 00:01 UTC · price now 60 100
If you entered: exit. Cancel a resting entry.
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(I entered: done 7/1) | (Entered, other price: other_price 7/1)
(Not entered: skip 7/1) | (Remind me in 5 min: snooze 7/1)"""
    )


def test_an_exit_by_hand_is_asked_again_without_a_price() -> None:
    """Even with no price at hand the exit is repeated."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter("60000")
    trade.jump("58990")
    assert (
        said(trade, ActionKind.EXIT, None)
        == """\
<b>Still open: exit 0.0208 BTC, stop reached at 58 990</b>
Plan 3 · BTC long · asked at 00:02 UTC · no price at the moment
If anything is still open, exit by hand. Check the exchange first, use reduce-only, then cancel the orders left over.
(Done at 58 990: done 7/2) | (Other price: other_price 7/2)
(Remind me in 5 min: snooze 7/2)
(Copy 0.0208 = 0.0208)"""
    )


def test_a_resting_stop_is_asked_again_whether_it_filled() -> None:
    """A resting order is asked about, not exited twice; the unanswered close is named."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000", "60400")
    assert (
        said(trade, ActionKind.EXIT)
        == """\
<b>Still open: stop reached at 60 433.3. Filled?</b>
Plan 3 · BTC long · asked at 00:06 UTC · price now 60 100
Not answered: TP1 (0.0206 BTC). So 0.062 to 0.0826 BTC is open: look before you exit.
If anything is still open, exit by hand. Check the exchange first, use reduce-only, then cancel the orders left over.
Checklist: 4 close the planned part at once (open: TP1)
(Filled: 0.062 BTC at 60 433.3: done 7/9) | (Other price: other_price 7/9)
(Remind me in 5 min: snooze 7/9)"""
    )


@pytest.mark.parametrize(
    ("resting", "first"),
    [
        (Resting(), "<b>Still open: TP1, 0.0206 BTC at 61 000. Filled?</b>"),
        (BY_HAND, "<b>Still open: close 0.0206 BTC for TP1 at 61 000</b>"),
    ],
)
def test_a_close_is_asked_again(resting: Resting, first: str) -> None:
    """By hand it is to be done; resting it is asked about."""
    trade = Trade(long_plan(resting=resting))
    trade.enter(*ENTERED)
    trade.jump("61000")
    text = said(trade, ActionKind.CLOSE)
    assert text.split("\n")[0] == first
    assert ("Check the exchange first" in text) is not resting.targets


def test_a_later_close_asks_about_the_earlier_first() -> None:
    """No quantity while an earlier close is unknown."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000", "62500")
    assert (
        said(trade, ActionKind.CLOSE)
        == """\
<b>Still open: TP2 at 62 500. First: did TP1 close 0.0206 BTC?</b>
Plan 3 · BTC long · asked at 00:06 UTC · price now 60 100
The exchange is believed to hold your stop at 60 433.3.
Checklist: 4 close the planned part at once (open: TP1, TP2) · 5 move the stop at once (open: stop to 61 433.3)
(TP1 closed at 61 000: done 7/8) | (TP1 other price: other_price 7/8)
(TP1 not closed: skip 7/8)"""
    )


def test_a_stop_move_is_asked_again() -> None:
    """With what the old stop would cost."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        said(trade, ActionKind.MOVE_STOP)
        == """\
<b>Still open: move the stop to 59 899.7</b>
Plan 3 · BTC long · asked at 00:02 UTC · price now 60 100
Until then about −47.71 USDT on what is open, if the old stop is hit.
The exchange is believed to hold your stop at 59 000.
Checklist: 5 move the stop at once (open: stop to 59 899.7)
(Stop is at 59 899.7: done 7/3) | (Other price: other_price 7/3)
(Skip: skip 7/3) | (Remind me in 5 min: snooze 7/3)
(Copy stop 59 899.7 = 59899.7)"""
    )


def test_a_stop_move_with_an_unanswered_close_claims_no_money() -> None:
    """While a close is unknown, so is what the old stop would cost."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("61000")
    assert "Until then" not in said(trade, ActionKind.MOVE_STOP)


def test_an_exit_asked_a_second_time_is_done_by_hand() -> None:
    """The stop order has filled already; what a close left open goes by hand."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000", "60400")
    trade.done(ActionKind.EXIT)
    trade.skip(ActionKind.CLOSE)
    assert said(trade, ActionKind.EXIT).startswith("<b>Still open: exit 0.0206 BTC, stop reached at 60 400</b>")


def test_a_close_left_over_is_repeated_with_what_is_due_now() -> None:
    """TP1 was not closed, so TP2's close is due with TP1's share."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter(*ENTERED)
    trade.jump("61000", "62500")
    trade.skip(ActionKind.CLOSE)
    assert said(trade, ActionKind.CLOSE).startswith("<b>Still open: close 0.0495 BTC for TP2 at 62 500</b>")


def test_an_exit_whose_stop_order_must_have_filled_since_asks_for_its_price() -> None:
    """Price has gone through the stop the exchange holds: nobody exits twice, and no wrong price is one tap away."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    trade.jump("59890")
    assert said(trade, ActionKind.EXIT, "59500").startswith(
        "<b>Still open: exit 0.0415 BTC, stop reached at 59 890</b>"
    )
    assert (
        said(trade, ActionKind.EXIT, "58900")
        == """\
<b>Still open: price went through the stop 59 000 on your exchange. Filled? At what price?</b>
Plan 3 · BTC long · asked at 00:03 UTC · price now 58 900
If anything is still open, exit by hand. Check the exchange first, use reduce-only, then cancel the orders left over.
The exchange is believed to hold your stop at 59 000.
(Filled: type the price: other_price 7/4)
(Remind me in 5 min: snooze 7/4)"""
    )


def test_an_exit_with_every_close_unanswered_names_what_a_tap_records() -> None:
    """Nothing is certainly open: done means that none of the closes was, and all of it went."""
    targets = (Target(Decimal(61_000), Decimal(100), Hold()),)
    trade = Trade(long_plan(targets=targets, resting=BY_HAND))
    trade.enter("60000")
    trade.jump("61000", "58990")
    assert "(Done: 0.0208 BTC at 58 990: done 7/3)" in said(trade, ActionKind.EXIT)
    assert "(Copy" not in said(trade, ActionKind.EXIT)


def test_an_old_price_is_told_with_its_time() -> None:
    """A price older than a minute is not called the price of now; one of another day has its date."""
    trade = Trade(long_plan())
    trade.jump("60000")
    hour = 60 * 60_000
    for now, seen, words in (
        (60_000, 0, "price now 60 100"),
        (14 * hour, 13 * hour + 46 * 60_000, "price 60 100, last 13:46 UTC"),
        (40 * hour, 13 * hour, "price 60 100, last 1970-01-01 13:00 UTC"),
    ):
        view = replace(VIEW, now=now, seen_at=seen)
        message = repeat(trade.state, 1, view, Decimal(60_100), wanted=True)
        assert message is not None
        assert f"asked at 00:01 UTC · {words}\n" in message_text(message)
