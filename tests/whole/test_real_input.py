"""The main job on real input: live along recorded candles, a plan goes exactly the way `tierwise replay` says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from chatbot.core.candles import Candle
from chatbot.core.timeframes import MINUTE
from chatbot.sandbox.exchange.sources import read_candles
from tests.whole.tape_walk import PAST, Rows, Trade, replayed, traded

CRASH: Final = "binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz"
MIDNIGHT: Final = 1_722_816_000_000
"""2024-08-05 00:00 UTC: an hour before Bitcoin fell by 3 000 USDT within ten minutes."""
TAPE: Final = Path(__file__).parent.parent / "tapes" / "rise_and_fall.csv"
UP: Final = Trade(
    "long",
    ("below 60000", "+0.5%", "close above 60600 5m", "bounce 60700 3m"),
    "59000",
    "61.4k 62.5k 64k",
    "break-even / lock 1R / trail 0.8% step 0.2%",
)
DOWN: Final = Trade(
    "short",
    ("close below 64k 5m", "+0.6%", "bounce 63400 3m", "below 63000"),
    "65200",
    "62.5k 61k 59k",
    "break-even / previous / trail 1R",
)
SHORT: Final = Trade(
    "short",
    ("close below 57800 15m", "+0.5%", "bounce 57000 5m", "below 56600"),
    "58500",
    "56400 55400 54200",
)
PATIENT: Final = Trade(
    "short",
    ("close below 58500 1h", "bounce 58600 15m", "below 57800", "+2%"),
    "59500",
    "56200 54800 53500",
    "break-even / lock 1R / trail 3% step 1%",
)
"""The plan of docs/examples/crash-short.json."""
LONG: Final = Trade(
    "long",
    ("below 50300", "close above 51200 15m", "bounce 51700 5m", "above 51900"),
    "49500",
    "52100 52500 52800",
    "break-even / lock 1R / trail 0.4% step 0.1%",
)
STOPPED: Final = Trade(
    "long",
    ("bounce 58200 5m", "close above 58400 5m", "+0.7%", "above 58700"),
    "57600",
    "59000 59600 60400",
)


@pytest.fixture(scope="module")
def crash(data_folder: Path) -> Sequence[Candle]:
    """August 2024 of BTC/USDT by the minute."""
    file = data_folder / CRASH
    if not file.is_file():
        pytest.skip(reason=f"no real market data: {file} is absent")
    return read_candles(file)


@pytest.fixture(scope="module")
def rise_and_fall() -> Sequence[Candle]:
    """A committed, synthetic tape: five hours of a noisy way from 60 100 up to 64 900 and down to 57 500."""
    return read_candles(TAPE)


def part(candles: Sequence[Candle], minutes: int, bars: int) -> Sequence[Candle]:
    """So many bars from so many minutes after midnight on, with the past before them."""
    first = (MIDNIGHT + minutes * MINUTE - candles[0].at) // MINUTE
    return candles[first - PAST : first + bars]


def names(rows: Rows) -> list[str]:
    """What happened, without its numbers."""
    return [str(row["event"]) for row in rows]


async def test_short_through_the_crash_goes_live_as_replayed(crash: Sequence[Candle], tmp_path: Path) -> None:
    """A short of four kinds of triggers takes all its targets and trails down the crash, event for event."""
    candles = part(crash, 0, 100)
    plan, live = await traded(SHORT, candles, tmp_path)
    assert live == replayed(plan, candles)
    assert names(live).count("tier_triggered") == 4
    assert names(live).count("target_hit") == 3
    assert [row["reason"] for row in live if row["event"] == "stop_advised"].count("trail") >= 5
    assert live[-1]["reason"] == "stopped"


async def test_patient_short_goes_live_as_replayed(crash: Sequence[Candle], tmp_path: Path) -> None:
    """Four hours and a half from the first sign to the low: hourly closes, a bounce, a word to reassess on the way."""
    candles = part(crash, -180, 270)
    plan, live = await traded(PATIENT, candles, tmp_path)
    assert live == replayed(plan, candles)
    assert names(live).count("tier_triggered") == 4
    assert "reassess" in names(live)
    assert live[-1]["reason"] == "stopped"


async def test_long_out_of_the_crash_goes_live_as_replayed(crash: Sequence[Candle], tmp_path: Path) -> None:
    """A long from the low takes all its targets and its runner leaves with the trail, event for event."""
    candles = part(crash, 6 * 60 + 41, 90)
    plan, live = await traded(LONG, candles, tmp_path)
    assert live == replayed(plan, candles)
    assert names(live).count("tier_triggered") == 4
    assert names(live).count("target_hit") == 3
    assert "trail" in [row.get("reason") for row in live]
    assert live[-1]["event"] == "plan_closed"


async def test_long_into_the_crash_is_stopped_live_as_replayed(crash: Sequence[Candle], tmp_path: Path) -> None:
    """A long before the fall is told to reassess, then stopped, event for event."""
    candles = part(crash, -14, 60)
    plan, live = await traded(STOPPED, candles, tmp_path)
    assert live == replayed(plan, candles)
    assert names(live) == ["tier_triggered", "reassess", "stop_hit", "plan_closed"]


async def test_long_up_a_synthetic_tape_goes_live_as_replayed(rise_and_fall: Sequence[Candle], tmp_path: Path) -> None:
    """Without real data at hand the comparison runs on a made-up rise: four tiers, three targets, a trail."""
    plan, live = await traded(UP, rise_and_fall, tmp_path)
    assert live == replayed(plan, rise_and_fall)
    assert names(live).count("tier_triggered") == 4
    assert names(live).count("target_hit") == 3
    assert [row.get("reason") for row in live].count("trail") >= 3
    assert live[-1]["reason"] == "stopped"


async def test_short_down_a_synthetic_tape_goes_live_as_replayed(
    rise_and_fall: Sequence[Candle], tmp_path: Path
) -> None:
    """The same on the fall that follows it, with the other side and other stop rules."""
    candles = rise_and_fall[152:]
    plan, live = await traded(DOWN, candles, tmp_path)
    assert live == replayed(plan, candles)
    assert names(live).count("tier_triggered") == 4
    assert names(live).count("target_hit") == 3
    assert "trail" in [row.get("reason") for row in live]
