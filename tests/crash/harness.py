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
from tests.crash.troubles import TROUBLES, befall
from tests.whole.process import log_of

STARTS_WITHIN: Final = 40.0
SETTLES_WITHIN: Final = 40.0
"""Seconds in which a bot that nobody disturbs must have told everything."""
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
        trouble = random.choice(sorted(TROUBLES)) if random.random() < TROUBLED else ""
        begun = time.monotonic()
        await self.take()
        if moment not in EARLY:
            await self.settled()
            self.scene.go_on()
        settled = time.monotonic()
        outside = asyncio.create_task(befall(self.scene, trouble, random))
        await self.unless_ended({**EARLY, **LATE}[moment](self.scene, random))
        untold = self.scene.untold()
        await self.kill()
        self.tell(number, moment, trouble, Phase(untold, settled - begun))
        await outside
        await self.down(random)

    async def take(self) -> None:
        """The next bot begins."""
        self.bot = await self.scene.nursery.take()
        self.scene.looks.restarted()
        if not self.scene.wish.moves_while_down:
            self.scene.go_on()

    async def settled(self) -> None:
        """The bot runs, and everything that had happened is told."""
        assert self.bot is not None
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                await self.unless_ended(self.bot.ready.wait())
        except TimeoutError as error:
            raise HarnessFailed(f"the bot did not start:\n{self.log()}") from error
        self.scene.hold()
        try:
            async with asyncio.timeout(SETTLES_WITHIN):
                await self.unless_ended(self.scene.judge.told(lambda: not self.scene.untold()))
        except TimeoutError:
            for due in self.scene.judge.give_up():
                self.say(f"  not told within {SETTLES_WITHIN:.0f} s: {due.words}")

    async def unless_ended(self, waiting: Awaitable[object]) -> None:
        """Waits, but not for a bot that has ended by itself, nor for a harness that is broken."""
        assert self.bot is not None
        wait = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait((wait, self.bot.gone, self.scene.broken), return_when=asyncio.FIRST_COMPLETED)
            if self.scene.broken.done():
                self.scene.broken.result()
            if self.bot.gone.done():
                raise HarnessFailed(f"the bot ended by itself with {self.bot.gone.result()}:\n{self.log()}")
            await wait
        finally:
            wait.cancel()

    async def kill(self) -> None:
        """As if the power failed."""
        assert self.bot is not None
        await self.bot.kill()
        await self.scene.heal()
        if not self.scene.wish.moves_while_down:
            self.scene.hold()

    async def down(self, random: Random) -> None:
        """Between two bots: new plans where they are missing, and the market moves if it may."""
        if self.scene.wish.moves_while_down:
            self.scene.go_on()
            await asyncio.sleep(random.uniform(0, 1.5))
        await self.scene.arm_missing()

    async def last(self) -> None:
        """One bot is left in peace, tells what is left, and is then ended."""
        await self.take()
        await self.settled()
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
