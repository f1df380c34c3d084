"""People who block the bot, and who come back."""

from __future__ import annotations

from functools import partial

from telegram import ChatMember, Update

from handlers import groups
from handlers.guards import speaker_of
from handlers.use import Use


async def changed(use: Use, update: Update) -> None:
    """Blocked: nothing is sent until they are back, and nothing is lost. Added to a group: it hears where to go."""
    speaker, member = speaker_of(update), update.my_chat_member
    if speaker is not None and member is not None:
        gone = member.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
        await use.on_database(partial(pause, use, speaker.chat_id, paused=gone))
    elif speaker is None:
        await groups.entered(use, update)


def pause(use: Use, chat_id: int, *, paused: bool) -> None:
    """On the database thread."""
    with use.desk.work() as work:
        work.unit.users.pause(chat_id, paused=paused)
