"""Manual triggers ask their question; numbers no trade can have change nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.engine import advance
from chatbot.core.events import (
    QuestionAsked,
)
from chatbot.core.inputs import (
    Answer,
    Confirm,
    CorrectFill,
    InsistStop,
    ReportAdd,
    ReportExit,
    Skip,
)
from chatbot.core.plan import AnyOf, ManualTrigger, Plan, PriceTrigger
from chatbot.core.state import TierPhase
from tests.core.talking import ADD, ANSWER, CLOSE, MINUTE, START, Talk, names, plan

D = Decimal


def manual(question: str = "Volume up?") -> Plan:
    """Tier 2 triggers on a yes."""
    base = plan()
    tiers = (base.tiers[0], replace(base.tiers[1], trigger=ManualTrigger(question)), *base.tiers[2:])
    return replace(base, tiers=tiers)


def test_a_manual_trigger_asks_once_its_tier_is_armed() -> None:
    """As soon as tier 1 is in, without any price; and not again."""
    talk = Talk(manual())
    talk.price(100)
    assert talk.done(ADD)[-1] == QuestionAsked(2, "Volume up?", 2, talk.at - MINUTE)
    assert talk.price(101, 103) == ()


def test_a_yes_triggers_at_the_market_price() -> None:
    """The guards are asked as for any price."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    number = talk.pending(ANSWER).number
    assert talk.give(Confirm, number) == ()
    assert names(talk.give(Answer, number, D(101))) == ["TierTriggered"]
    assert talk.give(Answer, number, D(101)) == ()
    assert talk.give(Answer, talk.pending(ADD).number, D(101)) == ()


def test_a_yes_that_a_guard_refuses_moves_on() -> None:
    """Too deep under the average: blocked, and the next tier is armed."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    assert names(talk.give(Answer, talk.pending(ANSWER).number, D("97.5"))) == ["TierBlocked"]
    assert talk.state.tiers[2].phase is TierPhase.ARMED


def test_a_no_skips_the_tier() -> None:
    """The condition will not be met: on to the next tier."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    assert names(talk.skip(ANSWER)) == ["TierSkipped"]
    assert talk.state.tiers[2].phase is TierPhase.ARMED


def test_a_question_for_tier_1_is_asked_when_the_plan_is_armed() -> None:
    """And a no to it ends the plan."""
    base = plan()
    tiers = (replace(base.tiers[0], trigger=ManualTrigger("Now?")), *base.tiers[1:])
    talk = Talk(replace(base, tiers=tiers))
    assert names(tuple(talk.said)) == ["PlanArmed", "QuestionAsked"]
    assert names(talk.skip(ANSWER)) == ["TierSkipped", "PlanClosed"]


def test_a_question_is_settled_by_an_entry_that_is_reported() -> None:
    """Whoever is in already is not asked whether to enter: the old answer adds the tier no second time."""
    base = plan()
    asked = replace(base, tiers=(replace(base.tiers[0], trigger=ManualTrigger("Sure?")), *base.tiers[1:]))
    talk = Talk(asked)
    question = talk.pending(ANSWER).number
    talk.give(ReportAdd, D(100), D(1))
    assert talk.state.pending(ANSWER) is None
    assert talk.give(Answer, question, D(100)) == ()
    assert [tier.phase for tier in talk.state.tiers[:2]] == [TierPhase.FILLED, TierPhase.ARMED]


def test_a_level_may_answer_for_the_question() -> None:
    """Any of both: the level triggers first, and the question is no longer asked."""
    base = manual()
    either = AnyOf((ManualTrigger("Volume up?"), PriceTrigger(D(102), base.tiers[2].trigger.direction)))  # type: ignore[union-attr]  # tier 3 has a price
    talk = Talk(replace(base, tiers=(base.tiers[0], replace(base.tiers[1], trigger=either), *base.tiers[2:])))
    talk.price(100)
    talk.done(ADD)
    assert names(talk.price(102)) == ["TierTriggered"]
    assert talk.state.pending(ANSWER) is None


def test_a_question_comes_again_when_its_tier_is_armed_again() -> None:
    """Withdrawn because price ran away, armed again below its level: asked again."""
    talk = Talk(manual())
    talk.price(100)
    talk.done(ADD)
    talk.give(Answer, talk.pending(ANSWER).number, D(102))
    assert names(talk.price("104.5")) == ["TierWithdrawn"]
    assert names(talk.price(102)) == ["TierRearmed", "QuestionAsked"]


@pytest.mark.parametrize("number", [D(0), D(-1)])
def test_numbers_that_no_trade_can_have_change_nothing(hit: Talk, number: Decimal) -> None:
    """A price or quantity of nothing or less is not a fill, an answer or a stop."""
    close = hit.pending(CLOSE).number
    for given in (
        Confirm(close, START, price=number),
        Confirm(close, START, quantity=number),
        Answer(close, number, START),
        ReportExit(number, START),
        ReportExit(D(100), START, quantity=number),
        ReportAdd(number, D(1), START),
        ReportAdd(D(100), number, START),
        CorrectFill(1, number, D(1), START),
        CorrectFill(1, D(100), number, START),
        InsistStop(number, "", START),
    ):
        assert advance(hit.state, given) == ()


def test_old_and_foreign_numbers_change_nothing(entered: Talk) -> None:
    """A second press, or a button of another day."""
    for number in (0, 1, 99):
        assert entered.give(Confirm, number) == ()
        assert entered.give(Skip, number) == ()
        assert entered.give(Answer, number, D(100)) == ()
