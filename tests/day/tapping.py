"""Somebody who answers each thing the bot asks for at once: done, as asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from chatbot.core.plan import Plan
from chatbot.core.state import Action, ActionKind
from chatbot.messages.numbers import price
from chatbot.sandbox.telegram.person import Person, Shown


@dataclass(slots=True)
class Hand:
    """One person's taps; no button is tapped twice."""

    person: Person
    tapped: set[tuple[int, str]] = field(default_factory=set)

    async def confirm(self, plan: Plan, action: Action) -> None:
        """Tap that it was done, and wait until the bot has noted it."""
        label = label_of(plan, action)
        shown = await self.showing(label)
        self.tapped.add((shown.message_id, label))
        await self.person.tap(label, message_id=shown.message_id)
        toast = await self.person.wait_for_toast()
        assert toast == "Noted.", f"{label}: {toast}"

    async def showing(self, label: str) -> Shown:
        """The newest message with this button, as soon as it is there."""
        for shown in reversed(await self.person.transcript()):
            if self.offers(shown, label):
                return shown
        return await self.person.wait_for(lambda shown: self.offers(shown, label))

    def offers(self, shown: Shown, label: str) -> bool:
        """Whether a message has the button; one once tapped is tidied away a little later."""
        return label in shown.labels and (shown.message_id, label) not in self.tapped


def label_of(plan: Plan, action: Action) -> str:
    """What the button says: done, as asked, by hand."""
    at = price(action.price, plan.tick_size)
    return f"Stop is at {at}" if action.kind is ActionKind.MOVE_STOP else f"Done at {at}"
