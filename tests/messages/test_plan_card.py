"""The card of a plan, and the list of plans."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.events import PlanArmed
from chatbot.core.evolve import evolve
from chatbot.core.inputs import Abandon, CancelTarget, InsistStop
from chatbot.core.plan import Follow, Guards, ManualTrigger, Resting, Tier
from chatbot.core.state import Phase, fresh
from chatbot.messages.status import plan_card, plan_list
from tests.messages.test_status import card, row
from tests.messages.trading import BY_HAND, DOWN, VIEW, Trade, long_plan, price


def test_the_plan_card_shows_all_that_was_agreed() -> None:
    """Tiers with their state, targets, rules, guards and orders."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    assert (
        card(trade)
        == """\
<b>Plan 3 · BTC long · open</b>

BTC/USDT:USDT on binanceusdm · price 60 450
Unconfirmed: add tier 2 (0.0207 BTC)
Tiers 1 of 4 in (25 % of margin) · 0.0208 BTC at 60 000 on average
Stop 59 000 · at risk 20.8 USDT · R 1 000 in price = 20.8 USDT
Unrealised +9.36 USDT (0.45 R) before fees · realised 0 USDT (0 R)
Average 60 000 · liquidation about 54 271.4 (estimate)
Next, in % of price: stop 59 000 (−2.4 %) · TP1 61 000 (+0.91 %) · reassess 59 500 (−1.57 %)
Tiers
1 · 25 % of margin · price at or below 60 000 · in: 0.0208 BTC at 60 000
2 · 25 % of margin · 0.5 % of price beyond tier 1's fill · to confirm: 0.0207 BTC near 60 300
3 · 30 % of margin · price at or above 60 600 · waits for its turn
4 · 20 % of margin · price at or above 60 900 · waits for its turn
Targets
TP1 61 000 · closes 25 % of all entered · stop to break-even
TP2 62 500 · closes 35 % of all entered · stop locks in 1R
TP3 64 000 · closes 30 % of all entered · stop trails 1 % of price behind in steps of 0.25 % of price
Initial stop 59 000 · margin 500 USDT (5 % of equity 10 000 USDT) × 10 isolated
Guards: averaging down at most 0.5R · no adding after TP1
Resting orders: stop, targets
Fills: as you confirm them"""
    )


def test_the_card_of_a_plan_with_every_extra() -> None:
    """Structure, adds after TP1, expiry, breaches, cancelled and reached targets, blocked and skipped tiers."""
    tiers = (
        long_plan().tiers[0],
        Tier(Decimal(25), price("59950", DOWN)),
        Tier(Decimal(25), price("60300", DOWN)),
        Tier(Decimal(25), ManualTrigger("a <b> c?")),
    )
    guards = Guards(structure_level=Decimal(59_960), add_after_first_target=True)
    plan = long_plan(tiers=tiers, guards=guards, expires_at=86_400_000, resting=BY_HAND)
    trade = Trade(plan)
    trade.enter("60000")
    trade.jump("59950")
    trade.give(InsistStop(Decimal(58_500), "no", 1))
    trade.give(CancelTarget(2, "", 1))
    trade.jump("61000")
    assert (
        card(trade)
        == """\
<b>Plan 3 · BTC long · open</b>

BTC/USDT:USDT on binanceusdm · price 60 450
Unconfirmed: question of tier 4, close TP1 (0.0052 BTC), stop to 60 000
Tiers 1 of 4 in (25 % of margin) · 0.0156 to 0.0208 BTC at 60 000 on average
Stop 60 000 · at risk depends on the unanswered close · R 1 000 in price = 20.8 USDT
Unrealised +7.02 USDT to +9.36 USDT before fees · realised 0 USDT (0 R)
Average 60 000 · liquidation about 54 271.4 (estimate)
Next, in % of price: stop 60 000 (−0.74 %) · tier 4 on your yes · TP3 64 000 (+5.87 %)
Breach 1970-01-01 00:00 UTC · looser stop: no
Tiers
1 · 25 % of margin · price at or below 60 000 · in: 0.0208 BTC at 60 000
2 · 25 % of margin · price at or below 59 950 · blocked: structure
3 · 25 % of margin · price at or below 60 300 · blocked: structure
4 · 25 % of margin · your yes to “a &lt;b&gt; c?” · armed
Targets
TP1 61 000 · closes 25 % of all entered · stop to break-even · reached
TP2 62 500 · closes 35 % of all entered · stop locks in 1R · held past
TP3 64 000 · closes 30 % of all entered · stop trails 1 % of price behind in steps of 0.25 % of price
Initial stop 59 000 · margin 500 USDT (5 % of equity 10 000 USDT) × 10 isolated
Guards: averaging down at most 0.5R · adding goes on after TP1 · no add beyond 59 960
Resting orders: none
Fills: as you confirm them
Expires 1970-01-02 00:00 UTC without an entry"""
    )


def test_the_card_names_what_the_user_knows() -> None:
    """The warnings that were accepted, as they were said."""
    trade = Trade(long_plan())
    state = evolve(fresh(trade.plan), PlanArmed(0, ("12 % of equity goes into <one> trade.",)))
    text = plan_card(state, VIEW, None).text
    assert " · no price yet\n" in text
    assert text.endswith("You know: 12 % of equity goes into &lt;one&gt; trade.")


def test_the_card_of_a_closed_plan_says_how_it_ended() -> None:
    """A plan that is over has no next levels."""
    trade = Trade(long_plan(follow=Follow.ASSUMED))
    trade.give(Abandon(1))
    text = card(trade, None)
    assert text.startswith("<b>Plan 3 · BTC long · closed: you cancelled it before the entry</b>")
    assert "Next:" not in text
    assert "Fills: assumed" in text


def test_resting_entries_are_listed() -> None:
    """What the plan believes on the exchange is said."""
    trade = Trade(long_plan(resting=Resting(entries=True)))
    assert "Resting orders: entries, stop, targets" in card(trade)


def test_the_list_of_plans_has_the_open_ones_first() -> None:
    """Open before closed, newest first, names escaped."""
    rows = [row(1, Phase.OPEN), row(2, Phase.CLOSED), replace(row(3, Phase.WAITING), symbol="A<B/USDT:USDT")]
    assert (
        plan_list(rows).text
        == """\
<b>Plans</b>
3 · A&lt;B/USDT:USDT · waiting for tier 1 · /plan 3
1 · BTC/USDT:USDT · open · /plan 1
2 · BTC/USDT:USDT · closed · /plan 2"""
    )


def test_no_plans_has_a_way_to_begin_one() -> None:
    """An empty list says what to do."""
    assert plan_list([]).text == "No plans yet. /new begins one."


@pytest.mark.parametrize("tiers", [2, 4, 12])
def test_a_plan_card_always_fits_into_one_message(tiers: int) -> None:
    """Long questions in every tier are shortened, and the card says that something is left out."""
    questions = tuple(Tier(Decimal(10), ManualTrigger("why? " * 300)) for _ in range(tiers))
    text = plan_card(Trade(long_plan(tiers=questions)).state, VIEW, Decimal(60_000)).text
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert ("… the rest does not fit into one message" in text) is (tiers > 4)
