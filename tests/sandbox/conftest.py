"""A running Bot API emulator, the real library's bot, and one person, all over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from chatbot.sandbox.telegram import Person, TelegramEmulator

TOKEN = "4242:sandbox-token"


class HandClock:
    """A clock that only moves when a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def emulator(hand_clock: HandClock) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(clock=hand_clock) as started:
        yield started


@pytest.fixture
def new_bot() -> Callable[[str], Bot]:
    """Makes a bot for an address; short timeouts, so that a lost answer is noticed at once."""

    def make(base_url: str) -> Bot:
        def request() -> HTTPXRequest:
            return HTTPXRequest(read_timeout=5.0, connect_timeout=5.0, httpx_kwargs={"trust_env": False})

        return Bot(
            TOKEN,
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            request=request(),
            get_updates_request=request(),
        )

    return make


@pytest.fixture
async def bot(emulator: TelegramEmulator, new_bot: Callable[[str], Bot]) -> AsyncIterator[Bot]:
    async with new_bot(emulator.base_url) as started:
        yield started


@pytest.fixture
async def sam(emulator: TelegramEmulator) -> AsyncIterator[Person]:
    async with Person(emulator.base_url, 1001, first_name="Sam") as person:
        yield person
