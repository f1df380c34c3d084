"""A second opinion on replay, written from the rules alone in plain fractions; it shares no code with the core.

Slow and naive on purpose: at every step of a slide it lists all prices at which anything could happen and goes to the
nearest. It reads the plan as the plan file has it and bars as tuples, and answers with rows as the replay prints them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.core.oracle_book import Book, Row
from tests.core.oracle_candles import (
    MINUTE,
    Bar,
    CandleBuilder,
    OracleCandle,
    Readings,
    exact,
    exact_bar,
    reader_of_ranges,
)
from tests.core.oracle_indicators import Atr
from tests.core.oracle_triggers import Closed, Part, firing, formula_of, label, on_the_edge, parts_of

__all__ = ["Oracle", "Row"]


class Oracle(Book):
    """One plan on its way through the bars.

    `fired` tells which candle triggers filled a tier; `edges` counts the closes at which an armed tier's indicator lay
    on its level up to the noise of floats, so that nobody can say which side it was on.
    """

    def __init__(self, plan: dict[str, Any], bar_minutes: int) -> None:
        super().__init__(plan)
        self.bar_ms = bar_minutes * MINUTE
        self.now = 0
        self.fired: list[tuple[str, str]] = []
        self.edges = 0
        parts = [part for trigger in self.triggers for part in parts_of(trigger)]
        frames = {part["frame"] for part in parts if "frame" in part}
        if self.trails_by_atr and self.frame >= self.bar_ms:
            frames.add(self.frame)
        self.builders = [CandleBuilder(frame) for frame in sorted(frames)]
        formulas = dict(found for part in parts if (found := formula_of(part)))
        self.readings = {name: Readings(formula) for name, formula in formulas.items()}
        self.atr = Readings(lambda: reader_of_ranges(Atr()))
        self.atr_known: list[tuple[int, float | None]] = []
        self.listed: tuple[tuple[Any, ...], list[Fraction]] = ((), [])

    # --- the way through the bars -----------------------------------------------------------------------------------

    def run(self, bars: list[Bar]) -> list[Row]:
        for bar in bars:
            self.bar(exact_bar(bar))
            if self.phase == "closed":
                break
        return self.rows

    def bar(self, bar: Bar) -> None:
        at, opened, high, low, close = bar
        self.arm_if_due(at)
        self.close_candles(at)
        if self.phase != "draft":
            adverse, favourable = (low, high) if self.s > 0 else (high, low)
            self.jump(opened, at)
            self.slide(opened, adverse, at)
            self.slide(adverse, favourable, at)
            self.slide(favourable, close, at)
        for builder in self.builders:
            builder.take(bar)
        self.arm_if_due(at + self.bar_ms)
        self.close_candles(at + self.bar_ms)

    def arm_if_due(self, now: int) -> None:
        if self.phase == "draft" and (self.armed_at is None or now >= self.armed_at):
            self.phase = "waiting"
            self.arm_tier(0, now if self.armed_at is None else self.armed_at)

    def arm_tier(self, index: int, at: int) -> None:
        """The tier counts from `at` on, which may still be to come."""
        if index < len(self.triggers) and self.tier_phase[index] == "waiting":
            self.tier_phase[index], self.tier_armed_at[index] = "armed", at

    def close_candles(self, now: int) -> None:
        over = [candle for builder in self.builders if (candle := builder.over(now))]
        over.sort(key=lambda candle: (candle.end, candle.frame))
        for candle in over:
            self.read_candle(candle)
        for candle in over:
            self.candle(candle)

    def read_candle(self, candle: OracleCandle) -> None:
        for (frame, *_), readings in self.readings.items():
            if frame == candle.frame:
                readings.close(candle)
        if candle.frame == self.frame:
            self.atr.close(candle)
            self.atr_known.append((candle.end, self.atr.current))

    def candle(self, candle: OracleCandle) -> None:
        """A candle of a timeframe the plan looks at has closed."""
        at, self.now = candle.end, candle.end
        if self.phase == "waiting" and self.expires_at is not None and at >= self.expires_at:
            self.close("expired", at)
        index = self.armed()
        if index is None or self.tier_armed_at[index] >= at:
            return
        trigger = self.triggers[index]
        closed = Closed(candle, self.readings, self.move_levels(trigger), self.s)
        parts = [part for part in parts_of(trigger) if part.get("frame") == candle.frame]
        self.edges += any(on_the_edge(part, closed) for part in parts)
        part = firing(trigger, closed)
        if part:
            self.consider(index, candle.close, at)
            if self.tier_phase[index] == "filled":
                self.fired.append(label(trigger, part))
            self.jump(candle.close, at)

    def move_levels(self, trigger: Part) -> dict[Fraction, Fraction]:
        moves = [part["pct"] for part in parts_of(trigger) if part["kind"] == "move"]
        return {pct: self.e1 * (1 + self.s * pct / 100) for pct in moves}

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
        """All prices at which anything could happen; nothing changes them but an event, or a tier's turn coming."""
        state = (len(self.rows), self.armed())
        if self.listed[0] != state:
            self.listed = state, self.list_thresholds()
        return self.listed[1]

    def list_thresholds(self) -> list[Fraction]:
        found = [self.stop, *self.target_prices[self.hits : self.hits + 1]]
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
        self.now = at
        while self.phase in ("waiting", "open") and self.once(p, at):
            pass

    def once(self, p: Fraction, at: int) -> bool:
        if self.phase == "waiting":
            if self.expires_at is not None and at >= self.expires_at:
                return self.close("expired", at)
            if self.at_or_worse(p, self.initial_stop) or self.at_or_better(p, self.target_prices[0]):
                return self.close("invalidated", at)
            return self.level_trigger(p, at)
        if self.at_or_worse(p, self.stop):
            self.say("stop_hit", at, price=p, quantity=self.open)
            self.reduce(p, self.open)
            return self.close("stopped", at)
        if self.hits < len(self.targets) and self.at_or_better(p, self.target_prices[self.hits]):
            return self.target(p, at)
        if (
            self.trail
            and self.at_or_better(p, self.next_step())
            and self.try_stop(self.trailed(p), p, "trail", at) == "taken"
        ):
            return True
        only_first = [phase for phase in self.tier_phase if phase == "filled"] == ["filled"]
        if only_first and not self.hits and not self.reassessed and self.s * (self.e1 - p) >= self.r / 2:
            self.reassessed = True
            return self.say("reassess", at, price=p)
        return self.level_trigger(p, at)

    def at_or_better(self, p: Fraction, level: Fraction) -> bool:
        return p >= level if self.s > 0 else p <= level

    def at_or_worse(self, p: Fraction, level: Fraction) -> bool:
        return p <= level if self.s > 0 else p >= level

    def level_trigger(self, p: Fraction, at: int) -> bool:
        index = self.armed()
        if index is not None and any(
            (p >= level) if way == "up" else (p <= level) for level, way in self.levels(index)
        ):
            self.consider(index, p, at)
            return True
        return False

    def armed(self) -> int | None:
        """The tier whose turn it is by now."""
        if self.phase not in ("waiting", "open") or "armed" not in self.tier_phase:
            return None
        index = self.tier_phase.index("armed")
        return index if self.tier_armed_at[index] <= self.now else None

    def levels(self, index: int) -> list[tuple[Fraction, str]]:
        """The prices that fire the tier by themselves."""
        trigger = self.triggers[index]
        if trigger["kind"] == "all":
            return []
        found = [(part["level"], part["direction"]) for part in parts_of(trigger) if part["kind"] == "price"]
        way = "up" if self.s > 0 else "down"
        return found + [(level, way) for level in self.move_levels(trigger).values()]

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
                self.arm_tier(index + 1, max(at, self.filled_at + self.pause))
            return
        self.say("tier_triggered", at, tier=index + 1, price=p, quantity=quantity)
        advised = self.stop_after_add(index, p, quantity)
        self.fill(index, p, quantity)
        self.filled_at = at
        if index == 0:
            self.phase, self.e1, self.r = "open", p, abs(p - self.initial_stop)
            self.r_money = self.r * quantity
        elif advised != self.stop:
            self.stop = advised
            self.say("stop_advised", at, stop=advised, reason="scale_in")
        self.arm_tier(index + 1, at + self.pause)

    # --- leaving ----------------------------------------------------------------------------------------------------

    def target(self, p: Fraction, at: int) -> bool:
        self.hits += 1
        quantity = self.close_at_target()
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
        previous = (self.target_prices[self.hits - 2], "previous_target") if self.hits > 1 else None
        candidates: list[tuple[Fraction, str]] = []
        if rule["kind"] == "break_even":
            candidates = [even]
        elif rule["kind"] == "lock_r":
            candidates = [(self.average + self.s * exact(rule.get("r", 1)) * self.r, "lock_r")]
            candidates += [previous, even] if previous else [even]
        elif rule["kind"] == "previous_target":
            candidates = [previous or even]
        elif rule["kind"] == "trail":
            self.begin_trail(rule, p, at)
            candidates = [(self.trailed(p), "trail")]
        for candidate, reason in candidates:
            if self.try_stop(candidate, p, reason, at) != "invalid":
                return

    def begin_trail(self, rule: dict[str, Any], p: Fraction, at: int) -> None:
        atr = next((value for end, value in reversed(self.atr_known) if end <= at), None)
        if rule.get("distance_pct") is not None:
            distance = exact(rule["distance_pct"]) / 100
        elif rule.get("distance_r") is not None:
            distance = exact(rule["distance_r"]) * self.r / p
        elif atr is not None:
            distance = exact(rule["distance_atr"]) * Fraction(atr) / p
        else:
            distance = self.r / p
        self.trail = distance, distance / 4 if rule.get("step_pct") is None else exact(rule["step_pct"]) / 100

    def close(self, reason: str, at: int) -> bool:
        self.phase = "closed"
        multiple = self.realised / self.r_money if self.r_money else Fraction(0)
        return self.say("plan_closed", at, reason=reason, realised_pnl=self.realised, r_multiple=multiple)
