"""Triggers for tiers: what is offered when, on small charts, long and short, before and after stop and targets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.chart.structure import chart_of
from chatbot.chart.tier_triggers import triggers
from chatbot.chart.values import Setup, TriggerProposal
from chatbot.core.money import Side
from chatbot.core.plan import Average, Bounce, CloseBeyond, Direction, MoveTrigger, MovingAverageRetest, Trigger
from tests.chart.paths import M15, STAIRS, bar, chart, path, reflected, setup, shown

UP, DOWN = Direction.UP, Direction.DOWN
CHART = chart(*STAIRS)
"""Zones at 950, 1020, 1060, 1090, 1120; ATR 10; last close 1000, under its averages."""
UPSIDE_DOWN = chart_of(reflected(path(STAIRS)), M15)
RISING = chart(500, 1000)
"""Fifty candles straight up: an EMA of n lags (n − 1) / 2 steps of 10 behind, EMA 20 stands at 905, EMA 50 at 755."""


def kinds(found: tuple[TriggerProposal, ...]) -> list[Trigger]:
    """The triggers alone."""
    return [proposal.trigger for proposal in found]


def after(last_tier: int, given: Setup) -> Setup:
    """The same with the tier before at that price."""
    return replace(given, last_tier=Decimal(last_tier))


def test_tier_one_waits_for_a_bounce_or_a_break() -> None:
    """Between 950 and 1020: up off the one, up through the other; the averages lie against a long."""
    bounce, breakout = triggers(CHART, setup(985), 1)
    assert bounce.trigger == Bounce(M15, Decimal(950), UP)
    assert bounce.why == f"bounce at the low 950 {shown('(1 touch)')}, {shown('3.5 ATR')} away"
    assert breakout.trigger == CloseBeyond(M15, Decimal(1020), UP)
    assert (
        breakout.why == f"close above the resistance {shown('1 020')} {shown('(2 touches)')}, {shown('3.5 ATR')} away"
    )


def test_tier_one_of_a_short_is_the_mirror_image() -> None:
    """Down off 1050, down through 980."""
    bounce, breakout = triggers(UPSIDE_DOWN, setup(1015, Side.SHORT), 1)
    assert bounce.trigger == Bounce(M15, Decimal(1050), DOWN)
    assert breakout.trigger == CloseBeyond(M15, Decimal(980), DOWN)
    assert breakout.why.startswith("close below the support")


def test_tier_one_does_not_wait_far_away_nor_behind_its_stop() -> None:
    """950 is 5 ATR below 1000; below 985 it is 3.5, but not before a stop at 955."""
    assert kinds(triggers(CHART, setup(1000), 1)) == [CloseBeyond(M15, Decimal(1020), UP)]
    assert Bounce(M15, Decimal(950), UP) not in kinds(triggers(CHART, setup(985, stop=955), 1))


def test_tier_one_pulls_back_to_the_fast_average_of_a_trend() -> None:
    """Up all the way: EMA 20 at 905, 2.5 ATR under an entry at 930; 4.5 ATR under one at 950 is too far."""
    (pullback,) = triggers(RISING, setup(930), 1)
    assert pullback.trigger == MovingAverageRetest(M15, Average.EMA, 20, UP)
    assert pullback.why == f"retest of {shown('EMA 20')}, now 905"
    assert triggers(RISING, setup(950), 1) == ()


def test_against_the_averages_only_the_slow_one_may_carry() -> None:
    """Down, then from 900 to 1300 at once: EMA 20 is still under EMA 50, which is at 1145 + 155 · 2 / 51."""
    fallen = path((1400, 900))
    turned = chart_of([*fallen, bar(len(fallen), Decimal(900), Decimal(1300))], M15)
    (pullback,) = triggers(turned, setup(1200), 1)
    assert pullback.trigger == MovingAverageRetest(M15, Average.EMA, 50, UP)
    assert pullback.why == f"retest of {shown('EMA 50')}, now {shown('1 151')}"


def test_few_candles_have_no_averages() -> None:
    """Thirty candles: EMA 50 has no value, so no retest is offered."""
    young = chart(900, 1000, 950, 1100)
    assert len(young.candles) == 30
    assert not [t for t in kinds(triggers(young, setup(1100), 1)) if isinstance(t, MovingAverageRetest)]


def test_later_tiers_move_half_an_atr_from_tier_to_tier() -> None:
    """ATR 10 at 1000: 0.5, 1 and 1.5 % of price."""
    moves = [triggers(CHART, setup(1000), number)[0] for number in (2, 3, 4)]
    assert kinds(tuple(moves)) == [MoveTrigger(Decimal(pct)) for pct in ("0.5", "1", "1.5")]
    assert moves[0].why == f"{shown('0.5 %')} of price in favour, {shown('0.5 ATR')} from tier 1"


def test_moves_come_closer_where_the_first_target_leaves_less_room() -> None:
    """TP1 at 1013 leaves 12: a third each."""
    near = setup(1000, stop=990, first_target=1013)
    assert triggers(CHART, near, 2)[0].trigger == MoveTrigger(Decimal("0.4"))
    assert triggers(CHART, after(1004, near), 3)[0].trigger == MoveTrigger(Decimal("0.8"))
    assert triggers(CHART, after(1008, near), 4)[0].trigger == MoveTrigger(Decimal("1.2"))


def test_a_move_lies_beyond_the_tier_before() -> None:
    """Tier 2 is planned at 1020, so tier 3 moves to 1025; a dip before counts as none."""
    assert triggers(CHART, after(1020, setup(1000)), 3)[0].trigger == MoveTrigger(Decimal("2.5"))
    assert triggers(CHART, after(996, setup(1000)), 2)[0].trigger == MoveTrigger(Decimal("0.5"))


def test_a_break_lies_before_the_first_target() -> None:
    """The next resistance is 1020: broken before a target at 1059, not before one at 1020; without both within R."""
    break_of_1020 = CloseBeyond(M15, Decimal(1020), UP)
    assert break_of_1020 in kinds(triggers(CHART, setup(1000, stop=960, first_target=1059), 2))
    assert break_of_1020 not in kinds(triggers(CHART, setup(1000, stop=960, first_target=1020), 2))
    assert break_of_1020 in kinds(triggers(CHART, setup(1000, stop=980), 2))
    assert break_of_1020 not in kinds(triggers(CHART, setup(1000, stop=981), 2))


def test_after_a_break_its_retest_is_offered() -> None:
    """Tier 2 broke 1020 on the way: tier 3 may add when price comes back to it and holds."""
    retest = triggers(CHART, after(1020, setup(1000)), 3)[-1]
    assert retest.trigger == Bounce(M15, Decimal(1020), UP)
    assert retest.why == f"retest of the broken resistance {shown('1 020')} {shown('(2 touches)')}"


def test_a_pullback_to_add_on_is_at_most_half_an_r_deep() -> None:
    """EMA 20 lies 25 under 930: no add while R is unknown or 49, one with R 50."""
    retest = MovingAverageRetest(M15, Average.EMA, 20, UP)
    assert retest not in kinds(triggers(RISING, setup(930), 2))
    assert retest not in kinds(triggers(RISING, setup(930, stop=881), 2))
    assert retest in kinds(triggers(RISING, setup(930, stop=880), 2))


def test_no_room_before_the_target_means_no_trigger() -> None:
    """A first target right ahead leaves nothing to add on."""
    assert triggers(CHART, setup(1000, stop=990, first_target=1001), 2) == ()


def test_without_an_atr_nothing_is_offered() -> None:
    """Too few candles, no triggers."""
    assert triggers(chart(1000, 960, 1000), setup(1000), 1) == ()
