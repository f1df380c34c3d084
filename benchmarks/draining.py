"""Many alerts for many chats: queued, sent by a process of its own to an emulated Telegram, and judged there."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import insert

from chatbot.core.plan_format import plan_from_format
from chatbot.deliver.forms import REPEAT
from chatbot.deliver.merging import SEPARATOR
from chatbot.market.feed import wall_clock
from chatbot.records import OutMessage, Priority, User
from chatbot.sandbox.telegram import Person, TelegramEmulator
from storage.database import open_database
from storage.outbox import outbox_values
from storage.tables import OUTBOX

PROJECT: Final = Path(__file__).parent.parent
PLAN: Final = PROJECT / "tests" / "tapes" / "worked_example.json"
FIRST_CHAT: Final = 10_001
KINDS: Final = (
    *(Priority.STOP,) * 2,
    *(Priority.STOP_MOVE,) * 3,
    *(Priority.TARGET,) * 5,
    *(Priority.ADD,) * 6,
    *(Priority.INFO,) * 4,
)
"""The alerts of one chat; all of one plan."""
WORDS: Final = "Close 0.0125 BTC at 61 000, then move the stop to 60 048.1 · money at risk 12.40 of 20.80 USDT. " * 2
ALERT: Final = re.compile(r"alert (\d+) ")


@dataclass(frozen=True, slots=True)
class Queued:
    """One alert as it was queued, known by its number."""

    number: int
    chat_id: int
    priority: Priority


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as Telegram took it: the numbers of its alerts, and which of them are marked as repeats."""

    chat_id: int
    alerts: tuple[int, ...]
    repeats: frozenset[int]


