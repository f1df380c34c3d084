"""What is said of rules broken on purpose: the number, the rule, what was recorded, and what stands now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.events import BreachKind, BreachRecorded
from chatbot.core.inputs import CancelTarget, InsistStop, ReportAdd, ReportExit
from chatbot.core.plan import Guards, Resting, Target
from chatbot.core.state import ActionKind
from chatbot.messages.breaches import breach_words, breaches_line
from tests.messages.trading import BY_HAND, MINUTE, Trade, long_plan, short_plan

ENTERED = ("60000", "60300", "60600", "60900")
D = Decimal


def after_tp1(**changes: object) -> Trade:
    """Everything is in, TP1 is closed."""
    trade = Trade(long_plan(**changes))
    trade.enter(*ENTERED)
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    return trade


@pytest.mark.parametrize(
    ("price", "quantity", "said"),
    [
        ("59400", "0.02", "100 below the limit 59 500. Averaging down: at most 0.5R below the average 60 000; "),
        ("59940", "0.02", "10 below the structure level 59 950. Structure: nothing is added beyond that level."),
    ],
)
def test_an_add_outside_the_plan_hears_what_the_guard_would_have_said(price: str, quantity: str, said: str) -> None:
    """The same words and numbers as for a tier, and the new stop."""
    level = D(59_950) if "structure" in said else None
    trade = Trade(long_plan(guards=Guards(structure_level=level)))
    trade.enter("60000")
    told = trade.give(ReportAdd(D(price), D(quantity), 1))
    assert f"As a tier it would be refused: {said}" in told
    assert "Recorded as a breach of the plan." in told
    assert "Move stop 59 000 →" in told


def test_an_add_outside_the_plan_that_risks_too_much_hears_by_how_much() -> None:
    """The stop it needs has no room: what would be at risk, how much that is over R, and what mends it now."""
    trade = Trade(long_plan())
    trade.enter("60000")
    told = trade.give(ReportAdd(D(59_850), D("0.2"), 1))
    assert "As a tier it would be refused: 190.8 USDT would be at risk, 170 USDT over R." in told
    assert "Risk: at most R = 20.8 USDT; that takes a stop at 59 770, closer to the market than 100." in told
    assert "<b>At risk 190.8 USDT: 170 USDT over R = 20.8 USDT</b>" in told
    assert "or move the stop to 59 770 while price leaves it room." in told


def test_an_add_no_guard_minds_is_only_recorded() -> None:
    """A small one in favour breaks the plan and no guard."""
    trade = Trade(long_plan())
    trade.enter("60000")
    told = trade.give(ReportAdd(D(60_400), D("0.005"), 1))
    assert "would be refused" not in told
    assert "Recorded as a breach of the plan." in told


def test_an_add_after_the_first_target_is_told_that_the_scale_in_is_over() -> None:
    """Unless the plan goes on adding."""
    for guards, refused in ((Guards(), True), (Guards(add_after_first_target=True), False)):
        told = after_tp1(guards=guards).give(ReportAdd(D(61_000), D("0.005"), 1))
        assert ("As a tier it would be refused: the scale-in ended with TP1." in told) is refused


def test_holding_past_a_target_just_reached_says_where_its_part_goes() -> None:
    """By hand, TP2 left undone: its stop rule has done its work, the part goes with TP3."""
    trade = after_tp1(resting=BY_HAND)
    trade.jump("62500")
    told = trade.give(CancelTarget(2, "moon", 1))
    assert "<b>TP2 62 500 held past: 35 % of all entered stays open until TP3 64 000</b>" in told
    assert "its stop rule goes with it" not in told
    assert "Recorded as a breach of the plan: moon" in told
    assert "Checklist: 4 close the planned part at once (open: 0.0289 BTC not closed)" in told


def test_holding_past_the_last_target_leaves_its_part_to_the_stop() -> None:
    """No target follows; a target that holds the stop has no rule to lose, and by hand there is no order to cancel."""
    targets = (*long_plan().targets[:2], Target(D(64_000), D(30)))
    trade = after_tp1(targets=targets, resting=BY_HAND)
    told = trade.give(CancelTarget(3, "moon", 1))
    assert "<b>TP3 64 000 held past: 30 % of all entered stays open until the stop</b>\nPlan 3 · BTC long\n" in told
    assert "Cancel the resting order" not in told


def test_a_looser_stop_tells_what_it_loses() -> None:
    """For a short the looser stop lies above."""
    trade = Trade(short_plan())
    trade.enter("60000")
    told = trade.give(InsistStop(D(61_500), "room", 1))
    assert "<b>Looser stop noted: 61 500, at risk 31.2 USDT. The plan's stop stays 61 000</b>" in told


def test_an_exit_by_hand_while_a_close_waits_may_have_been_that_close() -> None:
    """The close's own answers come with it; once it is not, the part is counted once."""
    trade = Trade(long_plan(resting=Resting(targets=False)))
    trade.enter(*ENTERED)
    trade.jump("61000")
    told = trade.give(ReportExit(D(61_010), 1, quantity=D("0.0206")))
    assert "If this was TP1's part, answer “TP1 not closed”: it counts once." in told
    assert "(TP1 not closed: skip" in told
    noted = trade.skip(ActionKind.CLOSE)
    assert "not closed)" not in noted
    assert "<b>Close 0.0289 BTC at TP2 62 500</b>\nPlan 3 · BTC long · 35 % of all entered ·" in trade.jump("62500")


