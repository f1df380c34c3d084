"""What is said about entering: the exact words, their urgency and their buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.events import BlockReason, TierBlocked, TierTriggered
from chatbot.core.evolve import evolve
from chatbot.core.inputs import Answer, CandleClosed, ClockTick, CorrectFill, Jump, ReportAdd
from chatbot.core.plan import (
    CloseBeyond,
    Follow,
    Guards,
    ManualTrigger,
    MarginMode,
    Plan,
    Resting,
    Tier,
)
from chatbot.core.state import ActionKind
from chatbot.core.timeframes import Timeframe
from chatbot.messages.alerts import alerts
from chatbot.ports import Priority
from tests.messages.trading import (
    BY_HAND,
    DOWN,
    MINUTE,
    UP,
    VIEW,
    Trade,
    long_plan,
    message_text,
    price,
    short_plan,
    texts,
)

HOUR = 60 * MINUTE


def test_an_armed_plan_says_what_it_waits_for() -> None:
    """Arming tells the first level and what would end the plan before it."""
    trade = Trade(long_plan())
    assert (
        "\n".join(message_text(alert.message) for alert in trade.said)
        == """\
<b>Plan 3 · BTC long is armed</b>
Next: ends at the stop 59 000 · tier 1 60 000 · ends at TP1 61 000
Checklist: 1 tier 1 only on its trigger (open: tier 1)"""
    )


def test_tier_1_is_offered_with_quantity_stop_risk_and_buttons() -> None:
    """The first line is the order to place; the stop belongs to it from the start."""
    assert (
        Trade(long_plan()).jump("60100", "60000")
        == """\
[ADD event 2 action 1]
<b>Add tier 1: 0.0208 BTC (25 %, about 1 248 USDT) near 60 000</b>
Plan 3 · BTC long · price at or below 60 000
Then set the stop at 59 000: the initial stop of the plan.
At risk 0 → 20.8 USDT
Average 60 000 · liquidation about 54 271.4 (estimate)
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(Done at 60 000: done 7/1) | (Other price: other_price 7/1)
(Skip: skip 7/1) | (Remind me in 5 min: snooze 7/1)
(Copy 0.0208 = 0.0208) | (Copy stop 59 000 = 59000)"""
    )


def test_tier_2_shows_the_stop_it_leads_to() -> None:
    """An add comes with the new stop, the money at risk before and after, and the new average."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.jump("60300")
        == """\
[ADD event 4 action 2]
<b>Add tier 2: 0.0207 BTC (25 %, about 1 248 USDT) near 60 300</b>
Plan 3 · BTC long · 0.5 % of price beyond tier 1's fill
Then move stop 59 000 → 59 899.7: average − 0.25R.
At risk 20.8 → 10.37 USDT
Average 60 000 → 60 149.6 · liquidation about 54 406.7 (estimate)
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tiers 2, 3, 4)
(Done at 60 300: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy 0.0207 = 0.0207) | (Copy stop 59 899.7 = 59899.7)"""
    )


def test_a_short_tier_2_mirrors_the_long_one() -> None:
    """For a short the stop comes down and the buffer lies above the average."""
    trade = Trade(short_plan())
    trade.enter("60000")
    assert (
        trade.jump("59700")
        == """\
[ADD event 4 action 2]
<b>Add tier 2: 0.0209 BTC (25 %, about 1 248 USDT) near 59 700</b>
Plan 3 · BTC short · 0.5 % of price beyond tier 1's fill
Then move stop 61 000 → 60 099.6: average + 0.25R.
At risk 20.8 → 10.42 USDT
Average 60 000 → 59 849.6 · liquidation about 65 507.1 (estimate)
Next: stop 60 099.6 · tier 3 59 400 · TP1 59 000
Checklist: 2 later tiers on their triggers (open: tiers 2, 3, 4)
(Done at 59 700: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy 0.0209 = 0.0209) | (Copy stop 60 099.6 = 60099.6)"""
    )


def test_an_add_says_which_stop_the_exchange_still_holds() -> None:
    """A stop move that was not confirmed shows with the next add."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        trade.jump("60600")
        == """\
