"""Plans one after the other over a whole series of real minutes: each made from the price of its moment, with every
kind of trigger in its turn, and each begun where the one before it ended."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import islice
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from chatbot.core.candles import Candle
from chatbot.core.plan_format import iso
from chatbot.core.tape import bars_of
from tests.core.oracle_candles import Bar, exact_bar

KINDS: Final = ("rsi", "ema retest", "close_beyond", "all", "macd", "sma retest", "bounce", "any")
FRAMES: Final = {"1m": 1, "15m": 15, "1h": 60}
LIFE: Final = {"1m": 120, "15m": 60, "1h": 24}
"""How many candles of its timeframe a plan is followed for; one that was not entered expires after a third."""
DATA: Final = Path(os.environ.get("TIERWISE_DATA", Path(__file__).parents[2] / "../shared/data"))
PlanFile = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Series:
    """A file of one-minute bars; `holes` is how many stretches of it are torn out, beside those it has."""

    name: str
    file: str
    tick: str
    lot: str
    first: int = 0
    length: int = 100_000
    holes: int = 0


SERIES: Final = {
    series.name: series
    for series in (
        Series("BTC", "binance_um-perp_BTCUSDT_1m_20250504_20250603.csv.gz", "0.1", "0.001"),
        Series("ETH", "binance_um-perp_ETHUSDT_1m_20250504_20250603.csv.gz", "0.01", "0.001"),
        Series("SOL", "binance_um-perp_SOLUSDT_1m_20250504_20250603.csv.gz", "0.01", "0.1"),
        Series("LAYER", "binance_um-perp_LAYERUSDT_1m_20250504_20250603.csv.gz", "0.0001", "1"),
        Series("holes", "binance_spot_SOLUSDT_1m_20210402_20210514.csv.gz", "0.0001", "0.01", 22_000, 12_000, 60),
    )
}


@cache
def bars_of_series(name: str) -> list[Candle]:
    """The minutes of a series; the test is skipped where there are none."""
    series = SERIES[name]
    path = DATA / series.file
    if not path.is_file():
        pytest.skip(reason=f"no real candles at {path}: set TIERWISE_DATA to the folder that holds them")
    with gzip.open(path, "rt") as lines:
        bars = list(islice(bars_of(lines), series.first, series.first + series.length))
    return torn(bars, series.holes, Random(name)) if series.holes else bars


@cache
def exact_bars(name: str) -> list[Bar]:
    """The same minutes as the oracle takes them."""
    return [exact_bar((bar.at, bar.open, bar.high, bar.low, bar.close)) for bar in bars_of_series(name)]


def torn(bars: list[Candle], holes: int, random: Random) -> list[Candle]:
    """The bars without some stretches of a minute, of minutes, and of hours."""
    lost: set[int] = set()
    for _ in range(holes):
        start = random.randrange(len(bars))
        lost |= set(range(start, start + random.choice((1, 1, 3, 16, 40, 130))))
    return [bar for index, bar in enumerate(bars) if index not in lost]


@dataclass(slots=True)
class Market:
    """What a plan is made from: the price of its moment, how far it usually goes, and the grid of its prices."""

    random: Random
    side: str
    price: Decimal
    reach: float
    series: Series

    def away(self, least: float, most: float) -> str:
        """A price so many usual ranges in the trade's favour (below 0: against it)."""
        distance = self.random.uniform(least, most) * self.reach * (1 if self.side == "long" else -1)
        tick = Decimal(self.series.tick)
        return str(max((self.price + Decimal(distance)).quantize(tick), tick))

    def either(self) -> str:
        """Mostly the trade's own direction."""
        own, other = ("up", "down") if self.side == "long" else ("down", "up")
        return self.random.choice((own, own, own, other))


def part(market: Market, kind: str, frame: str) -> PlanFile:
    """A condition for a candle of this timeframe, near enough to come true now and then."""
    random, made = market.random, {"timeframe": frame, "direction": market.either()}
    match kind:
        case "rsi":
            level, period = random.choice((35, "42.5", 50, 60)), random.choice((5, 9, 14))
            return {**made, "kind": "rsi", "level": level, "period": period, "on": random.choice(("cross", "state"))}
        case "macd":
            fast, slow, signal = random.choice(((3, 8, 4), (5, 13, 5), (12, 26, 9)))
            numbers = {"fast": fast, "slow": slow, "signal": signal, "on": random.choice(("cross", "state"))}
            return {**made, "kind": "macd", **numbers}
        case "ema retest" | "sma retest":
            average = {"ma": kind[:3], "period": random.choice((3, 8, 20))}
            return {**made, "kind": "ma_retest", **average, "tolerance_pct": random.choice(("0", "0.1", "0.5"))}
        case "bounce":
            tolerance = random.choice(("0.05", "0.2"))
            return {**made, "kind": "bounce", "level": market.away(-0.6, 0.6), "tolerance_pct": tolerance}
        case _:
            return {**made, "kind": "close_beyond", "level": market.away(-0.5, 1)}


