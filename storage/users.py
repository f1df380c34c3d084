"""The people the bot answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from chatbot.records import SendState, User
from storage.tables import DRAFTS, OUTBOX, PLANS, SLOTS, USERS
from storage.work import Work

UNSENT = (SendState.QUEUED.value, SendState.SENDING.value)


@dataclass(frozen=True, slots=True)
class SqlUsers:
    """Users, by their Telegram id."""

    work: Work

    def get(self, user_id: int) -> User | None:
        row = self.work.run(select(USERS).where(USERS.c.user_id == user_id)).first()
        return None if row is None else user_of(row)

    def in_chat(self, chat_id: int) -> User | None:
        """Whose private chat with the bot this is."""
        row = self.work.run(select(USERS).where(USERS.c.chat_id == chat_id).order_by(USERS.c.user_id)).first()
        return None if row is None else user_of(row)

    def put(self, user: User) -> None:
        self.work.upsert(USERS, [asdict(user)])

    def pause(self, chat_id: int, *, paused: bool) -> bool:
        """Whether anybody has this chat."""
        return self.work.run(update(USERS).where(USERS.c.chat_id == chat_id).values(paused=paused)).rowcount > 0

    def move_chat(self, old_chat_id: int, new_chat_id: int) -> None:
        """The chat got a new id: all that is to be sent goes there. Its old messages can't be edited any more."""
        for table in (USERS, DRAFTS, PLANS):
            self.work.run(update(table).where(table.c.chat_id == old_chat_id).values(chat_id=new_chat_id))
        unsent = (OUTBOX.c.chat_id == old_chat_id) & OUTBOX.c.state.in_(UNSENT)
        self.work.run(update(OUTBOX).where(unsent).values(chat_id=new_chat_id))
        self.work.run(delete(SLOTS).where(SLOTS.c.chat_id == old_chat_id))

    def owner(self) -> User | None:
        row = self.work.run(select(USERS).where(USERS.c.is_owner).order_by(USERS.c.user_id)).first()
        return None if row is None else user_of(row)

    def all(self) -> Sequence[User]:
        return [user_of(row) for row in self.work.run(select(USERS).order_by(USERS.c.user_id))]


def user_of(row: Row[Any]) -> User:
    """The user a row holds."""
    return User(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for a row by column names