[ADD event 7 action 4]
<b>Add tier 3: 0.0247 BTC (30 %, about 1 497 USDT) near 60 600</b>
Plan 3 · BTC long · price at or above 60 600
Then move stop 59 899.7 → 60 067.7: average − 0.25R.
At risk 10.37 → 16.55 USDT
Average 60 149.6 → 60 317.7 · liquidation about 54 558.7 (estimate)
The exchange is believed to hold your stop at 59 000.
Next: stop 60 067.7 · tier 4 60 900 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tiers 3, 4)
(Done at 60 600: done 7/4) | (Other price: other_price 7/4)
(Skip: skip 7/4) | (Remind me in 5 min: snooze 7/4)
(Copy 0.0247 = 0.0247) | (Copy stop 60 067.7 = 60067.7)"""
    )


def test_a_price_through_a_resting_entry_asks_whether_it_filled() -> None:
    """Nobody is told to buy what an order may have bought."""
    trade = Trade(long_plan(resting=Resting(entries=True)))
    assert (
        trade.jump("60000")
        == """\
[ADD event 2 action 1]
<b>Tier 1 reached at 60 000. Filled? At what price?</b>
Plan 3 · BTC long · price at or below 60 000
Your resting order: 0.0208 BTC (25 %, about 1 248 USDT). Not filled: tap so.
Then set the stop at 59 000: the initial stop of the plan.
At risk 0 → 20.8 USDT
Average 60 000 · liquidation about 54 271.4 (estimate)
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(Filled at 60 000: done 7/1) | (Other price: other_price 7/1)
(Not filled: skip 7/1) | (Remind me in 5 min: snooze 7/1)
(Copy 0.0208 = 0.0208) | (Copy stop 59 000 = 59000)"""
    )


def test_a_candle_trigger_gives_its_evidence_and_is_done_by_hand() -> None:
    """A close can't rest as an order, so even with resting entries the user adds by hand."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), CloseBeyond(Timeframe.H1, Decimal(60_200), UP)))
    trade = Trade(long_plan(tiers=tiers, resting=Resting(entries=True)))
    trade.enter("60000")
    candle = Candle(0, Decimal(60_000), Decimal(60_400), Decimal(59_900), Decimal(60_250), Decimal(1))
    assert (
        trade.give(CandleClosed(Timeframe.H1, candle, HOUR))
        == """\
[ADD event 4 action 2]
<b>Add tier 2: 0.0622 BTC (75 %, about 3 748 USDT) near 60 250</b>
Plan 3 · BTC long · 1h candle closes above 60 200 (1h candle closed)
Then move stop 59 000 → 59 937.4: average − 0.25R.
At risk 20.8 → 20.75 USDT
Average 60 000 → 60 187.3 · liquidation about 54 440.8 (estimate)
Next: stop 59 937.4 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tier 2)
(Done at 60 250: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy 0.0622 = 0.0622) | (Copy stop 59 937.4 = 59937.4)"""
    )


def test_an_add_whose_stop_can_not_follow_says_so() -> None:
    """A dip the plan allows leaves the stop where it is, when nothing tighter has room."""
    tiers = (long_plan().tiers[0], Tier(Decimal(10), price("59800", DOWN)), Tier(Decimal(65), price("60600", UP)))
    trade = Trade(long_plan(tiers=tiers, stop=Decimal(59_000)))
    trade.enter("60000")
    trade.state = replace(trade.state, stop=Decimal(59750))
    assert (
        trade.jump("59800")
        == """\
[ADD event 4 action 2]
<b>Add tier 2: 0.0083 BTC (10 %, about 496 USDT) near 59 800</b>
Plan 3 · BTC long · price at or below 59 800
Stop stays at 59 750: no scale-in rule gives a tighter one.
At risk 5.2 → 5.62 USDT
Average 60 000 → 59 943 · liquidation about 54 219.8 (estimate)
The exchange is believed to hold your stop at 59 000.
Next: stop 59 750 · tier 3 60 600 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tiers 2, 3)
(Done at 59 800: done 7/2) | (Other price: other_price 7/2)
(Skip: skip 7/2) | (Remind me in 5 min: snooze 7/2)
(Copy 0.0083 = 0.0083) | (Copy stop 59 750 = 59750)"""
    )


