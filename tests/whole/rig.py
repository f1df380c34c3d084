"""The bot as it ships, in this process, between the two emulators: people, a market and a clock moved by hand."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from chatbot.app import Outside, Running, running
from chatbot.core.events import Event
from chatbot.core.evolve import history
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, Plan, Resting
from chatbot.core.plan_format import plan_from_format
from chatbot.core.state import PlanState
from chatbot.deliver.limits import Limits
from chatbot.market.connection import Manners, steady
from chatbot.market.feed import wall_clock
from chatbot.records import PlanRecord, User
from chatbot.sandbox.exchange.setups import scripted_market
from chatbot.sandbox.stage import BINANCE_HOST, TOKEN, Stage, staged
from chatbot.sandbox.telegram import Person
from chatbot.sandbox.telegram.person import Shown
from chatbot.settings import Settings

SAM: Final = 1001
TAPES: Final = Path(__file__).parent.parent / "tapes"
BTC: Final = "BTCUSDT"
EXCHANGE: Final = "binanceusdm"
SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60_000
HOUR: Final[Millis] = 60 * MINUTE
NEVER: Final = 60.0
"""Seconds between polls of the bot's own: tests poll when they have moved the price."""
PATIENCE: Final = 10.0
"""How many seconds a test waits for what must come."""
PATIENT_MS: Final = 20_000
"""How long the bot waits for an emulator: on a busy machine an answer given up would be asked for again by a clock that
stands still."""
ERRORS: Final = frozenset({"error", "critical"})
FREELY: Final = Limits(overall=10_000, chat_burst=10_000)

ON_BOTH_DATABASES: Final = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
"""For a test of a bot: once on a file, once on a PostgreSQL server."""

TALK: Final = (
    ("btc", "Long or short?"),
    ("long", "Which leverage?"),
    ("10x", "How much equity"),
    ("10k", "Which part of your equity"),
    ("5%", "how many tiers"),
    ("25/25/30/20", "When do you take tier 1"),
    ("below 60000", "When do you add tier 2"),
    ("+0,5%", "When do you add tier 3"),
    (">60600", "When do you add tier 4"),
    ("> 60 900", "Where is the initial stop?"),
    ("59000", "Where are the targets?"),
    ("61k 62.5k 64k", "How much of the position"),
    ("25/35/30", "What does the stop do"),
    ("default", "Which orders will rest"),
    ("none", "Review ·"),
)
"""What is typed, and what the card says then: the plan of RULES 9, everything done by hand."""


def worked_plan(**changes: Any) -> Plan:
    """The plan of RULES 9 on this market's grid and with its fee, confirmed by hand."""
    read = plan_from_format(json.loads((TAPES / "worked_example.json").read_text("utf-8")))
    resting = Resting(entries=False, stop=False, targets=False)
    grid = {"tick_size": Decimal("0.1"), "lot_size": Decimal("0.001"), "taker_pct": Decimal("0.04")}
    return replace(read, follow=Follow.CONFIRMED, **{"resting": resting, **grid, **changes})


class MovableClock:
    """Our own time, which a test moves on."""

    def __init__(self) -> None:
        self.ahead: Millis = 0

    def __call__(self) -> Millis:
        return wall_clock() + self.ahead

    def steady(self) -> Millis:
        """The clock that never jumps."""
        return steady() + self.ahead

    def advance(self, by: Millis) -> None:
        self.ahead += by


