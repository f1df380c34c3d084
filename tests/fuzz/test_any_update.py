"""Thousands of updates that nobody agreed on, through the bot as it ships: nothing breaks, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from chatbot.core.events import Filled, PlanClosed, StopHit, TargetHit, TierSkipped
from chatbot.core.plan import Follow, Plan, PriceTrigger
from chatbot.messages.values import Verb
from chatbot.records import PlanRecord
from tests.fuzz.legal import problems_of
from tests.fuzz.updates import FUZZERS, Chaos, tap
from tests.whole.rig import SAM, TALK, Bot, World, worked_plan, world_in

EVE: Final = 2002
KIM: Final = 3003
CALM: Final = 4004
"""Somebody whose questions show that the bot goes on."""
VICTIMS: Final = (SAM, EVE, KIM)
ETH: Final = "ETHUSDT"
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- one's own folder is made in it
PLANS_A_ROUND: Final = 3
ANSWERS_A_ROUND: Final = {Verb.SKIP: 1, Verb.DONE: 4}
PRICES: Final = ("2005", "1999.5", "1998", "2002", "2010.5", "2021", "2031", "2041", "2060", "2092", "1985", "1959")
"""On both sides of every threshold that the fuzzers' plans have at first."""
PATIENCE: Final = 120.0
OF_A_PERSON: Final = {
    "users": "user_id",
    "drafts": "user_id",
    "plans": "user_id",
    "reminders": "user_id",
    "outbox": "chat_id",
    "slots": "chat_id",
}
OF_A_PLAN: Final = ("plan_events", "fills")


