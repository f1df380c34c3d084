"""From settings to a running bot, and back in reverse order. A test or a sandbox embeds it as it ships."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import structlog
from telegram.ext import ApplicationBuilder
from telegram.request import HTTPXRequest

from chatbot.background import ended, keep
from chatbot.chart.indicators import indicate
from chatbot.coach.allowance import Allowance
from chatbot.coach.commands import Commands
from chatbot.coach.confirmations import Confirmations
from chatbot.coach.conversation import Conversation
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk, Watched
from chatbot.coach.inviting import Inviting
from chatbot.coach.outages import Outages
from chatbot.coach.people import People
from chatbot.coach.privacy import Privacy
from chatbot.coach.reminding import Reminding
from chatbot.coach.tidying import tidy
from chatbot.coach.trades import Trades
from chatbot.coach.troubles import Troubles
from chatbot.core.money import Millis
from chatbot.database_thread import DatabaseThread
from chatbot.deliver.arrivals import Arrivals
from chatbot.deliver.intake import Intake
from chatbot.deliver.limits import Limits, Pace
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.outbox import Sender
from chatbot.gauges import Gauges, Sources, Times
from chatbot.logs import COUNTED
from chatbot.lookout import LOOK_SECONDS, Lookout
from chatbot.market.connection import Manners, steady
from chatbot.market.exchanges import verified_exchanges
from chatbot.market.feed import MANNERS, Feed, wall_clock
from chatbot.market.instruments_book import InstrumentBook
from chatbot.market.session import trusted
from chatbot.market.stream import PATIENCE, Streams
from chatbot.market.stream_pace import Patience
from chatbot.messages.views import FRESH
from chatbot.ports import Clock, Units
from chatbot.serve.status import status_page
from chatbot.settings import FeedKind, Settings
from chatbot.telegram_end import TelegramEnd, WayIn
from chatbot.telegram_hook import Hooked, door_of
from chatbot.unbroken import unbroken
from chatbot.watch.candle_watch import CandleWatch
from chatbot.watch.catch_up import CatchUp
from chatbot.watch.jobs import Jobs, Work
from chatbot.watch.live import Live
from chatbot.watch.past import Past
from chatbot.watch.silence import Clocks
from chatbot.watch.watcher import Watcher
from handlers.lookups import Lookups
from handlers.ordering import ChatOrder
from handlers.pacing import Pacing
from handlers.register import Bot, register
from handlers.use import Use
from storage.database import Database, open_database
from storage.lock import alone

SIGNING_KEY: Final = "signing_key"
REQUESTS_POOL: Final = 16
UPDATES_POOL: Final = 2
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the other ends are. `clock` is the market's time, `wall` ours, `steady` ours without jumps.

    `only` refuses hosts not named.
    """

    token: str
    telegram_api: str
    exchange_hosts: Mapping[str, str]
    clock: Clock = wall_clock
    wall: Clock = wall_clock
    steady: Clock = steady
    only: bool = False
    everyone: bool = False
    manners: Manners = MANNERS
    limits: Limits | None = None
    fresh: Millis = FRESH
    patience: Patience = PATIENCE


@dataclass(frozen=True, slots=True)
class Running:
    """A bot at work."""

    watcher: Watcher
    catch_up: CatchUp
    candles: CandleWatch
    sender: Sender
    trades: Trades
    units: Units
    tick: Work
    """What time alone decides, decided now; it also happens by itself every second."""
    hourly: Work
    """What is tried again and asked anew by the hour, now; it also happens by itself, first at the start."""
    met: asyncio.Future[str | None]
    """Done once Telegram is reached, with the owner's link while there is no owner."""
    failed: asyncio.Future[None]
    """Done with an error when the bot can't go on."""
    lookout: Lookout
    """Looks after the bot itself; it also does so by itself every minute."""
    status: str | None
    """Where /health and /metrics are served, if they are."""

    async def reached(self) -> str | None:
        """Waits for Telegram; the owner's link, while there is no owner. Raises what ended the bot before that."""
        ends: tuple[asyncio.Future[Any], ...] = (self.met, self.failed)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        return self.failed.result() if self.failed.done() else self.met.result()


