"""Groups: one sentence when the bot is added or spoken to by a command, once a day, and never anything else."""

from __future__ import annotations

from functools import partial

from telegram import ChatMember, Update
from telegram.constants import ChatType
from telegram.helpers import create_deep_linked_url

from chatbot.coach.people import DAY
from chatbot.messages.limits import private_chats_only
from chatbot.records import OutMessage, Priority
from handlers.use import Use

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
INSIDE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)


async def commanded(use: Use, update: Update) -> None:
    """A command in a group; whose it is does not matter, for nothing depends on it."""
    await say(use, update)


async def entered(use: Use, update: Update) -> None:
    """The bot was added to a group; what else becomes of it there is no news."""
    member = update.my_chat_member
    if member is None or member.new_chat_member.status not in INSIDE or member.old_chat_member.status in INSIDE:
        return
    await say(use, update)


async def say(use: Use, update: Update) -> None:
    """Where the bot works, at most once a day and group. In channels nothing is said at all."""
    chat = update.effective_chat
    if chat is not None and chat.type in GROUPS:
        link = create_deep_linked_url(update.get_bot().username)
        await use.on_database(partial(post, use, chat.id, link))


def post(use: Use, chat_id: int, link: str) -> None:
    """On the database thread."""
    key = f"group:{chat_id}:{use.desk.wall() // DAY}"
    with use.desk.work() as work:
        use.desk.post(work, private_chats_only(link), OutMessage(chat_id, "", Priority.INFO, key))
