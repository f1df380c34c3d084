"""What is said after the user reported something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.events import BreachKind, BreachRecorded, Filled, FillKind
from chatbot.core.evolve import history
from chatbot.core.inputs import (
    CancelTarget,
    CorrectFill,
    InsistStop,
    ReportAdd,
)
from chatbot.core.plan import Tier
from chatbot.core.state import ActionKind
from chatbot.messages.alerts import alerts
from tests.messages.trading import DOWN, UP, VIEW, Trade, long_plan, price, shown, texts

ENTERED = ("60000", "60300", "60600", "60900")


def two_tiers(weight: int = 50) -> tuple[Tier, ...]:
    """Half and half, the second higher."""
    return Tier(Decimal(100 - weight), price("60000", DOWN)), Tier(Decimal(weight), price("60400", UP))


def test_a_confirmed_tier_1_puts_the_initial_stop_to_work() -> None:
    """The fill is told with its risk, and the stop it needs."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        trade.done(ActionKind.ADD, price=Decimal(60_010), quantity=Decimal("0.02"))
        == """\
[INFO event 3 action 0]
<b>Tier 1 is in: 0.02 BTC at 60 010</b>
Plan 3 · BTC long
Set the stop at 59 000, if it is not there yet.
Rest now, reduce-only: TP1 0.005 BTC at 61 000 · TP2 0.007 BTC at 62 500 · TP3 0.006 BTC at 64 000.
At risk 0 → 20.2 USDT
Average 60 010 · liquidation about 54 280.4 (estimate)
Next: stop 59 000 · tier 2 60 310.1 · TP1 61 000 · reassess 59 505
Checklist: 1 tier 1 only on its trigger (nothing open) · 5 move the stop at once (nothing open)"""
    )


def test_a_confirmed_add_leads_with_the_stop_move() -> None:
    """What is to be done now stands first: the stop, by which rule."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    assert (
        trade.done(ActionKind.ADD)
        == """\
[STOP_MOVE event 5 action 3]
<b>Move stop 59 000 → 59 899.7: average − 0.25R</b>
Tier 2 is in: 0.0207 BTC at 60 300
Plan 3 · BTC long
Rest now instead, reduce-only: TP1 0.0103 BTC at 61 000 · TP2 0.0146 BTC at 62 500 · TP3 0.0124 BTC at 64 000.
At risk 20.8 → 10.37 USDT
Average 60 000 → 60 149.6 · liquidation about 54 406.7 (estimate)
The exchange is believed to hold your stop at 59 000.
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tiers 3, 4) · 5 move the stop at once (open: stop to 59 899.7)
(Stop is at 59 899.7: done 7/3) | (Other price: other_price 7/3)
(Skip: skip 7/3) | (Remind me in 5 min: snooze 7/3)
(Copy stop 59 899.7 = 59899.7)"""
    )


def test_an_add_filled_too_high_says_by_how_much_and_what_mends_it() -> None:
    """More than R at risk: what to close, or where the stop must be, rounded to be enough."""
    trade = Trade(long_plan(tiers=two_tiers(90)))
    trade.enter("60000")
    trade.jump("60400")
    assert (
        trade.done(ActionKind.ADD, price=Decimal(60_400), market=Decimal(59990))
        == """\
[STOP_MOVE event 5 action 0]
<b>At risk 112.6 USDT: 104.3 USDT over R = 8.3 USDT</b>
Close 0.0767 BTC, or move the stop to 60 259.7 while price leaves it room.
Check the exchange first, use reduce-only, then cancel the orders left over.
Tier 2 is in: 0.0745 BTC at 60 400
Plan 3 · BTC long
Rest now instead, reduce-only: TP1 0.0207 BTC at 61 000 · TP2 0.0289 BTC at 62 500 · TP3 0.0249 BTC at 64 000.
At risk 8.3 → 112.6 USDT
Average 60 000 → 60 359.9 · liquidation about 54 596.9 (estimate)
Next: stop 59 000 · TP1 61 000
Checklist: 2 later tiers on their triggers (nothing open) · 5 move the stop at once (nothing open)
(Copy 0.0767 = 0.0767) | (Copy stop 60 259.7 = 60259.7)"""
    )


def test_a_confirmed_stop_is_noted() -> None:
    """The stop the exchange holds is known again."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        trade.done(ActionKind.MOVE_STOP)
        == """\
[INFO event 7 action 0]
<b>Stop noted at 59 899.7</b>
Plan 3 · BTC long · open 0.0415 BTC
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 5 move the stop at once (nothing open)"""
    )


