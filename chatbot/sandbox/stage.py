"""The whole sandbox on loopback: a Telegram side, an exchange side, one simulated market, one page to trade on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.control import market_routes, run_market
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.payloads import WEIGHT_LIMIT
from chatbot.sandbox.telegram import TelegramEmulator

TOKEN: Final = "1:sandbox"  # noqa: S105 -- the emulator takes any token
BINANCE_HOST: Final = "fapi.binance.com"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the bot finds its two other ends."""

    market: Market
    page: str
    telegram_api: str
    exchange_hosts: Mapping[str, str]

    def now(self) -> Millis:
        """The simulated market's time."""
        return self.market.now


@asynccontextmanager
async def staged(
    market: Market,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    state_path: Path | None = None,
    weight_limit: int | None = WEIGHT_LIMIT,
) -> AsyncIterator[Stage]:
    """Both emulators running, time passing while the market plays; all stopped at the end.

    `weight_limit` is what a minute's requests to the exchange may weigh; None never refuses.
    """
    async with AsyncExitStack() as stack:
        telegram = TelegramEmulator(state_path=state_path)
        exchange = ExchangeEmulator(market, weight_limit=weight_limit)
        telegram.app.add_routes(market_routes(market))
        await telegram.start(host, port)
        stack.push_async_callback(telegram.stop)
        await exchange.start(host)
        stack.push_async_callback(exchange.stop)
        clockwork = asyncio.create_task(run_market(market))
        stack.push_async_callback(ended, clockwork)
        yield Stage(market, telegram.base_url, telegram.base_url, exchange.hosts)


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
