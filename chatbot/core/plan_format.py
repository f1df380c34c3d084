"""PLAN.json, the plan format people write: read with errors that name the field, written for scripts.

Numbers may be JSON numbers or strings, times are ISO 8601 UTC. What is optional has the defaults of RULES 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from chatbot.core.money import Side
from chatbot.core.plan import (
    USUAL_TOLERANCE_PCT,
    AllOf,
    AnyOf,
    Average,
    Bounce,
    BreakEven,
    CloseBeyond,
    Direction,
    Guards,
    Hold,
    LockR,
    MacdTrigger,
    ManualTrigger,
    MarginMode,
    MoveTrigger,
    MovingAverageRetest,
    Occasion,
    Part,
    Plan,
    PreviousTarget,
    PriceTrigger,
    RsiTrigger,
    ScaleInStop,
    StopRule,
    Target,
    Tier,
    Trail,
    Trigger,
    TriggerPrice,
)
from chatbot.core.plan_fields import Fields, PlanFormatError, iso, shown
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import parts_of, timeframes_of
from chatbot.core.watchable import unwatchable

__all__ = ["PlanFormatError", "iso", "plan_from_format"]


def plan_from_format(value: object) -> Plan:
    """The plan of a parsed PLAN.json. Raises PlanFormatError with one sentence."""
    fields = Fields(value, "")
    scale_in, guards, fees = fields.part("scale_in_stop"), fields.part("guards"), fields.part("fees")
    plan = Plan(
        exchange=fields.text("exchange", "binanceusdm"),
        symbol=fields.text("symbol", "BTC/USDT:USDT"),
        side=fields.choice("side", Side),
        leverage=fields.number("leverage", positive=True),
        equity=fields.number("equity", positive=True),
        allocation_pct=fields.number("allocation_pct", positive=True),
        tiers=fields.items("tiers", tier_from),
        stop=fields.number("stop", positive=True),
        targets=fields.items("targets", target_from),
        margin_mode=fields.choice("margin_mode", MarginMode, MarginMode.ISOLATED),
        timeframe=fields.choice("timeframe", Timeframe, Timeframe.M15),
        scale_in_stop=ScaleInStop(scale_in.percent("significant_pct", "50"), scale_in.not_negative("buffer_r", "0.25")),
        guards=guards_from(guards),
        taker_pct=fees.share("taker_pct", "0"),
        tick_size=fields.optional_number("tick_size"),
        lot_size=fields.optional_number("lot_size"),
        armed_at=fields.time("armed_at"),
        expires_at=fields.time("expires_at"),
        trigger_price=fields.choice("trigger_price", TriggerPrice, TriggerPrice.LAST),
    )
    for part in (fields, scale_in, guards, fees):
        part.done()
    refuse_nonsense(plan)
    return plan


def guards_from(fields: Fields) -> Guards:
    """What the bot refuses while the trade runs."""
    return Guards(
        averaging_down_r=fields.not_negative("averaging_down_r", "0.5"),
        structure_level=fields.optional_number("structure_level"),
        add_after_first_target=fields.flag("add_after_first_target", default=False),
        chasing_r=fields.not_negative("chasing_r", "0.5"),
        min_pause_minutes=fields.whole("min_pause_minutes", 0, least=0),
    )


def tier_from(fields: Fields) -> Tier:
    """One entry."""
    tier = Tier(fields.number("weight_pct", positive=True), trigger_from(fields.part("trigger")))
    fields.done()
    return tier


def target_from(fields: Fields) -> Target:
    """One exit."""
    rule = Hold() if fields.raw("stop_rule", None) is None else stop_rule_from(fields.part("stop_rule"))
    target = Target(fields.number("price", positive=True), fields.not_negative("close_pct"), rule)
    fields.done()
    return target


def trigger_from(fields: Fields) -> Trigger:
    """A trigger of any kind."""
    kind = fields.text("kind")
    trigger: Trigger
    if kind in ("all", "any"):
        parts = fields.items("of", part_from)
        trigger = AllOf(parts) if kind == "all" else AnyOf(parts)
        fields.done()
        return trigger
    return part_from(fields)


def part_from(fields: Fields) -> Part:
    """A single condition; `all` and `any` are not nested."""
    kind = fields.text("kind")
    reader = PARTS.get(kind)
    if reader is None:
        options = ", ".join([*PARTS, "all", "any (not nested)"])
        raise PlanFormatError(f"{fields.at('kind')} is {shown(kind)}; expected one of {options}")
    part = reader(fields)
    fields.done()
    return part


def direction(fields: Fields) -> Direction:
    return fields.choice("direction", Direction)


def timeframe(fields: Fields) -> Timeframe:
    return fields.choice("timeframe", Timeframe)


def tolerance(fields: Fields) -> Decimal:
    return fields.share("tolerance_pct", USUAL_TOLERANCE_PCT)


PARTS: Mapping[str, Callable[[Fields], Part]] = {
    "price": lambda f: PriceTrigger(f.number("level", positive=True), direction(f)),
    "move": lambda f: MoveTrigger(f.number("pct", positive=True)),
    "close_beyond": lambda f: CloseBeyond(timeframe(f), f.number("level", positive=True), direction(f)),
    "bounce": lambda f: Bounce(timeframe(f), f.number("level", positive=True), direction(f), tolerance(f)),
    "ma_retest": lambda f: MovingAverageRetest(
        timeframe(f), f.choice("ma", Average), f.whole("period", 20), direction(f), tolerance(f)
    ),
    "rsi": lambda f: RsiTrigger(
        timeframe(f), f.percent("level"), direction(f), f.whole("period", 14), f.choice("on", Occasion, Occasion.CROSS)
    ),
    "macd": lambda f: MacdTrigger(
        timeframe(f),
        direction(f),
        f.whole("fast", 12),
        f.whole("slow", 26),
        f.whole("signal", 9),
        f.choice("on", Occasion, Occasion.CROSS),
    ),
    "manual": lambda f: ManualTrigger(f.text("question", "Is the condition met?")),
}


def stop_rule_from(fields: Fields) -> StopRule:
    """What the stop does after a target."""
    kind = fields.text("kind")
    reader = STOP_RULES.get(kind)
    if reader is None:
        raise PlanFormatError(f"{fields.at('kind')} is {shown(kind)}; expected one of {', '.join(STOP_RULES)}")
    rule = reader(fields)
    fields.done()
    return rule


def trail_from(fields: Fields) -> Trail:
    """A trail with exactly one distance."""
    names = ("distance_pct", "distance_r", "distance_atr")
    distances = [fields.optional_number(name) for name in names]
    if sum(distance is not None for distance in distances) != 1:
        raise PlanFormatError(f"{fields.path} needs exactly one of {', '.join(names)}")
    pct, r, atr = distances
    for name in ("distance_pct", "step_pct"):
        fields.share(name, "0")
    return Trail(distance_pct=pct, distance_r=r, distance_atr=atr, step_pct=fields.optional_number("step_pct"))


STOP_RULES: Mapping[str, Callable[[Fields], StopRule]] = {
    "break_even": lambda _: BreakEven(),
    "lock_r": lambda f: LockR(f.number("r", "1")),
    "previous_target": lambda _: PreviousTarget(),
    "trail": trail_from,
    "hold": lambda _: Hold(),
}


def refuse_nonsense(plan: Plan) -> None:
    """What no replay can make sense of; everything else about a plan is for the checks to say."""
    refuse_market(plan.symbol)
    for index, tier in enumerate(plan.tiers):
        refuse_trigger(f"tiers[{index}].trigger", tier.trigger, first=index == 0)
    weights = sum(tier.weight_pct for tier in plan.tiers)
    if weights != 100:
        raise PlanFormatError(f"tiers: the weights add up to {weights}; expected 100")
    closes = sum(target.close_pct for target in plan.targets)
    if closes > 100:
        raise PlanFormatError(f"targets: the closes add up to {closes} %; expected at most 100")
    for index, target in enumerate(plan.targets):
        least = plan.stop if index == 0 else plan.targets[index - 1].price
        if not plan.favours(target.price, least):
            word = "above" if plan.sign > 0 else "below"
            raise PlanFormatError(
                f"targets[{index}].price is {target.price}; expected {word} {least} for a {plan.side}"
            )


def refuse_market(symbol: str) -> None:
    """A contract settled in something else than its quote currency wins and loses by another formula; spot has none."""
    quote, _, settle = symbol.partition("/")[2].partition(":")
    kind = "a spot market" if not settle else "an inverse market" if settle.partition("-")[0] != quote else ""
    if kind:
        raise PlanFormatError(f"symbol is {shown(symbol)}, {kind}; expected a linear one, such as BTC/USDT:USDT")


def refuse_trigger(path: str, trigger: Trigger, *, first: bool) -> None:
    """A condition nobody could judge must not look as if it were watched: no value for it, no fill to measure from."""
    kind = unwatchable(trigger)
    if kind is not None:
        raise PlanFormatError(f"{path} looks at {kind}; expected 2 to 200 candles, a macd's fast below its slow")
    if isinstance(trigger, AllOf):
        refuse_combination(path, trigger)
    if first and any(isinstance(part, MoveTrigger) for part in parts_of(trigger)):
        raise PlanFormatError(f"{path}.kind is 'move' or holds it; tier 1 has no fill to move from, use price")


def refuse_combination(path: str, trigger: AllOf) -> None:
    """What `all` holds can be judged at one candle's close."""
    frames = timeframes_of(trigger)
    if any(isinstance(part, ManualTrigger) for part in trigger.of):
        raise PlanFormatError(f"{path} holds 'manual'; expected only what a candle's close can show in 'all'")
    if not frames:
        raise PlanFormatError(f"{path} holds no candle condition; expected at least one in 'all', such as close_beyond")
    if len(frames) > 1:
        raise PlanFormatError(f"{path} mixes candles of {', '.join(sorted(frames))}; expected one timeframe in 'all'")
