"""PLAN.json, the plan format people write: read with errors that name the field, written for scripts.

Numbers may be JSON numbers or strings, times are ISO 8601 UTC. What is optional has the defaults of RULES 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from chatbot.core.money import Millis, Side
from chatbot.core.plan import (
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
)
from chatbot.core.timeframes import Timeframe

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
MISSING = object()


class PlanFormatError(ValueError):
    """One sentence that names the field, what it was, and what was expected."""


class Fields:
    """An object of the file under its path, read field by field; `done` refuses what nobody read."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise PlanFormatError(f"{path or 'the plan'} is {shown(value)}; expected an object like {{…}}")
        self.value, self.path, self.seen = value, path, set[str]()

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str, default: object = MISSING) -> object:
        self.seen.add(name)
        found = self.value.get(name)
        if found is not None:
            return found
        if default is MISSING:
            raise PlanFormatError(f"{self.at(name)} is missing")
        return default

    def text(self, name: str, default: object = MISSING) -> str:
        found = self.raw(name, default)
        if not isinstance(found, str):
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected a text")
        return found

    def number(self, name: str, default: object = MISSING, *, positive: bool = False) -> Decimal:
        number = number_of(self.raw(name, default), self.at(name))
        if positive and number <= 0:
            raise PlanFormatError(f"{self.at(name)} is {number}; expected a number above 0")
        return number

    def optional_number(self, name: str) -> Decimal | None:
        found = self.raw(name, None)
        return None if found is None else self.number(name, positive=True)

    def whole(self, name: str, default: int) -> int:
        number = self.number(name, default, positive=True)
        if number != number.to_integral_value():
            raise PlanFormatError(f"{self.at(name)} is {number}; expected a whole number")
        return int(number)

    def choice(self, name: str, kind: type[E], default: object = MISSING) -> E:
        found = self.raw(name, default)
        try:
            return kind(found)  # type: ignore[arg-type]  # anything else is refused just below
        except ValueError:
            options = ", ".join(kind)
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected one of {options}") from None

    def flag(self, name: str, *, default: bool) -> bool:
        found = self.raw(name, default)
        if not isinstance(found, bool):
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected true or false")
        return found

    def time(self, name: str) -> Millis | None:
        found = self.raw(name, None)
        return None if found is None else time_of(found, self.at(name))

    def part(self, name: str) -> Fields:
        return Fields(self.raw(name, {}), self.at(name))

    def items(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        found = self.raw(name)
        if not isinstance(found, list) or not found:
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected a list with at least one entry")
        return tuple(read(Fields(item, f"{self.at(name)}[{index}]")) for index, item in enumerate(found))

    def done(self) -> None:
        unknown = sorted(str(name) for name in self.value if name not in self.seen)
        if unknown:
            known = ", ".join(sorted(self.seen))
            raise PlanFormatError(f"{self.at(unknown[0])} is not a field of a plan; known here: {known}")


def shown(value: object) -> str:
    """A wrong value as a sentence can carry it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def number_of(value: object, path: str) -> Decimal:
    """An exact decimal from a JSON number or string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise PlanFormatError(f'{path} is {shown(value)}; expected a number such as "60000"')
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise PlanFormatError(f'{path} is {shown(value)}; expected a number such as "60000"') from None
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise PlanFormatError(f"{path} is {shown(value)}; expected a finite number of ordinary size")
    return number


def time_of(value: object, path: str) -> Millis:
    """Milliseconds UTC from ISO 8601; a time without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise PlanFormatError(f'{path} is {shown(value)}; expected a time such as "2024-08-05T01:10:00Z"')
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def iso(at: Millis) -> str:
    """ISO 8601 UTC, to the second where it is whole."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    text = moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text.replace("+00:00", "Z")


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
        scale_in_stop=ScaleInStop(scale_in.number("significant_pct", "50"), scale_in.number("buffer_r", "0.25")),
        guards=guards_from(guards),
        taker_pct=fees.number("taker_pct", "0"),
        tick_size=fields.optional_number("tick_size"),
        lot_size=fields.optional_number("lot_size"),
        armed_at=fields.time("armed_at"),
        expires_at=fields.time("expires_at"),
    )
    for part in (fields, scale_in, guards, fees):
        part.done()
    refuse_nonsense(plan)
    return plan


def guards_from(fields: Fields) -> Guards:
    """What the bot refuses while the trade runs."""
    return Guards(
        averaging_down_r=fields.number("averaging_down_r", "0.5"),
        structure_level=fields.optional_number("structure_level"),
        add_after_first_target=fields.flag("add_after_first_target", default=False),
        chasing_r=fields.number("chasing_r", "0.5"),
    )


def tier_from(fields: Fields) -> Tier:
    """One entry."""
    tier = Tier(fields.number("weight_pct", positive=True), trigger_from(fields.part("trigger")))
    fields.done()
    return tier


def target_from(fields: Fields) -> Target:
    """One exit."""
    rule = Hold() if fields.raw("stop_rule", None) is None else stop_rule_from(fields.part("stop_rule"))
    close_pct = fields.number("close_pct")
    if close_pct < 0:
        raise PlanFormatError(f"{fields.at('close_pct')} is {close_pct}; expected 0 or more")
    target = Target(fields.number("price", positive=True), close_pct, rule)
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
    return fields.number("tolerance_pct", "0.1")


PARTS: Mapping[str, Callable[[Fields], Part]] = {
    "price": lambda f: PriceTrigger(f.number("level", positive=True), direction(f)),
    "move": lambda f: MoveTrigger(f.number("pct", positive=True)),
    "close_beyond": lambda f: CloseBeyond(timeframe(f), f.number("level", positive=True), direction(f)),
    "bounce": lambda f: Bounce(timeframe(f), f.number("level", positive=True), direction(f), tolerance(f)),
    "ma_retest": lambda f: MovingAverageRetest(
        timeframe(f), f.choice("ma", Average), f.whole("period", 20), direction(f), tolerance(f)
    ),
    "rsi": lambda f: RsiTrigger(
        timeframe(f), f.number("level"), direction(f), f.whole("period", 14), f.choice("on", Occasion, Occasion.CROSS)
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
    if isinstance(plan.tiers[0].trigger, MoveTrigger):
        raise PlanFormatError("tiers[0].trigger.kind is 'move'; tier 1 has no fill to move from, use price")
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