def test_a_stop_confirmed_elsewhere_names_the_plan_s() -> None:
    """Another stop than asked for is believed, and the plan's is said again."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        trade.done(ActionKind.MOVE_STOP, price=Decimal(59_800))
        == """\
[INFO event 7 action 0]
<b>Stop noted at 59 800</b>
Plan 3 · BTC long · open 0.0415 BTC
The plan's stop is 59 899.7.
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 5 move the stop at once (open: stop to 59 899.7)"""
    )


def test_a_stop_move_not_done_keeps_the_exchange_s_stop_in_view() -> None:
    """The plan's stop stands; the exchange is believed to hold the old one."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        trade.skip(ActionKind.MOVE_STOP)
        == """\
[INFO event 7 action 0]
<b>Stop move to 59 899.7 not done</b>
Plan 3 · BTC long · open 0.0415 BTC
The exchange is believed to hold your stop at 59 000.
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 5 move the stop at once (open: stop to 59 899.7)"""
    )


def test_a_confirmed_close_tells_what_is_realised_and_open() -> None:
    """After a close: what is left, and the result so far."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert (
        trade.done(ActionKind.CLOSE, price=Decimal("60999.5"))
        == """\
[INFO event 17 action 0]
<b>TP1 closed: 0.0206 BTC at 60 999.5</b>
Plan 3 · BTC long · open 0.062 BTC
Realised +11.66 USDT (0.56 R)
Next: stop 60 433.3 · TP2 62 500
Checklist: 4 close the planned part at once (nothing open) · 5 move the stop at once (nothing open)"""
    )


def test_a_close_not_done_says_how_to_do_it_after_all() -> None:
    """Nothing was closed; by hand it still can be, the exchange looked at first."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert (
        trade.skip(ActionKind.CLOSE)
        == """\
[INFO event 17 action 0]
<b>TP1 noted as not closed</b>
Plan 3 · BTC long · open 0.0826 BTC
To close it by hand: Check the exchange first, use reduce-only, then cancel the orders left over. Then /exited.
Else its part goes with TP2.
Rest now instead, reduce-only: TP2 0.0495 BTC at 62 500 · TP3 0.0248 BTC at 64 000.
Next: stop 60 433.3 · TP2 62 500
Checklist: 4 close the planned part at once (open: 0.0206 BTC not closed)"""
    )


def test_an_add_outside_the_plan_is_judged_and_recorded() -> None:
    """The add counts, its stop follows, and the breach is named with the user's words."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(ReportAdd(Decimal(59_400), Decimal("0.02"), 1, note="FOMO <3"))
        == """\
[STOP_MOVE event 4 action 2]
<b>Move stop 59 000 → 59 196.1: no more at risk than R</b>
Added outside the plan: 0.02 BTC at 59 400
Plan 3 · BTC long
Rest now instead, reduce-only: TP1 0.0102 BTC at 61 000 · TP2 0.0142 BTC at 62 500 · TP3 0.0123 BTC at 64 000.
At risk 20.8 → 20.8 USDT
As a tier it would be refused: 100 below the limit 59 500. Averaging down: at most 0.5R below \
the average 60 000; this is 0.6R.
Recorded as a breach of the plan: FOMO &lt;3
Average 60 000 → 59 705.9 · liquidation about 54 005.3 (estimate)
The exchange is believed to hold your stop at 59 000.
Next: stop 59 196.1 · tier 2 60 300 · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (open: tiers 2, 3, 4) · 5 move the stop at once (open: stop to 59 196.1)
(Stop is at 59 196.1: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy stop 59 196.1 = 59196.1)"""
    )


def test_an_add_outside_the_plan_without_a_word_is_recorded_too() -> None:
    """A breach needs no reason to be one."""
    trade = Trade(long_plan())
    trade.enter("60000")
    fill = Filled(FillKind.OUTSIDE, 0, Decimal(60_200), Decimal("0.005"), 0, 1)
    breach = BreachRecorded(BreachKind.OUTSIDE_ADD, "", 1)
    (alert,) = alerts(trade.state, history(trade.plan, (*trade.events, fill, breach)), (fill, breach), VIEW)
    assert "Recorded as a breach of the plan." in texts([alert])[0].split("\n")


def test_a_corrected_fill_tells_the_position_it_makes() -> None:
    """The fill, the average before and after, the result."""
    trade = Trade(long_plan())
    trade.enter("60000", "60300")
    assert (
        trade.give(CorrectFill(2, Decimal(60_310), Decimal("0.0207"), 1))
        == """\
