"""`tierwise run`: the bot. With a token against Telegram and a live exchange, without one in its own sandbox."""

from __future__ import annotations

import asyncio
import errno
import re
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from chatbot.app import Outside, Running, outside_of, running
from chatbot.cli.errors import UsageError
from chatbot.cli.health import beat, heartbeat_of
from chatbot.core.money import Millis
from chatbot.deliver.intake import TokenRefused
from chatbot.deliver.limits import Limits
from chatbot.logs import set_up_logs
from chatbot.market.exchanges import verified_exchanges
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import HISTORY_BARS, random_market, tape_market, trades_market
from chatbot.sandbox.exchange.sources import read_candles
from chatbot.sandbox.exchange.trade_tape import read_trades
from chatbot.sandbox.stage import TOKEN, Stage, staged
from chatbot.settings import Settings, SettingsError, read_settings
from storage.latest import latest_moment
from storage.migrate import DatabaseRefused

SANDBOX_POLL: Final = 1.0
SANDBOX_FRESH: Final = 1_800_000
SANDBOX: Final = "sandbox"


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    played = parser.add_mutually_exclusive_group()
    played.add_argument("--candles", type=Path, help="sandbox only: play this candle file (1-minute CSV or CSV.gz)")
    played.add_argument("--trades", type=Path, help="sandbox only: play this file of recorded trades (CSV or CSV.gz)")
    parser.add_argument("--contract", default="BTCUSDT", help="sandbox only: the contract that plays the file")


def run(arguments: Namespace) -> int:
    """Run until interrupted."""
    try:
        settings = read_settings()
    except SettingsError as error:
        raise UsageError(str(error)) from error
    set_up_logs(settings.log)
    if settings.default_exchange not in verified_exchanges():
        known = ", ".join(verified_exchanges())
        raise UsageError(f"TIERWISE_DEFAULT_EXCHANGE is {settings.default_exchange!r}; expected one of {known}")
    for name in ("candles", "trades"):
        if getattr(arguments, name) is not None and not settings.sandboxed:
            raise UsageError(f"--{name} plays in the sandbox; unset TIERWISE_BOT_TOKEN to use it")
    try:
        asyncio.run(work(settings, arguments))
    except (DatabaseRefused, TokenRefused) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(sentence_of(error, settings)) from error
    return 0


def sentence_of(error: OSError, settings: Settings) -> str:
    """What the system refuses."""
    told = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE and error.filename is None:
        return f"{told}: is {settings.http_host}:{settings.http_port} taken?"
    return told if error.filename is None else f"{error.filename}: {told}"


async def work(settings: Settings, arguments: Namespace) -> None:
    """Start, say where, and wait for the end."""
    async with AsyncExitStack() as stack:
        if settings.sandboxed:
            play = Play.of(settings, arguments)
            stage = await stack.enter_async_context(sandbox(settings, arguments, play))
            bot = await stack.enter_async_context(running(effective(settings, play), outside_of_stage(stage)))
        else:
            stage = None
            bot = await stack.enter_async_context(running(settings, outside_of(settings)))
        await until_stopped(bot, heartbeat_of(settings), partial(announce, stage))


@dataclass(frozen=True, slots=True)
class Play:
    """The sandbox's own files: one game for the random market, and one for every file that is played."""

    database: Path
    chat: Path

    @classmethod
    def of(cls, settings: Settings, arguments: Namespace) -> Play:
        """Play and trade never mix, nor do two games: each market has a time of its own."""
        folder, name = data_folder(settings), SANDBOX
        played = arguments.candles or arguments.trades
        if played is not None:
            name += "-" + re.sub(r"[^\w.-]", "_", played.name)
        return cls(folder / f"{name}.sqlite3", folder / f"{name}-chat.sqlite3")

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database}"


def sandbox(settings: Settings, arguments: Namespace, play: Play) -> AbstractAsyncContextManager[Stage]:
    """The sandbox's two other ends."""
    return staged(
        market_of(arguments, play),
        host=settings.http_host,
        port=settings.http_port,
        state_path=private(play.chat),
    )


def market_of(arguments: Namespace, play: Play) -> Market:
    """A random walk, or a file; each goes on where the game stands, because time must not go back."""
    latest = latest_moment(play.database_url) or 0
    try:
        if arguments.candles is not None:
            return market_of_candles(arguments, play, latest)
        if arguments.trades is not None:
            return market_of_trades(arguments, play, latest)
    except LookupError as error:
        raise UsageError(f"{error} is no contract of the sandbox; try BTCUSDT or ETHUSDT") from error
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from error
    return random_market(max(round(time.time() * 1000), latest))


def market_of_candles(arguments: Namespace, play: Play, latest: Millis) -> Market:
    """A candle file from where the game stands on."""
    candles = read_candles(arguments.candles)
    played = sum(candle.at <= latest for candle in candles)
    if candles and played == len(candles):
        raise played_out(arguments.candles, play)
    return tape_market(arguments.contract, candles, skip=max(HISTORY_BARS, played))


def market_of_trades(arguments: Namespace, play: Play, latest: Millis) -> Market:
    """A file of trades from where the game stands on."""
    trades = read_trades(arguments.trades)
    if trades[-1].at <= latest:
        raise played_out(arguments.trades, play)
    market = trades_market({arguments.contract: trades})
    market.step(latest - market.now)
    return market


def played_out(file: Path, play: Play) -> UsageError:
    """Nothing of the file is left."""
    return UsageError(f"{file} is played to its end; to begin anew delete {play.database} and {play.chat}")


def data_folder(settings: Settings) -> Path:
    """Where the sandbox keeps its game and its chat: beside the database's file, else in the folder for such things."""
    folder = settings.kept_beside.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = "STATE_DIR" if settings.database_path is None else "DATABASE_URL"
        raise UsageError(f"TIERWISE_{name}: the folder {folder} can't be made: {error.strerror}") from error
    return folder


def private(path: Path) -> Path:
    """A file nobody else may read, made before anything is written to it."""
    path.touch(mode=0o600)
    return path


def effective(settings: Settings, play: Play) -> Settings:
    """In the sandbox: a quick poll and a database of its own."""
    poll_seconds = min(settings.poll_seconds, SANDBOX_POLL)
    return settings.model_copy(update={"poll_seconds": poll_seconds, "database_url": play.database_url})


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
        # The market may run 600 times as fast as the poll.
        fresh=SANDBOX_FRESH,
    )


def announce(stage: Stage | None, owner_link: str | None) -> None:
    """Where to go now."""
    if stage is not None:
        sys.stdout.write(f"Tierwise plays in its sandbox (no TIERWISE_BOT_TOKEN is set). Open {here(stage.page)}\n")
    elif owner_link is not None:
        sys.stdout.write(f"Open this link once to become the owner: {owner_link}\n")
    else:
        sys.stdout.write("Tierwise is running.\n")
    sys.stdout.flush()


def here(page: str) -> str:
    """An address a browser on this machine can open, also where the page is served to every network."""
    return page.replace("//0.0.0.0:", "//localhost:").replace("//[::]:", "//localhost:")


async def until_stopped(bot: Running, heartbeat: Path, announced: Callable[[str | None], None]) -> None:
    """Until a signal, or until the bot can't go on; what is to be announced is, once Telegram is reached."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    heart = asyncio.create_task(beat(heartbeat, bot.status or ""))
    bot.failed.add_done_callback(lambda _: stop.set())
    bot.met.add_done_callback(lambda met: announced(met.result()))
    await stop.wait()
    heart.cancel()
    if bot.failed.done():
        bot.failed.result()
