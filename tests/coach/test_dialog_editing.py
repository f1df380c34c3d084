"""Going back and changing one's mind while a plan is built: only what must be is asked again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chatbot.coach.answers import Answered, Refused, Step
from chatbot.coach.dialog import back, edit
from chatbot.core.plan import (
    AnyOf,
    BreakEven,
    Direction,
    Hold,
    LockR,
    ManualTrigger,
    MoveTrigger,
    PriceTrigger,
    Resting,
)
from chatbot.core.timeframes import Timeframe
from tests.coach.talk import TYPED, at

D = Decimal


def test_back_walks_to_the_first_question_and_keep_walks_forward_again() -> None:
    """Nothing that was answered is forgotten on the way."""
    talk = at("review")
    plan = talk.plan()
    steps = 0
    while talk.step != Step.MARKET:
        talk.say("back")
        assert talk.press("Keep as it is").argument == "keep"
        steps += 1
    assert steps == len(TYPED)
    assert isinstance(talk.take(back(talk.view)), Answered)
    assert talk.step == Step.MARKET
    talk.says(*["keep"] * len(TYPED))
    assert talk.step == Step.REVIEW
    assert talk.plan() == plan


def test_back_from_the_stop_is_the_last_tier() -> None:
    """One question at a time, tier by tier."""
    talk = at("stop")
    talk.say("back")
    assert "tier 4" in talk.text()
    talk.say("back")
    assert "tier 3" in talk.text()


def test_editing_one_item_comes_back_to_the_review() -> None:
    """The other answers stay as they are."""
    talk = at("review")
    talk.take(edit(talk.view, "4"))
    assert talk.step == Step.STOP
    talk.says("58500")
    assert talk.step == Step.REVIEW
    assert talk.plan().stop == D(58500)
    assert "editing" not in talk.answers


@pytest.mark.parametrize(
    ("item", "text", "check"),
    [
        ("1", "3%", lambda plan: plan.allocation_pct == 3),
        ("6", "hold/hold/hold", lambda plan: plan.targets[0].stop_rule == Hold()),
        ("leverage", "5x", lambda plan: plan.leverage == 5),
        ("equity", "50k", lambda plan: plan.equity == 50000),
        ("orders", "all", lambda plan: plan.resting == Resting(entries=True)),
        ("timeframe", "4h", lambda plan: plan.timeframe is Timeframe.H4),
        ("market", "bybit btc", None),
    ],
)
def test_every_item_can_be_edited_by_typing_its_name(item: str, text: str, check: Any) -> None:
    """`edit 4`, or the name of what is not on the checklist."""
    talk = at("review").says(f"edit {item}", text)
    if check is None:
        assert talk.step == Step.TRIGGER
    else:
        assert talk.step == Step.REVIEW
        assert check(talk.plan())


def test_editing_targets_asks_for_closes_and_rules_again_where_they_no_longer_fit() -> None:
    """Two targets need two closes and two rules."""
    talk = at("review").says("edit 5", "61k 63k")
    assert talk.step == Step.CLOSES
    talk.says("40/50")
    assert talk.step == Step.RULES
    assert talk.says("default").step == Step.REVIEW
    assert [target.stop_rule for target in talk.plan().targets] == [BreakEven(), LockR(D(1))]


def test_editing_tiers_asks_only_for_the_triggers_that_are_missing() -> None:
    """More tiers need more triggers, fewer keep the first ones."""
    talk = at("review").says("edit 2", "40/30/30")
    assert talk.step == Step.REVIEW
    assert len(talk.plan().tiers) == 3
    talk.says("edit 2", "20/20/20/20/20")
    assert "tier 5" in talk.text()
    assert talk.says("61500").step == Step.REVIEW


def test_editing_triggers_walks_through_all_of_them() -> None:
    """Each can be kept or changed."""
    talk = at("review").says("edit 3", "keep", "+0.7%", "keep")
    assert "tier 4" in talk.text()
    talk.says("60950 or manual: breakout confirmed")
    assert talk.step == Step.REVIEW
    assert talk.plan().tiers[1].trigger == MoveTrigger(D("0.7"))
    assert talk.plan().tiers[3].trigger == AnyOf(
        (PriceTrigger(D(60950), Direction.UP), ManualTrigger("Breakout confirmed?"))
    )


def test_editing_can_be_left_by_back() -> None:
    """Back out of an edit is the review, as it was."""
    talk = at("review")
    plan = talk.plan()
    talk.says("edit 4")
    talk.say("back")
    assert (talk.step, talk.plan()) == (Step.REVIEW, plan)
    talk.says("edit timeframe")
    assert talk.press("4h").argument == "4h"
    talk.say("back")
    assert talk.step == Step.REVIEW


def test_editing_the_side_asks_for_triggers_stop_and_targets_again() -> None:
    """They lie the wrong way round for the other side; the same side keeps them."""
    assert at("review").says("edit side", "long").step == Step.REVIEW
    talk = at("review").says("edit side", "short")
    assert talk.step == Step.TRIGGER
    talk.says("above 60000", "+0.5%", "+1%", "+1.5%")
    assert talk.step == Step.STOP
    talk.says("61k", "59k 57.5k 56k")
    assert talk.step == Step.CLOSES
    talk.says("keep")
    assert talk.step == Step.REVIEW


def test_another_market_forgets_prices_and_leverage_that_no_longer_fit() -> None:
    """A stop of one market means nothing on another."""
    talk = at("review").says("edit market", "eth")
    assert talk.step == Step.LEVERAGE
    assert talk.answers["stop"] is None
    assert at("review").says("edit market", "btc").step == Step.REVIEW


def test_editing_an_item_there_is_not_is_refused() -> None:
    """The items are named."""
    reply = edit(at("review").view, "<9>")
    assert isinstance(reply, Refused)
    assert "&lt;9&gt;" in reply.sentence
