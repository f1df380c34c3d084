"""From a print to the message Telegram took: a histogram by priority since the start, and what became of every send."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from chatbot.core.money import Millis
from chatbot.records import Priority
from chatbot.vitals import Spans

BOUNDS: Final[tuple[Millis, ...]] = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000)


@dataclass(slots=True)
class Measured:
    """The spans of one priority."""

    in_bucket: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum_ms: Millis = 0
    max_ms: Millis = 0

    def add(self, span: Millis) -> None:
        place = next((index for index, bound in enumerate(BOUNDS) if span <= bound), len(BOUNDS))
        self.in_bucket[place] += 1
        self.sum_ms += span
        self.max_ms = max(self.max_ms, span)

    def histogram(self) -> Spans:
        counts = tuple(accumulate(self.in_bucket))
        return Spans(tuple(zip((*BOUNDS, None), counts, strict=True)), counts[-1], self.sum_ms, self.max_ms)


class Latency:
    """What was measured since the start."""

    def __init__(self) -> None:
        self.measured: dict[Priority, Measured] = {}

    def add(self, priority: Priority, span: Millis) -> None:
        """One alert was taken so long after its print; a clock set back in between makes it 0, never less."""
        self.measured.setdefault(priority, Measured()).add(max(0, span))

    def by_priority(self) -> dict[Priority, Spans]:
        """Of every priority that was measured, the most urgent first."""
        return {priority: self.measured[priority].histogram() for priority in sorted(self.measured)}


@dataclass(slots=True)
class Counts:
    """Since the start. `sent` counts alerts and answers, `messages` what Telegram took, which may hold several."""

    sent: int = 0
    messages: int = 0
    merged: int = 0
    """How many of `sent` shared a message with others."""
    repeats: int = 0
    """How many of `sent` were marked as repeats."""
    dead: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Tries that failed, by reason: flood, network, token, broken, moved, blocked, refused, apart."""

    def by_outcome(self) -> dict[str, int]:
        """All of them by name, the failed tries by their reason."""
        sent = {"sent": self.sent, "messages": self.messages, "merged": self.merged, "repeats": self.repeats}
        return {**sent, "dead": self.dead, **{f"failed_{why}": count for why, count in sorted(self.failed.items())}}
