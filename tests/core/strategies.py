"""What hypothesis builds the core's tests from: plan files, bars, prices, and things a user may say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from chatbot.core.candles import Candle

START = 1_722_816_000_000
MINUTE = 60_000
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
CLOSES = (("25", "35", "30"), ("50", "50"), ("25", "35", "40"), ("100",), ("0", "50", "20"), ("33", "33", "34"), ("60", "40", "0"))
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
    kind = draw(st.sampled_from(("price", "price", "price", "close_beyond", "bounce") + (() if first else ("move", "move"))))
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
