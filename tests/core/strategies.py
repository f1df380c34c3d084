"""What hypothesis builds the core's tests from: plan files, bars, prices, and things a user may say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from chatbot.core.candles import Candle
from chatbot.core.engine import Outcome, process
from chatbot.core.inputs import (
    Answer,
    Arm,
    CancelTarget,
    CandleClosed,
    ClockTick,
    Confirm,
    CorrectFill,
    Input,
    InsistStop,
    Jump,
    ReportAdd,
    ReportExit,
    Skip,
)
from chatbot.core.plan import AnyOf, Follow, ManualTrigger, Plan
from chatbot.core.plan_format import plan_from_format
from chatbot.core.quiet import thresholds
from chatbot.core.state import Phase, PlanState, fresh
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import parts_of

START = 1_722_816_000_000
MINUTE = 60_000
LONG_AFTER = 10**9
MIDDLE = Decimal(100)
WEIGHTS = (
    ("25", "25", "30", "20"),
    ("40", "35", "25"),
    ("33.33", "33.33", "33.34"),
    ("10", "20", "30", "40"),
    ("97", "1", "1", "1"),
    ("50", "50"),
    ("100",),
    ("20", "20", "20", "20", "20"),
)
CLOSES = (
    ("25", "35", "30"),
    ("50", "50"),
    ("25", "35", "40"),
    ("100",),
    ("0", "50", "20"),
    ("33", "33", "34"),
    ("60", "40", "0"),
)
TIMEFRAMES = ("1m", "3m", "5m", "15m")
PlanFile = dict[str, Any]


def tenths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Decimals with one digit after the point; the bounds are in tenths."""
    return st.integers(low, high).map(lambda n: Decimal(n) / 10)


def offset(side: str, distance: Decimal) -> str:
    """The price that lies `distance` beyond the middle in favour of `side`, as a plan file writes it."""
    return str(MIDDLE + distance if side == "long" else MIDDLE - distance)


@st.composite
def parts(draw: st.DrawFn, side: str, *, first: bool) -> dict[str, Any]:
    """A single condition near the middle."""
    kind = draw(
        st.sampled_from(("price", "price", "price", "close_beyond", "bounce") + (() if first else ("move", "move")))
    )
    if kind == "move":
        return {"kind": kind, "pct": str(draw(tenths(1, 60)))}
    level, direction = offset(side, draw(tenths(-35, 70))), draw(st.sampled_from(("up", "down")))
    if kind == "price":
        return {"kind": kind, "level": level, "direction": direction}
    part = {"kind": kind, "level": level, "direction": direction, "timeframe": draw(st.sampled_from(TIMEFRAMES))}
    if kind == "bounce" and draw(st.booleans()):
        part["tolerance_pct"] = draw(st.sampled_from(("0", "0.5", "2")))
    return part


@st.composite
def triggers(draw: st.DrawFn, side: str, *, first: bool) -> dict[str, Any]:
    """A condition, or any of several."""
    if draw(st.integers(0, 4)):
        return draw(parts(side, first=first))
    return {"kind": "any", "of": draw(st.lists(parts(side, first=first), min_size=1, max_size=3))}


def stop_rules() -> st.SearchStrategy[dict[str, Any] | None]:
    """Every rule a target may carry; none at all now and then."""
    trails = st.builds(
        lambda kind, distance, step: {"kind": "trail", kind: str(distance)} | ({"step_pct": str(step)} if step else {}),
        st.sampled_from(("distance_pct", "distance_r", "distance_atr")),
        tenths(5, 25),
        st.none() | tenths(1, 10),
    )
    locks = st.none() | tenths(-5, 20)
    return st.one_of(
        st.none(),
        st.just({"kind": "break_even"}),
        locks.map(lambda r: {"kind": "lock_r"} | ({} if r is None else {"r": str(r)})),
        st.just({"kind": "previous_target"}),
        trails,
        st.just({"kind": "hold"}),
    )


