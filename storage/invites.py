"""Links that let one more person in. What a link carries is never stored, only its digest; looked up by it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from chatbot.core.money import Millis
from chatbot.records import Invite
from storage.tables import INVITES
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlInvites:
    """Invites, by digest."""

    work: Work

    def put(self, invite: Invite) -> None:
        self.work.upsert(INVITES, [asdict(invite)])

    def take(self, digest: str, now: Millis) -> bool:
        """Use up the open invite with this digest; whether there was one."""
        this = (INVITES.c.digest == digest, INVITES.c.expires_at > now)
        return self.work.run(delete(INVITES).where(*this)).rowcount > 0

    def open_of(self, user_id: int, now: Millis) -> Sequence[Invite]:
        """The user's invites that are neither used nor expired, the oldest first."""
        theirs = (INVITES.c.created_by == user_id, INVITES.c.expires_at > now)
        rows = self.work.run(select(INVITES).where(*theirs).order_by(INVITES.c.created_at, INVITES.c.digest))
        return [Invite(row.digest, row.created_by, row.created_at, row.expires_at) for row in rows]

    def revoke(self, user_id: int, digest: str | None = None) -> int:
        """Drop one of the user's invites, or all. How many there were."""
        theirs = delete(INVITES).where(INVITES.c.created_by == user_id)
        return self.work.run(theirs if digest is None else theirs.where(INVITES.c.digest == digest)).rowcount

    def tidy(self, now: Millis) -> None:
        """Forget what expired."""
        self.work.run(delete(INVITES).where(INVITES.c.expires_at <= now))
