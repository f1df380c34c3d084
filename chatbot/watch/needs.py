"""Who needs which candles: an index of plans by market and timeframe, kept as plans change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chatbot.coach.desk import Watched
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import AtrKey, IndicatorKey
from chatbot.watch.window import depth_of

ATR: Final = AtrKey()


@dataclass(frozen=True, slots=True)
class Need:
    """Candles that somebody needs."""

    exchange: str
    symbol: str
    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class Asked:
    """What one plan needs of a timeframe's closes: these indicators since `armed_at`; ATR alone decides nothing."""

    keys: frozenset[IndicatorKey]
    armed_at: Millis | None


Part = tuple[int, Asked]
"""A plan, and one of the things it needs."""


@dataclass(frozen=True, slots=True)
class Group:
    """Plans that can decide as soon as `depth` candles before the close are known, and the indicators they need.

    `armed_at` is when the first of them began to wait; None where only ATR is wanted and nothing is decided.
    """

    depth: int
    plan_ids: tuple[int, ...]
    keys: frozenset[IndicatorKey]
    armed_at: Millis | None


@dataclass(slots=True)
class Needs:
    """`changed` holds the needs somebody's part in which has changed; whoever deals with that takes it out."""

    plans: dict[Need, dict[int, list[Asked]]] = field(default_factory=dict)
    parts: dict[int, dict[Need, list[Asked]]] = field(default_factory=dict)
    changed: set[Need] = field(default_factory=set)

    def put(self, plan: Watched) -> None:
        """A plan that is watched, or watched anew."""
        parts = parts_of(plan)
        if parts == self.parts.get(plan.row.plan_id, {}):
            return
        self.drop(plan.row.plan_id)
        self.parts[plan.row.plan_id] = parts
        for need, asked in parts.items():
            self.plans.setdefault(need, {})[plan.row.plan_id] = asked
            self.changed.add(need)

    def drop(self, plan_id: int) -> None:
        """A plan that is watched no more."""
        for need in self.parts.pop(plan_id, {}):
            del self.plans[need][plan_id]
            if not self.plans[need]:
                del self.plans[need]
                self.changed.discard(need)

    def groups(self, need: Need, now: Millis) -> tuple[Group, ...]:
        """Who needs these closes now, those that can decide with less first."""
        by_depth: dict[int, list[Part]] = {}
        for plan_id, parts in self.plans.get(need, {}).items():
            for asked in parts:
                # A tier that is armed only later waits for nothing yet.
                if asked.armed_at is None or asked.armed_at <= now:
                    by_depth.setdefault(depth_of(asked.keys), []).append((plan_id, asked))
        return tuple(group_of(depth, by_depth[depth]) for depth in sorted(by_depth))


def group_of(depth: int, asking: Sequence[Part]) -> Group:
    """Those with the same depth, as one; a plan may wait for a close and want ATR besides."""
    keys = frozenset[IndicatorKey]().union(*(asked.keys for _, asked in asking))
    waiting = {plan_id: asked.armed_at for plan_id, asked in asking if asked.armed_at is not None}
    return Group(depth, tuple(waiting), keys, min(waiting.values(), default=None))


def parts_of(plan: Watched) -> dict[Need, list[Asked]]:
    """What one plan needs, by market and timeframe."""
    found: dict[Need, list[Asked]] = {}
    for timeframe, keys in plan.looks:
        found[need_of(plan, timeframe)] = [Asked(keys, plan.armed_at)]
    if plan.atr is not None:
        found.setdefault(need_of(plan, plan.atr), []).append(Asked(frozenset({ATR}), None))
    return found


def need_of(plan: Watched, timeframe: Timeframe) -> Need:
    """A timeframe of the plan's own market."""
    return Need(plan.row.exchange, plan.row.symbol, timeframe)