def test_an_assumed_add_asks_for_nothing() -> None:
    """Where fills are assumed there is nothing to confirm, and the message says so."""
    trade = Trade(long_plan(follow=Follow.ASSUMED))
    trade.jump("60000")
    assert (
        trade.jump("60300")
        == """\
[ADD event 4 action 0]
<b>Add tier 2: 0.0207 BTC (25 %, about 1 248 USDT) near 60 300</b>
Plan 3 · BTC long · 0.5 % of price beyond tier 1's fill
Taken as done at this price: fills are assumed in this plan.
Then move stop 59 000 → 59 899.7: average − 0.25R.
Rest now instead, reduce-only: TP1 0.0103 BTC at 61 000 · TP2 0.0146 BTC at 62 500 · TP3 0.0124 BTC at 64 000.
At risk 20.8 → 10.37 USDT
Average 60 000 → 60 149.6 · liquidation about 54 406.7 (estimate)
Next: stop 59 899.7 · tier 3 60 600 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tiers 3, 4)
(Copy stop 59 899.7 = 59899.7)"""
    )


def test_cross_margin_says_why_no_liquidation_price_is_shown() -> None:
    """With cross margin there is no liquidation price of one position."""
    trade = Trade(long_plan(margin_mode=MarginMode.CROSS))
    assert "No liquidation price: with cross margin it depends on the whole account." in trade.jump("60000")


def test_an_unknown_maintenance_rate_says_so() -> None:
    """Without a rate there is no estimate, and no pretended one."""
    trade = Trade(long_plan(), view=replace(VIEW, maintenance_rate=None))
    assert "No liquidation estimate: this market's maintenance rate is not known." in trade.jump("60000")


def test_a_long_without_leverage_has_no_liquidation_price() -> None:
    """A liquidation price of nothing is told as none."""
    assert "no liquidation above 0 (estimate)" in Trade(long_plan(leverage=Decimal(1))).jump("60000")


def test_a_tier_too_small_for_the_lot_is_blocked_and_ends_the_plan() -> None:
    """The reason names the lot; a plan without its first tier is over."""
    assert (
        Trade(long_plan(lot_size=Decimal(1))).jump("60000")
        == """\
[INFO event 2 action 0]
<b>Plan 3 closed: nothing entered</b>
Plan 3 · BTC long · the setup was gone before the entry.
Do not add tier 1 at 60 000: its quantity rounds down to 0 (lot 1)
Cancel the orders left over."""
    )


