"""Who may talk to the bot: its owner by a one-time link, people named in the settings, or, in a sandbox, anyone."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.ports import Reminder, ReminderKind, Unit, User

OWNER_LINK: Final = "owner_link"
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR


@dataclass(slots=True)
class People:
    """Lets people in. `everyone` is for sandboxes, where there is nobody else."""

    desk: Desk
    allowed: frozenset[int] = frozenset()
    everyone: bool = False
    token: Callable[[], str] = lambda: secrets.token_urlsafe(12)

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
        """The user, if they may talk to the bot; an owner's link in `payload` is used up."""
        known = self.known(work.unit, user_id)
        if known is not None:
            return self.seen(work, known, chat_id)
        if self.everyone or user_id in self.allowed:
            return self.welcome(work, User(user_id, chat_id))
        if self.is_owner_link(work, payload):
            work.unit.settings.drop(OWNER_LINK)
            return self.welcome(work, User(user_id, chat_id, is_owner=True))
        return None

    def known(self, unit: Unit, user_id: int) -> User | None:
        """The user, if they were let in before and may stay. Changes nothing."""
        user = unit.users.get(user_id)
        return user if user is not None and self.may_stay(user) else None

    def may_stay(self, user: User) -> bool:
        """A user let in earlier stays, unless the settings now name others."""
        return self.everyone or user.is_owner or not self.allowed or user.user_id in self.allowed

    def is_owner_link(self, work: Work, payload: str) -> bool:
        """Whether the payload is the unused owner link."""
        expected = work.unit.settings.get(OWNER_LINK)
        return expected is not None and hmac.compare_digest(expected.encode(), payload.encode())

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


def set_daily(work: Work, user: User, now: int) -> None:
    """The next daily checklist, at the user's hour (UTC)."""
    today = now - now % DAY + user.daily_hour * HOUR
    due = today if today > now else today + DAY
    work.unit.reminders.put(Reminder(ReminderKind.DAILY, user.user_id, 0, user.user_id, due))
