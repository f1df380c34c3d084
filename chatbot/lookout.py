"""Looks after the bot itself, once a minute: what stays wrong is logged, and told to its owner where that can be."""

from __future__ import annotations

from functools import partial
from typing import Final

import structlog

from chatbot.breakage import described
from chatbot.coach.troubles import Troubles
from chatbot.core.money import Millis
from chatbot.ports import Clock, OnDatabase
from chatbot.serve.status import Look, sentence_of
from chatbot.vitals import Trouble, TroubleKind, troubles_of

LOOK_SECONDS: Final = 60.0
WORTH_TELLING: Final[Millis] = 60_000
"""A database that did not answer for less is a hiccup."""
log = structlog.get_logger(__name__)


class Lookout:
    """`look` is for a scheduler."""

    def __init__(self, look: Look, troubles: Troubles, on_database: OnDatabase, steady: Clock) -> None:
        self.vitals, self.troubles, self.on_database, self.steady = look, troubles, on_database, steady
        self.logged: frozenset[str] = frozenset()
        self.database_lost_at: Millis | None = None

    async def look(self) -> None:
        """One look. What can't be stored can't be told: then the log is all there is."""
        vitals = await self.vitals()
        found = troubles_of(vitals)
        self.note(found)
        if vitals.database_ping is None:
            self.database_lost_at = self.steady() if self.database_lost_at is None else self.database_lost_at
            return
        ended = self.database_ended()
        try:
            await self.on_database(partial(self.troubles.tell, found, ended))
        except Exception as error:  # noqa: BLE001 -- a named outermost place: the next look tells it
            log.warning("troubles not told", error=described(error))
        else:
            self.database_lost_at = None

    def note(self, found: tuple[Trouble, ...]) -> None:
        """What began and what ended, once each: where no message leaves, this is where to look."""
        now = {trouble.key for trouble in found}
        for trouble in found:
            if trouble.key not in self.logged:
                log.warning("trouble", kind=trouble.kind.value, about=trouble.about, what=sentence_of(trouble))
        for key in sorted(self.logged - now):
            log.info("trouble over", what=key)
        self.logged = frozenset(now)

    def database_ended(self) -> tuple[Trouble, ...]:
        """The database's trouble, now that it answers again."""
        if self.database_lost_at is None:
            return ()
        lasted = self.steady() - self.database_lost_at
        return (Trouble(TroubleKind.DATABASE, lasts=lasted),) if lasted >= WORTH_TELLING else ()
