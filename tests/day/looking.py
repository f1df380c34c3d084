"""The only places where a replayed day touches the watch: how a mode looks at prices, and when all is decided."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chatbot.core.money import Millis
from tests.whole.rig import EXCHANGE, Bot


class Mode(StrEnum):
    """How the bot hears of prices."""

    EACH = "polled at every trade"
    POLL = "polled every 5 s"


def stride_of(mode: Mode) -> Millis:
    """How far the market goes between two looks; 0: from trade to trade."""
    return {Mode.EACH: 0, Mode.POLL: 5_000}[mode]


def settings_of(mode: Mode) -> Mapping[str, Any]:
    """The bot's settings for a mode."""
    del mode
    return {}


async def look(bot: Bot, mode: Mode) -> None:
    """The bot has heard of the market as it stands now, and decided on it, as far as it can."""
    del mode
    await bot.running.watcher.poll(EXCHANGE)


async def minute_over(bot: Bot) -> None:
    """A minute of the market has ended: what is done then is done."""
    await bot.running.candles.look()
