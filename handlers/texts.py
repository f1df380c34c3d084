"""Typed texts: a price the user was asked for, a pasted plan, else an answer to the plan being built, else a hint."""

from __future__ import annotations

import asyncio

from telegram import Update

from chatbot.coach.confirmations import Expected, forget
from chatbot.coach.desk import Work
from chatbot.messages import replies
from chatbot.records import User
from chatbot.signals.signal import looks_like_signal
from handlers import wizard
from handlers.guards import said_in
from handlers.use import Use


async def said(use: Use, update: Update) -> None:
    """What is waited for is derived from what is stored, so a restart in between loses nothing."""
    told = said_in(update)
    if told is None:
        return
    if told.text.startswith("/"):
        name = told.text.split()[0]

        def unknown(work: Work, user: User) -> None:
            forget(work, user)
            use.desk.reply(work, user, replies.unknown_command(name))

        await use.serve(told.speaker, unknown)
        return
    expected = await use.look(told.speaker, use.confirmations.expected)
    if isinstance(expected, Expected):
        awaited = expected

        def typed(work: Work, user: User) -> None:
            use.confirmations.typed(work, user, awaited, told.text)

        await use.serve(told.speaker, typed)
    elif await asyncio.to_thread(looks_like_signal, told.text):
        await wizard.pasted(use, told)
    else:
        await wizard.said(use, told)