def test_averaging_down_too_deep_is_blocked() -> None:
    """The block names the deepest price at which the rule allows an add."""
    tiers = (long_plan().tiers[0], Tier(Decimal(25), price("59600", DOWN)), Tier(Decimal(50), price("60600", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    assert (
        trade.jump("59400")
        == """\
[STOP_MOVE event 4 action 0]
<b>Reassess or exit tier 1: 59 400 is 0.6R against it</b>
Plan 3 · BTC long · tier 1 at 60 000; the rule speaks at 0.5R.
Open 0.0208 BTC · stop 59 000 · at risk 20.8 USDT
To exit by hand: Check the exchange first, use reduce-only, then cancel the orders left over. Then /exited.
Next: stop 59 000 · tier 2 59 600 · TP1 61 000
Checklist: 3 against tier 1: reassess or exit (open: reassess or exit tier 1)
(Copy 0.0208 = 0.0208)

[ADD event 5 action 0]
<b>Do not add tier 2 at 59 400: below 59 500, the limit (0.5R below the average 60 000)</b>
Plan 3 · BTC long · tier 2 is off for good.
Next: stop 59 000 · tier 3 60 600 · TP1 61 000
Checklist: 2 later tiers on their triggers (open: tier 3)"""
    )


def test_a_tier_beyond_the_structure_is_blocked() -> None:
    """The block names the structure level."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), price("59800", DOWN)))
    trade = Trade(long_plan(tiers=tiers, guards=Guards(structure_level=Decimal(59_900))))
    trade.enter("60000")
    assert (
        trade.jump("59790")
        == """\
[ADD event 4 action 0]
<b>Do not add tier 2 at 59 790: beyond the structure level 59 900</b>
Plan 3 · BTC long · tier 2 is off for good.
Next: stop 59 000 · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (nothing open)"""
    )


def test_a_tier_that_would_risk_more_than_r_is_blocked() -> None:
    """The block names the money that would be at risk and R."""
    tiers = (replace(long_plan().tiers[0], weight_pct=Decimal(10)), Tier(Decimal(90), price("59600", DOWN)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    assert (
        trade.jump("59600")
        == """\
[ADD event 4 action 0]
<b>Do not add tier 2 at 59 600: 53.6 USDT would be at risk, more than R = 8.3 USDT</b>
Plan 3 · BTC long · tier 2 is off for good.
Next: stop 59 000 · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (nothing open)"""
    )


def test_a_pending_add_that_a_guard_refuses_is_taken_back() -> None:
    """An add that waits is judged again, and its order is to be cancelled."""
    tiers = (long_plan().tiers[0], Tier(Decimal(25), price("60600", UP)), Tier(Decimal(50), price("60900", UP)))
    trade = Trade(long_plan(tiers=tiers, guards=Guards(structure_level=Decimal(59_800))))
    trade.enter("60000")
    trade.jump("60600")
    assert (
        trade.jump("59790")
        == """\
[ADD event 5 action 0]
<b>Do not add tier 2 at 59 790: beyond the structure level 59 800</b>
Plan 3 · BTC long · tier 2 is off for good.
The earlier offer of tier 2 no longer counts: cancel its order.
If it filled all the same, send <code>/added 3 60600 0.0206</code>
Next: stop 59 000 · tier 3 60 900 · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (open: tier 3)
(Copy /added 3 60600 0.0206 = /added 3 60600 0.0206)"""
    )


def test_a_pending_add_that_would_risk_too_much_is_taken_back() -> None:
    """The risk guard judges a waiting add with the quantity that was offered."""
    tiers = (replace(long_plan().tiers[0], weight_pct=Decimal(10)), Tier(Decimal(90), price("60400", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    trade.jump("60400")
    assert (
        trade.jump("59900")
        == """\
[ADD event 5 action 0]
<b>Do not add tier 2 at 59 900: 75.35 USDT would be at risk, more than R = 8.3 USDT</b>
Plan 3 · BTC long · tier 2 is off for good.
The earlier offer of tier 2 no longer counts: cancel its order.
If it filled all the same, send <code>/added 3 60400 0.0745</code>
Next: stop 59 000 · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (nothing open)
(Copy /added 3 60400 0.0745 = /added 3 60400 0.0745)"""
    )


def test_an_add_whose_price_ran_away_is_not_chased() -> None:
    """Not to chase, by how much, and the level at which the tier counts again."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    assert (
        trade.jump("60850")
        == """\
[ADD event 5 action 0]
<b>Do not chase tier 2: 60 850 is above 60 800, the limit (0.5R above its price 60 300)</b>
Plan 3 · BTC long
The earlier offer of tier 2 no longer counts: cancel its order.
If it filled all the same, send <code>/added 3 60300 0.0207</code>
Tier 2 is armed again once price returns to 60 300.
Checklist: 2 later tiers on their triggers (open: tiers 2, 3, 4)
(Copy /added 3 60300 0.0207 = /added 3 60300 0.0207)"""
    )


def test_an_add_found_late_is_not_chased() -> None:
    """A first price far past the level is not offered at all."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.jump("60900")
        == """\
[ADD event 4 action 0]
<b>Do not chase tier 2: 60 900 is above 60 800, the limit (0.5R above its price 60 300)</b>
Plan 3 · BTC long
Tier 2 is armed again once price returns to 60 300.
Checklist: 2 later tiers on their triggers (open: tiers 2, 3, 4)"""
    )


def test_a_first_tier_that_ran_away_is_withdrawn() -> None:
    """Tier 1 is not chased either."""
    trade = Trade(long_plan())
    trade.jump("60000")
    assert (
        trade.jump("60600")
        == """\
[ADD event 3 action 0]
<b>Do not chase tier 1: 60 600 is above 60 500, the limit (0.5R above its price 60 000)</b>
Plan 3 · BTC long
The earlier offer of tier 1 no longer counts: cancel its order.
If it filled all the same, send <code>/added 3 60000 0.0208</code>
Tier 1 is armed again once price returns to 60 000.
Checklist: 1 tier 1 only on its trigger (open: tier 1)
(Copy /added 3 60000 0.0208 = /added 3 60000 0.0208)"""
    )


def test_a_withdrawn_tier_is_offered_again_in_one_message() -> None:
    """Price back at the level arms and offers the tier at once: one message, the offer."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60900")
    said = trade.jump("60300")
    assert said.startswith("[ADD event")
    assert len(trade.said) == 1


def test_a_withdrawn_tier_is_armed_again_below_its_level() -> None:
    """Price back through the level arms the tier without offering it."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60900")
    assert (
        trade.jump("60200")
        == """\
[INFO event 5 action 0]
<b>Tier 2 is armed again: price is back at 60 200</b>
Plan 3 · BTC long
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500"""
    )


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


def test_a_manual_trigger_asks_its_question_escaped() -> None:
    """The user's own words can't break the message."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), ManualTrigger("volume > 2 & <b>rising</b>?")))
    trade = Trade(long_plan(tiers=tiers))
    trade.jump("60000")
    assert (
        trade.done(ActionKind.ADD)
        == """\
[INFO event 3 action 0]
<b>Tier 1 is in: 0.0208 BTC at 60 000</b>
Plan 3 · BTC long
Set the stop at 59 000, if it is not there yet.
Rest now, reduce-only: TP1 0.0052 BTC at 61 000 · TP2 0.0072 BTC at 62 500 · TP3 0.0063 BTC at 64 000.
At risk 0 → 20.8 USDT
Average 60 000 · liquidation about 54 271.4 (estimate)
Next: stop 59 000 · tier 2 on your yes · TP1 61 000 · reassess 59 500
Checklist: 1 tier 1 only on its trigger (nothing open) · 5 move the stop at once (nothing open)

[ADD event 4 action 2]
<b>Tier 2: volume &gt; 2 &amp; &lt;b&gt;rising&lt;/b&gt;?</b>
Plan 3 · BTC long · yes offers tier 2 at the price of that moment, after the guards.
Next: stop 59 000 · tier 2 on your yes · TP1 61 000 · reassess 59 500
Checklist: 2 later tiers on their triggers (open: tier 2)
(Yes: yes 7/2) | (Skip: skip 7/2)
(Remind me in 5 min: snooze 7/2)"""
    )


def test_a_yes_offers_the_tier_at_the_price_of_now() -> None:
    """The answer's price is the tier's price."""
    trade = Trade(long_plan(tiers=(Tier(Decimal(100), ManualTrigger("retest held?")),)))
    action = trade.state.pending(ActionKind.ANSWER)
    assert action is not None
    said = trade.give(Answer(action.number, Decimal(60_000), MINUTE))
    assert "<b>Add tier 1: 0.0833 BTC (100 %, about 4 998 USDT) near 60 000</b>" in said
    assert "your yes to “retest held?” (confirmed by you)" in said


def test_a_first_tier_question_belongs_to_the_first_item() -> None:
    """Even the first tier may wait for the user's eyes."""
    trade = Trade(long_plan(tiers=(Tier(Decimal(100), ManualTrigger("retest held?")),)))
    assert "Checklist: 1 tier 1 only on its trigger (open: tier 1)" in message_text(trade.said[-1].message)


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


@pytest.mark.parametrize("question", ["why? " * 200, "𝄞" * 900])
def test_a_long_question_is_shortened(question: str) -> None:
    """However much the user wrote, the message fits."""
    trade = Trade(long_plan(tiers=(Tier(Decimal(100), ManualTrigger(question)),)))
    text = trade.said[-1].message.text
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert "…" in text


def test_a_jump_over_two_levels_offers_one_tier_at_a_time() -> None:
    """While one tier waits for its answer the next is not armed, so nothing else is said."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.give(Jump(Decimal(60_650), MINUTE * 9))
    assert [alert.action for alert in trade.said] == [2]


def test_a_resting_entry_found_late_is_asked_about_at_its_own_price() -> None:
    """An order that rests filled on the way, wherever price is by now: it is not chased, and its level is offered."""
    trade = Trade(long_plan(resting=Resting(entries=True)))
    trade.enter("60000")
    said = trade.jump("60900")
    assert "<b>Tier 2 reached at 60 300. Filled? At what price?</b>" in said
    assert "(Filled at 60 300: done 7/2)" in said


def test_a_blocked_entry_that_rests_is_cancelled_or_told() -> None:
    """The order may have filled before the block could be said: the command for that is there."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), price("59800", DOWN)))
    plan = long_plan(tiers=tiers, guards=Guards(structure_level=Decimal(59_900)), resting=Resting(entries=True))
    trade = Trade(plan)
    trade.enter("60000")
    said = trade.jump("59790")
    assert (
        "Cancel the resting order of tier 2.\nIf it filled all the same, send <code>/added 3 59800 0.0627</code>"
        in said
    )
    assert "(Copy /added 3 59800 0.0627 = /added 3 59800 0.0627)" in said


def test_a_blocked_tier_of_a_candle_has_no_order_to_cancel() -> None:
    """Only a level can rest; what a candle decides never did."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), CloseBeyond(Timeframe.H1, Decimal(59_700), UP)))
    plan = long_plan(tiers=tiers, guards=Guards(structure_level=Decimal(59_900)), resting=Resting(entries=True))
    trade = Trade(plan)
    trade.enter("60000")
    candle = Candle(0, Decimal(59_700), Decimal(59_900), Decimal(59_600), Decimal(59_800), Decimal(1))
    said = trade.give(CandleClosed(Timeframe.H1, candle, HOUR))
    assert "Do not add tier 2" in said
    assert "ancel" not in said


def test_a_tier_that_is_too_small_and_rests_has_no_command() -> None:
    """A quantity of 0 can't have filled."""
    tiers = (long_plan().tiers[0], Tier(Decimal("0.01"), price("59800", DOWN)))
    trade = Trade(long_plan(tiers=tiers, resting=Resting(entries=True)))
    trade.enter("60000")
    said = trade.jump("59800")
    assert "its quantity rounds down to 0 (lot 0.0001)" in said
    assert "/added" not in said


@pytest.mark.parametrize(
    ("plan", "entry", "deep", "said"),
    [
        (long_plan, "60000", "59499", "59 499: below 59 500, the limit (0.5R below the average 60 000)"),
        (short_plan, "60000", "60501", "60 501: above 60 500, the limit (0.5R above the average 60 000)"),
    ],
)
def test_an_average_down_just_too_deep_names_the_limit(
    plan: Callable[..., Plan], entry: str, deep: str, said: str
) -> None:
    """A hair over the limit reads as what it is: prices are told, not multiples that round to the same."""
    far = price("59600", DOWN) if plan is long_plan else price("60400", UP)
    trade = Trade(plan(tiers=(plan().tiers[0], Tier(Decimal(75), far))))
    trade.enter(entry)
    assert f"<b>Do not add tier 2 at {said}</b>" in trade.jump(deep)


def test_a_short_that_ran_away_names_the_limit_below() -> None:
    """For a short the chase goes down; the limit lies on the near side of its tick."""
    trade = Trade(short_plan(tick_size=Decimal(1)))
    trade.enter("60000")
    assert "<b>Do not chase tier 2: 59 199 is below 59 200, the limit (0.5R below its price 59 700)</b>" in (
        trade.jump("59199")
    )


def test_an_offer_that_came_late_is_chased_from_its_own_price() -> None:
    """The limit counts from the price that was offered; the tier is armed again at its level."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60350")
    said = trade.jump("60851")
    assert "60 851 is above 60 850, the limit (0.5R above its price 60 350)" in said
    assert "Tier 2 is armed again once price returns to 60 300." in said


def test_an_entry_at_the_stop_is_told_to_exit_and_has_no_r() -> None:
    """No distance to the stop, no R: nothing is divided by it, and the exit is the only order."""
    trade = Trade(long_plan())
    trade.jump("60000")
    said = trade.done(ActionKind.ADD, price=Decimal(59_000))
    assert "Set the stop" not in said
    assert "What to do now is in the exit's message." in said
    assert trade.said[-1].priority is Priority.STOP


def test_a_guard_without_an_r_is_told_in_prices() -> None:
    """A fill corrected to the stop leaves no R to count in: the limit is the average itself."""
    trade = Trade(long_plan(tiers=(long_plan().tiers[0], Tier(Decimal(75), price("60600", UP)))))
    trade.enter("60000")
    trade.give(CorrectFill(1, Decimal(59_000), Decimal("0.0208"), 1))
    event = TierBlocked(2, Decimal(58_990), BlockReason.AVERAGING_DOWN, 1)
    (alert,) = alerts(trade.state, evolve(trade.state, event), (event,), VIEW)
    assert "Do not add tier 2 at 58 990: below 59 000, the limit (0.5R below the average 59 000)" in (
        message_text(alert.message)
    )


def test_a_tighter_stop_without_room_is_told_with_its_price() -> None:
    """The stop stays although a rule has a tighter one: the market is too near to it."""
    tiers = (long_plan().tiers[0], Tier(Decimal(10), price("59800", DOWN)), Tier(Decimal(65), price("60600", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    position = replace(trade.state.position, quantity=Decimal("0.2"), entered=Decimal("0.2"))
    trade.state = replace(trade.state, stop=Decimal(59_700), position=position)
    event = TierTriggered(2, Decimal(59_900), Decimal("0.0083"), 2, 1)
    (alert,) = alerts(trade.state, evolve(trade.state, event), (event,), VIEW)
    assert "Stop stays at 59 700: the tighter 59 896.2 is too close to the market, a stop keeps 100 of room." in (
        message_text(alert.message)
    )


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
