"""A clock that is set while the bot runs, a computer that slept: nothing is said twice, nothing waits for hours.

Three clocks are moved apart here: the wall's, which an operator or NTP sets; the steady one, which stands still while
a laptop sleeps; and the exchange's, which always goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from typing_extensions import override

from chatbot.app import Outside
from chatbot.core.money import Millis
from chatbot.deliver.limits import Limits
from chatbot.records import OutMessage, Priority
from chatbot.sandbox.exchange.setups import scripted_market
from chatbot.sandbox.stage import staged
from chatbot.unbroken import Unbroken, unbroken
from storage.database import open_database
from tests.whole.rig import BTC, EXCHANGE, HOUR, MINUTE, PATIENCE, SECOND, Bot, MovableClock, World

LATE: Final = "⏱"
STEPS: Final = pytest.mark.parametrize("step", [2 * HOUR, -2 * HOUR], ids=["two hours on", "two hours back"])


class SetClock(MovableClock):
    """A wall clock that can be set, and a steady one that does not notice."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong_by: Millis = 0

    @override
    def __call__(self) -> Millis:
        return super().__call__() + self.wrong_by

    def set_by(self, step: Millis) -> None:
        """As NTP or an operator does; or as it looks after the computer slept that long."""
        self.wrong_by += step


@dataclass
class JumpyWorld(World):
    """Plans live by this computer's clock, as they do live, and messages leave as slowly as Telegram wants."""

    @property
    @override
    def outside(self) -> Outside:
        return replace(super().outside, clock=self.wall, limits=Limits())


@pytest.fixture
async def jumpy(tmp_path: Path) -> AsyncIterator[JumpyWorld]:
    """A world whose clocks can be moved apart; nothing may be logged as an error."""
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        stage = await stack.enter_async_context(staged(scripted_market(round(time.time() * 1_000))))
        world = JumpyWorld(stage, tmp_path, SetClock(), logs)
        stack.push_async_callback(world.close)
        yield world
        assert world.errors() == []


def waiting(bot: Bot) -> int:
    """How many messages are still to be sent."""
    with bot.running.units() as unit:
        return unit.outbox.depth()


async def all_sent(bot: Bot) -> None:
    """Nothing is on its way: over a step of the clock it would rightly be told as late."""
    async with asyncio.timeout(PATIENCE):
        while bot.running.sender.in_flight or waiting(bot):
            await bot.running.tick()


def set_by(bot: Bot, step: Millis) -> None:
    """The clock of the computer is set."""
    clock = bot.world.wall
    assert isinstance(clock, SetClock)
    clock.set_by(step)


def count(said: list[str], words: str) -> int:
    """How often the bot said it."""
    return sum(words in text for text in said)


@STEPS
async def test_alerts_go_on_at_once_when_the_clock_is_set(jumpy: JumpyWorld, step: Millis) -> None:
    """Every alert after the step comes at once, once, and none claims to be hours late."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.enter()
        await all_sent(bot)
        set_by(bot, step)
        await bot.alert("60300", "Add tier 2")
        await bot.tap("Done at", "Tier 2 is in")
        await bot.alert("59000", "Exit now")
        said = await bot.said()
        assert [count(said, words) for words in ("Add tier 1", "Add tier 2", "Exit now")] == [1, 1, 1]
        assert [text for text in said if LATE in text] == []


@STEPS
async def test_an_exit_is_asked_again_in_time_when_the_clock_is_set(jumpy: JumpyWorld, step: Millis) -> None:
    """An exit nobody answered is repeated once the next time it is due, neither in a burst nor hours later."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.enter()
        await bot.alert("59000", "Exit now")
        set_by(bot, step)
        before = await bot.version()
        await bot.later(31 * SECOND)
        await bot.sam.wait_for("Still open: exit", after=before)
        await bot.running.tick()
        assert count(await bot.said(), "Still open: exit") == 1


@STEPS
async def test_a_message_that_waits_does_not_wait_for_hours_when_the_clock_is_set(
    jumpy: JumpyWorld, step: Millis
) -> None:
    """An alert that Telegram refused for a second leaves after that second, whatever the clock says by then."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await jumpy.fault(method="sendMessage", retry_after=1, contains="Add tier 1")
        await bot.set_price("60000")
        await bot.delivered()
        while not any(line["event"] == "message waits" for line in jumpy.logs):
            await bot.running.tick()
        set_by(bot, step)
        await bot.sam.wait_for("Add tier 1", timeout=20)
        assert count(await bot.said(), "Add tier 1") == 1


async def test_after_a_sleep_the_price_of_now_decides_and_is_told_once(jumpy: JumpyWorld) -> None:
    """The computer slept for two hours while the price ran into the stop: told once, at the first look."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.enter()
        set_by(bot, 2 * HOUR)
        jumpy.stage.market.step(2 * HOUR)
        await bot.alert("58900", "Exit now")
        await bot.running.watcher.poll(EXCHANGE)
        assert count(await bot.said(), "Exit now") == 1


