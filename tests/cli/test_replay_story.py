"""The documented replays are what the command prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from chatbot.__main__ import main

PROJECT: Final = Path(__file__).parent.parent.parent
CRASH: Final = "binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz"
BLOCK: Final = re.compile(r"```console\n\$ tierwise replay (\S+) (\S+)\n(.*?)```", re.DOTALL)


def told(plan: str) -> str:
    """The story that the documentation shows for a plan."""
    page = (PROJECT / "docs" / "replay-story.md").read_text("utf-8")
    return next(found[3] for found in BLOCK.finditer(page) if found[1].endswith(plan))


def test_worked_example_is_told_as_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """The plan and the tape that are in the repository print the documented story."""
    plan = PROJECT / "docs" / "examples" / "worked-example.json"
    assert main(["replay", str(plan), str(PROJECT / "tests" / "tapes" / "worked_example.csv")]) == 0
    assert capsys.readouterr().out == told("worked-example.json")


def test_crash_is_told_as_documented(capsys: pytest.CaptureFixture[str], data_folder: Path) -> None:
    """The short through the crash of August 2024 prints the documented story on the real candles."""
    if not (data_folder / CRASH).is_file():
        pytest.skip(reason=f"no real market data: {data_folder / CRASH} is absent")
    plan = PROJECT / "docs" / "examples" / "crash-short.json"
    assert main(["replay", str(plan), str(data_folder / CRASH)]) == 0
    assert capsys.readouterr().out == told("crash-short.json")