@st.composite
def plan_files(draw: st.DrawFn, sides: tuple[str, ...] = ("long", "short")) -> PlanFile:
    """A plan as its file has it: sensible in outline, odd in detail. Tier 1 is usually reached."""
    side = draw(st.sampled_from(sides))
    weights, closes = draw(st.sampled_from(WEIGHTS)), draw(st.sampled_from(CLOSES))
    tiers = [{"weight_pct": w, "trigger": draw(triggers(side, first=i == 0))} for i, w in enumerate(weights)]
    if draw(st.integers(0, 3)):
        level, favourable = offset(side, draw(tenths(-5, 5))), draw(st.sampled_from(("up", "down")))
        tiers[0]["trigger"] = {"kind": "price", "level": level, "direction": favourable}
    reach, targets = draw(tenths(5, 30)), []
    for close in closes:
        targets.append({"price": offset(side, reach), "close_pct": close, "stop_rule": draw(stop_rules())})
        reach += draw(tenths(1, 30))
    return {
        "side": side,
        "leverage": draw(st.sampled_from(("1", "5", "10"))),
        "equity": draw(st.sampled_from(("100", "1000", "10000"))),
        "allocation_pct": "5",
        "tiers": tiers,
        "stop": offset(side, -draw(tenths(6, 40))),
        "targets": targets,
        "scale_in_stop": draw(st.sampled_from((None, {"significant_pct": "60", "buffer_r": "0.1"}, {"buffer_r": "0"}))),
        "guards": {
            "averaging_down_r": draw(st.sampled_from(("0.5", "0.5", "0", "2"))),
            "structure_level": draw(st.none() | tenths(-20, 0).map(lambda d: offset(side, d))),
            "add_after_first_target": draw(st.booleans()),
        },
        "fees": {"taker_pct": draw(st.sampled_from(("0", "0.05", "0.3")))},
        "tick_size": draw(st.sampled_from((None, "0.01", "0.1", "0.5"))),
        "lot_size": draw(st.sampled_from((None, "0.001", "0.1", "1"))),
    }


@st.composite
def bars(draw: st.DrawFn, minutes: int = 1, longest: int = 40) -> list[Candle]:
    """A random walk around the middle, with wicks, gaps in price and minutes that are missing."""
    at, last, made = START + draw(st.integers(0, 20)) * minutes * MINUTE, MIDDLE, []
    wicks = st.sampled_from((0, 0, 0, 3, 10, 25))
    for _ in range(draw(st.integers(1, longest))):
        opened = last + (draw(tenths(-20, 20)) if draw(st.integers(0, 7)) == 0 else 0)
        close = opened + draw(tenths(-15, 15))
        high = max(opened, close) + Decimal(draw(wicks)) / 10
        low = min(opened, close) - Decimal(draw(wicks)) / 10
        made.append(Candle(at, opened, high, low, close, Decimal(1)))
        at += minutes * MINUTE * (draw(st.integers(2, 20)) if draw(st.integers(0, 7)) == 0 else 1)
        last = close
    return made


def plans(follow: st.SearchStrategy[Follow], sides: tuple[str, ...] = ("long", "short")) -> st.SearchStrategy[Plan]:
    """Plans as values, some of them with questions for triggers, a chasing distance and orders at hand."""
    manual = st.lists(st.booleans(), min_size=5, max_size=5)
    return st.builds(asked, plan_files(sides), follow, manual, tenths(0, 10), st.sampled_from((0, 0, 3, 15)))


def asked(file: PlanFile, follow: Follow, manual: list[bool], chasing: Decimal, pause: int) -> Plan:
    """The plan of a file, with a question as another way into the tiers marked `manual`, and a pause between adds."""
    plan = plan_from_format(file)
    pairs = zip(plan.tiers, manual, strict=False)
    tiers = tuple(
        replace(t, trigger=AnyOf((*parts_of(t.trigger), ManualTrigger("Sure?")))) if m else t for t, m in pairs
    )
    guards = replace(plan.guards, chasing_r=chasing, min_pause_minutes=pause)
    return replace(plan, tiers=tiers, follow=follow, guards=guards)


