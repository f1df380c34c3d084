"""What every handler works with, and the one way a use case is run: admitted, in one transaction, off the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from chatbot.coach.commands import Commands
from chatbot.coach.confirmations import Confirmations
from chatbot.coach.conversation import Conversation
from chatbot.coach.desk import Desk, Work
from chatbot.coach.inviting import Inviting
from chatbot.coach.people import DAY, People
from chatbot.coach.privacy import Privacy
from chatbot.coach.reminding import Reminding
from chatbot.messages import replies
from chatbot.ports import OnDatabase, current_update
from chatbot.records import OutMessage, Priority, User
from handlers.guards import Speaker
from handlers.lookups import Lookups
from handlers.pacing import Pacing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Use:
    """The use cases, and how to reach the database thread."""

    desk: Desk
    on_database: OnDatabase
    people: People
    conversation: Conversation
    confirmations: Confirmations
    commands: Commands
    lookups: Lookups
    reminding: Reminding
    inviting: Inviting
    privacy: Privacy
    pacing: Pacing

    async def look(self, speaker: Speaker, work: Callable[[Work, User], T]) -> T | None:
        """Ask something before the use case itself is run. It admits nobody new, and the update is not done by it."""
        return await self.on_database(lambda: self.looked(speaker, work))

    async def serve(self, speaker: Speaker, work: Callable[[Work, User], T], payload: str = "") -> T | None:
        """Run a use case for a person who is let in; others are refused once a day."""
        return await self.on_database(lambda: self.admitted(speaker, work, payload))

    def looked(self, speaker: Speaker, work: Callable[[Work, User], T]) -> T | None:
        """On the database thread."""
        update = current_update.set(None)
        try:
            with self.desk.units() as unit:
                user = self.people.known(unit, speaker.user_id)
                return None if user is None else work(Work(unit), user)
        finally:
            current_update.reset(update)

    def admitted(self, speaker: Speaker, work: Callable[[Work, User], T], payload: str) -> T | None:
        """On the database thread."""
        with self.desk.work() as under_way:
            user = self.people.admit(under_way, speaker.user_id, speaker.chat_id, payload)
            if user is not None:
                return work(under_way, user)
            day = self.desk.wall() // DAY
            refusal = OutMessage(speaker.chat_id, "", Priority.INFO, f"refused:{speaker.chat_id}:{day}")
            self.desk.post(under_way, replies.refused(), refusal)
            return None
