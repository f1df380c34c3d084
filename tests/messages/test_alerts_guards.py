"""What a guard says of a tier: the number, the rule, and what to do about an order that rests or was offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.events import BlockReason, TierBlocked
from chatbot.core.evolve import evolve
from chatbot.core.inputs import CandleClosed, CorrectFill
from chatbot.core.plan import (
    CloseBeyond,
    Guards,
    Plan,
    Resting,
    Tier,
)
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
<b>Do not add tier 2 at 59 400: 100 below the limit 59 500</b>
Plan 3 · BTC long · Averaging down: at most 0.5R below the average 60 000; this is 0.6R.
Tier 2 is off for good.
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
<b>Do not add tier 2 at 59 790: 110 below the structure level 59 900</b>
Plan 3 · BTC long · Structure: nothing is added beyond that level.
Tier 2 is off for good.
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
<b>Do not add tier 2 at 59 600: 53.6 USDT would be at risk, 45.3 USDT over R</b>
Plan 3 · BTC long · Risk: at most R = 8.3 USDT; that takes a stop at 59 540.6, closer to the market than 100.
Tier 2 is off for good.
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
<b>Do not add tier 2 at 59 790: 10 below the structure level 59 800</b>
Plan 3 · BTC long · Structure: nothing is added beyond that level.
Tier 2 is off for good.
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
<b>Do not add tier 2 at 59 900: 75.35 USDT would be at risk, 67.05 USDT over R</b>
Plan 3 · BTC long · Risk: at most R = 8.3 USDT; that takes a stop at 59 809.8, closer to the market than 100.
Tier 2 is off for good.
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
<b>Do not chase tier 2: 60 850 is 50 above the limit 60 800</b>
Plan 3 · BTC long · Chasing: at most 0.5R above tier 2's price 60 300.
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
<b>Do not chase tier 2: 60 900 is 100 above the limit 60 800</b>
Plan 3 · BTC long · Chasing: at most 0.5R above tier 2's price 60 300.
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
<b>Do not chase tier 1: 60 600 is 100 above the limit 60 500</b>
Plan 3 · BTC long · Chasing: at most 0.5R above tier 1's price 60 000.
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
        (long_plan, "60000", "59499", "59 499: 1 below the limit 59 500"),
        (short_plan, "60000", "60501", "60 501: 1 above the limit 60 500"),
    ],
)
def test_an_average_down_just_too_deep_names_the_limit(
    plan: Callable[..., Plan], entry: str, deep: str, said: str
) -> None:
    """A hair over the limit reads as what it is: prices are told, not multiples that round to the same."""
    far = price("59600", DOWN) if plan is long_plan else price("60400", UP)
    trade = Trade(plan(tiers=(plan().tiers[0], Tier(Decimal(75), far))))
    trade.enter(entry)
    told = trade.jump(deep)
    assert f"<b>Do not add tier 2 at {said}</b>" in told
    assert "this is" not in told


def test_a_short_that_ran_away_names_the_limit_below() -> None:
    """For a short the chase goes down; the limit lies on the near side of its tick."""
    trade = Trade(short_plan(tick_size=Decimal(1)))
    trade.enter("60000")
    said = trade.jump("59199")
    assert "<b>Do not chase tier 2: 59 199 is 1 below the limit 59 200</b>" in said
    assert "Chasing: at most 0.5R below tier 2's price 59 700." in said


def test_an_offer_that_came_late_is_chased_from_its_own_price() -> None:
    """The limit counts from the price that was offered; the tier is armed again at its level."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60350")
    said = trade.jump("60851")
    assert "60 851 is 1 above the limit 60 850" in said
    assert "Chasing: at most 0.5R above tier 2's price 60 350." in said
    assert "Tier 2 is armed again once price returns to 60 300." in said


def test_a_guard_without_an_r_is_told_in_prices() -> None:
    """A fill corrected to the stop leaves no R to count in: the limit is the average itself."""
    trade = Trade(long_plan(tiers=(long_plan().tiers[0], Tier(Decimal(75), price("60600", UP)))))
    trade.enter("60000")
    trade.give(CorrectFill(1, Decimal(59_000), Decimal("0.0208"), 1))
    event = TierBlocked(2, Decimal(58_990), BlockReason.AVERAGING_DOWN, 1)
    (alert,) = alerts(trade.state, evolve(trade.state, event), (event,), VIEW)
    said = message_text(alert.message)
    assert "Do not add tier 2 at 58 990: 10 below the limit 59 000" in said
    assert "Averaging down: at most 0.5R below the average 59 000." in said
