"""The Telegram side of sending: one outbox row becomes a message sent, edited or replaced, or a reason why not.

Must never raise a TelegramError: whatever Telegram or the network does comes back as a result.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog
from telegram import Bot, LinkPreviewOptions, Message
from telegram.error import BadRequest, TelegramError

from chatbot.deliver.forms import Form, form_of, simplified
from chatbot.deliver.merging import merged_form
from chatbot.deliver.results import (
    UNREADABLE,
    Apart,
    Never,
    Result,
    Sent,
    is_target_gone,
    is_unchanged,
    sort_error,
)
from chatbot.ports import Clock
from chatbot.records import Outgoing

T = TypeVar("T")

log = structlog.stdlib.get_logger()

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class Messenger:
    """Sends, edits and replaces messages for the outbox. It paces nothing and stores nothing."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self.bot = bot
        self.clock = clock

    async def send(self, out: Outgoing) -> Result:
        """Edits the slot's message, or sends a new one where there is none, it is gone, or `fresh` asks for it."""
        try:
            return await self.edit_or_send(out)
        except TelegramError as error:
            return sort_error(error)

    async def send_merged(self, rows: Sequence[Outgoing]) -> Result:
        """Several for one chat as one new message; one that Telegram refuses is to be taken apart again."""
        form = merged_form(rows, self.clock())
        try:
            sent = await self.send_new(rows[0].message.chat_id, form)
        except TelegramError as error:
            result = sort_error(error)
            return Apart(result.why) if isinstance(result, Never) else result
        return Sent(sent.message_id)

    async def edit_or_send(self, out: Outgoing) -> Sent:
        chat_id, old = out.message.chat_id, out.message_id
        if old is not None and not out.message.fresh and await self.edit(out, old):
            return Sent(old)
        sent = await simplifying(lambda form: self.send_new(chat_id, form), form_of(out, self.clock(), is_new=True))
        if old is not None and out.message.fresh:
            await self.remove(chat_id, old)
        return Sent(sent.message_id)

    async def edit(self, out: Outgoing, message_id: int) -> bool:
        """Whether the message now shows what it should; False if it cannot be edited any more."""
        chat_id = out.message.chat_id
        try:
            await simplifying(
                lambda form: self.change(chat_id, message_id, form), form_of(out, self.clock(), is_new=False)
            )
        except BadRequest as error:
            if is_unchanged(error):
                return True
            if is_target_gone(error):
                return False
            raise
        return True

    async def send_new(self, chat_id: int, form: Form) -> Message:
        call = self.bot.send_message(
            chat_id,
            form.text,
            parse_mode=form.parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=form.keyboard,
        )
        return await readable(call)

    async def change(self, chat_id: int, message_id: int, form: Form) -> Message | bool:
        call = self.bot.edit_message_text(
            form.text,
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=form.parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=form.keyboard,
        )
        return await readable(call)

    async def remove(self, chat_id: int, message_id: int) -> None:
        """Best effort: a message left behind is a blemish, and its buttons are refused as outdated."""
        try:
            await readable(self.bot.delete_message(chat_id, message_id))
        except TelegramError as error:
            log.info("old message stays", chat=chat_id, message=message_id, error=type(error).__name__)


async def simplifying(call: Callable[[Form], Awaitable[T]], form: Form) -> T:
    """The call's answer; words whose markup or buttons are refused go out without them, for words matter most."""
    try:
        return await call(form)
    except BadRequest as error:
        simpler = simplified(form, error)
        if simpler is None:
            raise
        log.warning("message simplified", plain=not simpler.is_html, buttons=simpler.keyboard is not None)
    return await simplifying(call, simpler)


async def readable(call: Awaitable[T]) -> T:
    """The answer; one that is JSON but not Telegram's is told like every other failure of the way there."""
    try:
        return await call
    except UNREADABLE as error:
        raise TelegramError("an answer that is not Telegram's") from error