async def test_a_sleep_is_no_silence_of_the_exchange(jumpy: JumpyWorld) -> None:
    """Prices that come at once after a sleep were never missing: nobody is told that the exchange fell silent."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.set_price("60200")
        set_by(bot, 2 * HOUR)
        jumpy.stage.market.step(2 * HOUR)
        await bot.set_price("60210")
        await bot.running.tick()
        assert count(await bot.said(), "No price of") == 0


@STEPS
async def test_a_pause_of_the_exchange_ends_in_time_when_the_clock_is_set(jumpy: JumpyWorld, step: Millis) -> None:
    """An exchange that asked for two seconds of quiet is asked again after two steady seconds."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await jumpy.exchange_fault(path="ticker", times=1, status=429, code=-1003, msg="slow down", retry_after="2")
        await bot.running.watcher.poll(EXCHANGE)
        set_by(bot, step)
        jumpy.stage.market.step(SECOND)
        jumpy.stage.market.set_price(BTC, bot.record().plan.tiers[0].trigger.level)  # type: ignore[union-attr]
        until = jumpy.wall.steady() + 30 * SECOND
        while jumpy.wall.steady() < until and not count(await bot.said(), "Add tier 1"):
            await bot.running.watcher.poll(EXCHANGE)
        assert count(await bot.said(), "Add tier 1") == 1


@STEPS
async def test_a_restart_after_the_clock_was_set_loses_and_doubles_nothing(jumpy: JumpyWorld, step: Millis) -> None:
    """The clock is set while the bot is down; the plan goes on from where it stood."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.enter()
        await all_sent(bot)
    clock = jumpy.wall
    assert isinstance(clock, SetClock)
    clock.set_by(step)
    async with jumpy.bot() as bot:
        await bot.alert("60300", "Add tier 2")
        said = await bot.said()
        assert [count(said, words) for words in ("Add tier 1", "Add tier 2")] == [1, 1]
        assert [text for text in said if LATE in text] == []


@STEPS
async def test_what_waits_over_a_restart_leaves_at_once(jumpy: JumpyWorld, step: Millis) -> None:
    """An alert that could not leave before the bot ended leaves when it starts again, though the clock was set."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await jumpy.fault(method="sendMessage", code=502, times=None)
        await bot.set_price("60000")
        while not any(line["event"] == "message waits" for line in jumpy.logs):
            await bot.running.tick()
        set_by(bot, step)
    await jumpy.heal()
    async with jumpy.bot() as bot:
        await bot.sam.wait_for("Add tier 1", timeout=20)
        assert count(await bot.said(), "Add tier 1") == 1


async def test_small_steps_back_hold_up_nothing(jumpy: JumpyWorld) -> None:
    """NTP sets the clock back by a second, then by a minute: prices and answers are told as before, each once."""
    async with jumpy.bot() as bot:
        await bot.arm()
        await bot.enter()
        set_by(bot, -SECOND)
        await bot.alert("60300", "Add tier 2")
        set_by(bot, -MINUTE)
        await bot.tap("Done at", "Tier 2 is in")
        await bot.alert("60600", "Add tier 3")
        said = await bot.said()
        assert [count(said, words) for words in ("Add tier 2", "Tier 2 is in", "Add tier 3")] == [1, 1, 1]


def test_time_that_waits_goes_on_from_the_newest_message(tmp_path: Path) -> None:
    """At a start the clock may stand before what was queued last: time goes on from there, but not from nonsense."""
    with open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as database:
        assert unbroken(lambda: 5_000, lambda: 70, database.units)() == 5_000
        for number, (queued, begins) in enumerate(((4_000, 5_000), (6_000, 6_000), (6_000 + 25 * HOUR, 5_000))):
            with database.units() as unit:
                unit.outbox.add(OutMessage(1, "x", Priority.INFO, str(number)), queued)
            assert unbroken(lambda: 5_000, lambda: 70, database.units)() == begins


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(-(10**8), 10**8)), min_size=1))
def test_time_that_waits_never_runs_backwards_nor_stands_still(moves: list[tuple[int, int]]) -> None:
    """However the clock is set, as much time passes as really did, or more."""
    passed, wrong_by = 0, 0
    clock = Unbroken(lambda: 10**12 + passed + wrong_by, lambda: passed, ahead=0)
    before = clock()
    for span, step in moves:
        passed, wrong_by = passed + span, wrong_by + step
        now = clock()
        assert now >= before + span
        assert now >= 10**12 + passed + wrong_by
        before = now
