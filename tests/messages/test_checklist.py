"""The checklists: what is done, what is open, what does not apply yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.figures import GAP
from chatbot.core.inputs import Abandon, CancelTarget, InsistStop, ReportAdd, ReportExit
from chatbot.core.plan import Guards, Tier
from chatbot.core.state import ActionKind
from chatbot.messages.checklist import before, checklist, daily, during, rules
from tests.messages.trading import DOWN, MINUTE, UP, VIEW, Trade, long_plan, price


def marks(trade: Trade) -> list[bool | None]:
    """What is done of the running trade."""
    return [line.done for line in during(trade.state)]


def test_before_a_plan_nothing_is_agreed() -> None:
    """All six items are open without a plan, and all done with one."""
    assert [line.done for line in before()] == [False] * 6
    assert [line.done for line in before(long_plan())] == [True] * 6


def test_a_trade_goes_through_its_items() -> None:
    """Each item opens when it is asked for and closes when it is done."""
    trade = Trade(long_plan())
    assert marks(trade) == [False, None, None, None, None]
    trade.jump("60000")
    trade.done(ActionKind.ADD)
    assert marks(trade) == [True, False, None, None, None]
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert marks(trade) == [True, False, None, None, False]
    trade.jump("61000")
    assert marks(trade) == [True, True, None, False, False]
    trade.done(ActionKind.CLOSE)
    trade.done(ActionKind.MOVE_STOP)
    assert marks(trade) == [True, True, None, True, True]


def test_reassessing_is_open_until_something_changes() -> None:
    """Half an R against tier 1 opens the third item; an add or the end settles it."""
    tiers = (Tier(Decimal(50), price("60000", DOWN)), Tier(Decimal(50), price("60100", UP)))
    trade = Trade(long_plan(tiers=tiers))
    trade.enter("60000")
    trade.jump("59450")
    assert marks(trade) == [True, False, False, None, None]
    trade.jump("60100")
    trade.done(ActionKind.ADD)
    assert marks(trade)[2] is True


def test_a_close_that_was_not_done_stays_open() -> None:
    """Not filled is not closed: the item is open with what is left, until the next target or the user closes it."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("61000")
    trade.skip(ActionKind.CLOSE)
    assert marks(trade)[3] is False
    assert "☐ 4 Target hit: close the planned part at once – open: 0.0052 BTC not closed" in (
        checklist(trade.state, VIEW).text.replace(GAP, " ")
    )
    trade.give(ReportExit(Decimal(61_010), 1, quantity=Decimal("0.0052")))
    assert marks(trade)[3] is True


def test_a_rule_that_was_broken_is_never_ticked() -> None:
    """Entered early, added outside, held past a target, stop loosened: each marks its own item."""
    trade = Trade(long_plan())
    trade.give(ReportAdd(Decimal(60_050), Decimal("0.02"), 1))
    assert [line.broken for line in during(trade.state)] == [True, False, False, False, False]
    trade.give(ReportAdd(Decimal(60_060), Decimal("0.002"), 2))
    trade.give(InsistStop(Decimal(58_500), "room", 3))
    trade.jump("61000")
    trade.give(CancelTarget(2, "moon", 4))
    assert [line.broken for line in during(trade.state)] == [True, True, False, True, True]
    assert "☒ 1 Tier 1 only on its trigger" in checklist(trade.state, VIEW).text


def test_a_plan_that_never_entered_has_nothing_to_do() -> None:
    """A skipped first tier leaves every item without an answer."""
    trade = Trade(long_plan())
    trade.jump("60000")
    trade.skip(ActionKind.ADD)
    assert marks(trade) == [None, None, None, None, None]


def test_the_checklist_message_shows_both_lists() -> None:
    """Boxes, numbers and what is open on each."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("60300")
    trade.done(ActionKind.ADD)
    assert (
        checklist(trade.state, VIEW).text.replace(GAP, " ")
        == """\
<b>Checklist · Plan 3 · BTC long</b>
Before the trade
☑ 1 Total allocation
☑ 2 Scale-in tiers
☑ 3 Objective triggers
☑ 4 Initial stop
☑ 5 Scale-out targets
☑ 6 Stop rules

During the trade
☑ 1 Tier 1 only on its trigger
☐ 2 Later tiers on theirs, when the market moves favourably – open: tiers 3, 4
· 3 Against tier 1: reassess or exit
· 4 Target hit: close the planned part at once
☐ 5 Then move the stop at once – open: stop to 59 899.7"""
    )


def test_the_rules_need_no_plan() -> None:
    """Both lists can be read at any time."""
    assert (
        rules().text
        == """\
<b>Before the trade</b>
1 Total allocation
2 Scale-in tiers
3 Objective triggers
4 Initial stop
5 Scale-out targets
6 Stop rules

<b>During the trade</b>
1 Tier 1 only on its trigger
2 Later tiers on theirs, when the market moves favourably
3 Against tier 1: reassess or exit
4 Target hit: close the planned part at once
5 Then move the stop at once"""
    )


def test_the_daily_checklist_has_every_open_plan() -> None:
    """One block a plan with distances; closed plans are left out; none open, no message."""
    trade, gone = Trade(long_plan()), Trade(long_plan())
    trade.enter("60000")
    gone.give(Abandon(1))
    message = daily([(trade.state, VIEW, Decimal(60_100)), (gone.state, VIEW, Decimal(60_100))])
    assert message is not None
    assert (
        message.text.replace(GAP, " ")
        == """\
<b>Daily checklist</b>

<b>Plan 3 · BTC long</b> · 25 % of margin in · stop 59 000 · price 60 100
☑ 1 Tier 1 only on its trigger
☐ 2 Later tiers on theirs, when the market moves favourably – open: tiers 2, 3, 4
· 3 Against tier 1: reassess or exit
· 4 Target hit: close the planned part at once
· 5 Then move the stop at once
Next, in % of price: stop 59 000 (−1.83 %) · tier 2 60 300 (+0.33 %) · TP1 61 000 (+1.5 %) · reassess 59 500 (−1 %)"""
    )
    assert daily([(gone.state, VIEW, None)]) is None


def test_the_daily_checklist_names_plans_that_can_not_be_read() -> None:
    """Also where none can be."""
    message = daily([], (4,))
    assert message is not None
    assert "⚠ Plan 4 can't be read and is NOT watched: watch its stop on the exchange yourself." in message.text


def test_the_daily_checklist_says_how_long_a_tier_waits() -> None:
    """The pause between adds, while it lasts."""
    trade = Trade(long_plan(guards=Guards(min_pause_minutes=15)))
    trade.enter("60000")
    for now, waits in ((0, True), (20 * MINUTE, False)):
        message = daily([(trade.state, replace(VIEW, now=now), None)])
        assert message is not None
        assert (
            "Tier 2 waits until 00:16 UTC: one candle (15m) between adds." in (message.text.replace(GAP, " "))
        ) is waits


def test_the_daily_checklist_of_a_plan_without_a_position_says_so() -> None:
    """Before the entry nothing is in, and without a price none is shown."""
    message = daily([(Trade(long_plan()).state, VIEW, None)])
    assert message is not None
    assert "</b> · nothing entered yet · stop 59 000\n" in message.text.replace(GAP, " ")