[INFO event 8 action 0]
<b>Fill 2 corrected: 0.0207 BTC at 60 310</b>
Plan 3 · BTC long · open 0.0415 BTC
Average 60 149.6 → 60 154.6 · liquidation about 54 411.2 (estimate)
Realised 0 USDT (0 R)"""
    )


def test_a_correction_that_risks_more_than_r_leads_with_that() -> None:
    """The excess stands first, with what mends it."""
    trade = Trade(long_plan(tiers=two_tiers()))
    trade.enter("60000")
    trade.jump("60400")
    trade.done(ActionKind.ADD)
    said = trade.give(CorrectFill(2, Decimal(62_500), Decimal("0.0413"), 1))
    assert (
        said
        == """\
[STOP_MOVE event 7 action 0]
<b>At risk 86.73 USDT: 45.13 USDT over R = 41.6 USDT</b>
Close 0.0432 BTC, or move the stop to 60 743.7 while price leaves it room.
Check the exchange first, use reduce-only, then cancel the orders left over.
Fill 2 corrected: 0.0413 BTC at 62 500
Plan 3 · BTC long · open 0.0829 BTC
Average 60 199.3 → 61 245.5 · liquidation about 55 397.9 (estimate)
Realised 0 USDT (0 R)
(Copy 0.0432 = 0.0432) | (Copy stop 60 743.7 = 60743.7)"""
    )


def test_an_excess_told_on_its_own_says_what_mends_it() -> None:
    """The finding stands without its fill too."""
    trade = Trade(long_plan(tiers=two_tiers()))
    trade.enter("60000")
    trade.jump("60400")
    trade.done(ActionKind.ADD)
    trade.give(CorrectFill(2, Decimal(62_500), Decimal("0.0413"), 1))
    (alert,) = alerts(trade.state, trade.state, (trade.events[-1],), VIEW)
    assert shown(alert).split("\n")[1].startswith("<b>At risk ")


def test_a_looser_stop_is_a_breach_with_the_user_s_reason() -> None:
    """The plan's stop is said again; the exchange's is believed."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(InsistStop(Decimal(58_500), "it will <turn>", 1))
        == """\
[INFO event 4 action 0]
<b>Looser stop noted: 58 500, at risk 31.2 USDT. The plan's stop stays 59 000</b>
Plan 3 · BTC long
Recorded as a breach of the plan: it will &lt;turn&gt;
The exchange is believed to hold your stop at 58 500.
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500
Checklist: 5 move the stop at once (open: stop to 59 000)"""
    )


def test_a_target_cancelled_before_tp1_is_no_breach() -> None:
    """Before the first target it is a change of mind."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(CancelTarget(2, "", 1))
        == """\
[INFO event 4 action 0]
<b>TP2 62 500 held past: 35 % of all entered stays open until TP3 64 000</b>
Plan 3 · BTC long · its stop rule goes with it (stop locks in 1R).
Cancel the resting order of TP2.
Rest now instead, reduce-only: TP1 0.0052 BTC at 61 000 · TP3 0.0135 BTC at 64 000.
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500"""
    )


def test_a_target_cancelled_after_tp1_is_a_breach() -> None:
    """Holding on after TP1 is greed, and is written down."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    assert (
        trade.give(CancelTarget(2, "moon", 1))
        == """\
[INFO event 18 action 0]
<b>TP2 62 500 held past: 35 % of all entered stays open until TP3 64 000</b>
Plan 3 · BTC long · its stop rule goes with it (stop locks in 1R).
Recorded as a breach of the plan: moon
Cancel the resting order of TP2.
Rest now instead, reduce-only: TP3 0.0537 BTC at 64 000.
Next: stop 60 433.3 · TP3 64 000
Checklist: 4 close the planned part at once (nothing open)"""
    )


def test_a_breach_of_adding_told_on_its_own_has_a_headline() -> None:
    """Every kind of breach has words."""
    trade = Trade(long_plan())
    trade.enter("60000")
    breach = BreachRecorded(BreachKind.OUTSIDE_ADD, "", 1)
    (alert,) = alerts(trade.state, trade.state, (breach,), VIEW)
    assert shown(alert).split("\n")[1] == "<b>Added outside the plan</b>"


def test_a_breach_in_an_assumed_market_of_another_coin_is_escaped() -> None:
    """A name with a special character can't break the message."""
    trade = Trade(long_plan(), view=replace(VIEW, base="A&B"))
    assert "A&amp;B long is armed" in shown(trade.said[-1])


def test_a_target_cancelled_told_without_its_event_has_a_headline() -> None:
    """Even alone the breach says which rule it was."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    breach = BreachRecorded(BreachKind.GREEDY_HOLD, "moon", 1)
    (alert,) = alerts(trade.state, trade.state, (breach,), VIEW)
    assert "held past: 25 % of all entered stays open until TP2 62 500</b>" in shown(alert)
