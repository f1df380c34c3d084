"""What is said about entering: the exact words, their urgency and their buttons."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.events import TierTriggered
from chatbot.core.evolve import evolve
from chatbot.core.inputs import Answer, CandleClosed, Jump
from chatbot.core.plan import (
    CloseBeyond,
    Follow,
    ManualTrigger,
    MarginMode,
    Resting,
    Tier,
)
from chatbot.core.state import ActionKind
from chatbot.core.timeframes import Timeframe
from chatbot.messages.alerts import alerts
from tests.messages.trading import (
    DOWN,
    MINUTE,
    UP,
    VIEW,
    Trade,
    long_plan,
    message_text,
    price,
    short_plan,
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
<b>Add tier 1: 0.0208 BTC (25 % of margin, about 1 248 USDT) near 60 000</b>
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
<b>Add tier 2: 0.0207 BTC (25 % of margin, about 1 248 USDT) near 60 300</b>
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
<b>Add tier 2: 0.0209 BTC (25 % of margin, about 1 248 USDT) near 59 700</b>
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
<b>Add tier 3: 0.0247 BTC (30 % of margin, about 1 497 USDT) near 60 600</b>
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
Your resting order: 0.0208 BTC (25 % of margin, about 1 248 USDT). Not filled: tap so.
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
<b>Add tier 2: 0.0622 BTC (75 % of margin, about 3 748 USDT) near 60 250</b>
Plan 3 · BTC long · 1h candle closes above 60 200
1h close 60 250 above 60 200, candle closed 01:00 UTC
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
<b>Add tier 2: 0.0083 BTC (10 % of margin, about 496 USDT) near 59 800</b>
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
<b>Add tier 2: 0.0207 BTC (25 % of margin, about 1 248 USDT) near 60 300</b>
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
    trade = Trade(long_plan(), view=replace(VIEW, maintenance=None))
    assert "No liquidation estimate: this market's maintenance rate is not known." in trade.jump("60000")


def test_a_long_without_leverage_has_no_liquidation_price() -> None:
    """A liquidation price of nothing is told as none."""
    assert "no liquidation above 0 (estimate)" in Trade(long_plan(leverage=Decimal(1))).jump("60000")


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
    assert "<b>Add tier 1: 0.0833 BTC (100 % of margin, about 4 998 USDT) near 60 000</b>" in said
    assert "your yes to “retest held?”\n“retest held?” answered yes 00:01 UTC\n" in said


def test_a_first_tier_question_belongs_to_the_first_item() -> None:
    """Even the first tier may wait for the user's eyes."""
    trade = Trade(long_plan(tiers=(Tier(Decimal(100), ManualTrigger("retest held?")),)))
    assert "Checklist: 1 tier 1 only on its trigger (open: tier 1)" in message_text(trade.said[-1].message)


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
