"""`/invite`: the new link is shown at once and by nothing but this, for the outbox would keep it."""

from __future__ import annotations

import structlog
from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.helpers import create_deep_linked_url

from handlers.guards import argument_of, said_in
from handlers.use import Use

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
log = structlog.get_logger(__name__)


async def invite(use: Use, update: Update) -> None:
    """A link for one person; one that Telegram did not take lets nobody in."""
    said = said_in(update)
    if said is None:
        return
    text = argument_of(said.text)
    made = await use.serve(said.speaker, lambda work, user: use.inviting.asked(work, user, text))
    if made is None:
        return
    bot = update.get_bot()
    shown = use.inviting.shown(create_deep_linked_url(bot.username, made.payload), made)
    try:
        await bot.send_message(
            said.speaker.chat_id, shown.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        )
    except TelegramError as error:
        log.info("invite not shown", error=type(error).__name__)
        await use.serve(said.speaker, lambda work, user: use.inviting.not_shown(work, user, made))
