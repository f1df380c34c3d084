"""All that outlives a bot: both emulators behind doors, the market, people and their plans, the judge, the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from chatbot.background import ended, keep
from chatbot.core.plan import Follow, Plan
from chatbot.market.feed import wall_clock
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS, usdt
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.stage import staged
from chatbot.sandbox.telegram import Person
from tests.crash.course import Course, at_once
from tests.crash.door import Door, door_to
from tests.crash.happenings import Followed, Whose
from tests.crash.judge import Judge, Verdict
from tests.crash.nursery import Nursery, nursery_in
from tests.crash.people import Confirming, Talking
from tests.crash.plans import plan_near
from tests.crash.seeding import arm, gave_way
from tests.crash.seen import Looks
from tests.crash.witness import Witness
from tests.whole.process import TOKEN

SHARED: Final = "ETHUSDT"
LISTINGS: Final = (
    *DEFAULT_LISTINGS,
    usdt("BNB", "0.010", "0.01", "5", "612.40"),
    usdt("XAU", "0.01", "0.001", "5", "2655"),
)
FOLLOWERS: Final = (2001, 2002, 2003, 2004, 2005, 2006)
"""They have plans whose fills are assumed, all on one market."""
PLANS_EACH: Final = 2
CONFIRMERS: Final[Mapping[int, str]] = {3001: "BNBUSDT", 3002: "XAUUSDT"}
"""They confirm each action, each on a market of their own."""
TALKER: Final = 4001
CLOCK_SECONDS: Final = 0.05
KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is to be like."""

    seed: int = 7
    kills: int = 300
    moves_while_down: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    """Further settings of the bot."""


@dataclass(slots=True)
class Scene:
    """What every kill finds and leaves behind."""

    wish: Wish
    folder: Path
    market: Market
    telegram: Door
    exchanges: Sequence[Door]
    control: Person
    judge: Judge
    witness: Witness
    looks: Looks
    courses: dict[str, Course]
    talking: Talking
    confirming: list[Confirming]
    nursery: Nursery
    broken: asyncio.Future[None]
    """Done with an error when the harness itself can't go on."""

    @property
    def database(self) -> Path:
        return self.folder / "bot.sqlite3"

    @property
    def database_url(self) -> str:
        return url_of(self.database)

    async def arm_missing(self) -> None:
        """A new plan for everybody whose last one is over. Call only while the bot is down."""
        wanted = [(chat_id, self.new_plan(chat_id, name)) for name, chat_id in self.missing()]
        if not wanted:
            return
        rows = await asyncio.to_thread(arm, self.database_url, wanted)
        for (row, armed_at), (chat_id, plan) in zip(rows, wanted, strict=True):
            whose = Whose(chat_id, row.number, row.plan_id)
            followed = Followed.armed(whose, plan, armed_at, self.judge.expect)
            self.courses[contract_of(chat_id)].join(followed, armed_at)

    def missing(self) -> list[tuple[str, int]]:
        """Contract and user of every plan that is to be."""
        wanted = [(SHARED, user) for user in FOLLOWERS for _ in range(PLANS_EACH)]
        wanted += [(contract, user) for user, contract in CONFIRMERS.items()]
        for name, course in self.courses.items():
            for plan in course.open_plans():
                wanted.remove((name, plan.whose.chat_id))
        return wanted

    def new_plan(self, chat_id: int, contract: str) -> Plan:
        """Around where its market stands."""
        course = self.courses[contract]
        follow = Follow.CONFIRMED if chat_id in CONFIRMERS else Follow.ASSUMED
        return plan_near(course.book.last, course.book.listing, follow, course.random)

    def hold(self) -> None:
        """No market moves and nobody types any more."""
        self.talking.goes.clear()
        for course in self.courses.values():
            course.goes.clear()

    def go_on(self) -> None:
        """Markets may move, and people talk."""
        self.talking.goes.set()
        for course in self.courses.values():
            course.goes.set()

    async def fault(self, **fault: object) -> None:
        """Trouble on the Telegram side."""
        await self.control.request("POST", "/sim/fault", body=fault)

    async def faults(self) -> int:
        """How many faults still wait for a call."""
        return len((await self.control.request("GET", "/sim/fault"))["faults"])

    async def heal(self) -> None:
        """Everything can be reached and nothing fails."""
        await self.control.request("DELETE", "/sim/fault")
        for door in (self.telegram, *self.exchanges):
            await door.open()

    def untold(self) -> int:
        """How many things a user must still hear, the answer to what was typed included."""
        return len(self.judge.untold()) + bool(self.talking.open_question)

    async def verdict(self) -> Verdict:
        """Both sides compared. Call only while the bot is down."""
        gone = await asyncio.to_thread(gave_way, self.database_url)
        plans = [plan for course in self.courses.values() for plan in course.plans]
        ids = {plan.whose.plan_id: plan.whose for plan in plans}
        overtaken = {(ids[plan].chat_id, ids[plan].number, event) for plan, event in gone if plan in ids}
        made = self.judge.verdict(frozenset(overtaken))
        if self.talking.open_question:
            made.lost.append(f"chat {TALKER}: no answer to {self.talking.open_question!r}")
        return made


