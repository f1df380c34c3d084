"""Updates that came and are not yet dealt with, and the ids of those that are.

Telegram gives updates again until they are confirmed, and after a quiet week starts counting anywhere: so ids
are remembered one by one, not as a high-water mark. It forgets updates after a day; we remember for longer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select, update

from chatbot.records import StoredUpdate
from storage.tables import INBOX
from storage.work import Work

REMEMBERED: Final = 50_000
"""How many of the last updates are known again."""


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """Updates in the order they came."""

    work: Work

    def add(self, updates: Sequence[StoredUpdate]) -> None:
        """Keep updates; one that was ever kept before is not kept again."""
        if not updates:
            return
        statement = self.work.insert(INBOX).on_conflict_do_nothing(index_elements=[INBOX.c.update_id])
        self.work.run(statement, [{"update_id": kept.update_id, "payload": kept.payload} for kept in updates])
        newest = select(func.max(INBOX.c.position)).scalar_subquery()
        self.work.run(delete(INBOX).where(INBOX.c.position <= newest - REMEMBERED, INBOX.c.payload.is_(None)))

    def waiting(self) -> Sequence[StoredUpdate]:
        columns = select(INBOX.c.update_id, INBOX.c.payload)
        rows = self.work.run(columns.where(INBOX.c.payload.is_not(None)).order_by(INBOX.c.position))
        return [StoredUpdate(row.update_id, row.payload) for row in rows]

    def known(self, update_ids: Collection[int]) -> frozenset[int]:
        """Those of these that were ever kept, dealt with or not."""
        found = self.work.run(select(INBOX.c.update_id).where(INBOX.c.update_id.in_(update_ids)))
        return frozenset(found.scalars())

    def done(self, update_id: int) -> None:
        self.work.run(update(INBOX).where(INBOX.c.update_id == update_id).values(payload=None))

    def last_id(self) -> int | None:
        """The id of the update that came last, dealt with or not."""
        newest = select(INBOX.c.update_id).order_by(INBOX.c.position.desc()).limit(1)
        return self.work.run(newest).scalar()
