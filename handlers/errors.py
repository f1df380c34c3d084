"""The outermost place of every handler: the error is logged without what the user wrote, and the user is told."""

from __future__ import annotations

from functools import partial

import structlog
from telegram import Update
from telegram.ext import ContextTypes

from chatbot.messages.values import Message
from chatbot.ports import OutMessage, Priority
from handlers.guards import Speaker, speaker_of
from handlers.use import Use

log = structlog.get_logger(__name__)


async def on_error(use: Use, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log, and say that nothing was changed."""
    log.error("handler failed", error=type(context.error).__name__, exc_info=context.error)
    speaker = speaker_of(update) if isinstance(update, Update) else None
    if speaker is not None and isinstance(update, Update):
        await use.on_database(partial(apologise, use, speaker, update.update_id))


def apologise(use: Use, speaker: Speaker, update_id: int) -> None:
    """On the database thread."""
    message = Message("Something went wrong on my side, and nothing was changed. Please try that again.")
    with use.desk.work() as work:
        key = f"sorry:{speaker.chat_id}:{update_id}"
        use.desk.post(work, message, OutMessage(speaker.chat_id, "", Priority.REPLY, key))
