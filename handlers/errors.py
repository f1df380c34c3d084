"""The outermost place of every handler: the error is logged without what the user wrote, and the user is told."""

from __future__ import annotations

from functools import partial

import structlog
from telegram import Update
from telegram.ext import ContextTypes

from chatbot.breakage import described
from chatbot.messages.values import Message
from chatbot.ports import DatabaseLost
from chatbot.records import OutMessage, Priority
from handlers.guards import Speaker, speaker_of
from handlers.use import Use

log = structlog.get_logger(__name__)


async def on_error(use: Use, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log, and say that nothing was changed. Never raises: the library would log that with all its words."""
    if context.error is not None:
        tell = log.warning if isinstance(context.error, DatabaseLost) else log.error
        tell("handler failed", error=described(context.error))
    speaker = speaker_of(update) if isinstance(update, Update) else None
    if speaker is None or not isinstance(update, Update):
        return
    try:
        await use.on_database(partial(apologise, use, speaker, update.update_id))
    except DatabaseLost:
        log.warning("no database to apologise through, the update stays stored")
    except Exception as error:  # noqa: BLE001 -- the named outermost place
        log.error("apology failed", error=described(error))  # noqa: TRY400 -- private words


def apologise(use: Use, speaker: Speaker, update_id: int) -> None:
    """On the database thread."""
    message = Message("Something went wrong on my side, and nothing was changed. Please try that again.")
    with use.desk.work() as work:
        key = f"sorry:{speaker.chat_id}:{update_id}"
        use.desk.post(work, message, OutMessage(speaker.chat_id, "", Priority.REPLY, key))