@dataclass
class Backlog:
    """A database full of alerts, and the chats they are for."""

    database: str
    queued: list[Queued] = field(default_factory=list)
    plans: dict[int, int] = field(default_factory=dict)

    def fill(self, alerts: int, chats: int, seed: int = 1) -> None:
        """Users with a plan each, and their alerts in any order over all chats."""
        random = Random(seed)
        kinds = [(FIRST_CHAT + number % chats, KINDS[number // chats % len(KINDS)]) for number in range(alerts)]
        random.shuffle(kinds)
        plan = plan_from_format(json.loads(PLAN.read_text("utf-8")))
        with open_database(self.database) as opened:
            with opened.units() as unit:
                for chat_id in range(FIRST_CHAT, FIRST_CHAT + chats):
                    user = User(chat_id, chat_id)
                    unit.users.put(user)
                    self.plans[chat_id] = unit.plans.add(user, plan).plan_id
            rows = [outbox_values(self.alert(*kind), wall_clock(), fresh=False) for kind in kinds]
            with opened.engine.begin() as connection:
                connection.execute(insert(OUTBOX), with_urgency(rows))

    def add_stops(self, chats: Sequence[int]) -> None:
        """News that cannot wait, on top of all that does."""
        with open_database(self.database) as opened, opened.units() as unit:
            for chat_id in chats:
                unit.outbox.add(self.alert(chat_id, Priority.STOP), wall_clock())

    def alert(self, chat_id: int, priority: Priority) -> OutMessage:
        """The next alert, of a usual length, with two buttons."""
        number = len(self.queued)
        self.queued.append(Queued(number, chat_id, priority))
        text = f"<b>{priority.name}</b> alert {number} {WORDS}"
        keyboard = (({"text": "Done", "data": f"1|d|{number}"}, {"text": "Later", "data": f"1|l|{number}"}),)
        dedupe, plan_id = f"alert {number}", self.plans[chat_id]
        return OutMessage(chat_id, text, priority, dedupe, keyboard, plan_id, seen_at=wall_clock())

    @property
    def stops(self) -> frozenset[int]:
        return frozenset(each.number for each in self.queued if each.priority is Priority.STOP)


def with_urgency(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the outbox has it when they are added one by one, which takes long for so many: a message is as urgent as
    the most urgent one behind it in its plan, stops aside."""
    behind: dict[int, int] = {}
    for row in reversed(rows):
        own = row["priority"]
        row["urgency"] = own if own == Priority.STOP else min(own, behind.get(row["plan_id"], own))
        if own != Priority.STOP:
            behind[row["plan_id"]] = row["urgency"]
    return list(rows)


@dataclass
class Verdict:
    """What is wrong with what arrived; empty lists are what is hoped for."""

    lost: list[int]
    strayed: list[int]
    unmarked: list[int]
    out_of_order: list[int]
    repeated: int
    per_message: Counter[int]


def judge(backlog: Backlog, arrived: Sequence[Arrived]) -> Verdict:
    """Every alert at least once, in its own chat, those of a plan in order but for stops; repeats only marked."""
    chat_of = {each.number: each.chat_id for each in backlog.queued}
    seen: Counter[int] = Counter()
    last: dict[int, int] = {}
    verdict = Verdict([], [], [], [], 0, Counter(len(message.alerts) for message in arrived))
    for message in arrived:
        for number in message.alerts:
            verdict.strayed += [number] if chat_of[number] != message.chat_id else []
            verdict.unmarked += [number] if seen[number] and number not in message.repeats else []
            verdict.repeated += bool(seen[number])
            if not seen[number] and number not in backlog.stops:
                verdict.out_of_order += [number] if number < last.get(message.chat_id, -1) else []
                last[message.chat_id] = number
            seen[number] += 1
    verdict.lost = [number for number in chat_of if not seen[number]]
    return verdict


def early(messages: Sequence[Arrived], stops: frozenset[int]) -> int:
    """How many messages without a stop arrived before the last stop that had not arrived yet."""
    seen: set[int] = set()
    without, before_last = 0, 0
    for message in messages:
        news = (stops & set(message.alerts)) - seen
        seen |= news
        if news:
            before_last = without
        without += not stops & set(message.alerts)
    return before_last


class Telegram:
    """An emulated Telegram with people in it."""

    def __init__(self, emulator: TelegramEmulator) -> None:
        self.emulator = emulator

    async def meet(self, chats: int) -> None:
        """Everybody has opened a chat with the bot."""
        for chat_id in range(FIRST_CHAT, FIRST_CHAT + chats):
            async with Person(self.emulator.base_url, chat_id) as person:
                await person.say("hello")

    async def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        async with Person(self.emulator.base_url) as person:
            answer: dict[str, Any] = await person.request(method, path, **more)
            return answer

    async def arrived(self) -> list[Arrived]:
        """Every message it took, in order."""
        calls = (await self.ask("GET", "/sim/calls", query={"method": "sendMessage"}))["calls"]
        return [read(call["params"]) for call in calls if call["status"] == 200]

    async def refusals(self) -> int:
        """How often it said that there were too many."""
        calls = (await self.ask("GET", "/sim/calls", query={"method": "sendMessage"}))["calls"]
        return sum(call["status"] == 429 for call in calls)


def read(params: Mapping[str, Any]) -> Arrived:
    parts = str(params["text"]).split(SEPARATOR)
    numbers = [int(ALERT.findall(part)[0]) for part in parts]
    repeats = frozenset(number for number, part in zip(numbers, parts, strict=True) if REPEAT in part)
    return Arrived(int(params["chat_id"]), tuple(numbers), repeats)


@asynccontextmanager
async def telegram() -> AsyncIterator[Telegram]:
    async with TelegramEmulator(clock=time.time) as emulator:
        yield Telegram(emulator)


@dataclass
class Worker:
    """The sending process."""

    process: Process

    async def lines(self) -> AsyncIterator[str]:
        """What it prints, until it ends."""
        assert self.process.stdout is not None  # noqa: S101 -- it was asked for
        while line := await self.process.stdout.readline():
            yield line.decode().strip()

    async def until(self, sent: int) -> None:
        """Returns once it has sent so many alerts."""
        async for line in self.lines():
            if line.startswith("sent ") and int(line.removeprefix("sent ")) >= sent:
                return

    async def kill(self) -> None:
        """As if the power failed."""
        self.process.kill()
        await self.process.wait()

    async def end(self) -> dict[str, Any]:
        """Its figures, once it has sent everything."""
        last = ""
        async for line in self.lines():
            last = line
        return await self.ended(last)

    async def ended(self, last: str) -> dict[str, Any]:
        """What its last line says. Raises RuntimeError where it ended in another way."""
        if await self.process.wait():
            raise RuntimeError(f"the sender ended with {self.process.returncode}")
        found: dict[str, Any] = json.loads(last)
        return found


@asynccontextmanager
async def sending(database: str, address: str, limits: Mapping[str, int]) -> AsyncIterator[Worker]:
    """A sending process from its start; it does not outlive the block, however that ends."""
    words = ("-m", "benchmarks.drain_worker", database, address, json.dumps(limits))
    worker = Worker(await asyncio.create_subprocess_exec(sys.executable, *words, cwd=PROJECT, stdin=PIPE, stdout=PIPE))
    try:
        yield worker
    finally:
        if worker.process.returncode is None:
            await worker.kill()
