"""How much one person may have watched: counted in levels, and refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.coach.allowance import UNLIMITED, Allowance, levels_of
from chatbot.coach.answers import Refused
from chatbot.core.plan import AnyOf, Direction, Guards, PriceTrigger
from tests.coach.office import SAM, Office
from tests.messages.trading import long_plan


def test_each_thing_that_is_watched_is_a_level() -> None:
    """Four triggers, the stop and three targets; the structure level and each part of a trigger one more."""
    plan = long_plan()
    assert levels_of(plan) == 8
    guarded = replace(plan, guards=replace(Guards(), structure_level=Decimal(58_000)))
    assert levels_of(guarded) == 9
    either = AnyOf((PriceTrigger(Decimal(60_000), Direction.DOWN), PriceTrigger(Decimal(62_000), Direction.UP)))
    assert levels_of(replace(plan, tiers=(replace(plan.tiers[0], trigger=either), *plan.tiers[1:]))) == 9


def test_what_is_within_the_limits_passes(office: Office) -> None:
    """The limits themselves are allowed, and closed plans do not count."""
    office.arm()
    office.command("/cancel_plan 1")
    plan = long_plan()
    with office.desk.work() as work:
        assert Allowance(1, 8, applies=True).passed(work, SAM, plan) is plan


def test_one_more_is_refused(office: Office) -> None:
    """With the limit and how to go on; a plan that was refused before keeps its own sentence."""
    office.arm()
    plan, before = long_plan(), Refused("before")
    with office.desk.work() as work:
        many = Allowance(1, 8, applies=True).passed(work, SAM, plan)
        large = Allowance(2, 7, applies=True).passed(work, SAM, plan)
        assert Allowance(1, 1, applies=True).passed(work, SAM, before) is before
    assert isinstance(many, Refused)
    assert many.sentence.startswith("1 at a time is the limit here")
    assert isinstance(large, Refused)
    assert large.sentence.startswith("This plan watches 8 levels, and 7 a plan is the limit here")


def test_without_open_mode_and_for_the_owner_there_are_none(office: Office) -> None:
    """Whoever was let in is trusted."""
    office.arm()
    plan = long_plan()
    with office.desk.work() as work:
        assert UNLIMITED.passed(work, SAM, plan) is plan
        assert Allowance(1, 1, applies=True).passed(work, replace(SAM, is_owner=True), plan) is plan
