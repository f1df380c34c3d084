"""A stored plan that can't be read: it is named, and every other plan is shown, reminded of and followed as before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.coach.office import Office
from tests.messages.trading import long_plan

LOST = "⚠ Plan 1 can't be read and is NOT watched: watch its stop on the exchange yourself."


@pytest.fixture
def half_lost(office: Office, tmp_path: Path) -> Office:
    """Plan 1's row is broken, plan 2 is well."""
    office.arm(long_plan())
    office.arm(long_plan())
    with sqlite3.connect(tmp_path / "bot.db") as raw:
        raw.execute("update plans set agreed = '{\"side\": 1}' where number = 1")
    return office


@pytest.mark.parametrize("line", ["/status", "/portfolio", "/checklist"])
def test_the_others_are_shown(half_lost: Office, line: str) -> None:
    """The broken plan has its line, the other one its own."""
    said = half_lost.command(line)
    assert LOST in said
    assert "Plan 2" in said


@pytest.mark.parametrize("line", ["/plan 1", "/exited 1 60000", "/stop 1 59500", "/hold 1 2 because", "/correct 1"])
def test_a_command_about_it_is_answered(half_lost: Office, line: str) -> None:
    """With the same words, instead of a failure."""
    assert LOST in half_lost.command(line)


def test_the_daily_checklist_names_it(half_lost: Office) -> None:
    """It comes, with the plan that can be read."""
    user = half_lost.sam()
    with half_lost.desk.work() as work:
        half_lost.commands.daily(work, user, "8")
    half_lost.read()
    half_lost.later(24 * 60 * 60_000)
    said = half_lost.remind()
    assert LOST in said
    assert "Plan 2" in said


def test_a_size_is_worked_out_all_the_same(half_lost: Office, tmp_path: Path) -> None:
    """The last plan names no market then."""
    with sqlite3.connect(tmp_path / "bot.db") as raw:
        raw.execute("update plans set agreed = '{' where number = 2")
    assert "coins" in half_lost.command("/size 1% 60000 59000 10x 10000")
    assert "Plan 2 can't be read" in half_lost.command("/status")
