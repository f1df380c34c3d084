"""Nothing missed: recorded trades through the real bot, compared with the core driven over every single one of them."""

from __future__ import annotations

from pathlib import Path

from chatbot.sandbox.exchange.trade_tape import read_trades
from tests.day.looking import Mode
from tests.day.recordings import SYNTHETIC, Recording
from tests.day.replayed import replayed
from tests.day.script import script_of

MADE_UP = Recording(SYNTHETIC.name, "BTC", "USDT")


async def test_every_threshold_of_a_made_up_quarter_of_an_hour_is_told(tmp_path: Path) -> None:
    """Looking at every trade, the bot decides exactly what the core does, and tells all of it once, in order."""
    script = script_of({MADE_UP: read_trades(SYNTHETIC)}, waves=3, each=16, seed=1)
    async with replayed(script, Mode.EACH, tmp_path) as replay:
        verdict = await replay.verdict()
    print(verdict.line())  # noqa: T201
    assert verdict.differences == [], verdict.table()
    assert verdict.touched > 100