@dataclass
class World:
    """What outlives a bot: the stage, its people, our clock, the database, and the log."""

    stage: Stage
    folder: Path
    wall: MovableClock
    logs: list[MutableMapping[str, Any]]
    database_url: str = ""
    people: dict[int, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database_url = self.database_url or f"sqlite:///{self.folder / 'bot.sqlite3'}"

    def person(self, chat_id: int = SAM) -> Person:
        """Somebody with a chat of their own."""
        if chat_id not in self.people:
            self.people[chat_id] = Person(self.stage.telegram_api, chat_id)
        return self.people[chat_id]

    @property
    def outside(self) -> Outside:
        """Open to everyone, in no hurry, and asked as often as a test likes."""
        manners = Manners(timeout_ms=PATIENT_MS, budgeted=False)
        return Outside(
            TOKEN,
            self.stage.telegram_api,
            self.stage.exchange_hosts,
            clock=self.stage.now,
            wall=self.wall,
            steady=self.wall.steady,
            only=True,
            everyone=True,
            manners=manners,
            limits=FREELY,
        )

    def settings(self, **more: Any) -> Settings:
        given = {
            "bot_token": SecretStr(TOKEN),
            "telegram_api": self.stage.telegram_api,
            "poll_seconds": NEVER,
            "feed": "poll",
            "status_port": None,
        }
        return Settings.model_validate({**given, "database_url": self.database_url, **more})

    @asynccontextmanager
    async def bot(self, *, everyone: bool = True, **settings: Any) -> AsyncIterator[Bot]:
        """A bot from its start to its good end; begin another one for a restart."""
        outside = replace(self.outside, everyone=everyone)
        async with running(self.settings(**settings), outside) as started:
            yield Bot(self, started, await started.reached())

    async def fault(self, **fault: Any) -> None:
        """Trouble on the Telegram side."""
        await self.person().request("POST", "/sim/fault", body=fault)

    async def heal(self) -> None:
        """The Telegram side is well again."""
        await self.person().request("DELETE", "/sim/fault")

    async def exchange_fault(self, **fault: Any) -> None:
        """Trouble on the exchange's side; without words, none any more."""
        address = f"{self.stage.exchange_hosts[BINANCE_HOST]}/sim/fault"
        async with aiohttp.ClientSession() as session:
            asked = session.post(address, json=fault) if fault else session.delete(address)
            async with asked as answer:
                answer.raise_for_status()

    async def exchange_calls(self) -> list[dict[str, Any]]:
        """What the exchanges were asked, oldest first."""
        address = f"{self.stage.exchange_hosts[BINANCE_HOST]}/sim/calls"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return list(await answer.json())

    def errors(self) -> list[str]:
        """What was logged that should never be."""
        return [str(line) for line in self.logs if line["log_level"] in ERRORS]

    async def close(self) -> None:
        for person in self.people.values():
            await person.close()


@asynccontextmanager
async def world_in(folder: Path, database_url: str | None = None) -> AsyncIterator[World]:
    """Both emulators, a market that stands still, and a log that is kept. The database is a file unless named."""
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        stage = await stack.enter_async_context(staged(scripted_market(round(time.time() * 1_000))))
        url = database_url or f"sqlite:///{folder / 'bot.sqlite3'}"
        world = World(stage, folder, MovableClock(), logs, url)
        stack.push_async_callback(world.close)
        yield world


@dataclass
class Bot:
    """One bot at work, and what a test does with it."""

    world: World
    running: Running
    owner_link: str | None

    @property
    def sam(self) -> Person:
        return self.world.person()

    async def set_price(self, price: str | Decimal, contract: str = BTC) -> None:
        """A second later the market trades at exactly this price, and the bot has looked."""
        market = self.world.stage.market
        market.step(SECOND)
        market.set_price(contract, Decimal(price))
        await self.running.watcher.poll(EXCHANGE)

    async def later(self, by: Millis) -> None:
        """So much later by our clock, the bot has looked at what is due. What was on its way has arrived before."""
        await self.delivered()
        self.world.wall.advance(by)
        await self.running.tick()

    async def delivered(self) -> None:
        """No message is under way: a chat may show one before the bot knows that it arrived."""
        async with asyncio.timeout(PATIENCE):
            while self.running.sender.in_flight:
                await self.running.tick()

    async def talk(self, answers: Sequence[tuple[str, str]] = TALK, person: Person | None = None) -> Shown:
        """Type answers from the draft's question on; gives back the last card."""
        sam = person or self.sam
        await sam.say("/new")
        card = await sam.wait_for("Which market?")
        for answer, expected in answers:
            card = await self.ask(answer, expected, person=sam)
        return card

    async def ask(self, text: str, expected: str | Callable[[Shown], bool], *, person: Person | None = None) -> Shown:
        """Say something, and wait for an answer with these words."""
        sam = person or self.sam
        await sam.say(text)
        return await sam.wait_for(expected)

    async def arm_by_chat(self, answers: Sequence[tuple[str, str]] = TALK) -> Shown:
        """A plan by typing; gives back the alert that says it is armed."""
        await self.talk(answers)
        return await self.ask("arm", "is armed")

    async def arm(self, plan: Plan | None = None, person: Person | None = None) -> Shown:
        """A plan armed without the talk, for tests of what follows; gives back the alert that says so."""
        sam = person or self.sam
        await self.ask("/start", "Tierwise", person=sam)
        chosen = replace(plan or worked_plan(), armed_at=self.world.stage.now())
        await asyncio.to_thread(self.arm_for, sam.chat_id, chosen)
        return await sam.wait_for("is armed")

    def arm_for(self, user_id: int, plan: Plan) -> None:
        """What the conversation does at its end."""
        trades = self.running.trades
        with trades.desk.work() as work:
            user = work.unit.users.get(user_id)
            assert user is not None, f"nobody is {user_id}"
            trades.arm(work, user, plan)

    async def tap(self, label: str, expected: str, *, message_id: int | None = None) -> Shown:
        """Tap a button, and wait for a message with these words."""
        await self.sam.tap(label, message_id=message_id)
        return await self.sam.wait_for(expected)

    async def enter(self, price: str = "60000") -> Shown:
        """Tier 1 triggers and is confirmed."""
        await self.set_price(price)
        await self.sam.wait_for("Add tier 1")
        return await self.tap("Done at", "Tier 1 is in")

    async def alert(self, price: str | Decimal, expected: str) -> Shown:
        """The price moves, and an alert with these words comes."""
        before = await self.version()
        await self.set_price(price)
        return await self.sam.wait_for(expected, after=before)

    async def version(self) -> int:
        """Where the chat's story stands now."""
        return int((await self.sam.chat())["version"])

    def record(self, number: int = 1, user_id: int = SAM) -> PlanRecord:
        """One of Sam's plans as it is stored."""
        with self.running.units() as unit:
            found = unit.plans.of_user(user_id, number)
        assert found is not None, f"no plan {number}"
        return found

    def user(self, user_id: int = SAM) -> User:
        """Somebody as they are stored."""
        with self.running.units() as unit:
            found = unit.users.get(user_id)
        assert found is not None, f"nobody is {user_id}"
        return found

    def state(self, number: int = 1) -> PlanState:
        record = self.record(number)
        return history(record.plan, record.events)

    def events(self, number: int = 1) -> tuple[Event, ...]:
        return self.record(number).events

    def answers(self) -> Mapping[str, object]:
        """What Sam's draft holds."""
        with self.running.units() as unit:
            draft = unit.drafts.of(SAM)
        assert draft is not None, "no draft"
        return draft.answers

    async def said(self) -> list[str]:
        """All that the bot says in Sam's chat, oldest first."""
        return [shown.text for shown in await self.sam.transcript() if shown.from_bot]
