"""When each scheduled job ran, how late it began, and how often it failed. By a clock that never jumps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chatbot.core.money import Millis
from chatbot.vitals import Job


def steady() -> Millis:
    """Milliseconds of a clock nobody sets."""
    return round(time.monotonic() * 1_000)


@dataclass(slots=True)
class Page:
    """One job. `due_at` is when its next run should begin, `ended_at` when its last one ended."""

    every: Millis
    due_at: Millis
    ended_at: Millis
    late: Millis = 0
    runs: int = 0
    failures: int = 0


class JobBook:
    """Written by whoever runs the jobs, read by whoever asks how the bot is."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}

    def plan(self, name: str, every: Millis, first_in: Millis) -> None:
        """A job that is to run from now on; asked for again it begins anew."""
        now = steady()
        self.pages[name] = Page(every, now + first_in, now)

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """Around one run."""
        page, now = self.pages[name], steady()
        page.late, page.due_at = max(0, now - page.due_at), now + page.every
        is_well = False
        try:
            yield
            is_well = True
        finally:
            page.ended_at = steady()
            page.runs += 1
            page.failures += not is_well

    def jobs(self) -> tuple[Job, ...]:
        """All of them, as they are now."""
        now = steady()
        return tuple(
            Job(name, page.every, now - page.ended_at, page.late, page.runs, page.failures)
            for name, page in sorted(self.pages.items())
        )
