"""Status: what stands, what is unconfirmed, how far the next levels are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core.figures import GAP
from chatbot.core.inputs import InsistStop, ReportExit
from chatbot.core.plan import Follow, Guards, ManualTrigger, Tier
from chatbot.core.quiet import Interval
from chatbot.core.state import ActionKind, Phase
from chatbot.messages.status import plan_card, plan_list, status
from chatbot.records import PlanRow
from tests.messages.trading import BY_HAND, MINUTE, VIEW, Trade, long_plan, short_plan

ENTERED = ("60000", "60300", "60600", "60900")


def told(trade: Trade, at: str | None = "60450") -> str:
    """The status of one plan, with plain spaces."""
    return status([(trade.state, VIEW, None if at is None else Decimal(at))]).text.replace(GAP, " ")


def card(trade: Trade, at: str | None = "60450") -> str:
    """The plan card, with plain spaces."""
    return plan_card(trade.state, VIEW, None if at is None else Decimal(at)).text.replace(GAP, " ")


def test_no_open_plan_has_a_way_to_begin_one() -> None:
    """An empty status says what to do."""
    assert status([]).text == "No open plan. /new begins one."


def test_a_waiting_plan_shows_its_levels_and_distances() -> None:
    """Before the entry: where tier 1 is, and what would end the plan."""
    assert (
        told(Trade(long_plan()))
        == """\
<b>Status · 00:00 UTC</b>

<b>Plan 3 · BTC long</b> · waiting for tier 1 · 60 450
Tiers 0 of 4 in · stop 59 000
Next, in % of price: ends at the stop 59 000 (−2.4 %) · tier 1 60 000 (−0.74 %) · ends at TP1 61 000 (+0.91 %)"""
    )


def test_an_open_plan_shows_everything_in_a_few_lines() -> None:
    """Unconfirmed first, then position, stop, R, results and distances."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        told(trade)
        == """\
<b>Status · 00:00 UTC</b>

<b>Plan 3 · BTC long</b> · open · 60 450
Unconfirmed: stop to 59 899.7
Tiers 2 of 4 in (50 % of margin) · 0.0415 BTC at 60 149.6 on average
Stop 59 899.7 (exchange believed to hold 59 000) · at risk 10.37 USDT · R 1 000 in price = 20.8 USDT
Unrealised +12.47 USDT (0.6 R) before fees · realised 0 USDT (0 R)
Next, in % of price: stop 59 899.7 (−0.91 %) · tier 3 60 600 (+0.25 %) · TP1 61 000 (+0.91 %)"""
    )


def test_an_unconfirmed_close_shows_what_it_would_close_now() -> None:
    """After a part went by hand, no more than what is open."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter("60000")
    trade.jump("61000")
    assert "close TP1 (0.0052 BTC)" in told(trade)
    trade.give(ReportExit(Decimal(61_000), MINUTE, Decimal("0.0200")))
    assert "close TP1 (0.0008 BTC)" in told(trade)


def test_an_old_price_is_shown_with_its_time() -> None:
    """Who reads the status must not take a price of some time ago for the one of now."""
    view = replace(VIEW, now=14 * 60 * 60_000, seen_at=13 * 60 * 60_000 + 46 * 60_000)
    state = Trade(long_plan()).state
    text = status([(state, view, Decimal(60_450))]).text.replace(GAP, " ")
    assert "· waiting for tier 1 · 60 450, last 13:46 UTC\n" in text
    assert "price 60 450, last 13:46 UTC\n" in plan_card(state, view, Decimal(60_450)).text.replace(GAP, " ")


def test_a_withdrawn_tier_shows_where_it_counts_again() -> None:
    """The level at which a tier that was not chased is armed again."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60900")
    assert "tier 2 armed again 60 300 (−0.25 %)" in told(trade)


def test_a_short_plan_gains_as_price_falls() -> None:
    """The mirror: a lower price is a gain."""
    trade = Trade(short_plan())
    trade.enter("60000")
    assert "Unrealised +6.24 USDT (0.3 R) before fees · realised 0 USDT (0 R)" in told(trade, "59700")


def test_without_a_price_only_what_is_known_is_told() -> None:
    """No price: no distances, no unrealised result."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        told(trade, None)
        == """\
<b>Status · 00:00 UTC</b>

<b>Plan 3 · BTC long</b> · open · no price
Tiers 1 of 4 in (25 % of margin) · 0.0208 BTC at 60 000 on average
Stop 59 000 · at risk 20.8 USDT · R 1 000 in price = 20.8 USDT
Realised 0 USDT (0 R)
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500"""
    )


def test_an_unanswered_close_makes_ranges() -> None:
    """What may be closed is neither open nor closed: size and result are told as ranges."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert (
        told(trade, "61200")
        == """\
<b>Status · 00:00 UTC</b>

<b>Plan 3 · BTC long</b> · open · 61 200
Unconfirmed: close TP1 (0.0206 BTC)
Tiers 4 of 4 in (100 % of margin) · 0.062 to 0.0826 BTC at 60 433.3 on average
Stop 60 433.3 · at risk depends on the unanswered close · R 1 000 in price = 20.8 USDT
Unrealised +47.54 USDT to +63.33 USDT before fees · realised 0 USDT (0 R)
Next, in % of price: stop 60 433.3 (−1.25 %) · TP2 62 500 (+2.12 %)"""
    )