def contract_of(chat_id: int) -> str:
    """Where somebody trades."""
    return CONFIRMERS.get(chat_id, SHARED)


def url_of(database: Path) -> str:
    return f"sqlite:///{database}"


@asynccontextmanager
async def scene_in(folder: Path, wish: Wish) -> AsyncIterator[Scene]:
    """Everything but the bot, begun; people have plans, and nobody has been told anything."""
    async with AsyncExitStack() as stack:
        market = real_time_market(wish.seed)
        stage = await stack.enter_async_context(staged(market, weight_limit=None))
        telegram, telegram_api = await stack.enter_async_context(door_to(stage.telegram_api))
        doors = {host: await stack.enter_async_context(door_to(url)) for host, url in stage.exchange_hosts.items()}
        chats = (*FOLLOWERS, *CONFIRMERS, TALKER)
        people = {chat: await stack.enter_async_context(Person(stage.telegram_api, chat)) for chat in chats}
        control = await stack.enter_async_context(Person(stage.telegram_api, 1))
        judge, looks = Judge(), Looks()
        for door, _ in doors.values():
            door.on_request = looks.request
        courses = {name: course(market, name, wish, looks) for name in (SHARED, *CONFIRMERS.values())}
        settings = {
            "TIERWISE_BOT_TOKEN": TOKEN,
            "TIERWISE_TELEGRAM_API": telegram_api,
            "TIERWISE_EXCHANGE_HOSTS": json.dumps({host: address for host, (_, address) in doors.items()}),
            "TIERWISE_ALLOWED_USERS": ",".join(map(str, chats)),
            "TIERWISE_DATABASE_URL": url_of(folder / "bot.sqlite3"),
            "TIERWISE_POLL_SECONDS": "0.1",
            "TIERWISE_STATUS_PORT": "",
            **wish.more,
        }
        nursery = await stack.enter_async_context(nursery_in(folder, settings))
        witness = Witness(control, frozenset(chats) - {TALKER}, judge.hear)
        talking = Talking(people[TALKER], judge, Random(f"{wish.seed}:talk"))
        confirming = [Confirming(people[user], courses[contract], judge) for user, contract in CONFIRMERS.items()]
        scene = Scene(
            wish, folder, market, telegram, [door for door, _ in doors.values()], control, judge, witness, looks,
            courses, talking, confirming, nursery, asyncio.get_running_loop().create_future(),
        )  # fmt: skip
        for user in chats:
            await people[user].say("/start")
        await scene.arm_missing()
        walks = [
            clockwork(market),
            witness.follow(),
            courses[SHARED].run(),
            talking.run(),
            *(c.run() for c in confirming),
        ]
        for walk in walks:
            stack.push_async_callback(ended, keep(walk, scene.broken))
        yield scene


def real_time_market(seed: int) -> Market:
    """A market that stands still unless it is moved, by the real clock."""
    market = Market(wall_clock(), {}, LISTINGS, seed=seed)
    market.playing = False
    for book in market.books.values():
        book.trades = type(book.trades)(kept=KEPT)
    return market


def course(market: Market, contract: str, wish: Wish, looks: Looks) -> Course:
    """A contract's way; where the market may not move unseen, each price stands until the bot has decided on it."""
    seen = at_once if wish.moves_while_down else looks.often
    return Course(market, contract, Random(f"{wish.seed}:{contract}"), seen)


async def clockwork(market: Market) -> None:
    """The market's clock is the real one, also while nothing is traded."""
    while True:
        await asyncio.sleep(CLOCK_SECONDS)
        market.step(wall_clock() - market.now)
