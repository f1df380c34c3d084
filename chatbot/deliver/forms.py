"""What a message looks like on the wire: its text with what its reader must know of the delivery, and its buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest

from chatbot.core.money import Millis
from chatbot.deliver.results import is_bad_keyboard, is_too_long, is_unreadable_markup
from chatbot.records import Outgoing, Priority

Rows = Sequence[Sequence[Mapping[str, str]]]

REPEAT: Final = "🔁 Repeat: this may have reached you already."
LATE_AFTER: Final[Millis] = 10_000
LONGEST: Final = int(MessageLimit.MAX_TEXT_LENGTH)
CUT: Final = "…"
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


def form_of(out: Outgoing, now: Millis, *, is_new: bool) -> Form:
    """The message with what the reader must know about its delivery. An edit repeats nothing."""
    return Form(told(out, now, is_new=is_new), keyboard_of(out.message.keyboard))


def told(out: Outgoing, now: Millis, *, is_new: bool = True) -> str:
    """The text, marked as a repeat if it may be one, and with its age if that matters."""
    text = out.message.text
    if is_new and out.uncertain:
        text = repeated(text)
    late = lateness(out, now)
    both = f"{text}\n{late}"
    return both if late and length(both) <= LONGEST else text


def repeated(text: str) -> str:
    """Marked as a repeat; where there is no room for both, the text is cut and loses its markup, not the mark."""
    both = f"{REPEAT}\n{text}"
    if length(both) <= LONGEST:
        return both
    return f"{REPEAT}\n{html.escape(cut(plain(text), LONGEST - length(REPEAT) - 1), quote=False)}"


def lateness(out: Outgoing, now: Millis) -> str:
    """How old an alert is, if that matters; answers to a person carry no age.

    Counted from the print it tells of, else from when it was written; a planned message is not late before its time,
    and a clock that was set back makes nothing late.
    """
    age = now - born_at(out)
    if age <= LATE_AFTER or out.message.priority is Priority.REPLY:
        return ""
    for unit, span in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if age >= 2 * span:
            return f"⏱ {age // span} {unit} late"
    return f"⏱ {age // 1_000} s late"


def born_at(out: Outgoing) -> Millis:
    """The moment from which a message is late."""
    seen_at = out.message.seen_at
    return max(out.created_at if seen_at is None else seen_at, out.message.not_before)


def simplified(form: Form, error: BadRequest) -> Form | None:
    """The form without what was refused; None if it already is or something else is wrong."""
    if form.is_html and is_unreadable_markup(error):
        return replace(form, text=plain(form.text), is_html=False)
    if is_too_long(error) and length(form.text) > LONGEST:
        return replace(form, text=cut(plain(form.text)), is_html=False)
    if form.keyboard is not None and is_bad_keyboard(error):
        return replace(form, keyboard=None)
    return None


def cut(text: str, room: int = LONGEST) -> str:
    """The beginning of a text, as much as there is room for: the words that matter most stand first."""
    units = text.encode("utf-16-le")[: 2 * (room - len(CUT))]
    return units.decode("utf-16-le", "ignore") + CUT


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units after the markup is read."""
    return len(plain(text).encode("utf-16-le")) // 2


def plain(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def keyboard_of(rows: Rows) -> InlineKeyboardMarkup | None:
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
