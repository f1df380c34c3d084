"""Tapped buttons: decoded and checked once, then the plan's or the draft's. An old or foreign one changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import TelegramError

from chatbot.breakage import described
from chatbot.coach.buttons import Seal, decode
from chatbot.coach.confirmations import FOREIGN, forget
from chatbot.coach.desk import Work
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told
from chatbot.records import User
from handlers import privacy, wizard
from handlers.guards import Speaker, Tapped, tapped_in
from handlers.use import Use

DRAFT_VERBS: Final = frozenset(
    {Verb.CHOOSE, Verb.BACK, Verb.CANCEL, Verb.HELP, Verb.EDIT, Verb.ARM, Verb.DISCARD, Verb.NEW}
)
UNTIDIED: Final = DRAFT_VERBS | {Verb.FORGET}
"""Buttons whose message is edited by what they do."""
log = structlog.get_logger(__name__)


async def tapped(use: Use, update: Update) -> None:
    """One tap, answered once."""
    tap, query = tapped_in(update), update.callback_query
    if tap is None or query is None:
        return
    press = decode(tap.data, seal_of(use, tap.speaker))
    if press is not None and press.verb is Verb.FORGET:
        told = await privacy.confirmed(use, tap, press, query.message)
    else:
        told = FOREIGN if press is None else await route(use, tap, press)
    try:
        await settle(use, tap.speaker, query, press, told)
    except Exception as error:  # noqa: BLE001 -- the outermost place after the commit: what the tap did is done
        log.error("tap not settled", error=described(error))  # noqa: TRY400 -- private words


def seal_of(use: Use, speaker: Speaker) -> Seal:
    """What the buttons of whoever tapped, where they tapped, are signed with."""
    return use.desk.seal(speaker.user_id, speaker.chat_id)


async def settle(use: Use, speaker: Speaker, query: CallbackQuery, press: Press | None, told: Told) -> None:
    """Answer the tap, and tidy the message it was made on."""
    try:
        await query.answer(told.toast or None, show_alert=told.show_alert)
    except TelegramError as error:
        # A tap that waited while we were down can't be answered any more; what it did is done all the same.
        log.info("tap not answered", error=type(error).__name__)
    if press is not None and press.verb not in UNTIDIED and isinstance(query.message, Message):
        await tidy(use, speaker, query.message, press)


async def route(use: Use, tap: Tapped, press: Press) -> Told:
    """Whose button it is."""
    if press.verb in DRAFT_VERBS:
        return await wizard.pressed(use, tap, press)
    if press.verb is Verb.STATUS:
        await use.serve(tap.speaker, lambda work, user: shown(use, work, user))
        return Told()

    def answer(work: Work, user: User) -> Told:
        return use.confirmations.press(work, user, press)

    return await use.serve(tap.speaker, answer) or FOREIGN


def shown(use: Use, work: Work, user: User) -> None:
    """The status, by button; like every other button it ends the wait for a typed number."""
    forget(work, user)
    use.commands.status(work, user)


async def tidy(use: Use, speaker: Speaker, message: Message, press: Press) -> None:
    """Take settled buttons off the tapped message: what was answered should not look open. A message that was merged
    from several asks about several plans: those of the others stay while their questions are open."""
    if message.reply_markup is None:
        return
    seal = seal_of(use, speaker)
    asked = [[(b, signed(seal, b)) for b in row] for row in message.reply_markup.inline_keyboard]
    subjects = {known.subject for row in asked for _, known in row if known is not None} | {press.subject}

    def pending_of(work: Work, user: User) -> Mapping[int, frozenset[int]]:
        return {subject: use.confirmations.pending(work, user, subject) for subject in subjects}

    pending = await use.look(speaker, pending_of) or dict.fromkeys(subjects, frozenset())
    rows = [[b for b, known in row if open_still(b, known, press, pending)] for row in asked]
    kept: Any = InlineKeyboardMarkup([row for row in rows if row])
    if kept == message.reply_markup:
        return
    try:
        await message.edit_reply_markup(kept if kept.inline_keyboard else None)
    except TelegramError as error:
        log.info("buttons not tidied", error=type(error).__name__)


def signed(seal: Seal, button: InlineKeyboardButton) -> Press | None:
    """What a button of ours says."""
    return decode(button.callback_data, seal) if isinstance(button.callback_data, str) else None


def open_still(
    button: InlineKeyboardButton, press: Press | None, tapped: Press, pending: Mapping[int, frozenset[int]]
) -> bool:
    """Whether a button still does something; copy buttons always do."""
    if not isinstance(button.callback_data, str):
        return True
    if press is None:
        return False
    if press.verb in DRAFT_VERBS or press.version in pending[press.subject]:
        return True
    return press.version == 0 and (tapped.version != 0 or press.subject != tapped.subject)
