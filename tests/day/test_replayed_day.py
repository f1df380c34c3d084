"""Nothing missed: recorded trades through the real bot, compared with the core driven over every single one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.trade_tape import read_trades
from tests.day.looking import Mode
from tests.day.recordings import DAY, MIDNIGHT_BTC, MIDNIGHT_ETH, SPARSE, SYNTHETIC, Recording
from tests.day.replayed import replayed
from tests.day.script import Script, script_of

MADE_UP: Final = Recording(SYNTHETIC.name, "BTC", "USDT")


def read(folder: Path, *recordings: Recording) -> Mapping[Recording, Sequence[Point]]:
    """The trades of these recordings."""
    return {recording: recording.read(folder) for recording in recordings}


async def nothing_missed(script: Script, mode: Mode, folder: Path) -> None:
    """Whatever the trades touched was decided at that trade, and told once, in order."""
    async with replayed(script, mode, folder) as replay:
        verdict = await replay.verdict()
    print(f"{mode}: {sum(map(len, script.trades.values()))} trades, {verdict.line()}")  # noqa: T201
    assert verdict.differences == [], verdict.table()
    assert verdict.touched > 50
    assert sum(map(len, replay.taps.values())) > 1, "nobody confirmed anything"


@pytest.mark.parametrize("mode", [Mode.EACH, Mode.STREAM])
async def test_every_threshold_of_a_made_up_quarter_of_an_hour_is_told(mode: Mode, tmp_path: Path) -> None:
    """Fifty plans on a synthetic recording with wicks and silent minutes, looked at trade by trade and streamed."""
    script = script_of({MADE_UP: read_trades(SYNTHETIC)}, waves=3, each=16, seed=1)
    await nothing_missed(script, mode, tmp_path)


async def test_every_threshold_of_a_recorded_midnight_is_told(data_folder: Path, tmp_path: Path) -> None:
    """Two busy markets at once, 24 000 trades in ten minutes, many in one millisecond, streamed."""
    script = script_of(read(data_folder, MIDNIGHT_BTC, MIDNIGHT_ETH), waves=3, each=8, seed=1)
    await nothing_missed(script, Mode.STREAM, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("recording", [DAY, SPARSE], ids=["busy", "sparse"])
async def test_every_threshold_of_a_recorded_day_is_told(
    recording: Recording, data_folder: Path, tmp_path: Path
) -> None:
    """A day of 140 489 trades, and two days of a market that is silent for minutes, streamed."""
    await nothing_missed(script_of(read(data_folder, recording), waves=24, each=3, seed=1), Mode.STREAM, tmp_path)
