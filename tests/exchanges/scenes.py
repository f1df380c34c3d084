"""One bot on one exchange: what the scenarios do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from chatbot.core.market import Pause
from chatbot.core.plan import CloseBeyond, Direction, Plan, Tier
from chatbot.core.timeframes import Timeframe
from chatbot.market.exchanges import Venue, venue_of
from chatbot.sandbox.telegram.person import Shown
from tests.whole.rig import BTC, SECOND, TALK, Bot, World, worked_plan

__all__ = ["BTC", "NAMES", "Pause", "Scene", "candle_plan", "talk_on"]

NAMES: Final = {
    "binanceusdm": "binance",
    "bybit": "bybit",
    "bingx": "bingx",
    "weex": "weex",
    "mexc": "mexc",
    "bitget": "bitget",
}
"""What people call them."""


@dataclass
class Scene:
    """A bot and the exchange that its plan is on."""

    bot: Bot
    exchange: str

    @property
    def world(self) -> World:
        return self.bot.world

    @property
    def venue(self) -> Venue:
        return venue_of(self.exchange)

    async def look(self) -> None:
        """The bot asks the exchange for prices."""
        await self.bot.running.watcher.poll(self.exchange)

    async def set_price(self, price: str | Decimal, contract: str = BTC) -> None:
        """A second later the market trades at exactly this price, and the bot has looked."""
        market = self.world.stage.market
        market.step(SECOND)
        market.set_price(contract, Decimal(price))
        await self.look()

    async def alert(self, price: str | Decimal, expected: str, contract: str = BTC) -> Shown:
        """The price moves, and an alert with these words comes."""
        before = await self.bot.version()
        await self.set_price(price, contract)
        return await self.bot.sam.wait_for(expected, after=before)

    async def fault(self, **fault: Any) -> None:
        """Trouble on the exchange's side; without words, none any more."""
        await self.world.exchange_fault(**fault)

    async def resume(self) -> None:
        """Whatever pause or retry is running is over."""
        self.bot.running.watcher.resume_at.clear()
        self.world.wall.advance(60 * SECOND)


def talk_on(exchange: str) -> tuple[tuple[str, str], ...]:
    """The worked example's answers, its market named with the exchange in front."""
    return ((f"{NAMES[exchange]} btc", TALK[0][1]), *TALK[1:])


def candle_plan(exchange: str, level: Decimal) -> Plan:
    """The worked example with a tier that waits for a candle of 15 minutes to close above a level."""
    first = Tier(Decimal(25), CloseBeyond(Timeframe.M15, level, Direction.UP))
    plan = worked_plan(exchange=exchange)
    return replace(plan, tiers=(first, *plan.tiers[1:]))