def test_a_part_made_up_by_hand_leaves_its_rest_to_the_next_target() -> None:
    """The target says what of the earlier part goes with it."""
    trade = Trade(long_plan(resting=BY_HAND))
    trade.enter(*ENTERED)
    trade.jump("61000")
    trade.skip(ActionKind.CLOSE)
    trade.give(ReportExit(D(61_010), 1, quantity=D("0.01")))
    told = trade.jump("62500")
    assert "<b>Close 0.0395 BTC at TP2 62 500</b>" in told
    assert "35 % of all entered, and what is left of TP1's part" in told


def test_the_end_of_a_plan_names_its_breaches() -> None:
    """Each with its rule and its reason."""
    trade = after_tp1()
    trade.give(InsistStop(D(60_000), "wider", 1))
    trade.give(CancelTarget(2, "moon", 1))
    told = trade.give(ReportExit(D(61_500), 2))
    assert "Breaches: 2 (looser stop: wider · held past a target: moon)" in told


def test_a_breach_is_told_in_few_words() -> None:
    """The guard of an add by name, a long reason cut, a user's text escaped."""
    assert breach_words(BreachRecorded(BreachKind.OUTSIDE_ADD, "averaging_down; <fomo>", 1)) == (
        "added outside the plan (averaging down): &lt;fomo&gt;"
    )
    assert breach_words(BreachRecorded(BreachKind.OUTSIDE_ADD, "risk", 1)) == "added outside the plan (over R)"
    assert breach_words(BreachRecorded(BreachKind.LOOSENED_STOP, "risk", 1)) == "looser stop: risk"
    assert len(breach_words(BreachRecorded(BreachKind.GREEDY_HOLD, "so " * 200, 1))) == len("held past a target: ") + 80


def test_a_plan_kept_has_no_line_of_breaches() -> None:
    """Nothing to say is not said."""
    assert breaches_line(Trade(long_plan()).state) == ""


def test_a_stop_is_followed_by_the_time_of_its_cool_down() -> None:
    """Counted from the stop, however late the exit is confirmed; over, it is not said; nor after another end."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.jump("58990")
    stopped = trade.state
    assert "Cool-down until 00:32 UTC: a new BTC long before then is asked about first." in trade.done(ActionKind.EXIT)
    late = Trade(long_plan())
    late.state = stopped
    late.at = 40 * MINUTE
    assert "Cool-down" not in late.done(ActionKind.EXIT)
    assert "Cool-down" not in after_tp1().give(ReportExit(D(61_500), 1))


def test_a_correction_of_a_stopped_plan_says_no_cool_down() -> None:
    """It was said when it counted."""
    trade = Trade(long_plan())
    trade.enter("60000")
    trade.give(ReportExit(D(58_990), 2 * MINUTE, by_stop=True))
    assert "Cool-down until 00:32 UTC" in trade.said[-1].message.text.replace("\u00a0", " ")
    before = replace(trade.state)
    assert before.is_over
