"""The bot looking after itself while its database fails: the log says so at once, the owner hears afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chatbot.coach.troubles import Troubles
from chatbot.gauges import Gauges, Sources, Times
from chatbot.lookout import Lookout
from tests.whole.rig import MINUTE, SAM, Bot, World

T = TypeVar("T")


class Breakable:
    """The database thread, which can be made to fail."""

    def __init__(self) -> None:
        self.fails = 0

    async def __call__(self, work: Callable[[], T], /) -> T:
        if self.fails:
            self.fails -= 1
            raise OSError("disk full")
        return work()


def lookout_of(bot: Bot, thread: Breakable) -> Lookout:
    """A second lookout over the running bot, on a thread of its own."""
    wall = bot.world.wall
    sources = Sources(bot.running.watcher, jobs=tuple, is_reached=lambda: True)
    gauges = Gauges(sources, bot.running.units, thread, Times(bot.world.stage.now, wall, wall.steady))
    desk = bot.running.trades.desk
    return Lookout(gauges.look, Troubles(desk, frozenset({SAM})), thread, wall.steady)


async def test_a_database_that_failed_is_told_once_it_answers(world: World) -> None:
    """Minutes without it: one line in the log, then one message with how long it was."""
    async with world.bot() as bot:
        await bot.ask("/start", "Tierwise")
        thread = Breakable()
        lookout, before = lookout_of(bot, thread), await bot.version()
        thread.fails = 4
        for _ in range(4):
            await lookout.look()
            world.wall.advance(MINUTE)
        await lookout.look()
        await bot.sam.wait_for("My database answers again. It did not for 4 min", after=before)
        await lookout.look()
        assert sum("answers again" in text for text in await bot.said()) == 1
    assert sum(line["event"] == "trouble" for line in world.logs) == 1


async def test_a_hiccup_is_not_worth_a_message(world: World) -> None:
    """One look without an answer, and the next with one."""
    async with world.bot() as bot:
        await bot.ask("/start", "Tierwise")
        thread = Breakable()
        lookout = lookout_of(bot, thread)
        thread.fails = 1
        await lookout.look()
        await lookout.look()
        assert len(await bot.said()) == 1
    assert not any(line["event"] == "troubles not told" for line in world.logs)
