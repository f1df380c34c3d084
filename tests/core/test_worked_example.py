"""The worked example of the rules, to eight digits, from its tape; and its mirror image as a short."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.events import Event, Filled, PlanArmed, StopHit, TargetHit, TierTriggered
from chatbot.core.plan import Plan
from chatbot.core.plan_format import plan_from_format
from chatbot.core.replay import replay
from chatbot.core.tape import bars_of
from chatbot.core.timeframes import Timeframe

TAPES = Path(__file__).parent.parent / "tapes"
MINUTE = 60_000
FIRST = 1_722_816_000_000

LONG = """
0 TierTriggered 1 60000 0.02083333
1 TierTriggered 2 60300 0.02072968
1 StopAdvised 59899.62593516 scale_in
2 TierTriggered 3 60600 0.02475248
2 StopAdvised 60067.72953065 scale_in
3 TierTriggered 4 60900 0.01642036
3 StopAdvised 60433.29117537 scale_in
3 TargetHit 1 61000 0.02068396 0.06205189
5 TargetHit 2 62500 0.02895755 0.03309434
5 StopAdvised 61433.29117537 lock_r
7 TargetHit 3 64000 0.02482076 0.00827359
7 StopAdvised 63360 trail
7 StopAdvised 63518.4 trail
8 StopAdvised 63677.196 trail
8 StopAdvised 63836.38899 trail
8 StopAdvised 63995.97996248 trail
8 StopAdvised 64155.96991238 trail
8 StopAdvised 64316.35983716 trail
8 StopAdvised 64477.15073676 trail
8 StopAdvised 64638.3436136 trail
8 StopAdvised 64799.93947263 trail
9 StopHit 64799.93947263 0.00827359
9 PlanClosed stopped 196.22485602 9.41879309
"""
SHORT = """
0 TierTriggered 1 60000 0.02083333
1 TierTriggered 2 59700 0.02093802
1 StopAdvised 60099.62406015 scale_in
2 TierTriggered 3 59400 0.02525253
2 StopAdvised 59930.21962418 scale_in
3 TierTriggered 4 59100 0.01692047
3 StopAdvised 59563.26606799 scale_in
3 TargetHit 1 59000 0.02098609 0.06295827
5 TargetHit 2 57500 0.02938052 0.03357774
5 StopAdvised 58563.26606799 lock_r
7 TargetHit 3 56000 0.02518331 0.00839444
7 StopAdvised 56560 trail
7 StopAdvised 56418.6 trail
8 StopAdvised 56277.5535 trail
8 StopAdvised 56136.85961625 trail
8 StopAdvised 55996.51746721 trail
8 StopAdvised 55856.52617354 trail
8 StopAdvised 55716.88485811 trail
8 StopAdvised 55577.59264596 trail
8 StopAdvised 55438.64866435 trail
8 StopAdvised 55300.05204269 trail
8 StopAdvised 55161.80191258 trail
9 StopHit 55161.80191258 0.00839444
9 PlanClosed stopped 199.12322085 9.5579146
"""
SHOWN = {
    "TierTriggered": ("tier", "price", "quantity"),
    "StopAdvised": ("stop", "reason"),
    "TargetHit": ("target", "price", "quantity", "remaining"),
    "StopHit": ("price", "quantity"),
    "PlanClosed": ("reason", "realised_pnl", "r_multiple"),
}


def file() -> dict[str, Any]:
    """The plan as committed."""
    read: dict[str, Any] = json.loads((TAPES / "worked_example.json").read_text())
    return read


def bars() -> list[Candle]:
    """The tape as committed."""
    return list(bars_of((TAPES / "worked_example.csv").read_text().splitlines()))


def told(plan: Plan, tape: list[Candle]) -> list[str]:
    """One line an event: the minute, what happened, and its numbers to eight digits."""
    events = replay(plan, tape, Timeframe.M1, indicate)
    return [line_of(event) for event in events if not isinstance(event, Filled | PlanArmed)]


def line_of(event: Event) -> str:
    """An event as the tables above write it."""
    name = type(event).__name__
    return " ".join([str((event.at - FIRST) // MINUTE), name, *(shown(getattr(event, field)) for field in SHOWN[name])])


def shown(value: object) -> str:
    """Decimals to eight digits without idle zeros."""
    if not isinstance(value, Decimal):
        return str(value)
    return f"{value:.8f}".rstrip("0").rstrip(".")


def mirrored(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan as a short, its prices reflected at tier 1."""

    def across(price: str) -> str:
        return str(120_000 - Decimal(price))

    turned = {"up": "down", "down": "up"}
    tiers = [dict(tier, trigger=dict(tier["trigger"])) for tier in plan["tiers"]]
    for trigger in (tier["trigger"] for tier in tiers if "level" in tier["trigger"]):
        trigger.update(level=across(trigger["level"]), direction=turned[trigger["direction"]])
    targets = [dict(target, price=across(target["price"])) for target in plan["targets"]]
    return dict(plan, side="short", stop=across(plan["stop"]), tiers=tiers, targets=targets)


def reflected(bar: Candle) -> Candle:
    """The bar with its prices reflected at tier 1."""
    far = Decimal(120_000)
    return replace(bar, open=far - bar.open, high=far - bar.low, low=far - bar.high, close=far - bar.close)


def test_the_worked_example_comes_out_to_eight_digits() -> None:
    """The table of the rules, event by event: +196.22, which is 9.42 R."""
    assert told(plan_from_format(file()), bars()) == LONG.strip().splitlines()


def test_the_worked_example_comes_out_as_a_short() -> None:
    """Reflected at tier 1, the same rules at the same moments; only quantities follow the lower prices."""
    assert told(plan_from_format(mirrored(file())), [reflected(bar) for bar in bars()]) == SHORT.strip().splitlines()


def test_the_fills_are_those_of_the_events() -> None:
    """Assumed: every event is filled in full, at its own price, right after it."""
    events = list(replay(plan_from_format(file()), bars(), Timeframe.M1, indicate))
    asked = [event for event in events if isinstance(event, TierTriggered | TargetHit | StopHit)]
    fills = [event for event in events if isinstance(event, Filled)]
    assert [(f.price, f.quantity, f.at) for f in fills] == [(e.price, e.quantity, e.at) for e in asked]
    assert all(isinstance(after, Filled) for before, after in pairwise(events) if before in asked)
