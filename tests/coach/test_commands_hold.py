"""Holding past a target: the number and the rule first, a typed reason after TP1, and nothing lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.state import ActionKind
from chatbot.messages.values import Verb
from tests.coach.office import MINUTE, Office
from tests.messages.trading import long_plan

REASON = "daily close above the range"


def after_tp1(office: Office, *, resting: bool = True) -> None:
    """All tiers are in, TP1 is closed and the stop moved."""
    plan = long_plan()
    office.arm(plan if resting else replace(plan, resting=replace(plan.resting, targets=False)))
    office.enter("60000", "60300", "60600", "60900")
    office.price("61000")
    office.tap(Verb.DONE, office.pending(ActionKind.CLOSE).number)
    office.read()


def test_a_reason_is_asked_for_after_the_first_target(office: Office) -> None:
    """The part and its price, the rule, and what to type; nothing is cancelled yet."""
    after_tp1(office)
    said = office.command("/hold 2")
    assert said.startswith("<b>TP2 is 35 % of all entered: 0.0289 BTC at 62 500</b>")
    assert "breach of the plan" in said
    assert "Type your reason" in said
    assert office.labels() == ["Keep TP2"]
    assert (office.state().cancelled_targets, office.state().breaches) == (frozenset(), 0)


def test_a_typed_reason_holds_and_is_recorded(office: Office) -> None:
    """What was typed is the reason; the status and the plan show it."""
    after_tp1(office)
    office.command("/hold 2")
    said = office.type(REASON)
    assert "TP2 62 500 held past: 35 % of all entered stays open until TP3 64 000" in said
    assert f"Recorded as a breach of the plan: {REASON}" in said
    assert "Cancel the resting order of TP2." in said
    assert office.state().cancelled_targets == {2}
    assert f"Breaches: 1 (held past a target: {REASON})" in office.command("/status")
    assert f"held past a target: {REASON}" in office.command("/plan 1")
    assert f"Breaches: 1 (held past a target: {REASON})" in office.command("/exited 61500")


@pytest.mark.parametrize("text", ["ok", "…", "61000", "🚀🚀🚀🚀"])
def test_what_is_no_reason_changes_nothing_and_is_still_waited_for(office: Office, text: str) -> None:
    """The sentence says what is expected; the next words count."""
    after_tp1(office)
    office.command("/hold 2")
    assert "is no reason to hold past TP2 yet" in office.type(text)
    assert office.state().cancelled_targets == frozenset()
    office.type(REASON)
    assert office.state().cancelled_targets == {2}


def test_keeping_the_target_ends_the_wait(office: Office) -> None:
    """A text after that is no reason any more; nor is one ten minutes later."""
    after_tp1(office)
    office.command("/hold 2")
    assert office.tap(Verb.KEEP).toast == "The plan goes on."
    assert office.type(REASON) == "nothing was asked"
    office.command("/hold 2")
    office.later(11 * MINUTE)
    assert office.type(REASON) == "nothing was asked"


@pytest.mark.parametrize("line", ["/hold 2 {}", "/hold tp2 {}", "/hold 1 2 {}", "/hold #1 TP2 {}", "/hold 1 tp2 {}"])
def test_a_reason_in_the_command_counts_at_once(office: Office, line: str) -> None:
    """The plan may be named before the target."""
    after_tp1(office)
    assert "held past" in office.command(line.format(REASON))
    assert office.state().broken[0].note == REASON


def test_a_target_is_held_before_the_first_one_after_a_question(office: Office) -> None:
    """No breach, but no way back either: the first tap asks, the second one is certain."""
    office.arm(long_plan())
    office.enter("60000")
    office.tap(Verb.HOLD, argument="1")
    said = office.read()
    assert said.startswith("<b>TP1 is 25 % of all entered: 0.0052 BTC at 61 000</b>")
    assert "Its stop rule goes with it (stop to break-even)" in said
    assert office.labels() == ["Hold past TP1", "Keep TP1"]
    assert office.state().cancelled_targets == frozenset()
    assert office.tap(Verb.HOLD, argument="1y").toast == "Noted."
    assert (office.state().cancelled_targets, office.state().breaches) == (frozenset({1}), 0)
    assert "nothing was changed" in office.tap(Verb.HOLD, argument="1y").toast


def test_a_certain_tap_that_comes_after_the_first_target_asks_for_the_reason(office: Office) -> None:
    """The question was asked before TP1 and answered after it: now it is greed."""
    after_tp1(office)
    office.tap(Verb.HOLD, argument="2y")
    assert "Type your reason" in office.read()
    assert office.state().cancelled_targets == frozenset()


def test_the_plan_card_offers_to_hold_past_the_next_target(office: Office) -> None:
    """Only while the trade is open."""
    office.arm(long_plan())
    office.command("/plan 1")
    assert office.labels() == []
    office.enter("60000")
    office.command("/plan 1")
    assert office.labels() == ["Hold past TP1…"]


@pytest.mark.parametrize("argument", ["", "x", "y", "²"])
def test_a_hold_button_that_makes_no_sense_changes_nothing(office: Office, argument: str) -> None:
    """Never sent by us, and answered all the same."""
    after_tp1(office)
    assert "not yours" in office.tap(Verb.HOLD, argument=argument).toast


def test_leaving_a_target_undone_by_hand_is_holding_past_it(office: Office) -> None:
    """TP2 is closed by hand: its third button asks for the reason, and the reason settles the close."""
    after_tp1(office, resting=False)
    office.price("62500")
    assert "Hold past TP2…" in office.labels()
    close = office.pending(ActionKind.CLOSE)
    office.tap(Verb.SKIP, close.number)
    assert "TP2 is 35 % of all entered: 0.0289 BTC at 62 500" in office.read()
    assert office.state().action(close.number) is not None
    assert "Recorded as a breach" in office.type(REASON)
    assert office.state().action(close.number) is None
    assert "0.0289 BTC not closed" in office.command("/checklist")


def test_an_order_that_did_not_fill_is_no_greed(office: Office) -> None:
    """TP2 rests on the exchange: "not filled" is a fact, and no breach."""
    after_tp1(office)
    office.price("62500")
    assert "Not filled" in office.labels()
    office.tap(Verb.SKIP, office.pending(ActionKind.CLOSE).number)
    assert office.state().breaches == 0
    assert office.state().pending(ActionKind.CLOSE) is None


def test_a_close_done_by_hand_under_another_name_is_no_greed(office: Office) -> None:
    """Its part was reported with /exited: saying that the close itself was not done needs no reason."""
    after_tp1(office, resting=False)
    office.price("62500")
    assert "If this was TP2's part, answer “TP2 not closed”: it counts once." in office.command("/exited 62500 0.0289")
    assert "TP2 not closed" in office.labels()
    office.tap(Verb.SKIP, office.pending(ActionKind.CLOSE).number)
    assert office.state().breaches == 0
    assert "Close 0.0248 BTC at TP3" in office.price("64000")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/hold", "names no target"),
        ("/hold moon", "names no target"),
        ("/hold 7", "has no TP7 to hold past; next is TP2: /hold 1 2"),
        ("/hold 1", "has no TP1 to hold past"),
        ("/hold #9 2", "You have no plan #9"),
    ],
)
def test_a_hold_that_can_not_be_gets_a_sentence(office: Office, line: str, expected: str) -> None:
    """What was wrong, and what there is."""
    after_tp1(office)
    assert expected in office.command(line)
    assert office.state().cancelled_targets == frozenset()


def test_nothing_is_held_before_the_entry(office: Office) -> None:
    """Without a position the plan can be changed as a whole."""
    office.arm(long_plan())
    assert "none is ahead in an open trade" in office.command("/hold 1")


def test_a_reason_that_comes_too_late_is_answered(office: Office) -> None:
    """TP2 was taken meanwhile."""
    after_tp1(office)
    office.command("/hold 2")
    office.price("62500")
    office.tap(Verb.DONE, office.pending(ActionKind.CLOSE).number)
    office.command("/hold 3")
    office.price("64000")
    user = office.sam()
    with office.desk.work() as work:
        expected = office.confirmations.expected(work, user)
    assert expected is not None
    office.tap(Verb.DONE, office.pending(ActionKind.CLOSE).number)
    office.read()
    with office.desk.work() as work:
        office.confirmations.typed(work, user, expected, REASON)
    assert "nothing was changed" in office.read()


def test_several_open_plans_ask_which_one_to_hold(office: Office) -> None:
    """A target alone does not say whose."""
    office.arm(long_plan())
    office.arm(long_plan())
    assert "Which plan?" in office.command("/hold 2")
    assert "Plan 2 has no TP2" in office.command("/hold 2 2")
