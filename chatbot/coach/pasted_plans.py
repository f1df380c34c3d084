"""Plans from pasted text: a usable one becomes the draft, one with problems is refused with all of them.

A draft that was begun by hand is never replaced unasked: the text is kept until the user has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zlib import crc32

from chatbot.coach import dialog
from chatbot.coach.answers import Refused, entered
from chatbot.coach.confirmations import forget
from chatbot.coach.conversation import Conversation, is_begun
from chatbot.coach.desk import Work
from chatbot.coach.outlook import UNKNOWN, Outlook, Sought
from chatbot.coach.pasting import Pasted, Usual, placed, prefilled, priced
from chatbot.messages import pasted as messages
from chatbot.records import Draft, User

KEPT: Final = "pasted:{user_id}"


@dataclass(frozen=True, slots=True)
class Paste:
    """A text, its market as it stands now, and the draft it may replace."""

    text: str
    outlook: Outlook = UNKNOWN
    over: int = 0


class PastedPlans:
    """Takes texts that say all of a plan. Raises MarketsUnknown where an exchange was not asked for its list yet."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation, self.desk = conversation, conversation.desk

    def is_answer(self, work: Work, user: User, text: str) -> bool:
        """Whether a typed text answers the question of the plan being built: then it is no new plan."""
        draft = work.unit.drafts.of(user.user_id)
        if draft is None or not is_begun(draft):
            return False
        view = self.conversation.view(work.unit, draft, UNKNOWN)
        return not isinstance(dialog.answer(view, text, self.desk.instruments.resolve), Refused)

    def sought(self, work: Work, user: User, text: str) -> Sought | None:
        """The market and timeframe an outlook is needed of; None where the text names no market there is."""
        return sought_by(self.found(work, user, text))

    def take(self, work: Work, user: User, paste: Paste) -> None:
        """The text as the draft; or why not, or which of two."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        in_the_way = draft if draft is not None and is_begun(draft) else None
        found = self.found(work, user, paste.text)
        outlook = paste.outlook.on(sought_by(found))
        read = priced(paste.text, found, outlook.price)
        if read.problems:
            building = "" if in_the_way is None else called(in_the_way)
            self.desk.reply(work, user, messages.refusal(read.understood, building))
        elif in_the_way is None or in_the_way.draft_id == paste.over:
            self.begin(work, user, read, in_the_way, outlook)
        else:
            work.unit.settings.put(kept_for(user), paste.text)
            over, mark = in_the_way.draft_id, mark_of(paste.text)
            self.desk.reply(work, user, messages.which_one(read.understood, called(in_the_way), over, mark))

    def begin(self, work: Work, user: User, read: Pasted, over: Draft | None, outlook: Outlook) -> None:
        """The draft, in the place of the one that the user gives up for it."""
        work.unit.settings.drop(kept_for(user))
        if over is not None:
            self.conversation.drop(work, user, over, messages.replaced())
        self.conversation.begin_with(work, user, prefilled(read), outlook)

    def kept(self, work: Work, user: User, mark: int) -> str | None:
        """The text that waits for the user's choice, if it is the one a button's `mark` stands for."""
        text = work.unit.settings.get(kept_for(user))
        return text if text is not None and mark_of(text) == mark else None

    def unanswered(self, work: Work, user: User, exchange: str) -> None:
        """The exchange did not say which markets it lists."""
        forget(work, user)
        self.desk.reply(work, user, messages.unanswered(exchange))

    def found(self, work: Work, user: User, text: str) -> Pasted:
        """The text on its market: on the exchange it names, the one already chosen, or the user's."""
        draft, talk = work.unit.drafts.of(user.user_id), self.conversation
        chosen = None if draft is None or is_begun(draft) else entered(draft.answers)
        exchange = chosen.exchange if chosen is not None else user.exchange or talk.exchange
        usual = Usual(exchange, talk.exchanges) if chosen is None else Usual(exchange, talk.exchanges, chosen.timeframe)
        return placed(text, usual, self.desk.instruments.resolve)


def sought_by(found: Pasted) -> Sought | None:
    """What a text on its market is looked up as."""
    market = found.market
    return None if market is None else Sought(market.exchange, market.symbol, found.timeframe)


def called(draft: Draft) -> str:
    """The plan being built, in a few words."""
    given = entered(draft.answers)
    return " ".join(word for word in (given.symbol or "no market yet", given.side and given.side.value) if word)


def mark_of(text: str) -> int:
    """What tells one pasted text from another: a button says which it was shown with."""
    return crc32(text.encode())


def kept_for(user: User) -> str:
    """Where the text is kept."""
    return KEPT.format(user_id=user.user_id)