def test_every_pending_action_has_words() -> None:
    """Adds, questions, stop moves and exits are named."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), ManualTrigger("higher low?")))
    trade = Trade(long_plan(tiers=tiers, resting=BY_HAND))
    trade.jump("60000")
    assert "Unconfirmed: add tier 1 (0.0208 BTC)" in told(trade)
    trade.done(ActionKind.ADD)
    assert "Unconfirmed: question of tier 2" in told(trade)
    trade.jump("58990")
    assert "Unconfirmed: exit" in told(trade)


def test_an_entry_at_the_stop_has_no_r_to_count_in() -> None:
    """With no distance to the stop there is no R, and none is made up."""
    trade = Trade(long_plan())
    trade.jump("60000")
    trade.done(ActionKind.ADD, price=Decimal(59_000))
    assert "Unrealised +30.16 USDT before fees · realised" in told(trade)


def test_a_pause_between_adds_is_told_while_it_lasts() -> None:
    """In the answer to the add, in the status, and among the guards."""
    trade = Trade(long_plan(guards=Guards(min_pause_minutes=15)))
    trade.jump("60000")
    waits = "Tier 2 waits until 00:16 UTC: one candle (15m) between adds."
    assert waits in trade.done(ActionKind.ADD)
    assert waits in told(trade)
    assert "no adding after TP1 · one candle (15m) between adds" in card(trade)
    assert "beyond tier 1's fill · paused until 00:16 UTC\n" in card(trade)
    other = Trade(long_plan(guards=Guards(min_pause_minutes=45)))
    assert "no adding after TP1 · 45 min between adds" in card(other)


def test_a_status_names_breaches_and_plans_that_can_not_be_read() -> None:
    """A broken rule with its reason; a plan that is lost before all others."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.give(InsistStop(Decimal(58_500), "room", 1))
    text = status([(trade.state, VIEW, None)], (2,)).text.replace(GAP, " ")
    assert "⚠ Plan 2 can't be read and is NOT watched: watch its stop on the exchange yourself.\n\n<b>Plan 3" in text
    assert text.endswith("Breaches: 1 (looser stop: room)")
    assert status([], (2,)).text.startswith("<b>Status</b>\n\n⚠ Plan 2")


def test_the_status_of_several_plans_begins_with_what_they_come_to() -> None:
    """Allocation, margin and risk together, and where more is told."""
    trade = Trade(long_plan())
    trade.enter("60000")
    rows = [(trade.state, replace(VIEW, number=number), Decimal(60_450)) for number in (1, 2)]
    text = status(rows).text.replace(GAP, " ")
    assert "Allocated 10 % of equity" in text
    assert "Margin 1 000 USDT" in text
    assert text.index("Allocated") < text.index("<b>Plan 1")


def test_the_next_levels_are_where_something_happens() -> None:
    """Never a price at which nothing happens yet: an odd level is told from its far side."""
    trade = Trade(long_plan())
    trade.jump("60000")
    trade.done(ActionKind.ADD, price=Decimal("60010.3"), quantity=Decimal("0.0208"))
    assert "tier 2 60 310.4 " in told(trade)
    assert "reassess 59 505.1 " in told(trade)
    short = Trade(short_plan())
    short.jump("60000")
    short.done(ActionKind.ADD, price=Decimal("59990.3"), quantity=Decimal("0.0208"))
    assert "tier 2 59 690.3 " in told(short)
    assert "reassess 60 495.2 " in told(short)


def test_the_result_of_a_flat_plan_is_only_realised() -> None:
    """Nothing open: nothing unrealised."""
    trade = Trade(long_plan(follow=Follow.ASSUMED))
    trade.jump("60000", "58990")
    assert "Realised −21.01 USDT (−1.01 R)" in card(trade)


def row(number: int, phase: Phase) -> PlanRow:
    """A stored plan."""
    return PlanRow(number, number, 1, 1, "binanceusdm", "BTC/USDT:USDT", phase, 1, Interval(None, None), None)


@given(count=st.integers(1, 150), words=st.text(max_size=2000))
@settings(max_examples=20, deadline=None)
def test_a_status_always_fits_into_one_message(count: int, words: str) -> None:
    """However many plans and however long the user's words: at most 4096 characters, and a way to the rest."""
    tiers = (long_plan().tiers[0], Tier(Decimal(75), ManualTrigger(words)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    text = status([(trade.state, replace(VIEW, number=n), Decimal(60_450)) for n in range(1, count + 1)]).text
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert plan_list([row(n, Phase.OPEN) for n in range(1, count + 1)]).text.encode("utf-16-le").__len__() // 2 <= 4096


def test_a_long_status_says_where_the_rest_is() -> None:
    """Detail lines go first; each shortened plan names the command that shows it."""
    trade = Trade(long_plan())
    trade.enter("60000")
    text = status([(trade.state, replace(VIEW, number=n), Decimal(60_450)) for n in range(1, 16)]).text
    assert "… /plan 15 for the rest" in text
    assert "<b>Plan 1 ·" in text


def test_hundreds_of_plans_end_with_how_many_more_there_are() -> None:
    """What does not fit is counted, not dropped in silence."""
    text = plan_list([row(number, Phase.OPEN) for number in range(1, 301)]).text
    assert text.split("\n")[1] == "300 · BTC/USDT:USDT · open · /plan 300"
    assert text.endswith("more: /plan with a number shows any")
