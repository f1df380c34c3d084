"""The numbers of one plan as the oracle keeps them: what the plan says, the position, and the rows of its story."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.core.oracle_candles import MINUTE, MINUTES, exact
from tests.core.oracle_triggers import prepared

Row = dict[str, Any]
GIVE = Fraction(1, 10**9)


class Book:
    """A plan that was read, and the sums that follow from what was filled and closed."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.s = 1 if plan["side"] == "long" else -1
        self.read_entries(plan)
        self.read_exits(plan)
        self.phase = "draft"
        self.tier_phase = ["waiting"] * len(self.triggers)
        self.tier_armed_at = [0] * len(self.triggers)
        self.filled_at = 0
        self.e1 = self.r = self.r_money = Fraction(0)
        self.average = self.open = self.entered = self.realised = self.closed_by_targets = Fraction(0)
        self.weight = Fraction(0)
        self.hits = 0
        self.trail: tuple[Fraction, Fraction] | None = None
        self.reassessed = False
        self.rows: list[Row] = []

    def read_entries(self, plan: dict[str, Any]) -> None:
        self.notional = exact(plan["equity"]) * exact(plan["allocation_pct"]) / 100 * exact(plan["leverage"])
        self.weights = [exact(tier["weight_pct"]) for tier in plan["tiers"]]
        self.triggers = [prepared(tier["trigger"]) for tier in plan["tiers"]]
        guards = plan.get("guards") or {}
        self.averaging_r = exact(guards.get("averaging_down_r", "0.5"))
        structure = guards.get("structure_level")
        self.structure = None if structure is None else exact(structure)
        self.add_after_tp1 = guards.get("add_after_first_target", False)
        self.pause = guards.get("min_pause_minutes", 0) * MINUTE
        self.armed_at = plan.get("armed_at_ms")
        self.expires_at = plan.get("expires_at_ms")

    def read_exits(self, plan: dict[str, Any]) -> None:
        self.initial_stop = self.stop = exact(plan["stop"])
        self.targets = plan["targets"]
        self.target_prices = [exact(target["price"]) for target in self.targets]
        rules = [target.get("stop_rule") or {} for target in self.targets]
        self.trails_by_atr = any(rule.get("distance_atr") is not None for rule in rules)
        self.frame = MINUTES[plan.get("timeframe", "15m")] * MINUTE
        scale_in = plan.get("scale_in_stop") or {}
        self.significant = exact(scale_in.get("significant_pct", 50))
        self.buffer_r = exact(scale_in.get("buffer_r", "0.25"))
        self.fee = exact((plan.get("fees") or {}).get("taker_pct", 0)) / 100
        self.tick = None if plan.get("tick_size") is None else exact(plan["tick_size"])
        self.lot = None if plan.get("lot_size") is None else exact(plan["lot_size"])

    # --- the position -----------------------------------------------------------------------------------------------

    def objection(self, index: int, p: Fraction, quantity: Fraction) -> str | None:
        """Why the tier may not be filled at this price."""
        if quantity == 0:
            return "size"
        if index == 0:
            return None
        if self.s * (self.average - p) > self.averaging_r * self.r:
            return "averaging_down"
        if self.structure is not None and self.s * (p - self.structure) < 0:
            return "structure"
        total = self.open + quantity
        average = (self.average * self.open + p * quantity) / total
        at_risk = self.s * (average - self.stop_after_add(index, p, quantity)) * total
        return "risk" if at_risk > self.r_money + Fraction(1, 10**9) else None

    def stop_after_add(self, index: int, p: Fraction, quantity: Fraction) -> Fraction:
        """The stop once the tier is filled."""
        if index == 0:
            return self.stop
        total = self.open + quantity
        average, weight = (self.average * self.open + p * quantity) / total, self.weight + self.weights[index]
        candidates = [average - self.s * self.r_money / total]
        if self.s * (p - average) > 0:
            if weight >= self.significant:
                candidates.append(average - self.s * self.buffer_r * self.r)
            if weight == 100:
                candidates.append(self.break_even(average))
        best = self.stop
        for candidate in map(self.ticked, candidates):
            if self.s * (p - candidate) >= self.gap() and self.s * (candidate - best) > 0:
                best = candidate
        return best

    def fill(self, index: int, p: Fraction, quantity: Fraction) -> None:
        self.average = (self.average * self.open + p * quantity) / (self.open + quantity)
        self.open += quantity
        self.entered += quantity
        self.weight += self.weights[index]
        self.realised -= self.fee * p * quantity
        self.tier_phase[index] = "filled"

    def reduce(self, p: Fraction, quantity: Fraction) -> None:
        self.realised += self.s * (p - self.average) * quantity - self.fee * p * quantity
        self.open -= quantity

    def close_at_target(self) -> Fraction:
        """What the target that was just hit closes."""
        closes = sum(exact(target["close_pct"]) for target in self.targets[: self.hits])
        due = self.lots(closes * self.entered / 100) - self.closed_by_targets
        return self.open if closes == 100 else min(max(due, Fraction(0)), self.open)

    # --- the stop ---------------------------------------------------------------------------------------------------

    def trailed(self, p: Fraction) -> Fraction:
        assert self.trail
        return p * (1 - self.s * self.trail[0])

    def next_step(self) -> Fraction:
        assert self.trail
        distance, step = self.trail
        return self.stop * (1 + self.s * step) / (1 - self.s * distance)

    def try_stop(self, candidate: Fraction, p: Fraction, reason: str, at: int) -> str:
        candidate = self.ticked(candidate)
        room = self.s * (p - candidate)
        if not (room > 0 if reason == "trail" else room >= self.gap()):
            return "invalid"
        if self.s * (candidate - self.stop) <= 0:
            return "not tighter"
        self.stop = candidate
        self.say("stop_advised", at, stop=candidate, reason=reason)
        return "taken"

    # --- numbers ----------------------------------------------------------------------------------------------------

    def break_even(self, average: Fraction) -> Fraction:
        return average * (1 + self.s * self.fee) / (1 - self.s * self.fee)

    def gap(self) -> Fraction:
        return max(self.r / 10, 2 * (self.tick or Fraction(0)))

    def ticked(self, stop: Fraction) -> Fraction:
        if self.tick is None:
            return stop
        steps = on_grid(stop / self.tick)
        return (ceil(steps) if self.s > 0 else floor(steps)) * self.tick

    def lots(self, quantity: Fraction) -> Fraction:
        return quantity if self.lot is None else floor(on_grid(quantity / self.lot)) * self.lot

    def say(self, event: str, at: int, **fields: Any) -> bool:
        self.rows.append({"at": at, "event": event, **fields})
        return True


def on_grid(steps: Fraction) -> Fraction:
    """What lies within 1e-9 of a step lies on it: a stop that follows an ATR has the noise of floats."""
    return Fraction(round(steps)) if abs(steps - round(steps)) <= GIVE else steps