def rows(path: Path, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What lies in the bot's database."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def kept_of(path: Path, user_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept of one person."""
    found = {
        table: rows(path, f"SELECT * FROM {table} WHERE {column} = ? ORDER BY 1, 2", [user_id])  # noqa: S608 -- our own tables
        for table, column in OF_A_PERSON.items()
    }
    # The daily checklist comes by the clock, not by anybody's update.
    found["outbox"] = [row for row in found["outbox"] if not any(str(cell).startswith("daily:") for cell in row)]
    found["reminders"] = [row for row in found["reminders"] if "daily" not in row]
    for table in OF_A_PLAN:
        mine = "SELECT plan_id FROM plans WHERE user_id = ?"
        found[table] = rows(path, f"SELECT * FROM {table} WHERE plan_id IN ({mine}) ORDER BY 1, 2", [user_id])  # noqa: S608
    return found


def eth_plan(number: int) -> Plan:
    """A plan of a fuzzer, on a market of their own: every other one assumes its fills, every third rests orders."""
    plan = worked_plan(symbol="ETH/USDT:USDT", tick_size=Decimal("0.01"), stop=Decimal(1960))
    levels = (Decimal(2000), None, Decimal(2020), Decimal(2030))
    tiers = tuple(
        replace(tier, trigger=replace(tier.trigger, level=level))
        if isinstance(tier.trigger, PriceTrigger) and level
        else tier
        for tier, level in zip(plan.tiers, levels, strict=True)
    )
    prices = (Decimal(2040), Decimal(2090), Decimal(2150))
    targets = tuple(replace(target, price=price) for target, price in zip(plan.targets, prices, strict=True))
    rests = replace(plan.resting, stop=number % 3 == 0, targets=number % 3 == 0, entries=number % 6 == 0)
    follow = Follow.ASSUMED if number % 4 == 0 else Follow.CONFIRMED
    return replace(plan, tiers=tiers, targets=targets, resting=rests, follow=follow)


class Storm:
    """The rounds: buttons on screens are collected, updates are sent, the market moves, and all is waited for."""

    def __init__(self, bot: Bot, path: Path, seed: int) -> None:
        self.bot, self.path = bot, path
        self.chaos = Chaos(seed, VICTIMS)
        self.random = random.Random(seed)
        self.last_row = 0

    async def prepare(self) -> None:
        """Three people who will do nothing, each at another point, and fuzzers who have plans already."""
        await self.bot.arm(person=self.bot.world.person(EVE))
        await self.bot.arm()
        await self.bot.enter()
        await self.bot.talk(TALK[:5], self.bot.world.person(KIM))
        await self.bot.set_price("2005", ETH)
        for user_id in FUZZERS:
            await self.bot.ask("/start", "Tierwise", person=self.bot.world.person(user_id))
            await asyncio.to_thread(self.bot.arm_for, user_id, self.plan())
        await self.bot.delivered()

    async def round(self, size: int) -> None:
        """Some of the fuzzers get a plan, then one batch comes with a price in the middle of it.

        Some press at once what they were just asked: among all the buttons that would hardly ever come in time.
        """
        self.chaos.seen += (new := self.new_buttons())
        answers = [
            tap(chat_id, data, 1)
            for verb, most in ANSWERS_A_ROUND.items()
            for chat_id, data in [one for one in new if one[0] in FUZZERS and verb_of(one[1]) is verb][-most:]
        ]
        for user_id in self.random.sample(known := self.known(), min(PLANS_A_ROUND, len(known))):
            await asyncio.to_thread(self.bot.arm_for, user_id, self.plan())
        newest = (await self.give([]))["newest"]
        newest = (await self.give([{**one, "update_id": newest + n} for n, one in enumerate(answers, 1)]))["newest"]
        batch = self.chaos.batch(size, newest)
        await self.give(batch[: size // 2])
        await self.bot.set_price(self.random.choice(PRICES), ETH)
        await self.give(batch[size // 2 :])
        await self.bot.running.tick()
        await self.settled()

    def known(self) -> list[int]:
        """The fuzzers who have not had themselves forgotten."""
        found = {row[0] for row in rows(self.path, "SELECT user_id FROM users", [])}
        return [user_id for user_id in FUZZERS if user_id in found]

    def plan(self) -> Plan:
        return replace(eth_plan(self.random.randrange(12)), armed_at=self.bot.world.stage.now())

    async def give(self, updates: list[dict[str, Any]]) -> dict[str, Any]:
        return await self.bot.sam.request("POST", "/sim/update", body={"updates": updates})

    def new_buttons(self) -> list[tuple[int, str]]:
        """The callback data of every message queued since the last look, with its chat."""
        found = rows(self.path, "SELECT outbox_id, chat_id, keyboard FROM outbox WHERE outbox_id > ?", [self.last_row])
        self.last_row = max((row[0] for row in found), default=self.last_row)
        return [
            (chat_id, button["data"])
            for _, chat_id, keyboard in found
            for buttons in json.loads(keyboard)
            for button in buttons
            if "data" in button
        ]

    async def settled(self) -> None:
        """Every update is taken and dealt with: between two looks somebody asks something and is answered."""
        calm = self.bot.world.person(CALM)
        async with asyncio.timeout(PATIENCE):
            while (await self.give([]))["waiting"] or self.unsettled():
                await calm.say("/help")
                await calm.wait_for("/status", timeout=PATIENCE)

    def unsettled(self) -> int:
        return int(rows(self.path, "SELECT COUNT(*) FROM inbox WHERE payload IS NOT NULL")[0][0])


def verb_of(data: str) -> Verb:
    """What a button of ours does."""
    return Verb(data.split("|")[1])


def every_plan(bot: Bot) -> list[PlanRecord]:
    """All stored plans of everybody."""
    with bot.running.units() as unit:
        plans = [row.plan_id for user in unit.users.all() for row in unit.plans.all_of(user.user_id)]
        records = [unit.plans.record(plan_id) for plan_id in plans]
    return [record for record in records if record is not None]


async def survive(world: World, rounds: int, size: int, seed: int) -> None:
    """The storm, and what must hold after it."""
    path = world.folder / "bot.sqlite3"
    async with world.bot() as bot:
        storm = Storm(bot, path, seed)
        await storm.prepare()
        before = {person: kept_of(path, person) for person in VICTIMS}
        for _ in range(rounds):
            await storm.round(size)
        assert {person: kept_of(path, person) for person in VICTIMS} == before
        records = every_plan(bot)
        assert [(record.row.plan_id, problem) for record in records for problem in problems_of(record)] == []
        touched = {type(event) for record in records for event in record.events}
        assert touched >= {Filled, TierSkipped, StopHit, TargetHit, PlanClosed}, "the storm is weaker than it says"
        strangers = "SELECT COUNT(*) FROM plans JOIN users USING (user_id) WHERE plans.chat_id <> users.chat_id"
        assert rows(path, strangers) == [(0,)]
        await bot.ask("/status", "Plan 1")
    assert world.errors() == []
    assert not any("exc_info" in line for line in world.logs)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk, where there is one: what survives a power cut is not asked here."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.mark.timeout(300)
async def test_a_thousand_updates_of_any_kind_break_nothing(memory: Path) -> None:
    """No error, no plan outside the rules, nothing of anybody else's changed, and the bot still answers."""
    async with world_in(memory) as world:
        await survive(world, rounds=10, size=100, seed=7)


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_twenty_thousand_updates_of_any_kind_break_nothing(memory: Path) -> None:
    """The same for 20 000 of them: plans are built, filled, closed and fought over meanwhile."""
    async with world_in(memory) as world:
        await survive(world, rounds=80, size=250, seed=random.SystemRandom().randrange(1_000_000))
