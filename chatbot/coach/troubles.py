"""Tells the owner when something about the bot stays wrong: at its beginning, every six hours, and at its end.

What was told is stored with the message that tells it, so a restart repeats nothing and forgets no end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.core.money import Millis
from chatbot.messages.troubles import recovered, troubled
from chatbot.messages.values import Message
from chatbot.records import OutMessage, Priority, User
from chatbot.vitals import Trouble, TroubleKind

TOLD: Final = "troubles_told"
AGAIN_AFTER: Final[Millis] = 6 * 3_600_000
Told = Mapping[str, Millis]
"""When each trouble that lasts was last told, by its key."""


@dataclass(frozen=True, slots=True)
class News:
    """What is to be said now, and what will have been told by then."""

    wrong: tuple[Trouble, ...]
    over: tuple[Trouble, ...]
    told: Told


def news_of(told: Told, found: Sequence[Trouble], now: Millis) -> News:
    """A trouble is told when it begins, again after six hours, and when it is over."""
    lasting = {trouble.key: trouble for trouble in found}
    due = {key: trouble for key, trouble in lasting.items() if is_due(told.get(key), now)}
    over = tuple(trouble_called(key) for key in told if key not in lasting)
    return News(tuple(due.values()), over, {key: now if key in due else told[key] for key in lasting})


def is_due(told_at: Millis | None, now: Millis) -> bool:
    """Not told yet, or long ago; a clock set back makes it due again."""
    return told_at is None or not 0 <= now - told_at < AGAIN_AFTER


def trouble_called(key: str) -> Trouble:
    """The trouble of a key."""
    kind, _, about = key.partition(" ")
    return Trouble(TroubleKind(kind), about)


class Troubles:
    """Runs on the database thread. `helpers` hear of it where there is no owner."""

    def __init__(self, desk: Desk, helpers: frozenset[int]) -> None:
        self.desk = desk
        self.helpers = helpers

    def tell(self, found: Sequence[Trouble], ended: Sequence[Trouble] = ()) -> News:
        """Queue what is news. `ended` was wrong while nothing could be stored, and is over."""
        now = self.desk.wall()
        with self.desk.work() as work:
            news = news_of(told_in(work.unit.settings.get(TOLD)), found, now)
            over = (*news.over, *ended)
            if news.wrong:
                self.post(work, troubled(news.wrong, AGAIN_AFTER), f"trouble:{now}")
            if over:
                self.post(work, recovered(over), f"recovered:{now}")
            if news.wrong or over:
                work.unit.settings.put(TOLD, json.dumps(news.told))
        return News(news.wrong, over, news.told)

    def post(self, work: Work, message: Message, dedupe: str) -> None:
        """To everyone who looks after the bot."""
        for user in self.readers(work):
            envelope = OutMessage(user.chat_id, "", Priority.REPLY, f"{dedupe}:{user.user_id}")
            self.desk.post(work, message, envelope)

    def readers(self, work: Work) -> list[User]:
        """The owner; where there is none, those whom the settings name, as far as they have come."""
        owner = work.unit.users.owner()
        if owner is not None:
            return [owner]
        return [user for user in map(work.unit.users.get, sorted(self.helpers)) if user is not None]


def told_in(stored: str | None) -> Told:
    """What is stored; a trouble this version does not know is forgotten."""
    read: dict[str, Millis] = {} if stored is None else json.loads(stored)
    return {key: at for key, at in read.items() if key.partition(" ")[0] in TroubleKind.__members__.values()}
