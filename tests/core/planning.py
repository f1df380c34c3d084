"""The plan of the worked example and its mirror image, with single parts changed, and what the checks find in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.checks import CheckContext, check
from chatbot.core.findings import Code, Finding
from chatbot.core.market import Instrument
from chatbot.core.money import Side
from chatbot.core.plan import (
    BreakEven,
    CloseBeyond,
    Direction,
    LockR,
    MoveTrigger,
    Plan,
    PriceTrigger,
    RsiTrigger,
    Target,
    Tier,
    Trail,
    Trigger,
)
from chatbot.core.timeframes import Timeframe

D = Decimal
TICK = D("0.1")
BTC = Instrument(
    "binanceusdm", "BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT",
    D("0.1"), D("0.001"), D("0.001"), D(100), D(1), D("0.05"), D(125),
)  # fmt: skip
BOTH = pytest.mark.parametrize("side", Side)
CLOSE = CloseBeyond(Timeframe.H1, D(60900), Direction.UP)
RSI = RsiTrigger(Timeframe.H1, D(50), Direction.UP)


def at(side: Side, offset: int | str | Decimal) -> D:
    """60 000, and `offset` in the trade's favour."""
    return D(60000) + side.sign * D(offset)


def price(side: Side, offset: int | str | Decimal, *, against: bool = False) -> PriceTrigger:
    up = (side is Side.LONG) is not against
    return PriceTrigger(at(side, offset), Direction.UP if up else Direction.DOWN)


def plan(side: Side = Side.LONG, **changes: Any) -> Plan:
    """The plan of the worked example, mirrored for a short."""
    worked = Plan(
        exchange="binanceusdm",
        symbol="BTC/USDT:USDT",
        side=side,
        leverage=D(10),
        equity=D(10000),
        allocation_pct=D(5),
        tiers=(
            Tier(D(25), price(side, 0, against=True)),
            Tier(D(25), MoveTrigger(D("0.5"))),
            Tier(D(30), price(side, 600)),
            Tier(D(20), price(side, 900)),
        ),
        stop=at(side, -1000),
        targets=(
            Target(at(side, 1000), D(25), BreakEven()),
            Target(at(side, 2500), D(35), LockR()),
            Target(at(side, 4000), D(30), Trail(D(1))),
        ),
    )
    return replace(worked, **changes)


def with_tiers(side: Side, *triggers: Trigger) -> Plan:
    """The plan with these triggers behind its first tier, equally weighted in quarters."""
    first = Tier(D(100 - 25 * len(triggers)), price(side, 0, against=True))
    return plan(side, tiers=(first, *(Tier(D(25), trigger) for trigger in triggers)))


def with_first(trigger: Trigger, side: Side = Side.LONG) -> Plan:
    """The plan with another first trigger."""
    worked = plan(side)
    return replace(worked, tiers=(Tier(D(25), trigger), *worked.tiers[1:]))


def with_closes(*closes: int, side: Side = Side.LONG) -> Plan:
    """The plan with other closes."""
    worked = plan(side)
    return replace(
        worked, targets=tuple(replace(t, close_pct=D(c)) for t, c in zip(worked.targets, closes, strict=True))
    )


def found(given: Plan, code: Code, **context: Any) -> Finding:
    """The one finding with this code."""
    matching = [finding for finding in check(given, CheckContext(**context)) if finding.code is code]
    assert len(matching) == 1, matching
    return matching[0]


def codes(given: Plan, **context: Any) -> list[Code]:
    return [finding.code for finding in check(given, CheckContext(**context))]


def ticked(side: Side, **changes: object) -> Plan:
    """The worked example on a price grid."""
    return replace(plan(side, **changes), tick_size=TICK)


def weighted(side: Side, *weights: str) -> Plan:
    """Tiers of these weights, each a little in favour of the one before."""
    tiers = (Tier(D(weight), price(side, 300 * number)) for number, weight in enumerate(weights))
    return plan(side, tiers=tuple(tiers))


def second_tier(side: Side, offset: str) -> Plan:
    """A dip for the second tier."""
    return replace(with_tiers(side, price(side, offset, against=True), price(side, 300)), tick_size=TICK)


def with_second(given: Plan, level: Decimal) -> Plan:
    """The plan with its second tier elsewhere."""
    tiers = given.tiers
    moved = Tier(tiers[1].weight_pct, price(given.side, given.sign * (level - 60000), against=True))
    return replace(given, tiers=(tiers[0], moved, *tiers[2:]))


def with_target(given: Plan, number: int, level: Decimal) -> Plan:
    """The plan with one target elsewhere; 0 is the last."""
    place = (number or len(given.targets)) - 1
    changed = [replace(target, price=level) if n == place else target for n, target in enumerate(given.targets)]
    return replace(given, targets=tuple(changed))


def with_close(given: Plan, number: int, close: Decimal) -> Plan:
    """The plan with another close at one target."""
    changed = [replace(t, close_pct=close) if n == number else t for n, t in enumerate(given.targets, 1)]
    return replace(given, targets=tuple(changed))


def with_stop(given: Plan, stop: Decimal) -> Plan:
    return replace(given, stop=stop)


def with_leverage(given: Plan, leverage: Decimal) -> Plan:
    return replace(given, leverage=leverage)


def with_allocation(given: Plan, allocation: Decimal) -> Plan:
    return replace(given, allocation_pct=allocation)


def with_weight(given: Plan, number: int, weight: Decimal) -> Plan:
    """The plan with another weight, the difference given to the smallest tier."""
    weights = [tier.weight_pct for tier in given.tiers]
    smallest = weights.index(min(weights))
    weights[smallest] += weights[number - 1] - weight
    weights[number - 1] = weight
    return replace(given, tiers=tuple(replace(t, weight_pct=w) for t, w in zip(given.tiers, weights, strict=True)))
