"""A second opinion on replay, written from the rules alone in plain fractions; it shares no code with the core.

Slow and naive on purpose: at every step of a slide it lists all prices at which anything could happen and goes to the
nearest. It reads the plan as the plan file has it and bars as tuples, and answers with rows as the replay prints them.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

Row = dict[str, Any]
Bar = tuple[int, Any, Any, Any, Any]
MINUTES = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "1d": 1440}


def exact(value: Any) -> Fraction:
    """A number of the plan file or a bar, without rounding."""
    return Fraction(str(value))


class Oracle:
    """One plan on its way through the bars."""

    def __init__(self, plan: dict[str, Any], bar_minutes: int) -> None:
        self.read(plan)
        self.bar_ms = bar_minutes * 60_000
        self.phase = "draft"
        self.tier_phase = ["waiting"] * len(self.triggers)
        self.tier_armed_at = [0] * len(self.triggers)
        self.e1 = self.r = self.r_money = Fraction(0)
        self.average = self.open = self.entered = self.realised = self.closed_by_targets = Fraction(0)
        self.weight = Fraction(0)
        self.hits = 0
        self.trail: tuple[Fraction, Fraction] | None = None
        self.reassessed = False
        self.rows: list[Row] = []
        self.buckets: dict[tuple[int, int], list[Bar]] = {}

    def read(self, plan: dict[str, Any]) -> None:
        self.s = 1 if plan["side"] == "long" else -1
        self.notional = exact(plan["equity"]) * exact(plan["allocation_pct"]) / 100 * exact(plan["leverage"])
        self.weights = [exact(tier["weight_pct"]) for tier in plan["tiers"]]
        self.triggers = [tier["trigger"] for tier in plan["tiers"]]
        self.initial_stop = self.stop = exact(plan["stop"])
        self.targets = plan["targets"]
        scale_in = plan.get("scale_in_stop") or {}
        self.significant = exact(scale_in.get("significant_pct", 50))
        self.buffer_r = exact(scale_in.get("buffer_r", "0.25"))
        guards = plan.get("guards") or {}
        self.averaging_r = exact(guards.get("averaging_down_r", "0.5"))
        structure = guards.get("structure_level")
        self.structure = None if structure is None else exact(structure)
        self.add_after_tp1 = guards.get("add_after_first_target", False)
        self.fee = exact((plan.get("fees") or {}).get("taker_pct", 0)) / 100
        self.tick = None if plan.get("tick_size") is None else exact(plan["tick_size"])
        self.lot = None if plan.get("lot_size") is None else exact(plan["lot_size"])
        self.armed_at = plan.get("armed_at_ms")
        self.expires_at = plan.get("expires_at_ms")

    # --- the way through the bars -----------------------------------------------------------------------------------

    def run(self, bars: list[Bar]) -> list[Row]:
        for bar in bars:
            self.bar(bar)
            if self.phase == "closed":
                break
        return self.rows

    def bar(self, bar: Bar) -> None:
        at, opened, high, low, close = bar[0], *(exact(value) for value in bar[1:5])
        self.arm_if_due(at)
        self.close_candles(at)
        if self.phase != "draft":
            adverse, favourable = (low, high) if self.s > 0 else (high, low)
            self.jump(opened, at)
            self.slide(opened, adverse, at)
            self.slide(adverse, favourable, at)
            self.slide(favourable, close, at)
        for frame in self.timeframes():
            self.buckets.setdefault((frame, at - at % frame), []).append(bar)
        self.arm_if_due(at + self.bar_ms)
        self.close_candles(at + self.bar_ms)

    def arm_if_due(self, now: int) -> None:
        if self.phase == "draft" and (self.armed_at is None or now >= self.armed_at):
            self.phase = "waiting"
            self.arm_tier(0, now if self.armed_at is None else self.armed_at)

    def arm_tier(self, index: int, at: int) -> None:
        if index < len(self.triggers) and self.tier_phase[index] == "waiting":
            self.tier_phase[index], self.tier_armed_at[index] = "armed", at

    def timeframes(self) -> list[int]:
        parts = [part for trigger in self.triggers for part in parts_of(trigger)]
        return sorted({MINUTES[part["timeframe"]] * 60_000 for part in parts if "timeframe" in part})

    def close_candles(self, now: int) -> None:
        over = [key for key in self.buckets if key[0] + key[1] <= now]
        for frame, start in sorted(over, key=lambda key: (key[0] + key[1], key[0])):
            bars = self.buckets.pop((frame, start))
            high, low = max(exact(bar[2]) for bar in bars), min(exact(bar[3]) for bar in bars)
            self.candle(frame, high, low, exact(bars[-1][4]), start + frame)

    def candle(self, frame: int, high: Fraction, low: Fraction, close: Fraction, at: int) -> None:
        if self.phase == "waiting" and self.expires_at is not None and at >= self.expires_at:
            self.close("expired", at)
        index = self.armed()
        if index is None or self.tier_armed_at[index] >= at:
            return
        parts = [
            part
            for part in parts_of(self.triggers[index])
            if MINUTES.get(part.get("timeframe", ""), 0) * 60_000 == frame
        ]
        if any(candle_holds(part, high, low, close) for part in parts):
            self.consider(index, close, at)
            self.jump(close, at)

    def slide(self, start: Fraction, end: Fraction, at: int) -> None:
        here = start
        while self.phase != "closed":
            ahead = [p for p in self.thresholds() if here < p <= end or end <= p < here]
            if not ahead:
                break
            here = min(ahead, key=lambda p: abs(p - here))
            self.jump(here, at)
        self.jump(end, at)

    def thresholds(self) -> list[Fraction]:
        found = [self.stop]
        if self.hits < len(self.targets):
            found.append(exact(self.targets[self.hits]["price"]))
        index = self.armed()
        if index is not None:
            found += [level for level, _ in self.levels(index)]
        if self.phase == "open":
            found.append(self.e1 - self.s * self.r / 2)
            if self.trail:
                found.append(self.next_step())
        return found

    # --- one price --------------------------------------------------------------------------------------------------

    def jump(self, p: Fraction, at: int) -> None:
        while self.phase in ("waiting", "open") and self.once(p, at):
            pass

    def once(self, p: Fraction, at: int) -> bool:
        if self.phase == "waiting":
            if self.expires_at is not None and at >= self.expires_at:
                return self.close("expired", at)
            if self.s * (p - self.initial_stop) <= 0 or self.s * (p - exact(self.targets[0]["price"])) >= 0:
                return self.close("invalidated", at)
            return self.level_trigger(p, at)
        if self.s * (p - self.stop) <= 0:
            self.say("stop_hit", at, price=p, quantity=self.open)
            self.reduce(p, self.open)
            return self.close("stopped", at)
        if self.hits < len(self.targets) and self.s * (p - exact(self.targets[self.hits]["price"])) >= 0:
            return self.target(p, at)
        if (
            self.trail
            and self.s * (p - self.next_step()) >= 0
            and self.try_stop(self.trailed(p), p, "trail", at) == "taken"
        ):
            return True
        only_first = [phase for phase in self.tier_phase if phase == "filled"] == ["filled"]
        if only_first and not self.hits and not self.reassessed and self.s * (self.e1 - p) >= self.r / 2:
            self.reassessed = True
            return self.say("reassess", at, price=p)
        return self.level_trigger(p, at)

    def level_trigger(self, p: Fraction, at: int) -> bool:
        index = self.armed()
        if index is not None and any(
            (p >= level) if way == "up" else (p <= level) for level, way in self.levels(index)
        ):
            self.consider(index, p, at)
            return True
        return False

    def armed(self) -> int | None:
        return (
            self.tier_phase.index("armed") if self.phase in ("waiting", "open") and "armed" in self.tier_phase else None
        )

    def levels(self, index: int) -> list[tuple[Fraction, str]]:
        found = []
        for part in parts_of(self.triggers[index]):
            if part["kind"] == "price":
                found.append((exact(part["level"]), part["direction"]))
            elif part["kind"] == "move":
                found.append((self.e1 * (1 + self.s * exact(part["pct"]) / 100), "up" if self.s > 0 else "down"))
        return found

    # --- entering ---------------------------------------------------------------------------------------------------

    def consider(self, index: int, p: Fraction, at: int) -> None:
        quantity = self.lots(self.notional * self.weights[index] / 100 / p)
        reason = self.objection(index, p, quantity)
        if reason:
            self.tier_phase[index] = "blocked"
            self.say("tier_blocked", at, tier=index + 1, price=p, reason=reason)
            if index == 0:
                self.close("invalidated", at)
            else:
                self.arm_tier(index + 1, at)
            return
        self.say("tier_triggered", at, tier=index + 1, price=p, quantity=quantity)
        advised = self.stop_after_add(index, p, quantity)
        self.average = (self.average * self.open + p * quantity) / (self.open + quantity)
        self.open += quantity
        self.entered += quantity
        self.weight += self.weights[index]
        self.realised -= self.fee * p * quantity
        self.tier_phase[index] = "filled"
        if index == 0:
            self.phase, self.e1, self.r = "open", p, abs(p - self.initial_stop)
            self.r_money = self.r * quantity
        elif advised != self.stop:
            self.stop = advised
            self.say("stop_advised", at, stop=advised, reason="scale_in")
        self.arm_tier(index + 1, at)

    def objection(self, index: int, p: Fraction, quantity: Fraction) -> str | None:
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

    # --- leaving ----------------------------------------------------------------------------------------------------

    def target(self, p: Fraction, at: int) -> bool:
        self.hits += 1
        closes = [exact(target["close_pct"]) for target in self.targets]
        due = self.lots(sum(closes[: self.hits]) * self.entered / 100) - self.closed_by_targets
        quantity = self.open if sum(closes[: self.hits]) == 100 else min(max(due, Fraction(0)), self.open)
        self.say("target_hit", at, target=self.hits, price=p, quantity=quantity, remaining=self.open - quantity)
        self.closed_by_targets += quantity
        self.reduce(p, quantity)
        if not self.add_after_tp1:
            self.tier_phase = ["ended" if phase in ("waiting", "armed") else phase for phase in self.tier_phase]
        if self.open == 0:
            return self.close("completed", at)
        self.after_target(self.targets[self.hits - 1].get("stop_rule") or {"kind": "hold"}, p, at)
        return True

    def after_target(self, rule: dict[str, Any], p: Fraction, at: int) -> None:
        even = (self.break_even(self.average), "break_even")
        previous = (exact(self.targets[self.hits - 2]["price"]), "previous_target") if self.hits > 1 else None
        candidates: list[tuple[Fraction, str]] = []
        if rule["kind"] == "break_even":
            candidates = [even]
        elif rule["kind"] == "lock_r":
            candidates = [(self.average + self.s * exact(rule.get("r", 1)) * self.r, "lock_r")]
            candidates += [previous, even] if previous else [even]
        elif rule["kind"] == "previous_target":
            candidates = [previous or even]
        elif rule["kind"] == "trail":
            self.begin_trail(rule, p)
            candidates = [(self.trailed(p), "trail")]
        for candidate, reason in candidates:
            if self.try_stop(candidate, p, reason, at) != "invalid":
                return

    def begin_trail(self, rule: dict[str, Any], p: Fraction) -> None:
        if rule.get("distance_pct") is not None:
            distance = exact(rule["distance_pct"]) / 100
        elif rule.get("distance_r") is not None:
            distance = exact(rule["distance_r"]) * self.r / p
        else:
            distance = self.r / p
        self.trail = distance, distance / 4 if rule.get("step_pct") is None else exact(rule["step_pct"]) / 100

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

    def close(self, reason: str, at: int) -> bool:
        self.phase = "closed"
        multiple = self.realised / self.r_money if self.r_money else Fraction(0)
        return self.say("plan_closed", at, reason=reason, realised_pnl=self.realised, r_multiple=multiple)

    # --- numbers ----------------------------------------------------------------------------------------------------

    def reduce(self, p: Fraction, quantity: Fraction) -> None:
        self.realised += self.s * (p - self.average) * quantity - self.fee * p * quantity
        self.open -= quantity

    def break_even(self, average: Fraction) -> Fraction:
        return average * (1 + self.s * self.fee) / (1 - self.s * self.fee)

    def gap(self) -> Fraction:
        return max(self.r / 10, 2 * (self.tick or Fraction(0)))

    def ticked(self, stop: Fraction) -> Fraction:
        if self.tick is None:
            return stop
        return (ceil(stop / self.tick) if self.s > 0 else floor(stop / self.tick)) * self.tick

    def lots(self, quantity: Fraction) -> Fraction:
        return quantity if self.lot is None else floor(quantity / self.lot) * self.lot

    def say(self, event: str, at: int, **fields: Any) -> bool:
        self.rows.append({"at": at, "event": event, **fields})
        return True


def parts_of(trigger: dict[str, Any]) -> list[dict[str, Any]]:
    return list(trigger["of"]) if trigger["kind"] == "any" else [trigger]


def candle_holds(part: dict[str, Any], high: Fraction, low: Fraction, close: Fraction) -> bool:
    level, up = exact(part["level"]), part["direction"] == "up"
    beyond = close > level if up else close < level
    if part["kind"] == "close_beyond":
        return beyond
    tolerance = exact(part.get("tolerance_pct", "0.1")) / 100
    return beyond and (low <= level * (1 + tolerance) if up else high >= level * (1 - tolerance))
