"""The run itself: start, trade, kill, start again, until it was done often enough; then what was told is judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.crash.judge import Verdict
from tests.crash.moments import EARLY, LATE, MOMENTS
from tests.crash.nursery import Born
from tests.crash.scene import Scene, Wish, scene_in
from tests.crash.troubles import befall, troubles_of
from tests.whole.process import log_of

STARTS_WITHIN: Final = 40.0
SETTLES_WITHIN: Final = 40.0
"""Seconds in which a bot that nobody disturbs must have told everything."""
MINUTE_OVER_WITHIN: Final = 80.0
"""The same where something may have happened between two polls, so that the minute's end tells."""
SOON: Final = 5.0
"""Seconds for which that is waited for between two kills; a bot that starts finds it as well."""
MOVES_ON_FOR: Final = 1.0
LONG: Final = (11.0, 16.0)
"""Seconds of which what happened meanwhile is told as late; a bot stays down for so long once in 50 kills."""
VERY_LONG: Final = (61.0, 65.0)
"""Seconds after which the bot says that it was blind; once in 100 kills."""
NEVER_LOGGED: Final = ("level=error", "level=critical", "Traceback", "message simplified")
"""What no bot may have written, whatever befell it."""
QUIET_FOR: Final = 2.5
"""Seconds at the end in which nothing more may come."""
TROUBLED: Final = 0.3
"""The share of kills with a trouble outside the bot as well."""
Say = Callable[[str], None]


class HarnessFailed(Exception):
    """The bot ended by itself, did not start, or never told what it had to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found."""

    kills: int
    verdict: Verdict
    answers: int
    seconds: float
    complaints: tuple[str, ...] = ()
    """Lines of the bots' log that should not be there."""

    @property
    def is_good(self) -> bool:
        return self.verdict.is_good and not self.complaints

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, a line each."""
        return (*self.verdict.problems, *(f"logged: {line}" for line in self.complaints))

    @property
    def line(self) -> str:
        """The figures of the run, as `Done when` has them."""
        found = self.verdict
        marked = "all marked" if not found.unmarked else f"{len(found.unmarked)} NOT marked"
        more = f", {len(found.disordered)} out of order" if found.disordered else ""
        lost, invented = len(found.lost), len(found.invented)
        return f"{self.kills} kills, {lost} lost, {invented} invented, {found.repeats} repeats, {marked}{more}"

    @property
    def figures(self) -> str:
        """What the run consisted of."""
        found = self.verdict
        return (
            f"{found.dues} alerts due, {self.answers} answers to typed texts, {found.overtaken} gave way to an exit, "
            f"{self.seconds:.0f} s"
        )


async def run(folder: Path, wish: Wish, say: Say) -> Outcome:
    """All the kills, and what users were told at the end."""
    begun = time.monotonic()
    async with scene_in(folder, wish) as scene:
        life = Life(scene, say)
        for number in range(1, wish.kills + 1):
            await life.round(number)
        await life.last()
        verdict = await scene.verdict()
        complaints = tuple(line for line in log_of(folder).splitlines() if any(words in line for words in NEVER_LOGGED))
        return Outcome(wish.kills, verdict, scene.talking.answers, time.monotonic() - begun, complaints)


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a bot stood when it was killed: how much was untold, and how long it took to start and to catch up."""

    untold: int
    seconds: float

    def words(self, *, started: bool) -> str:
        """For the line of its kill."""
        told = f"{self.untold} to tell" if self.untold else "all told"
        return f"up after {self.seconds:.1f} s, {told}" if started else f"starting, {told}"


