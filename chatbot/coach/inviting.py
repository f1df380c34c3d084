"""Links by which the owner lets people in: each for one person, once, for a while. Only digests are kept."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.coach.desk import Desk, Work
from chatbot.coach.people import HOUR, People, digest_of
from chatbot.messages import inviting as messages
from chatbot.messages.values import Message
from chatbot.records import Invite, User

REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new link's payload, to be shown once and kept nowhere; `others` are open besides."""

    payload: str
    until: int
    others: int


@dataclass(frozen=True, slots=True)
class Inviting:
    """Makes links and takes them back."""

    desk: Desk
    people: People
    hours: float = 48

    def asked(self, work: Work, user: User, text: str) -> Invitation | None:
        """`/invite`: a new link to show; whatever else there is to say is replied."""
        word = text.strip().casefold()
        if not user.is_owner:
            self.desk.reply(work, user, messages.owner_only())
        elif word == REVOKE:
            self.desk.reply(work, user, messages.revoked(self.revoke(work, user)))
        elif word:
            self.desk.reply(work, user, messages.expected())
        elif self.people.allowed or self.people.is_open:
            self.desk.reply(work, user, messages.no_use(named=bool(self.people.allowed)))
        else:
            return self.make(work, user)
        return None

    def revoke(self, work: Work, user: User) -> int:
        """Drop every open link. How many there were."""
        count = len(work.unit.invites.open_of(user.user_id, self.desk.wall()))
        work.unit.invites.revoke(user.user_id)
        return count

    def make(self, work: Work, user: User) -> Invitation:
        """A link nobody can guess."""
        now, payload = self.desk.wall(), self.people.token()
        others = len(work.unit.invites.open_of(user.user_id, now))
        until = now + round(self.hours * HOUR)
        work.unit.invites.put(Invite(digest_of(payload), user.user_id, now, until))
        return Invitation(payload, until, others)

    def not_shown(self, work: Work, user: User, made: Invitation) -> None:
        """Nobody may have seen it, or somebody else: it lets nobody in."""
        work.unit.invites.revoke(user.user_id, digest_of(made.payload))
        self.desk.reply(work, user, messages.not_shown())

    @staticmethod
    def shown(link: str, made: Invitation) -> Message:
        """What the owner reads, once."""
        return messages.invitation(link, made.until, made.others)
