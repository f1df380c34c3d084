"""What a trader would ask of any proposal, as checks used on made and on real charts alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from chatbot.chart.ground import finest_step
from chatbot.chart.stops import FARTHEST_ATR, FARTHEST_PCT, stops, structure_levels
from chatbot.chart.targets import measured_targets, targets
from chatbot.chart.tier_triggers import triggers
from chatbot.chart.values import Chart, Proposal, Setup, TargetsProposal
from chatbot.core.plan import Bounce, CloseBeyond, Direction, MoveTrigger, MovingAverageRetest, Trigger


def history(chart: Chart) -> tuple[Decimal, Decimal]:
    """The lowest and the highest price shown."""
    return min(candle.low for candle in chart.candles), max(candle.high for candle in chart.candles)


def on_tick(chart: Chart, setup: Setup, price: Decimal) -> bool:
    """Whether the price can be ordered."""
    return price % (setup.tick or finest_step(chart.candles)) == 0


def check_stops(chart: Chart, setup: Setup) -> tuple[Proposal, ...]:
    """On the losing side, 1 to 8 ATR away, on the tick, beyond the pivot each names, nearest first."""
    found, sign = stops(chart, setup), setup.side.sign
    extremes = {swing.price for swing in chart.swings} | {chart.range_low, chart.range_high}
    low, high = history(chart)
    assert len(found) <= 3
    for stop in found:
        assert chart.atr is not None
        assert stop.level is not None
        away = sign * (setup.entry - stop.price)
        assert chart.atr <= away <= min(FARTHEST_ATR * chart.atr, setup.entry * FARTHEST_PCT / 100)
        assert stop.level in extremes
        assert sign * (stop.level - stop.price) >= chart.atr / 2
        assert low <= stop.price <= high or len(found) == 1
        assert low <= stop.level <= high
        assert stop.price > 0
        assert on_tick(chart, setup, stop.price)
    assert all(sign * (nearer.price - farther.price) > 0 for nearer, farther in pairwise(found))
    return found


def check_targets(chart: Chart, setup: Setup, factor: Decimal) -> tuple[TargetsProposal, ...]:
    """Ordered, TP1 at least 1 R away, on the tick, every one within the shown history."""
    found = targets(chart, setup, factor)
    low, high = history(chart)
    assert len(found) <= 3
    for one in (*found, *measured_targets(chart, setup, factor)):
        check_order(chart, setup, one)
    assert all(low <= target.price <= high for one in found for target in one.targets)
    return found


def check_order(chart: Chart, setup: Setup, one: TargetsProposal) -> None:
    """Three prices, each farther in favour than the one before, the first at least as far as the stop."""
    assert setup.stop is not None
    sign, r = setup.side.sign, abs(setup.entry - setup.stop)
    away = [sign * (target.price - setup.entry) for target in one.targets]
    assert len(away) == 3
    assert r <= away[0] < away[1] < away[2]
    assert all(target.price > 0 and on_tick(chart, setup, target.price) for target in one.targets)


def check_structure_levels(chart: Chart, setup: Setup) -> None:
    """Between stop and entry, within the history."""
    assert setup.stop is not None
    low, high = history(chart)
    for level in structure_levels(chart, setup):
        assert min(setup.stop, setup.entry) < level.price < max(setup.stop, setup.entry)
        assert level.level is not None
        assert low <= level.level <= high


def check_triggers(chart: Chart, setup: Setup) -> None:
    """For every tier: in the trade's direction, in time, never too deep; levels lie within the history."""
    onwards = Direction.UP if setup.side.sign > 0 else Direction.DOWN
    low, high = history(chart)
    for number in (1, 2, 3, 4):
        found = triggers(chart, setup, number)
        assert len(found) <= 3
        for proposal in found:
            trigger = proposal.trigger
            assert isinstance(trigger, MoveTrigger | CloseBeyond | Bounce | MovingAverageRetest)
            assert isinstance(trigger, MoveTrigger) or trigger.direction is onwards
            level = level_of(trigger, setup)
            if isinstance(trigger, CloseBeyond | Bounce):
                assert level is not None
                step = setup.tick or Decimal(0)
                assert low - step <= level <= high + step
                assert on_tick(chart, setup, level)
            if number > 1 and level is not None:
                check_add(setup, level)


def check_add(setup: Setup, level: Decimal) -> None:
    """In favour of tier 1, and before the first target where it is known."""
    assert setup.side.sign * (level - setup.entry) > 0
    if setup.first_target is not None:
        assert setup.side.sign * (setup.first_target - level) > 0


def level_of(trigger: Trigger, setup: Setup) -> Decimal | None:
    """Where a trigger lies, if it names a price."""
    match trigger:
        case CloseBeyond(level=level) | Bounce(level=level):
            return level
        case MoveTrigger(pct=pct):
            return setup.entry * (1 + setup.side.sign * pct / 100)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Found:
    """Whether there was a stop, a set of targets inside the history, and any set at all."""

    stop: bool
    targets: bool
    any_targets: bool


def check_all(chart: Chart, setup: Setup, factor: Decimal = Decimal(1)) -> Found:
    """Everything for one setup, each stop with its targets."""
    check_triggers(chart, setup)
    found, inside, measured = check_stops(chart, setup), False, False
    for stop in found:
        chosen = replace(setup, stop=stop.price)
        check_structure_levels(chart, chosen)
        sets = check_targets(chart, chosen, factor)
        inside, measured = inside or bool(sets), measured or bool(measured_targets(chart, chosen, factor))
        if stop == found[0]:
            check_triggers(chart, replace(chosen, first_target=sets[0].targets[0].price if sets else None))
    return Found(bool(found), inside, inside or measured)
