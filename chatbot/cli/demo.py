"""`tierwise demo`: the worked example of RULES.md 9, traded by a scripted person through the very sandbox, checked.

The real bot talks over HTTP to both emulators. Every expected figure is a literal of the script.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, assert_never

import structlog

from chatbot.app import Outside, Running, running
from chatbot.cli.demo_chat import Chat
from chatbot.cli.demo_script import CONTRACT, EXCHANGE, LISTING, SCRIPT, Act, Hear, Move, Say, Tap
from chatbot.deliver.limits import Limits
from chatbot.market.connection import Manners
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.stage import TOKEN, Stage, staged
from chatbot.sandbox.telegram import Person
from chatbot.settings import FeedKind, Settings

BEGIN: Final = 1_722_816_000_000
"""2024-08-05 00:00 UTC, by the simulated market's clock."""
STEP: Final = Decimal(50)
STEP_MILLIS: Final = 20_000
NEVER_BY_ITSELF: Final = 60.0
"""The scheduled poll, or a stream, would race the script's own poll, the same call made at the right moment."""
UNHURRIED: Final = Limits(overall=1000, chat_burst=1000)


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to say."""


def run(_: Namespace) -> int:
    """Play, print, check; 1 where the bot said anything else than it should."""
    begun = time.monotonic()
    with quiet_logs():
        chat = asyncio.run(play())
    took = time.monotonic() - begun
    sys.stdout.write("\n" + chat.verdict(took) + "\n")
    return 0 if chat.is_right else 1


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Only what goes wrong may come between the lines of the conversation."""
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)


async def play() -> Chat:
    """The whole script, up to its end or to the first thing that did not come."""
    async with sandbox() as (stage, bot), Person(stage.telegram_api) as person:
        chat = Chat(person, sys.stdout)
        for act in SCRIPT:
            if not await perform(act, chat, stage.market, bot):
                return chat
        await chat.check_nothing_else()
        return chat


@asynccontextmanager
async def sandbox() -> AsyncIterator[tuple[Stage, Running]]:
    """Both emulators and the bot, on free ports, with a database that is gone afterwards."""
    market = Market(BEGIN, {}, listings=(LISTING,))
    market.playing = False
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.sqlite3'}"
        # Built without the environment: whatever the machine's settings are, the demo is the same.
        settings = Settings.model_construct(database_url=url, poll_seconds=NEVER_BY_ITSELF, feed=FeedKind.POLL)
        async with staged(market) as stage, running(settings, outside_of(stage)) as bot:
            yield stage, bot


def outside_of(stage: Stage) -> Outside:
    """The sandbox as the bot's two other ends; the loopback exchange may be asked as often as the script likes."""
    return Outside(
        TOKEN,
        stage.telegram_api,
        stage.exchange_hosts,
        clock=stage.now,
        only=True,
        everyone=True,
        manners=Manners(budgeted=False),
        limits=UNHURRIED,
    )


async def perform(act: Act, chat: Chat, market: Market, bot: Running) -> bool:
    """One act of the script; False where the bot did not do its part."""
    match act:
        case Say(text=text):
            await chat.say(text)
        case Tap(label=label):
            return await chat.tap(label)
        case Move(price=price):
            chat.note(f"BTC {market.last(CONTRACT).normalize():f} → {price}")
            await walk(market, Decimal(price), bot)
        case Hear():
            return await chat.hear(act)
        case unknown:
            assert_never(unknown)
    return True


async def walk(market: Market, target: Decimal, bot: Running) -> None:
    """The market's way to a price in small steps; the bot polls each of them."""
    while (last := market.last(CONTRACT)) != target:
        step = max(-STEP, min(STEP, target - last))
        market.step(STEP_MILLIS)
        market.set_price(CONTRACT, last + step)
        await bot.watcher.poll(EXCHANGE)
