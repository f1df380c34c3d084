"""Plans taken along a way without writing anything, to see whom each of its minutes concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.core.candles import Candle
from chatbot.core.undecided import undecided
from chatbot.core.way import Standing, Step, standing, take
from chatbot.records import PlanRecord


@dataclass(slots=True)
class Rehearsal:
    """Where each plan stands after what was gone through so far, and what it was when that began."""

    stands: dict[int, Standing]
    records: Mapping[int, PlanRecord]
    has_moved: bool = False
    """Whether anything happened to any of them."""

    @classmethod
    def of(cls, records: Mapping[int, PlanRecord]) -> Rehearsal:
        """Before anything is gone through."""
        return cls({plan_id: standing(record.plan, record.events) for plan_id, record in records.items()}, records)

    def concerned(self, candle: Candle) -> list[int]:
        """The plans whose quiet interval a candle leaves."""
        return [
            plan_id
            for plan_id, stands in self.stands.items()
            if not (stands.quiet.holds(candle.low) and stands.quiet.holds(candle.high))
        ]

    def take(self, plan_ids: Sequence[int], steps: Sequence[Step]) -> None:
        """Some plans go on."""
        for plan_id in plan_ids:
            record = self.records[plan_id]
            for step in undecided(steps, record.plan, record.events):
                stands = self.stands[plan_id]
                events = take(stands, step).events
                self.stands[plan_id] = stands.after(events)
                self.has_moved = self.has_moved or bool(events)