PRICES = tenths(930, 1080)
SAYINGS = (
    *("jump",) * 10,
    *("confirm",) * 8,
    *("candle", "skip", "answer", "exit", "add", "correct", "insist", "cancel", "clock", "repeat"),
)


@st.composite
def sayings(draw: st.DrawFn, state: PlanState, at: int) -> Input:
    """Something that may be said to a plan in this state, sensible or not."""
    kind, price, quantity = draw(st.sampled_from(SAYINGS)), draw(prices_near(state)), draw(quantities(state))
    pending = [action.number for action in state.actions] or [0]
    number = draw(st.sampled_from(pending))
    match kind:
        case "confirm":
            market = draw(st.none() | PRICES)
            as_asked = draw(st.booleans())
            filled = None if as_asked else draw(st.none() | st.just(price) | PRICES)
            return Confirm(number, at, filled, None if as_asked else quantity, market)
        case "skip":
            return Skip(number, at)
        case "answer":
            return Answer(number, price, at)
        case "exit":
            return ReportExit(price, at, draw(st.none() | st.just(quantity)), draw(st.booleans()))
        case "add":
            return ReportAdd(price, quantity, at)
        case "correct":
            return CorrectFill(draw(st.integers(0, 6)), price, quantity, at)
        case "insist":
            return InsistStop(price, "because", at)
        case "cancel":
            return CancelTarget(draw(st.integers(0, 4)), "because", at)
        case "clock":
            return ClockTick(at + draw(st.sampled_from((0, 0, 2 * 86_400_000))))
        case "candle":
            frame = draw(st.sampled_from((Timeframe.M1, Timeframe.M5)))
            return CandleClosed(frame, Candle(at, price, price + 1, price - 1, price, Decimal(1)), at)
        case "repeat":
            return Confirm(draw(st.integers(0, state.last_action)), at)
        case _:
            return Jump(price, at, draw(st.none() | tenths(1, 20)))


@st.composite
def prices_near(draw: st.DrawFn, state: PlanState) -> Decimal:
    """A price worth saying: mostly at, or a little beside, one at which something may happen; before the entry mostly
    one at which tier 1 triggers."""
    if draw(st.integers(0, 9)) == 0:
        return draw(PRICES)
    levels = [level.price for level in thresholds(state) if level.price > 50]
    if state.phase is Phase.WAITING and draw(st.integers(0, 7)):
        levels = levels[2:]
    beside = draw(st.sampled_from((0, 0, 0, 1, -1, 5, -5)))
    return draw(st.sampled_from(levels or [MIDDLE])) + Decimal(beside) / 10


def quantities(state: PlanState) -> st.SearchStrategy[Decimal]:
    """Quantities of about the size of this plan's orders, nothing and nonsense included."""
    planned = state.plan.notional / MIDDLE / 4
    return st.sampled_from(("0", "-1", "0.1", "0.5", "1", "1", "1.3", "4")).map(lambda share: planned * Decimal(share))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing said to a plan, and what came of it."""

    before: PlanState
    given: Input
    outcome: Outcome


@st.composite
def lives(draw: st.DrawFn, follow: Follow | None = None, longest: int = 25) -> list[Step]:
    """A plan's life: armed, then told one thing after the other."""
    chosen = st.sampled_from(Follow) if follow is None else st.just(follow)
    state, at, steps = fresh(draw(plans(chosen))), START, []
    given: Input = Arm(at)
    for _ in range(draw(st.integers(2, longest))):
        steps.append(Step(state, given, process(state, given)))
        state, at = steps[-1].outcome.state, at + MINUTE * draw(st.sampled_from((1, 1, 1, 4)))
        given = draw(sayings(state, at))
    return steps
