"""`tierwise run`: the bot. With a token against Telegram and a live exchange, without one in its own sandbox."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Final

from chatbot.app import Outside, Running, outside_of, running
from chatbot.cli.errors import UsageError
from chatbot.cli.health import beat
from chatbot.deliver.intake import TokenRefused
from chatbot.deliver.limits import Limits
from chatbot.logs import set_up_logs
from chatbot.market.exchanges import verified_exchanges
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import random_market, tape_market
from chatbot.sandbox.exchange.sources import read_candles
from chatbot.sandbox.stage import TOKEN, Stage, staged
from chatbot.settings import Settings, SettingsError, read_settings
from storage.migrate import DatabaseRefused

SANDBOX_POLL: Final = 1.0
SANDBOX_STATE: Final = "sandbox-chat.sqlite3"
SANDBOX_DATABASE: Final = "sandbox.sqlite3"


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("--candles", type=Path, help="sandbox only: play this candle file (1-minute CSV or CSV.gz)")
    parser.add_argument("--contract", default="BTCUSDT", help="sandbox only: the contract that plays the file")


def run(arguments: Namespace) -> int:
    """Run until interrupted."""
    set_up_logs()
    try:
        settings = read_settings()
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if settings.default_exchange not in verified_exchanges():
        known = ", ".join(verified_exchanges())
        raise UsageError(f"TIERWISE_DEFAULT_EXCHANGE is {settings.default_exchange!r}; expected one of {known}")
    if arguments.candles is not None and not settings.sandboxed:
        raise UsageError("--candles plays in the sandbox; unset TIERWISE_BOT_TOKEN to use it")
    try:
        asyncio.run(work(settings, arguments))
    except (DatabaseRefused, TokenRefused) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.strerror or error}: is {settings.http_host}:{settings.http_port} taken?") from error
    return 0


async def work(settings: Settings, arguments: Namespace) -> None:
    """Start, say where, and wait for the end."""
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(sandbox(settings, arguments)) if settings.sandboxed else None
        outside = outside_of(settings) if stage is None else outside_of_stage(stage)
        bot = await stack.enter_async_context(running(effective(settings), outside))
        announce(bot, stage)
        await until_stopped(bot)


def sandbox(settings: Settings, arguments: Namespace) -> AbstractAsyncContextManager[Stage]:
    """The sandbox's two other ends."""
    return staged(
        market_of(arguments),
        host=settings.http_host,
        port=settings.http_port,
        state_path=private(data_folder(settings) / SANDBOX_STATE),
    )


def market_of(arguments: Namespace) -> Market:
    """A random walk, or a candle file."""
    if arguments.candles is None:
        return random_market(round(time.time() * 1000))
    try:
        return tape_market(arguments.contract, read_candles(arguments.candles))
    except LookupError as error:
        raise UsageError(f"{error} is no contract of the sandbox; try BTCUSDT or ETHUSDT") from error
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from error


def data_folder(settings: Settings) -> Path:
    """Where the database's file lies; the sandbox keeps its chat beside it."""
    folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def private(path: Path) -> Path:
    """A file nobody else may read, made before anything is written to it."""
    path.touch(mode=0o600)
    return path


def effective(settings: Settings) -> Settings:
    """In the sandbox: a quick poll and a database of its own, so that play and trade never mix."""
    if not settings.sandboxed:
        return settings
    url = f"sqlite:///{data_folder(settings) / SANDBOX_DATABASE}"
    return settings.model_copy(update={"poll_seconds": min(settings.poll_seconds, SANDBOX_POLL), "database_url": url})


def outside_of_stage(stage: Stage) -> Outside:
    """The sandbox as the bot's two other ends."""
    return Outside(
        TOKEN,
        stage.telegram_api,
        stage.exchange_hosts,
        clock=stage.now,
        only=True,
        everyone=True,
        limits=Limits(overall=1000, chat_burst=100),
    )


def announce(bot: Running, stage: Stage | None) -> None:
    """Where to go now."""
    if stage is not None:
        sys.stdout.write(f"Tierwise plays in its sandbox (no TIERWISE_BOT_TOKEN is set). Open {here(stage.page)}\n")
    elif bot.owner_link is not None:
        sys.stdout.write(f"Open this link once to become the owner: {bot.owner_link}\n")
    else:
        sys.stdout.write("Tierwise is running.\n")
    sys.stdout.flush()


def here(page: str) -> str:
    """An address a browser on this machine can open, also where the page is served to every network."""
    return page.replace("//0.0.0.0:", "//localhost:").replace("//[::]:", "//localhost:")


async def until_stopped(bot: Running) -> None:
    """Until a signal, or until the bot can't go on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    heart = asyncio.create_task(beat())
    bot.failed.add_done_callback(lambda _: stop.set())
    await stop.wait()
    heart.cancel()
    if bot.failed.done():
        bot.failed.result()
