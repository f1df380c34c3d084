"""The Telegram side of sending: one outbox row becomes a message sent, edited or replaced, or a reason why not.

Must never raise a TelegramError: whatever Telegram or the network does comes back as a result.
"""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog
from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, TelegramError

from chatbot.core.money import Millis
from chatbot.deliver.results import (
    Result,
    Sent,
    is_bad_keyboard,
    is_target_gone,
    is_unchanged,
    is_unreadable_markup,
    sort_error,
)
from chatbot.ports import Clock, Outgoing, Priority

T = TypeVar("T")

log = structlog.stdlib.get_logger()

REPEAT: Final = "🔁 Repeat: this may have reached you already."
LATE_AFTER: Final[Millis] = 10_000
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Form:
    """What goes over the wire: the text as HTML or plain, and its keyboard."""

    text: str
    keyboard: InlineKeyboardMarkup | None
    is_html: bool = True

    @property
    def parse_mode(self) -> str | None:
        return ParseMode.HTML if self.is_html else None


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
        return await self.bot.send_message(
            chat_id,
            form.text,
            parse_mode=form.parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=form.keyboard,
        )

    async def change(self, chat_id: int, message_id: int, form: Form) -> Message | bool:
        return await self.bot.edit_message_text(
            form.text,
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=form.parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=form.keyboard,
        )

    async def remove(self, chat_id: int, message_id: int) -> None:
        """Best effort: a message left behind is a blemish, and its buttons are refused as outdated."""
        try:
            await self.bot.delete_message(chat_id, message_id)
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


def simplified(form: Form, error: BadRequest) -> Form | None:
    """The form without what was refused; None if it already is or something else is wrong."""
    if form.is_html and is_unreadable_markup(error):
        return replace(form, text=plain(form.text), is_html=False)
    if form.keyboard is not None and is_bad_keyboard(error):
        return replace(form, keyboard=None)
    return None


def form_of(out: Outgoing, now: Millis, *, is_new: bool) -> Form:
    """The message with what the reader must know about its delivery. An edit repeats nothing."""
    text = out.message.text
    if is_new and out.uncertain:
        text = joined(REPEAT, text, kept=text)
    late = lateness(out, now)
    if late:
        text = joined(text, late, kept=text)
    return Form(text, keyboard_of(out.message.keyboard))


def joined(first: str, second: str, *, kept: str) -> str:
    """Both lines, or only `kept` where both would be longer than a message may be."""
    both = f"{first}\n{second}"
    return both if length(both) <= MessageLimit.MAX_TEXT_LENGTH else kept


def lateness(out: Outgoing, now: Millis) -> str:
    """How old an alert is, if that matters; answers to a person carry no age."""
    age = now - max(out.created_at, out.message.not_before)
    if age <= LATE_AFTER or out.message.priority is Priority.REPLY:
        return ""
    for unit, span in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if age >= 2 * span:
            return f"⏱ {age // span} {unit} late"
    return f"⏱ {age // 1_000} s late"


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units after the markup is read."""
    return len(plain(text).encode("utf-16-le")) // 2


def plain(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def keyboard_of(rows: Sequence[Sequence[Mapping[str, str]]]) -> InlineKeyboardMarkup | None:
    """An inline keyboard; None for no buttons, which takes an edited message's buttons away."""
    made = [[button_of(button) for button in row] for row in rows if row]
    return InlineKeyboardMarkup(made) if made else None


def button_of(button: Mapping[str, str]) -> InlineKeyboardButton:
    copy = button.get("copy")
    return InlineKeyboardButton(
        button["text"],
        callback_data=button.get("data"),
        url=button.get("url"),
        copy_text=CopyTextButton(copy) if copy is not None else None,
        style=button.get("style") or None,
    )
