"""What is known of the scheduled jobs: when they ran, how late, and how often they failed."""

from __future__ import annotations

import pytest

from chatbot.watch.job_book import JobBook


def test_runs_and_failures_are_counted() -> None:
    """A run that raises is a run too, and its error goes on."""
    book = JobBook()
    book.plan("clock", 1_000, 1_000)
    with book.run("clock"):
        pass
    with pytest.raises(OSError, match="full"), book.run("clock"):
        raise OSError("disk full")
    (job,) = book.jobs()
    assert (job.name, job.every, job.runs, job.failures) == ("clock", 1_000, 2, 1)


def test_a_run_that_begins_after_its_time_is_late() -> None:
    """By how much; the next is planned from then on. One that begins early is not late."""
    book = JobBook()
    book.plan("late", 1_000, -5_000)
    book.plan("early", 1_000, 5_000)
    for name in ("late", "early"):
        with book.run(name):
            pass
    early, late = book.jobs()
    assert early.late == 0
    assert 5_000 <= late.late < 60_000


def test_a_job_that_never_ran_counts_from_when_it_was_planned() -> None:
    """So one that hangs in its first run is noticed too."""
    book = JobBook()
    book.plan("clock", 1_000, 0)
    book.pages["clock"].ended_at -= 90_000
    assert book.jobs()[0].ended_ago >= 90_000
