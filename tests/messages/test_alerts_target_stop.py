"""What is said of the stop when a target is reached."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.plan import BreakEven, Hold, LockR, PreviousTarget, Target, Trail
from chatbot.core.state import ActionKind
from tests.messages.test_alerts_target import in_full
from tests.messages.trading import Trade, long_plan, texts


def test_a_target_without_a_stop_rule_says_so() -> None:
    """A rule of holding is told as that."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(50), Hold()),)))
    trade.enter("60000")
    assert "Stop stays at 59 000: that is the rule of TP1." in trade.jump("61000")


def test_a_locked_r_without_room_falls_back_and_says_why() -> None:
    """The candidate that was passed over is named with its price and the room a stop keeps."""
    targets = (
        Target(Decimal(60_900), Decimal(25), BreakEven()),
        Target(Decimal(61_050), Decimal(35), LockR(Decimal(1))),
    )
    trade = Trade(long_plan(targets=targets))
    trade.enter("60000")
    trade.jump("60900")
    trade.done(ActionKind.CLOSE)
    assert "Then move stop 60 000 → 60 900: the previous target. Average + 1R (61 000) is too close to the market:" in (
        trade.jump("61050")
    )


def test_a_stop_that_stays_names_the_candidate_and_the_room() -> None:
    """Too close to the market is a reason, with the number."""
    trade = Trade(long_plan(targets=(Target(Decimal(60_050), Decimal(25), BreakEven()),)))
    trade.enter("60000")
    assert (
        "Stop stays at 59 000. Break-even, fees included (60 000) is too close to the market: a stop keeps 100 of room."
    ) in trade.jump("60050")


def test_the_previous_target_is_a_rule_of_its_own() -> None:
    """After TP2 the stop may go to TP1."""
    targets = (
        Target(Decimal(61_000), Decimal(25), BreakEven()),
        Target(Decimal(62_500), Decimal(35), PreviousTarget()),
    )
    trade = Trade(long_plan(targets=targets))
    trade.enter("60000")
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    assert "Then move stop 60 000 → 61 000: the previous target." in trade.jump("62500")


def test_a_trail_whose_first_step_is_not_tighter_starts_all_the_same() -> None:
    """The stop stays, and trails from here."""
    trade = Trade(long_plan(targets=(Target(Decimal(61_000), Decimal(25), Trail(Decimal(5))),)))
    trade.enter("60000")
    assert "Stop stays at 59 000. Trail 5 % of price (57 950) is not tighter. It trails from here." in (
        trade.jump("61000")
    )


def test_trail_steps_on_the_target_s_own_move_are_one_message() -> None:
    """A slide past TP3 gives one message with the last stop."""
    trade = in_full()
    trade.jump("61000", "62500")
    while trade.state.pending(ActionKind.CLOSE):
        trade.done(ActionKind.CLOSE)
    trade.done(ActionKind.MOVE_STOP)
    assert (
        trade.slide("62500", "65000")
        == """\
[TARGET event 22 action 11]
<b>TP3 64 000 reached: 0.0248 BTC. Filled? At what price?</b>
Plan 3 · BTC long · 30 % of all entered · reached at 64 000
Remaining 0.0083 BTC.
Then move stop 61 433.3 → 64 316.4: trail 1 % of price.
On what stays open: locked in 32.23 USDT
The exchange is believed to hold your stop at 61 433.3.
Next: stop 64 316.4 · next trail step 65 128.5
Checklist: 4 close the planned part at once (open: TP3) · 5 move the stop at once (open: stop to 64 316.4)
(Filled at 64 000: done 7/11) | (Other price: other_price 7/11)
(Not filled: skip 7/11) | (Remind me in 5 min: snooze 7/11)
(Stop is at 64 316.4: done 7/18) | (Other stop: other_price 7/18) | (Skip stop: skip 7/18)
(Copy 0.0248 = 0.0248) | (Copy stop 64 316.4 = 64316.4)"""
    )


def test_two_targets_on_one_price_are_two_messages_with_one_stop() -> None:
    """The stop of the first is overtaken by the second's, so only that is to be moved."""
    trade = in_full()
    trade.jump("62600")
    first, second = texts(trade.said)
    assert first.startswith("<b>TP1 61 000 reached: 0.0206 BTC. Filled? At what price?</b>")
    assert second.startswith("<b>TP2 62 500 reached. First: did TP1 close 0.0206 BTC?</b>")
    assert "Then move stop 60 433.3 → 61 433.3: average + 1R." in second


def test_a_stop_overtaken_in_the_same_update_is_left_to_the_next_message() -> None:
    """Nobody moves a stop twice for one price."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("62600")
    assert "The stop follows in the next message." in texts(trade.said)[0]


def test_a_target_that_holds_the_stop_says_so_while_a_trail_tightens_it() -> None:
    """A rule of its own there is none, but the trail that runs takes a step at the same price."""
    targets = (Target(Decimal(61_000), Decimal(25), Trail(Decimal(1))), Target(Decimal(62_500), Decimal(35), Hold()))
    trade = Trade(long_plan(targets=targets))
    trade.enter("60000")
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    trade.done(ActionKind.MOVE_STOP)
    assert (
        trade.jump("62600")
        == """\
[TARGET event 8 action 4]
<b>TP2 62 500 reached: 0.0072 BTC. Filled? At what price?</b>
Plan 3 · BTC long · 35 % of all entered · reached at 62 600
Remaining 0.0084 BTC.
Then move stop 60 390 → 61 974: trail 1 % of price.
On what stays open: locked in 16.58 USDT
The exchange is believed to hold your stop at 60 390.
Next: stop 61 974 · next trail step 62 756.5
Checklist: 4 close the planned part at once (open: TP2) · 5 move the stop at once (open: stop to 61 974)
(Filled at 62 500: done 7/4) | (Other price: other_price 7/4)
(Not filled: skip 7/4) | (Remind me in 5 min: snooze 7/4)
(Stop is at 61 974: done 7/5) | (Other stop: other_price 7/5) | (Skip stop: skip 7/5)
(Copy 0.0072 = 0.0072) | (Copy stop 61 974 = 61974)"""
    )


def test_a_last_target_asks_for_no_stop_though_a_trail_runs() -> None:
    """Nothing stays open, so there is no stop to move, no next step and no word of the exchange's stop."""
    targets = (Target(Decimal(61_000), Decimal(25), Trail(Decimal(1))), Target(Decimal(62_500), Decimal(75), Hold()))
    trade = Trade(long_plan(targets=targets))
    trade.enter("60000")
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    trade.jump("62600")
    said = "\n".join(texts(trade.said[:1]))
    assert "Nothing stays open after that." in said
    assert "top" not in said.replace("Checklist", "")
    assert all("top" not in button.label for row in trade.said[0].message.keyboard for button in row)
