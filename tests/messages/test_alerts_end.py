"""What is said when a plan or its position ends."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.inputs import (
    Abandon,
    ClockTick,
    CorrectFill,
    InsistStop,
    ReportExit,
)
from chatbot.core.overdue import PATIENCE
from chatbot.core.plan import BreakEven, Follow, Target
from chatbot.core.state import ActionKind
from tests.messages.test_alerts_report import ENTERED
from tests.messages.trading import BY_HAND, Trade, long_plan, shown, texts


def test_an_exit_confirmed_ends_the_plan_in_one_message() -> None:
    """Result in money and R first, then what went in and out."""
    trade = Trade(long_plan())
    trade.enter("60000", "60300")
    trade.jump("59890")
    assert (
        trade.done(ActionKind.EXIT, price=Decimal(59_880))
        == """\
[INFO event 9 action 0]
<b>Plan 3 closed: −11.19 USDT, −0.54 R</b>
Plan 3 · BTC long · the stop was hit.
Exited: 0.0415 BTC at 59 880
In 0.0415 BTC at 60 149.6 on average, 2 fills · out 0.0415 BTC at 59 880
Cool-down until 00:33 UTC: a new BTC long before then is asked about first.
Cancel the orders left over."""
    )


def test_a_partial_exit_leaves_the_plan_open() -> None:
    """A part of it is out; the rest goes on."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(ReportExit(Decimal(60_100), 1, quantity=Decimal("0.01")))
        == """\
[INFO event 4 action 0]
<b>Exited: 0.01 BTC at 60 100</b>
Plan 3 · BTC long · open 0.0108 BTC
Rest now instead, reduce-only: TP1 0.0052 BTC at 61 000 · TP2 0.0056 BTC at 62 500.
Realised +1 USDT (0.05 R)
Next: stop 59 000 · tier 2 60 300 · TP1 61 000 · reassess 59 500"""
    )


def test_an_exit_with_an_unanswered_close_marks_the_close_as_assumed() -> None:
    """Being out altogether, the close is taken as done at its price, and says so."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert (
        trade.give(ReportExit(Decimal(60_900), 1))
        == """\
[INFO event 17 action 0]
<b>Plan 3 closed: +40.61 USDT, 1.95 R</b>
Plan 3 · BTC long · you exited.
TP1 closed: 0.0206 BTC at 61 000 (assumed)
Exited: 0.062 BTC at 60 900
In 0.0826 BTC at 60 433.3 on average, 4 fills · out 0.0826 BTC at 60 924.9 on average, 2 fills
Assumed: not every close was confirmed. Correct it with /correct.
Cancel the orders left over."""
    )


def test_a_day_of_silence_closes_the_plan_as_assumed() -> None:
    """Nobody answered the exit: it counts as done at the event's price, marked."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("58990")
    said = trade.give(ClockTick(trade.at + PATIENCE))
    assert "Assumed: not every close was confirmed. Correct it with /correct." in said
    assert "Exited: 0.0208 BTC at 58 990 (assumed)" in said


def test_a_correction_after_the_end_tells_the_result_anew() -> None:
    """A closed plan's result changes with its fills, in one message."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("58990")
    trade.done(ActionKind.EXIT)
    assert (
        trade.give(CorrectFill(2, Decimal(58_900), Decimal("0.0208"), 1))
        == """\
[INFO event 7 action 0]
<b>Plan 3 closed: −22.88 USDT, −1.1 R</b>
Plan 3 · BTC long · the stop was hit.
Fill 2 corrected: 0.0208 BTC at 58 900
In 0.0208 BTC at 60 000 · out 0.0208 BTC at 58 900
Cancel the orders left over."""
    )


def test_a_plan_stopped_being_followed_says_what_is_left() -> None:
    """Whoever stops following keeps the position."""
    trade = Trade(long_plan())
    trade.enter("60000")
    assert (
        trade.give(Abandon(1))
        == """\
[INFO event 4 action 0]
<b>Plan 3 closed: 0 USDT, 0 R</b>
Plan 3 · BTC long · you stopped following it; what is open is yours alone.
In 0.0208 BTC at 60 000
Cancel the orders left over."""
    )


def test_a_completed_plan_tells_its_breaches() -> None:
    """The end names how often the plan was broken."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(100), BreakEven()),)))
    trade.enter("60000")
    trade.give(InsistStop(Decimal(58_500), "no", 1))
    trade.jump("61000")
    assert (
        trade.done(ActionKind.CLOSE)
        == """\
[INFO event 7 action 0]
<b>Plan 3 closed: +20.8 USDT, 1 R</b>
Plan 3 · BTC long · all targets were taken.
TP1 closed: 0.0208 BTC at 61 000
In 0.0208 BTC at 60 000 · out 0.0208 BTC at 61 000
Breaches: 1 (looser stop: no)
Cancel the orders left over."""
    )


def test_a_fill_assumed_in_assumed_mode_after_the_end_is_told_once() -> None:
    """An assumed plan ends with all its fills marked."""
    trade = Trade(long_plan(follow=Follow.ASSUMED, resting=BY_HAND, targets=(Target(Decimal(61_000), Decimal(100)),)))
    trade.jump("60000", "61000")
    assert "All fills are assumed, at the price of their event." in shown(trade.said[-1])


def test_an_exit_in_full_after_a_target_leaves_no_open_quantity_in_doubt() -> None:
    """The stop took everything, so the close was not done: that is noted, and nothing is said to be open."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(100), BreakEven()),)))
    trade.enter("60000")
    trade.jump("61000", "58990")
    trade.done(ActionKind.EXIT)
    noted, closed = texts(trade.said)
    assert noted.split("\n")[:2] == ["<b>TP1 noted as not closed</b>", "Plan 3 · BTC long"]
    assert closed.startswith("<b>Plan 3 closed: −20.8 USDT, −1 R</b>")
    assert "hand" not in noted


def test_an_exit_in_part_with_an_unanswered_close_keeps_the_close_in_view() -> None:
    """What still waits for its answer is named with the item it belongs to."""
    trade = Trade(long_plan())
    trade.enter(*ENTERED)
    trade.jump("61000")
    assert "Checklist: 4 close the planned part at once (open: TP1)" in (
        trade.give(ReportExit(Decimal(60_900), 1, quantity=Decimal("0.01")))
    )
