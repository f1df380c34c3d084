"""Who may talk to the bot: its owner and those they invite, people named in the settings, or anyone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.ports import Unit
from chatbot.records import Reminder, ReminderKind, User

OWNER_LINK: Final = "owner_link"
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR


@dataclass(slots=True)
class People:
    """Lets people in. `everyone` is for sandboxes, where there is nobody else; `public` is open mode, with limits."""

    desk: Desk
    allowed: frozenset[int] = frozenset()
    everyone: bool = False
    public: bool = False
    token: Callable[[], str] = lambda: secrets.token_urlsafe(18)

    @property
    def is_open(self) -> bool:
        """Whether nobody needs to be let in."""
        return self.everyone or self.public

    def is_paced(self, unit: Unit, user_id: int) -> bool:
        """Whether only so many messages a minute are read of them: of strangers; in open mode of all but the owner."""
        user = self.known(unit, user_id)
        return user is None or (self.public and not user.is_owner)

    def owner_link(self) -> str | None:
        """The payload that makes its first user the owner; None once there is one, or where users are named."""
        if self.everyone or self.allowed:
            return None
        with self.desk.work() as work:
            if work.unit.users.owner() is not None:
                return None
            found = work.unit.settings.get(OWNER_LINK)
            if found is None:
                found = self.token()
                work.unit.settings.put(OWNER_LINK, found)
            return found

    def admit(self, work: Work, user_id: int, chat_id: int, payload: str = "") -> User | None:
        """The user, if they may talk to the bot; a link whose `payload` lets them in is used up."""
        known = self.known(work.unit, user_id)
        if payload and self.is_owner_link(work, payload):
            work.unit.settings.drop(OWNER_LINK)
            return self.welcome(work, replace(known or User(user_id, chat_id), chat_id=chat_id, is_owner=True))
        if known is not None:
            return self.seen(work, known, chat_id)
        if self.is_open or user_id in self.allowed or self.is_invited(work, payload):
            return self.welcome(work, User(user_id, chat_id))
        return None

    def known(self, unit: Unit, user_id: int) -> User | None:
        """The user, if they were let in before and may stay. Changes nothing."""
        user = unit.users.get(user_id)
        return user if user is not None and self.may_stay(user) else None

    def may_stay(self, user: User) -> bool:
        """A user let in earlier stays, unless the settings now name others."""
        return self.is_open or user.is_owner or not self.allowed or user.user_id in self.allowed

    def is_owner_link(self, work: Work, payload: str) -> bool:
        """Whether the payload is the unused owner link; where the settings name who may come, there is none."""
        expected = None if self.allowed else work.unit.settings.get(OWNER_LINK)
        return expected is not None and hmac.compare_digest(expected.encode(), payload.encode())

    def is_invited(self, work: Work, payload: str) -> bool:
        """Whether the payload is that of an open invite, which is used up by it."""
        return bool(payload) and not self.allowed and work.unit.invites.take(digest_of(payload), self.desk.wall())

    def seen(self, work: Work, user: User, chat_id: int) -> User:
        """A user who writes again has not blocked the bot, and may have moved."""
        if user.chat_id == chat_id and not user.paused:
            return user
        here = replace(user, chat_id=chat_id, paused=False)
        if user.chat_id != chat_id:
            # Their plans and what is unsent go along: what is theirs is looked up by their chat too.
            work.unit.users.move_chat(user.chat_id, chat_id)
        work.unit.users.put(here)
        return here

    def welcome(self, work: Work, user: User) -> User:
        """A new user, with their daily checklist on."""
        work.unit.users.put(user)
        set_daily(work, user, self.desk.wall())
        return user


def digest_of(payload: str) -> str:
    """What is kept of an invite: the link can't be made from it, and looking it up tells nothing by its time."""
    return hashlib.sha256(payload.encode()).hexdigest()


def set_daily(work: Work, user: User, now: int) -> None:
    """The next daily checklist, at the user's hour (UTC)."""
    today = now - now % DAY + user.daily_hour * HOUR
    due = today if today > now else today + DAY
    work.unit.reminders.put(Reminder(ReminderKind.DAILY, user.user_id, 0, user.user_id, due))
