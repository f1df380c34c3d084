"""`/export` and `/forget_me`: what is held about a person goes to them directly, for the outbox would keep a copy."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import structlog
from telegram import Message, Update
from telegram.error import TelegramError

from chatbot.breakage import described
from chatbot.coach.awaiting import OUTDATED
from chatbot.coach.confirmations import forget
from chatbot.coach.desk import Work
from chatbot.coach.plan_table import plan_table
from chatbot.coach.privacy import DELETED, Everything
from chatbot.messages import privacy as messages
from chatbot.messages.values import Press
from chatbot.ports import Told
from chatbot.records import User
from handlers.guards import Tapped, said_in
from handlers.use import Use

log = structlog.get_logger(__name__)


async def export(use: Use, update: Update) -> None:
    """Everything as a JSON file, and closed plans as a table; that it failed is said."""
    said = said_in(update)
    if said is None:
        return
    found = await use.serve(said.speaker, use.privacy.everything)
    if found is None:
        return
    bot, chat_id, now = update.get_bot(), said.speaker.chat_id, use.desk.wall()
    written = await asyncio.to_thread(as_json, found, now)
    try:
        await bot.send_document(chat_id, written, filename="tierwise-data.json", caption=messages.CAPTION)
        if found.closed:
            table = plan_table(found.closed).encode("utf-8-sig")
            await bot.send_document(chat_id, table, filename="tierwise-plans.csv", caption=messages.PLANS_CAPTION)
    except TelegramError as error:
        log.warning("export not sent", error=described(error))
        await use.serve(said.speaker, lambda work, user: use.desk.reply(work, user, messages.not_sent()))


def as_json(found: Everything, now: int) -> bytes:
    """Readable, with the moment it was made."""
    made = datetime.fromtimestamp(now / 1_000, UTC).isoformat(timespec="seconds")
    return json.dumps({"made_at": made, **found.held}, indent=1, ensure_ascii=False).encode()


async def forget_me(use: Use, update: Update) -> None:
    """Ask first."""
    said = said_in(update)
    if said is None:
        return

    def asked(work: Work, user: User) -> None:
        forget(work, user)
        use.privacy.ask(work, user)

    await use.serve(said.speaker, asked)


async def confirmed(use: Use, tap: Tapped, press: Press, shown: object) -> Told:
    """Delete everything; the farewell is not kept. Somebody who is not known any more has nothing left."""
    if not await use.look(tap.speaker, lambda _, user: user.user_id):
        return OUTDATED
    told = await use.serve(tap.speaker, lambda work, user: use.privacy.confirmed(work, user, press)) or OUTDATED
    if told is DELETED:
        await use.on_database(use.desk.units.scrub)
        log.info("a user was forgotten")
        if isinstance(shown, Message):
            await say_farewell(shown)
    return told


async def say_farewell(shown: Message) -> None:
    """In the place of the question; the toast has said it too."""
    try:
        await shown.edit_text(messages.FORGOTTEN)
    except TelegramError as error:
        log.info("farewell not shown", error=type(error).__name__)
