"""Nothing missed: recorded trades through the real bot, compared with the core driven over every single one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.trade_tape import read_trades
from tests.day.looking import Mode
from tests.day.recordings import DAY, MIDNIGHT_BTC, MIDNIGHT_ETH, SPARSE, SYNTHETIC, Recording
from tests.day.replayed import replayed
from tests.day.script import Script, script_of
from tests.day.troubles import MINUTE, SECOND, SOCKETS, Kind, troubles

MADE_UP: Final = Recording(SYNTHETIC.name, "BTC", "USDT")


class Crowd(NamedTuple):
    """So many plans in each of so many waves."""

    waves: int
    each: int
    seed: int


class Schedule(NamedTuple):
    """About how long nothing goes wrong between two troubles, and how long one lasts at most."""

    gap: Millis
    longest: Millis


def read(folder: Path, *recordings: Recording) -> Mapping[Recording, Sequence[Point]]:
    """The trades of these recordings."""
    return {recording: recording.read(folder) for recording in recordings}


async def nothing_missed(script: Script, mode: Mode, folder: Path) -> None:
    """Whatever the trades touched was decided at that trade, and told once, in order."""
    async with replayed(script, mode, folder) as replay:
        verdict = await replay.verdict()
    trades, met = sum(map(len, script.trades.values())), replay.met.total()
    print(f"{mode}: {trades} trades, {met} troubles, {verdict.line()}")  # noqa: T201
    assert verdict.differences == [], verdict.table()
    assert verdict.touched > 50
    assert met == len(script.troubles)
    assert met > 3 or sum(map(len, replay.taps.values())) > 1, "nothing went wrong, and nobody confirmed anything"


def troubled(recording: Recording, trades: Sequence[Point], mode: Mode, crowd: Crowd, schedule: Schedule) -> Script:
    """A crowd over a recording during which things go wrong, by turns in every way that the mode can meet."""
    kinds = [kind for kind in Kind if mode is Mode.STREAM or kind not in SOCKETS]
    found = troubles(crowd.seed, trades[0].at, trades[-1].at, schedule.gap, kinds, schedule.longest)
    return script_of({recording: trades}, crowd.waves, crowd.each, crowd.seed, found)


@pytest.mark.parametrize("mode", [Mode.EACH, Mode.STREAM, Mode.POLL])
async def test_every_threshold_of_a_made_up_quarter_of_an_hour_is_told(mode: Mode, tmp_path: Path) -> None:
    """Fifty plans on a synthetic recording with wicks and silent minutes, seen trade by trade, streamed and polled."""
    script = script_of({MADE_UP: read_trades(SYNTHETIC)}, waves=3, each=16, seed=1)
    await nothing_missed(script, mode, tmp_path)


async def test_every_threshold_of_a_recorded_midnight_is_told(data_folder: Path, tmp_path: Path) -> None:
    """Two busy markets at once, 24 000 trades in ten minutes, many in one millisecond, streamed."""
    script = script_of(read(data_folder, MIDNIGHT_BTC, MIDNIGHT_ETH), waves=3, each=8, seed=1)
    await nothing_missed(script, Mode.STREAM, tmp_path)


@pytest.mark.parametrize("seed", [2, 8])
@pytest.mark.parametrize("mode", [Mode.STREAM, Mode.POLL])
async def test_every_threshold_is_told_whatever_goes_wrong(mode: Mode, seed: int, tmp_path: Path) -> None:
    """The same recording, with the exchange, its sockets and the bot itself failing most of the time."""
    crowd, schedule = Crowd(3, 16, seed), Schedule(20 * SECOND, 2 * MINUTE)
    await nothing_missed(troubled(MADE_UP, read_trades(SYNTHETIC), mode, crowd, schedule), mode, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("recording", [DAY, SPARSE], ids=["busy", "sparse"])
@pytest.mark.parametrize("mode", [Mode.STREAM, Mode.POLL])
async def test_every_threshold_of_a_recorded_day_is_told_whatever_goes_wrong(
    mode: Mode, recording: Recording, data_folder: Path, tmp_path: Path
) -> None:
    """A day of 140 489 trades, and one of a market that is silent for minutes."""
    crowd, schedule = Crowd(24, 3, 1), Schedule(20 * MINUTE, 30 * MINUTE)
    await nothing_missed(troubled(recording, recording.read(data_folder), mode, crowd, schedule), mode, tmp_path)
