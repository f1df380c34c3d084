"""Everything the bot answers, on one screen. The first match wins, so the order is behaviour."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final

from telegram import BotCommand, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from chatbot.messages.replies import COMMANDS
from handlers import buttons, commands, gate, groups, inviting, members, privacy, texts, wizard
from handlers.errors import on_error
from handlers.use import Use

Handle = Callable[[Use, Update], Awaitable[None]]
Bot = Application[Any, Any, Any, Any, Any, Any]

BEFORE_ALL: Final = -1
"""The library's number for handlers that run before those of group 0."""
WORDS: Final = filters.TEXT | filters.CAPTION
"""Signals are often forwarded as a picture with the text below it."""
ROUTES: Final[tuple[tuple[str, Handle], ...]] = (
    ("start", commands.start),
    ("new", wizard.new),
    ("cancel", wizard.cancel),
    ("status", commands.status),
    ("plans", commands.plans),
    ("plan", commands.plan),
    ("checklist", commands.checklist),
    ("exited", commands.exited),
    ("stopped", commands.stopped),
    ("stop", commands.stop),
    ("hold", commands.hold),
    ("added", commands.added),
    ("correct", commands.correct),
    ("size", commands.size),
    ("portfolio", commands.portfolio),
    ("cancel_plan", commands.cancel_plan),
    ("daily", commands.daily),
    ("invite", inviting.invite),
    ("export", privacy.export),
    ("forget_me", privacy.forget_me),
    ("help", commands.help_),
)


def register(bot: Bot, use: Use) -> None:
    """The gate before all; then groups, commands, buttons, texts, and who comes and goes."""
    bot.add_handler(TypeHandler(Update, bound(gate.entered, use)), BEFORE_ALL)
    in_groups = filters.ChatType.GROUPS & filters.COMMAND & filters.UpdateType.MESSAGE
    bot.add_handler(MessageHandler(in_groups, bound(groups.commanded, use)))
    for name, handle in ROUTES:
        bot.add_handler(CommandHandler(name, bound(handle, use), filters.UpdateType.MESSAGE))
    bot.add_handler(CallbackQueryHandler(bound(buttons.tapped, use)))
    bot.add_handler(MessageHandler(WORDS & filters.UpdateType.MESSAGE, bound(texts.said, use)))
    bot.add_handler(ChatMemberHandler(bound(members.changed, use), ChatMemberHandler.MY_CHAT_MEMBER))
    bot.add_error_handler(partial(on_error, use))


def bound(handle: Handle, use: Use) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]:
    """The handler as the library calls it."""

    async def call(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        await handle(use, update)

    return call


async def set_menu(bot: Any) -> None:
    """The command menu of private chats."""
    await bot.set_my_commands([BotCommand(name, what) for name, what in COMMANDS])