def outside_of(settings: Settings) -> Outside:
    """The real Telegram and exchanges, as the settings say. Call only with a token."""
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    return Outside(token, settings.telegram_api, settings.exchange_hosts)


@asynccontextmanager
async def running(settings: Settings, outside: Outside) -> AsyncIterator[Running]:  # noqa: PLR0915 -- one straight line, read top to bottom
    """The bot, started in order and stopped in reverse: what goes out is stopped last."""
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings.database_url))
        database = stack.enter_context(open_database(settings.database_url, exclusive=True))
        on_database = DatabaseThread()
        stack.callback(on_database.close)
        wall = await on_database(partial(unbroken, outside.wall, outside.steady, database.units))
        outside = replace(outside, wall=wall)
        manners, steady = outside.manners, outside.steady
        feed = Feed(outside.exchange_hosts, only=outside.only, clock=outside.clock, steady=steady, manners=manners)
        stack.push_async_callback(feed.aclose)
        for_people = feed.aside()
        book = InstrumentBook(for_people)
        key = await on_database(lambda: signing_key(database.units))
        desk = Desk(database.units, outside.clock, outside.wall, key, book, fresh=outside.fresh)
        trades = Trades(desk)
        lookups = Lookups(for_people, book, outside.clock)
        stack.push_async_callback(lookups.aclose)
        use = use_of(settings, outside, desk, trades, on_database, lookups)
        bot = application_of(outside, ChatOrder(database.units, on_database))
        register(bot, use)
        messenger, pace = Messenger(bot.bot, outside.wall), Pace(outside.limits)
        sender = Sender(database.units, messenger, outside.wall, pace, on_database)
        clocks = Clocks(outside.clock, outside.steady)
        courses = Courses(trades)
        watcher = Watcher(feed, courses, Outages(desk), on_database, clocks)
        past = Past(watcher, courses, outside.clock)
        catch_up = CatchUp(watcher, past)
        live = Live(watcher, catch_up, courses)
        stack.push_async_callback(live.stop)
        stack.push_async_callback(catch_up.stop)
        if settings.feed is FeedKind.STREAM:
            watcher.stream = Streams(feed, live, patience=outside.patience)
            stack.push_async_callback(watcher.stream.aclose)
        candles = CandleWatch(watcher, outside.clock, indicate)
        listen(desk, sender, watcher)
        jobs = Jobs(watcher, catch_up, candles, settings.poll_seconds)
        # Before any update comes in: one that moves a plan must find it watched.
        await watcher.load()
        await catch_up.load()
        way_in = await way_in_of(settings, bot, database.units, on_database)
        telegram = TelegramEnd(bot, use, sender, way_in)
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stack.push_async_callback(ended, keep(telegram.run(failed), failed))
        on_tick = partial(tick, use, trades, catch_up)
        stack.push_async_callback(jobs.stop)
        hourly = partial(by_the_hour, use, book, watcher, telegram)
        jobs.start(on_tick, hourly)
        sources = Sources(
            watcher,
            jobs.book.jobs,
            telegram.met.done,
            is_streamed=watcher.is_live,
            looked_until=lambda: past.looked_until,
            latency=lambda: {priority.name.lower(): spans for priority, spans in sender.latency.by_priority().items()},
            sent=sender.counts.by_outcome,
            logged=COUNTED.seen,
        )
        gauges = Gauges(sources, database.units, on_database, Times(outside.clock, outside.wall, outside.steady))
        lookout = Lookout(gauges.look, Troubles(desk, settings.allowed_users), on_database, outside.steady)
        jobs.every(LOOK_SECONDS, lookout.look, "lookout")
        page = status_page(gauges.look, settings.status_host, settings.status_port)
        status = await stack.enter_async_context(page)
        stack.push_async_callback(ended, keep(until_taken(database), failed))
        # First of all, or those that are stopped next would wait for a server that is away.
        stack.callback(database.stop_waiting)
        log.info("watching", plans=len(watcher.plans), status=status)
        yield Running(
            watcher,
            catch_up,
            candles,
            sender,
            trades,
            database.units,
            on_tick,
            hourly,
            telegram.met,
            failed,
            lookout,
            status,
        )


