"""Users who do something while the bot is killed: one confirms every action by tapping, one builds a plan by typing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Final

from chatbot.core.inputs import Confirm, Jump
from chatbot.core.state import Action, ActionKind
from chatbot.market.feed import wall_clock
from chatbot.messages.numbers import price
from chatbot.sandbox.telegram import Person
from tests.crash.course import Course
from tests.crash.happenings import Followed
from tests.crash.judge import NUMERAL, Judge
from tests.whole.rig import TALK

FOREVER: Final = 3_600.0


@dataclass(slots=True)
class Confirming:
    """Moves a contract of their own to the next threshold, waits for the alert, taps, waits for the answer.

    Their market stands still while they are asked, so that what must follow does not depend on who was quicker.
    """

    person: Person
    course: Course
    judge: Judge
    acted: asyncio.Event = field(default_factory=asyncio.Event)
    tapped: set[tuple[int, str]] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.course.random.expovariate(1 / self.course.pause))
            await self.course.goes.wait()
            target = self.course.choose()
            self.course.trade(self.course.next_on_the_way(target))
            await self.course.seen()
            for plan in self.course.open_plans():
                await self.confirm_all(plan)
            await self.all_told()

    async def confirm_all(self, plan: Followed) -> None:
        """Every action that is asked for, oldest first, once its alert is there."""
        await self.all_told()
        while plan.state.actions:
            action = plan.state.actions[0]
            message_id, label = await self.button(action)
            # Before the tap: its answer may be there before this goes on.
            plan.give(Confirm(action.number, wall_clock(), market=self.course.book.last))
            plan.give(Jump(self.course.book.last, wall_clock()))
            self.tapped.add((message_id, label))
            await self.person.tap(label, message_id=message_id)
            self.acted.set()
            await self.all_told()

    async def button(self, action: Action) -> tuple[int, str]:
        """Where to tap that it was done as asked; the newest message that offers it."""
        wanted = labels_of(action, self.course.book.listing.tick_size)
        for shown in reversed(await self.person.transcript()):
            for label in shown.labels:
                if NUMERAL.sub("", label) in wanted and (shown.message_id, label) not in self.tapped:
                    return shown.message_id, label
        raise LookupError(f"chat {self.person.chat_id} was told of {action}, and no button says {sorted(wanted)}")

    async def all_told(self) -> None:
        """What this chat must hear has arrived."""
        await self.judge.told(lambda: all(due.chat_id != self.person.chat_id for due in self.judge.untold()))


@dataclass(slots=True)
class Talking:
    """Builds a plan by typing, discards it, begins anew; the next answer comes when the one before is understood."""

    person: Person
    judge: Judge
    random: Random
    goes: asyncio.Event = field(default_factory=asyncio.Event)
    acted: asyncio.Event = field(default_factory=asyncio.Event)
    open_question: str = ""
    """What was said and is not answered yet."""
    answers: int = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for text, expected in (("/new", "Which market?"), *TALK, ("discard", "was dropped")):
                await asyncio.sleep(self.random.uniform(0, 0.5))
                await self.goes.wait()
                self.open_question = text
                await self.person.say(text)
                self.acted.set()
                await self.person.wait_for(expected, timeout=FOREVER)
                self.open_question = ""
                self.answers += 1
                self.judge.news.set()


def labels_of(action: Action, tick: Decimal) -> frozenset[str]:
    """How the button may be called that says: done, as asked."""
    at = price(action.price, tick)
    if action.kind is ActionKind.MOVE_STOP:
        return frozenset({f"Stop is at {at}"})
    return frozenset({f"Done at {at}", f"Filled at {at}", f"TP{action.index} closed at {at}"})
