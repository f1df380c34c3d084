"""The questions before a target is held past, and the refusal of a looser stop: number, rule, action."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.figures import GAP
from chatbot.core.inputs import CancelTarget
from chatbot.core.plan import Target
from chatbot.core.state import ActionKind
from chatbot.messages.holding import asks_hold, asks_hold_reason, looser_stop, nothing_to_hold
from tests.messages.trading import VIEW, Trade, long_plan, message_text


def entered(**changes: object) -> Trade:
    """Tier 1 is in."""
    trade = Trade(long_plan(**changes))
    trade.enter("60000")
    return trade


def test_the_reason_is_asked_for_with_the_number_and_the_rule() -> None:
    """Part and price first; the only button keeps the target."""
    trade = entered()
    trade.jump("61000")
    assert (
        message_text(asks_hold_reason(trade.state, VIEW, 2))
        == """\
<b>TP2 is 35 % of all entered: 0.0072 BTC at 62 500</b>
Plan 3 · BTC long · the plan closes it there. Holding past it after a target was taken is a breach of the plan.
Type your reason to hold all the same, or keep TP2: until then nothing changes.
(Keep TP2: keep 7/0)"""
    )


def test_the_part_of_a_target_just_reached_is_what_its_close_asks_for() -> None:
    """With an earlier part that goes with it."""
    trade = entered()
    trade.jump("61000")
    trade.skip(ActionKind.CLOSE)
    trade.jump("62500")
    assert "35 % of all entered: 0.0124 BTC at 62 500" in message_text(asks_hold_reason(trade.state, VIEW, 2))


def test_before_the_first_target_the_question_names_what_goes_with_it() -> None:
    """The stop rule, and that there is no way back."""
    assert (
        message_text(asks_hold(entered().state, VIEW, 2))
        == """\
<b>TP2 is 35 % of all entered: 0.0072 BTC at 62 500</b>
Plan 3 · BTC long · held past, this part stays open until the next target. Its stop rule goes with it (stop locks in \
1R). It can't be taken back.
(Hold past TP2: hold 7/0) | (Keep TP2: keep 7/0)"""
    )


def test_a_target_that_closes_nothing_has_no_quantity() -> None:
    """Nor a stop rule, where it holds the stop."""
    targets = (Target(Decimal(61_000), Decimal(0)), *long_plan().targets[1:])
    told = message_text(asks_hold(entered(targets=targets).state, VIEW, 1))
    assert told.startswith("<b>TP1 is 0 % of all entered</b>\n")
    assert "stop rule" not in told


def test_a_target_that_is_not_ahead_is_answered_with_the_next_one() -> None:
    """Or with the fact that none is."""
    trade = entered()
    assert nothing_to_hold(trade.state, VIEW, 5).text == (
        "Plan 3 has no TP5 to hold past; next is TP1: /hold 3 1. /plan 3 shows its targets."
    )
    for target in (1, 2, 3):
        trade.give(CancelTarget(target, "", 1))
    assert "none is ahead in an open trade" in nothing_to_hold(trade.state, VIEW, 1).text
    assert "none is ahead in an open trade" in nothing_to_hold(Trade(long_plan()).state, VIEW, 1).text


def test_a_looser_stop_is_refused_with_what_it_loses() -> None:
    """More money, the rule, what to do, and how to insist."""
    assert looser_stop(entered().state, VIEW, Decimal(58_500), "/stop 3 ").replace(GAP, " ") == (
        "58500 loses 10.4 USDT more than the plan's 59000, and a stop only ever tightens. Set it there and type "
        "/stop 3 59000. If you hold yours all the same, as a breach of the plan, add your reason, for example "
        "/stop 3 58500 because of the range low."
    )
