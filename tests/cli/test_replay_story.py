"""The documented replays are what the command prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from chatbot.__main__ import main

PROJECT: Final = Path(__file__).parent.parent.parent
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


@pytest.mark.parametrize(
    ("plan", "candles"),
    [
        ("crash-short.json", "binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz"),
        ("indicator-long.json", "binance_um-perp_BTCUSDT_1m_20250504_20250603.csv.gz"),
    ],
)
def test_real_candles_are_told_as_documented(
    plan: str, candles: str, capsys: pytest.CaptureFixture[str], data_folder: Path
) -> None:
    """Levels, candles and indicators on recorded markets print the documented story."""
    if not (data_folder / candles).is_file():
        pytest.skip(reason=f"no real market data: {data_folder / candles} is absent")
    assert main(["replay", str(PROJECT / "docs" / "examples" / plan), str(data_folder / candles)]) == 0
    assert capsys.readouterr().out == told(plan)