async def until_taken(database: Database) -> None:
    """Returns never: raises DatabaseRefused once another bot has the database."""
    await asyncio.wrap_future(database.taken)


async def way_in_of(settings: Settings, bot: Bot, units: Units, on_database: DatabaseThread) -> WayIn:
    """How updates come in: by webhook where the settings name an address, else by polling."""
    door = await on_database(partial(door_of, settings, units))
    if door is None:
        return Intake(bot.bot, units, on_database, bot.update_queue)
    return Hooked(bot.bot, Arrivals(bot.bot, units, on_database, bot.update_queue), door)


def use_of(
    settings: Settings, outside: Outside, desk: Desk, trades: Trades, on_database: DatabaseThread, lookups: Lookups
) -> Use:
    """The use cases."""
    allowance = Allowance(settings.most_plans, settings.most_levels, applies=settings.open)
    conversation = Conversation(desk, trades, settings.default_exchange, verified_exchanges(), allowance)
    people = People(desk, settings.allowed_users, outside.everyone, settings.open)
    return Use(
        desk,
        on_database,
        people,
        conversation,
        Confirmations(desk, trades),
        Commands(desk, trades),
        lookups,
        Reminding(desk, conversation.shown),
        Inviting(desk, people, settings.invite_hours),
        Privacy(desk),
        Pacing(settings.messages_per_minute, outside.steady),
    )


def listen(desk: Desk, sender: Sender, watcher: Watcher) -> None:
    """What is committed on the database thread is heard on the loop."""
    loop = asyncio.get_running_loop()

    def on_messages() -> None:
        loop.call_soon_threadsafe(sender.wake)

    def on_plans(changed: Sequence[Watched]) -> None:
        loop.call_soon_threadsafe(watcher.put, tuple(changed))

    desk.on_messages, desk.on_plans = on_messages, on_plans


async def by_the_hour(use: Use, book: InstrumentBook, watcher: Watcher, telegram: TelegramEnd) -> None:
    """What was missing at the start is tried again, what may have changed is asked anew, what is old goes."""
    await use.on_database(partial(tidy, use.desk))
    await book.refresh()
    await book.learn({(market.exchange, market.symbol) for market in watcher.markets()})
    await telegram.put_missing_menu()


async def tick(use: Use, trades: Trades, catch_up: CatchUp) -> None:
    """What time alone decides, and what is to be said again."""
    ready = catch_up.ready(await use.on_database(trades.due))
    await use.on_database(partial(trades.clock, ready))
    await use.on_database(use.reminding.due)


def signing_key(units: Units) -> bytes:
    """The key that signs buttons, made once and kept: old buttons work after a restart."""
    with units() as unit:
        found = unit.settings.get(SIGNING_KEY)
        if found is None:
            found = secrets.token_hex(32)
            unit.settings.put(SIGNING_KEY, found)
        return bytes.fromhex(found)


def application_of(outside: Outside, order: ChatOrder) -> Bot:
    """python-telegram-bot's application: our own intake instead of its updater, our own order of updates."""
    direct = {"trust_env": False, "verify": trusted()} if outside.everyone else {}
    return (
        ApplicationBuilder()
        .token(outside.token)
        .base_url(f"{outside.telegram_api}/bot")
        .base_file_url(f"{outside.telegram_api}/file/bot")
        .request(HTTPXRequest(connection_pool_size=REQUESTS_POOL, httpx_kwargs=direct))
        .get_updates_request(HTTPXRequest(connection_pool_size=UPDATES_POOL, httpx_kwargs=direct))
        .updater(None)
        .job_queue(None)
        .concurrent_updates(order)
        .build()
    )
