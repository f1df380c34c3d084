"""Targets at zones, Fibonacci levels and multiples of R: worked out by hand on a small chart, long and short."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.chart.structure import chart_of
from chatbot.chart.target_choice import Level, Wish, best
from chatbot.chart.targets import measured_targets, targets
from chatbot.chart.values import TargetsProposal
from chatbot.core.money import Side
from tests.chart.paths import M15, STAIRS, chart, path, reflected, setup, shown, whole

CHART = chart(*STAIRS)
"""Zones at 1020, 1060, 1090, 1120; ATR 10; the last leg 1120 → 950; shown from 930 to 1120."""
UPSIDE_DOWN = chart_of(reflected(path(STAIRS)), M15)
WISH = Wish(ideal=(1.5, 2.5, 4.0), apart=0.4, closes=(25.0, 35.0, 30.0))


def prices(found: TargetsProposal) -> tuple[int | None, ...]:
    """TP1 to TP3."""
    return whole(*(target.price for target in found.targets))


def level(multiple: float, strength: float = 0.0) -> Level:
    """A level so many R away."""
    return Level(Decimal(str(multiple)), multiple, strength, f"{multiple}")


def test_targets_lie_a_tenth_of_an_atr_before_the_zones() -> None:
    """R is 40: 1020 is too near, and 1059, 1089 and 1119 are 1.5, 2.2 and 3 R away."""
    found = targets(CHART, setup(1000, stop=960))[0]
    assert prices(found) == (1059, 1089, 1119)
    assert found.why == "minor, middle and major resistance"
    assert found.targets[0].why == f"resistance {shown('1 060')} {shown('(2 touches)')}"
    assert whole(*(target.level for target in found.targets)) == (1060, 1090, 1120)


def test_the_second_set_has_a_fibonacci_level() -> None:
    """0.786 of the way back from 950 to 1120 is 1083.6, rounded towards the entry."""
    found = targets(CHART, setup(1000, stop=960))[1]
    assert prices(found) == (1059, 1083, 1119)
    assert found.targets[1].why == f"0.786 retracement of {shown('1 120')} → 950"
    assert found.targets[1].level is None


def test_a_short_is_the_mirror_image() -> None:
    """Upside down the same distances, rounded up."""
    found = targets(UPSIDE_DOWN, setup(1000, Side.SHORT, stop=1040))
    assert [prices(one) for one in found] == [(941, 911, 881), (941, 917, 881)]
    assert found[0].why == "minor, middle and major support"


def test_multiples_of_r_are_offered_where_the_history_reaches_that_far() -> None:
    """R is 25: 1.5, 2.5 and 4 R are 1037 (37.5 rounded to the entry), 1062 and 1100."""
    found = targets(CHART, setup(1000, stop=975))[-1]
    assert found.why == "multiples of R"
    assert prices(found) == (1037, 1062, 1100)
    assert [target.why for target in found.targets] == [shown("1.5 R"), shown("2.5 R"), shown("4 R")]


def test_the_factor_of_the_regime_stretches_the_distances() -> None:
    """Times 0.75: 1.125, 1.875 and 3 R of 25."""
    found = targets(CHART, setup(1000, stop=975), Decimal("0.75"))[-1]
    assert prices(found) == (1028, 1046, 1075)
    assert found.targets[0].why == shown("1.1 R")


def test_where_zones_are_too_few_multiples_fill_up() -> None:
    """With two of the zones gone, one target stands at a multiple of R and says so."""
    fewer = replace(CHART, zones=CHART.zones[:3], legs=(), leg=None)
    found = targets(fewer, setup(1000, stop=975))[0]
    assert found.why == "resistance where there is any, else multiples of R"
    assert prices(found) == (1037, 1059, 1100)


def test_nothing_is_proposed_outside_the_history() -> None:
    """R is 55, so that 4 R would be 1220: no set; the measured one goes there and says that it does."""
    wide = setup(1000, stop=945)
    assert targets(CHART, wide) == ()
    (found,) = measured_targets(CHART, wide)
    assert prices(found)[-1] == 1220
    assert found.why == f"measured: few levels above, the shown history ends at {shown('1 120')}"


def test_measured_targets_of_a_short_never_reach_zero() -> None:
    """A short at 100 with R 40 has no third target above 0; with R 10 it has, and names the end of the history."""
    low = chart(*(turn - 900 for turn in STAIRS))
    assert measured_targets(low, setup(100, Side.SHORT, stop=140)) == ()
    (found,) = measured_targets(low, setup(100, Side.SHORT, stop=110))
    assert min(target.price for target in found.targets) > 0
    assert found.why == "measured: few levels below, the shown history ends at 30"


def test_an_extension_needs_the_start_of_its_leg_behind_the_entry() -> None:
    """After 930 → 1120 the 1.272 lies at 1171; for an entry under 930 that leg is broken."""
    rise = replace(chart(930, 900, 1000, 970, 1010, 985), legs=())
    up = chart(1060, 900, 1000, 970)
    assert any("extension" in t.why for one in measured_targets(up, setup(970, stop=945)) for t in one.targets)
    assert not any("extension" in t.why for one in measured_targets(up, setup(890, stop=865)) for t in one.targets)
    assert not any("extension" in t.why for one in measured_targets(rise, setup(985, stop=960)) for t in one.targets)


def test_without_a_stop_on_the_losing_side_there_is_no_target() -> None:
    """No R, no targets; nor without an ATR."""
    for wrong in (setup(1000), setup(1000, stop=1000), setup(1000, stop=1010)):
        assert targets(CHART, wrong) == ()
        assert measured_targets(CHART, wrong) == ()
    assert targets(chart(1000, 960, 1000), setup(1000, stop=960)) == ()


def test_the_best_three_are_nearest_to_the_ideal() -> None:
    """Of five bare levels those at 1.5, 2.5 and 4 R win."""
    chosen = best(WISH, [level(1.1), level(4.0), level(1.5), level(2.5), level(6.0)])
    assert chosen is not None
    assert [one.multiple for one in chosen] == [1.5, 2.5, 4.0]


def test_strength_outweighs_a_little_distance_most_at_the_last() -> None:
    """A strong level at 4.5 R is a better TP3 than nothing at 4 R."""
    chosen = best(WISH, [level(1.5), level(2.5), level(4.0), level(4.5, 6.0)])
    assert chosen is not None
    assert [one.multiple for one in chosen] == [1.5, 2.5, 4.5]


def test_no_three_are_chosen_that_crowd_stray_or_do_not_pay() -> None:
    """0.3 R apart, 15 R away, or worth under 1.5 R together: none."""
    assert best(WISH, [level(1.5), level(1.8), level(4.0)]) is None
    assert best(WISH, [level(1.5), level(3.8), level(4.1)]) is None
    assert best(WISH, [level(1.5), level(2.5), level(15.0)]) is None
    assert best(WISH, [level(1.0), level(1.5), level(2.0)]) is None
    assert best(WISH, [level(1.5), level(2.5)]) is None


def test_a_needed_level_is_in_the_set_or_there_is_none() -> None:
    """The Fibonacci set has one, even if a set without were nearer."""
    wanted = level(1.2, 1.0)
    chosen = best(WISH, [level(1.5), wanted, level(2.5), level(4.0)], [wanted])
    assert chosen is not None
    assert chosen[0] is wanted
    assert best(WISH, [level(1.5), level(2.5), level(4.0)], [wanted]) is None
