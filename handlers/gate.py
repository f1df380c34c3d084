"""Before anything is read: whether it is too much for a minute, and whether its words are what they look like.

What is stopped here changes nothing and is done: nobody else waits behind it.
"""

from __future__ import annotations

import structlog
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from chatbot.coach.desk import Work
from chatbot.messages import limits
from chatbot.records import OutMessage, Priority, User
from handlers.guards import Speaker, is_turned_around, said_in, speaker_of
from handlers.pacing import Kind
from handlers.use import Use

log = structlog.get_logger(__name__)


async def entered(use: Use, update: Update) -> None:
    """Raises ApplicationHandlerStop where nobody else is to look at the update."""
    speaker, kind = speaker_of(update), kind_of(update)
    if speaker is None or kind is None:
        return
    if not use.pacing.takes(speaker.user_id, kind):
        await held_back(use, update, speaker, kind)
    if is_turned_around(update):
        await use.serve(speaker, lambda work, user: tell_turned(use, work, user))
        raise ApplicationHandlerStop


def kind_of(update: Update) -> Kind | None:
    """A message with words, or a tap; nothing else is answered."""
    if update.callback_query is not None:
        return Kind.TAP
    return None if said_in(update) is None else Kind.MESSAGE


async def held_back(use: Use, update: Update, speaker: Speaker, kind: Kind) -> None:
    """More than fits into a minute: said once until one is let in again, unless this person has no limit."""
    if not await use.on_database(lambda: is_paced(use, speaker)):
        return
    if not use.pacing.is_told(speaker.user_id, kind):
        log.info("held back", user=speaker.user_id, kind=kind.name.lower())
        await tell(use, update, speaker)
    raise ApplicationHandlerStop


def is_paced(use: Use, speaker: Speaker) -> bool:
    """On the database thread."""
    with use.desk.units() as unit:
        return use.people.is_paced(unit, speaker.user_id)


async def tell(use: Use, update: Update, speaker: Speaker) -> None:
    """A tap is answered where it was made, a message in the chat."""
    if update.callback_query is None:
        await use.on_database(lambda: post_too_fast(use, speaker, update.update_id))
        return
    try:
        await update.callback_query.answer(limits.TOO_MANY_TAPS, show_alert=True)
    except TelegramError as error:
        log.info("tap not answered", error=type(error).__name__)


def post_too_fast(use: Use, speaker: Speaker, update_id: int) -> None:
    """On the database thread."""
    message = limits.too_fast(use.pacing.per_minute)
    with use.desk.work() as work:
        key = f"fast:{speaker.chat_id}:{update_id}"
        use.desk.post(work, message, OutMessage(speaker.chat_id, "", Priority.INFO, key))


def tell_turned(use: Use, work: Work, user: User) -> None:
    """To whoever may talk to the bot."""
    use.desk.reply(work, user, limits.turned_around())
