"""The real bot over HTTP against the Bot API emulator, real storage in a file, and one clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from telegram import Bot

from chatbot.ports import Units
from chatbot.records import User
from chatbot.sandbox.telegram import Person, TelegramEmulator
from storage.database import open_database
from tests.deliver.rig import DatabaseThread, HandClock, Rig, make_bot


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def units(tmp_path: Path) -> Iterator[Units]:
    with open_database(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        yield database.units


@pytest.fixture
async def emulator(clock: HandClock) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(clock=clock.seconds) as started:
        yield started


@pytest.fixture
async def bot(emulator: TelegramEmulator) -> AsyncIterator[Bot]:
    async with make_bot(emulator.base_url) as started:
        yield started


@pytest.fixture
async def rig(clock: HandClock, units: Units, emulator: TelegramEmulator, bot: Bot) -> AsyncIterator[Rig]:
    """With Sam, whose chat is 1001."""
    sam = Person(emulator.base_url, 1001)
    made = Rig(units, DatabaseThread(), clock, emulator, bot, sam, [sam])
    await sam.say("hello")
    with units() as unit:
        unit.users.put(User(1001, 1001))
    yield made
    for person in made.people:
        await person.close()