@dataclass(slots=True)
class Life:
    """One bot after the other."""

    scene: Scene
    say: Say
    bot: Born | None = None
    wrong: int = 0
    """How many things were wrong so far."""

    async def round(self, number: int) -> None:
        """One bot, from its start to its kill at a moment that chance chose."""
        random = Random(f"{self.scene.wish.seed}:{number}")
        moment = random.choice(MOMENTS)
        troubles = troubles_of(self.scene, is_starting=moment in EARLY)
        trouble = random.choice(sorted(troubles)) if random.random() < TROUBLED else ""
        begun = time.monotonic()
        await self.take()
        if moment not in EARLY:
            await self.settled(random.uniform(0, MOVES_ON_FOR))
            self.scene.go_on()
        settled = time.monotonic()
        outside = asyncio.create_task(befall(self.scene, trouble, random))
        await self.unless_ended({**EARLY, **LATE}[moment](self.scene, random))
        untold = self.scene.untold()
        await self.kill()
        self.tell(number, moment, trouble, Phase(untold, settled - begun))
        await outside
        await self.down(number, random)

    async def take(self) -> None:
        """The next bot begins."""
        self.bot = await self.scene.nursery.take()
        self.scene.looks.restarted()
        if not self.scene.wish.moves_while_down:
            self.scene.go_on()

    async def settled(self, moves_on_for: float = 0, patience: float = SETTLES_WITHIN) -> None:
        """The bot runs, and everything that had happened is told."""
        assert self.bot is not None
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                await self.unless_ended(self.bot.ready.wait())
        except TimeoutError as error:
            raise HarnessFailed(f"the bot did not start:\n{self.log()}") from error
        if self.scene.wish.moves_while_down:
            await self.unless_ended(asyncio.sleep(moves_on_for))
        self.scene.hold()
        waits_on = self.scene.wish.may_come_late and patience <= SETTLES_WITHIN
        try:
            async with asyncio.timeout(SOON if waits_on else patience):
                await self.unless_ended(self.scene.judge.told(lambda: not self.scene.untold()))
        except TimeoutError:
            for due in () if waits_on else self.scene.judge.give_up():
                self.say(f"  not told within {patience:.0f} s: {due.words}")

    async def unless_ended(self, waiting: Awaitable[object]) -> None:
        """Waits, but not for a bot that has ended by itself, nor for a harness that is broken."""
        assert self.bot is not None
        wait = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait((wait, self.bot.gone, self.scene.broken), return_when=asyncio.FIRST_COMPLETED)
            if self.scene.broken.done():
                self.give_up()
            if self.bot.gone.done():
                raise HarnessFailed(f"the bot ended by itself with {self.bot.gone.result()}:\n{self.log()}")
            await wait
        finally:
            wait.cancel()

    def give_up(self) -> None:
        """The harness itself can't go on, perhaps because of what the bot did."""
        found = "\n".join(self.scene.judge.verdict().problems)
        raise HarnessFailed(f"{self.scene.broken.exception()!r}\n{found}") from self.scene.broken.exception()

    async def kill(self) -> None:
        """As if the power failed."""
        assert self.bot is not None
        await self.bot.kill()
        await self.scene.heal()
        if not self.scene.wish.moves_while_down:
            self.scene.hold()

    async def down(self, number: int, random: Random) -> None:
        """Between two bots: new plans where they are missing, and the market moves if it may."""
        if self.scene.wish.moves_while_down:
            self.scene.go_on()
            await asyncio.sleep(random.uniform(*how_long(number)))
        await self.scene.arm_missing()

    async def last(self) -> None:
        """One bot is left in peace, tells what is left, and is then ended."""
        await self.take()
        await self.settled(patience=MINUTE_OVER_WITHIN if self.scene.wish.may_come_late else SETTLES_WITHIN)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_FOR):
                await self.unless_ended(asyncio.Event().wait())
        await self.kill()

    def tell(self, number: int, moment: str, trouble: str, phase: Phase) -> None:
        """One line a kill."""
        stood = phase.words(started=moment not in EARLY)
        seed, outside = self.scene.wish.seed, f" · {trouble}" if trouble else ""
        found = self.scene.judge.verdict()
        bad = len(found.invented) + len(found.unmarked) + len(found.disordered)
        result = "ok" if bad == self.wrong else "WRONG"
        self.wrong = bad
        for problem in () if result == "ok" else [*found.problems][-3:]:
            self.say(f"  {problem}")
        self.say(f"seed {seed} · kill {number} · {moment} · {stood}{outside} · {found.repeats} repeats · {result}")

    def log(self) -> str:
        """The last lines of the bots' log."""
        return "\n".join(log_of(self.scene.folder).splitlines()[-25:])


def how_long(number: int) -> tuple[float, float]:
    """The least and the most seconds for which no bot runs after a kill."""
    if number % 100 == 50:
        return VERY_LONG
    return LONG if number % 50 == 25 else (0.0, 1.5)