def trigger(market: Market, kind: str, frame: str) -> PlanFile:
    """A trigger of this kind; `all` and `any` join others of the same timeframe, and a level now and then."""
    if kind not in ("all", "any"):
        return part(market, kind, frame)
    joined = [part(market, one, frame) for one in market.random.sample(KINDS[:3] + KINDS[4:7], 2)]
    if kind == "all":
        joined = [one | ({"on": "state"} if "on" in one else {}) for one in joined]
    way = "up" if market.side == "long" else "down"
    if market.random.random() < 0.4:
        level = market.away(-3, 0) if kind == "all" else market.away(1, 2)
        joined.append({"kind": "price", "level": level, "direction": way})
    return {"kind": kind, "of": joined}


def later_trigger(market: Market, frame: str) -> PlanFile:
    """A trigger of tier 2 or later: any kind, its timeframe the plan's or a smaller one."""
    random = market.random
    kind = random.choice((*KINDS, "price", "move"))
    if kind == "price":
        return {"kind": "price", "level": market.away(-0.5, 2), "direction": market.either()}
    if kind == "move":
        return {"kind": "move", "pct": str(max(round(market.reach / float(market.price) * 60, 3), 0.001))}
    frames = list(FRAMES)[: list(FRAMES).index(frame) + 1]
    return trigger(market, kind, random.choice((frame, frame, *frames)))


def stop_rule(random: Random) -> PlanFile | None:
    """What follows a target; trails in ATR more often than others."""
    step = {"step_pct": "0.1"} if random.random() < 0.3 else {}
    return random.choice(
        (
            None,
            {"kind": "break_even"},
            {"kind": "lock_r"},
            {"kind": "previous_target"},
            {"kind": "trail", "distance_atr": random.choice(("0.5", "1", "2.5")), **step},
            {"kind": "trail", "distance_atr": "1.5", **step},
            {"kind": "trail", "distance_r": "0.5", **step},
        )
    )


def plan_file(market: Market, kind: str, frame: str) -> PlanFile:
    """A plan whose first tier has a trigger of this kind and timeframe."""
    random, reach = market.random, 0.0
    weights = random.choice(((25, 25, 30, 20), (40, 35, 25), (20, 20, 20, 20, 20)))
    triggers = [trigger(market, kind, frame), *(later_trigger(market, frame) for _ in weights[1:])]
    targets = []
    for close in random.choice(((25, 35, 30), (50, 50), (30, 30))):
        reach += random.uniform(1.2, 3)
        targets.append({"price": market.away(reach, reach), "close_pct": close, "stop_rule": stop_rule(random)})
    minutes = FRAMES[frame]
    return {
        "side": market.side,
        "timeframe": frame,
        "leverage": 10,
        "equity": 10_000,
        "allocation_pct": 5,
        "tiers": [{"weight_pct": w, "trigger": t} for w, t in zip(weights, triggers, strict=True)],
        "stop": market.away(-6, -2.5),
        "targets": targets,
        "guards": {
            "averaging_down_r": random.choice(("0.5", "1", "3")),
            "add_after_first_target": random.random() < 0.3,
            "min_pause_minutes": random.choice((0, 0, 1, minutes, 3 * minutes + 1)),
        },
        "fees": {"taker_pct": "0.05"},
        "tick_size": market.series.tick,
        "lot_size": market.series.lot,
    }


@dataclass(frozen=True, slots=True)
class Link:
    """A plan of a chain with its moments, its first bar, and the bar after the last it may see."""

    plan: PlanFile
    armed_at: int
    expires_at: int
    first: int
    after: int


@dataclass(slots=True)
class Chain:
    """Where a chain of plans stands in its series; `next` is the bar at which the next plan is armed."""

    series: Series
    bars: list[Candle]
    random: Random
    next: int = 100
    begun: dict[str, int] = field(default_factory=dict)

    def links(self) -> Iterator[Link]:
        """One plan after the other; `next` is to be moved on before the next one."""
        frames, turn = tuple(FRAMES), self.random.randrange(24)
        while self.next < len(self.bars):
            frame, turn = frames[turn % 3], turn + 1
            count = self.begun[frame] = self.begun.get(frame, self.random.randrange(16)) + 1
            before = self.bars[max(0, self.next - 60) : self.next]
            reach = sum(float(bar.high - bar.low) for bar in before) / len(before) * sqrt(FRAMES[frame])
            side = ("long", "short")[count // 8 % 2]
            market = Market(self.random, side, before[-1].close, reach, self.series)
            at, life = self.bars[self.next].at, LIFE[frame] * FRAMES[frame]
            plan = plan_file(market, KINDS[count % 8], frame)
            expires_at = at + life // 3 * 60_000
            plan |= {"armed_at": iso(at), "expires_at": iso(expires_at)}
            warm_up = self.random.choice((10, 22, 40)) * FRAMES[frame] + self.random.randrange(60)
            yield Link(plan, at, expires_at, max(0, self.next - warm_up), self.next + life)
