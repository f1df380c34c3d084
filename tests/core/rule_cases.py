"""Every block and every warning of RULES 7 with a plan just beyond it and one just within, for both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from chatbot.core.checks import CheckContext, check
from chatbot.core.findings import Code, Finding
from chatbot.core.market import Instrument
from chatbot.core.money import Side, round_towards_market
from chatbot.core.plan import Direction, ManualTrigger, Plan, RsiTrigger, Target, Tier, Trigger
from chatbot.core.planned import summary
from chatbot.core.timeframes import Timeframe
from tests.core.planning import (
    BTC,
    TICK,
    at,
    plan,
    price,
    second_tier,
    ticked,
    weighted,
    with_allocation,
    with_close,
    with_closes,
    with_leverage,
    with_second,
    with_stop,
    with_target,
    with_tiers,
    with_weight,
)

D = Decimal
NO_CONTEXT = CheckContext()


@dataclass(frozen=True)
class Case:
    """`rule` is the sentence of the rules. `mended` puts the nearest value that would pass into the failing plan."""

    rule: str
    code: Code
    failing: Plan
    passing: Plan
    failing_in: CheckContext = NO_CONTEXT
    passing_in: CheckContext = NO_CONTEXT
    mended: Callable[[Plan, Decimal], Plan] | None = None
    index: int | None = None

    def found(self, given: Plan, context: CheckContext) -> list[Finding]:
        """What the checks say about this rule."""
        mine = [finding for finding in check(given, context) if finding.code is self.code]
        return [finding for finding in mine if self.index is None or finding.index == self.index]


def on(market: Instrument = BTC, **context: object) -> CheckContext:
    """With a known market."""
    return replace(CheckContext(instrument=market), **context)  # type: ignore[arg-type]  # fields of the context


def blocks(side: Side) -> Iterator[Case]:
    """The first list of RULES 7, in its order."""
    worked = plan(side)
    yield Case("a missing checklist item", Code.MISSING_ITEM, replace(worked, targets=()), worked)
    short = replace(worked, tiers=(*worked.tiers[:3], replace(worked.tiers[3], weight_pct=D("19.99"))))
    yield Case(
        "weights that do not add up to 100",
        Code.WEIGHTS_SUM,
        short,
        worked,
        mended=lambda p, total: replace(p, tiers=(*p.tiers[:3], replace(p.tiers[3], weight_pct=total - 80))),
    )
    yield Case(
        "a weight of 0",
        Code.WEIGHT_ZERO,
        weighted(side, "40", "40", "20", "0"),
        weighted(side, "40", "40", "19.99", "0.01"),
    )
    yield Case(
        "stop on the wrong side of tier 1",
        Code.STOP_WRONG_SIDE,
        ticked(side, stop=at(side, 0)),
        ticked(side, stop=at(side, "-0.1")),
        mended=with_stop,
    )
    yield Case(
        "a tier beyond the stop",
        Code.TIER_BEYOND_STOP,
        second_tier(side, "-1000"),
        second_tier(side, "-999.9"),
        mended=with_second,
    )
    yield Case(
        "targets not favourable to tier 1",
        Code.TARGET_NOT_FAVOURABLE,
        with_target(ticked(side), 1, at(side, 0)),
        with_target(ticked(side), 1, at(side, "0.1")),
        mended=lambda p, level: with_target(p, 1, level),
    )
    yield Case(
        "targets not strictly ordered",
        Code.TARGETS_UNORDERED,
        with_target(ticked(side), 2, at(side, 1000)),
        with_target(ticked(side), 2, at(side, "1000.1")),
        mended=lambda p, level: with_target(p, 2, level),
    )
    yield Case(
        "a planned adverse tier deeper than 0.5R",
        Code.TIER_TOO_ADVERSE,
        second_tier(side, "-500.1"),
        second_tier(side, "-500"),
        mended=with_second,
    )
    yield Case(
        "a trigger that the bot cannot watch", Code.UNWATCHABLE, with_tiers(side, rsi(201)), with_tiers(side, rsi(200))
    )
    yield Case(
        "closes over 100 %",
        Code.CLOSES_OVER,
        with_close(with_closes(40, 40, 20, side=side), 3, D("20.01")),
        with_closes(40, 40, 20, side=side),
    )


def market_blocks(side: Side) -> Iterator[Case]:
    """The blocks that need a market."""
    dipping = replace(with_tiers(side, *(price(side, -400, against=True) for _ in range(3))), allocation_pct=D("0.5"))
    last = D(46) if side is Side.LONG else D(45)
    yield Case(
        "liquidation price of tier 1 alone reached before the stop",
        Code.LIQUIDATED_FIRST,
        with_leverage(dipping, last + 1),
        with_leverage(dipping, last),
        on(),
        on(),
        with_leverage,
        index=1,
    )
    rising = plan(side, allocation_pct=D("0.5"))
    full = D(34)
    yield Case(
        "liquidation price of the full position reached before the stop",
        Code.LIQUIDATED_FIRST,
        with_leverage(rising, full + 1),
        with_leverage(rising, full),
        on(),
        on(),
        with_leverage,
        index=4,
    )
    lots = plan(side, lot_size=D("0.0001"))
    fine = replace(BTC, lot_size=D("0.0001"), min_notional=D(0))
    yield Case(
        "a quantity below the exchange's minimum",
        Code.QUANTITY_TOO_SMALL,
        lots,
        lots,
        on(replace(fine, min_quantity=least_of(lots) + D("0.0001"))),
        on(replace(fine, min_quantity=least_of(lots))),
        with_allocation,
    )
    yield Case(
        "a quantity above the exchange's largest order",
        Code.QUANTITY_TOO_LARGE,
        lots,
        lots,
        on(replace(fine, max_quantity=most_of(lots) - D("0.0001"))),
        on(replace(fine, max_quantity=most_of(lots))),
        with_allocation,
    )
    yield Case(
        "leverage above the market's maximum",
        Code.LEVERAGE_OVER_MAX,
        plan(side, leverage=D("10.01")),
        plan(side),
        on(replace(BTC, max_leverage=D(10))),
        on(replace(BTC, max_leverage=D(10))),
        with_leverage,
    )


def warnings(side: Side) -> Iterator[Case]:
    """The second list of RULES 7, as far as it is about sizes and tiers."""
    worked = plan(side)
    yield Case(
        "allocation over 5 %",
        Code.ALLOCATION_HIGH,
        plan(side, allocation_pct=D("5.01")),
        worked,
        mended=with_allocation,
    )
    yield Case(
        "largest weight over 50 %",
        Code.WEIGHT_DOMINANT,
        weighted(side, "50.01", "25", "24.99"),
        weighted(side, "50", "25", "25"),
        mended=lambda p, weight: with_weight(p, 1, weight),
    )
    yield Case(
        "largest weight over three times the smallest",
        Code.WEIGHT_DOMINANT,
        weighted(side, "45.01", "39.99", "15"),
        weighted(side, "45", "40", "15"),
        mended=lambda p, weight: with_weight(p, 1, weight),
    )
    yield Case("fewer than 3 tiers", Code.TIER_COUNT, weighted(side, "50", "50"), weighted(side, "40", "30", "30"))
    yield Case("more than 4 tiers", Code.TIER_COUNT, weighted(side, *["20"] * 5), weighted(side, *["25"] * 4))
    risky = plan(side, leverage=D(20), stop=at(side, -2000), allocation_pct=D(12))
    yield Case(
        "R (money) over 2 % of equity",
        Code.RISK_HIGH,
        with_allocation(risky, D("12.01")),
        risky,
        mended=with_allocation,
    )
    near = with_target(ticked(side), 1, at(side, 900))
    yield Case(
        "TP2 closer than 1R",
        Code.SECOND_TARGET_CLOSE,
        with_target(near, 2, at(side, "999.9")),
        with_target(near, 2, at(side, 1000)),
        mended=lambda p, level: with_target(p, 2, level),
    )
    lots = plan(side, lot_size=D("0.001"))
    yield Case(
        "a close that rounds to nothing at some stage of filling",
        Code.CLOSE_ROUNDS_TO_ZERO,
        with_close(lots, 1, D("4.99")),
        with_close(lots, 1, D(5)),
        mended=lambda p, close: with_close(p, 1, close),
    )
    halves = ticked(side, targets=(Target(at(side, 1000), D(50)), Target(at(side, 2000), D(50))))
    yield Case(
        "blended reward-to-risk under 1.5",
        Code.REWARD_LOW,
        with_target(halves, 0, at(side, "1999.9")),
        halves,
        mended=lambda p, level: with_target(p, 0, level),
    )


def more_warnings(side: Side) -> Iterator[Case]:
    """The second list of RULES 7, as far as it is about the stop, the exits and the moment."""
    worked, swings = plan(side), CheckContext(atr=D(1000))
    yield Case(
        "stop closer than 1 ATR(14)",
        Code.STOP_INSIDE_ATR,
        ticked(side, stop=at(side, "-999.9")),
        ticked(side),
        swings,
        swings,
        with_stop,
    )
    half = half_way(side)
    leveraged = ticked(side, leverage=D(25))
    yield Case(
        "stop farther than half-way to liquidation",
        Code.STOP_NEAR_LIQUIDATION,
        with_stop(leveraged, half - side.sign * TICK),
        with_stop(leveraged, half),
        mended=with_stop,
    )
    asked: tuple[Trigger, ...] = (ManualTrigger("Sure?"),) * 3
    manual = plan(side, tiers=tuple(Tier(D(weight), one) for weight, one in zip((40, 30, 30), asked, strict=True)))
    objective = replace(manual, tiers=(*manual.tiers[:2], Tier(D(30), price(side, 600))))
    here = CheckContext(market_price=at(side, 0))
    yield Case("only manual triggers", Code.ONLY_MANUAL, manual, objective, here, here)
    yield Case(
        "no runner",
        Code.NO_RUNNER,
        with_closes(25, 35, 40, side=side),
        with_close(with_closes(25, 35, 40, side=side), 3, D("39.99")),
    )
    yield Case(
        "allocations of all open plans together over 20 %",
        Code.OPEN_ALLOCATIONS,
        worked,
        worked,
        CheckContext(open_allocation_pct=D("15.01")),
        CheckContext(open_allocation_pct=D(15)),
        with_allocation,
    )
    yield Case("cool-down after a stop", Code.COOL_DOWN, worked, worked, CheckContext(cool_down=True))


def rsi(period: int) -> RsiTrigger:
    return RsiTrigger(Timeframe.H1, D(50), Direction.UP, period=period)


def least_of(given: Plan) -> Decimal:
    """The smallest planned quantity."""
    numbers = summary(given, NO_CONTEXT)
    assert numbers is not None
    return min(tier.quantity for tier in numbers.tiers)


def most_of(given: Plan) -> Decimal:
    """The largest planned quantity."""
    numbers = summary(given, NO_CONTEXT)
    assert numbers is not None
    return max(tier.quantity for tier in numbers.tiers)


def half_way(side: Side) -> Decimal:
    """The price half-way between tier 1 and its liquidation at 25x, on the tick nearer to the market."""
    liquidation = D(60000) * (1 - side.sign / D(25)) / (1 - side.sign * D("0.005"))
    return round_towards_market((D(60000) + liquidation) / 2, TICK, side)


def all_cases() -> list[tuple[Side, Case]]:
    """Every case for long and short."""
    lists = (blocks, market_blocks, warnings, more_warnings)
    return [(side, case) for side in Side for cases in lists for case in cases(side)]
