"""Several messages that wait for one chat as a single one, when Telegram takes no more: in order, nothing left out.

Pure. What is edited in place is never merged, and where something cannot be merged, nothing behind it passes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.core.money import Millis
from chatbot.deliver.forms import LONGEST, REPEAT, TAG, Form, Rows, keyboard_of, length, told
from chatbot.records import Outgoing

SEPARATOR: Final = "\n──────────\n"
MOST: Final = 50
MOST_BUTTONS: Final = 100
MOST_TAGS: Final = 200
"""Telegram reads a hundred entities a message and shows the rest without its looks."""
ROOM: Final = length(SEPARATOR) + length("⏱ 9999 min late\n") + length("㊿ ")


@dataclass(slots=True)
class Measure:
    """What a message that is being put together holds so far."""

    length: int = 0
    buttons: int = 0
    tags: int = 0

    def takes(self, out: Outgoing) -> bool:
        """Adds a message; whether all of it still fits."""
        self.length += length(out.message.text) + ROOM + (length(REPEAT) + 1 if out.uncertain else 0)
        self.buttons += sum(len(row) for row in out.message.keyboard)
        self.tags += len(TAG.findall(out.message.text))
        return self.length <= LONGEST and self.buttons <= MOST_BUTTONS and self.tags <= MOST_TAGS


def together(queue: Sequence[Outgoing], alone: Collection[int] = ()) -> tuple[Outgoing, ...]:
    """As many of a chat's waiting messages, from the first one on, as go into one; `alone` are ids that don't."""
    measure = Measure()
    taken: list[Outgoing] = []
    for out in queue[:MOST]:
        is_fit = out.message.slot is None and out.outbox_id not in alone
        if not (measure.takes(out) and is_fit):
            break
        taken.append(out)
    return tuple(taken) or tuple(queue[:1])


def merged_form(rows: Sequence[Outgoing], now: Millis) -> Form:
    """All of them under each other; where several have buttons, a number leads from each text to its own."""
    marks = marks_of(rows)
    text = SEPARATOR.join(mark + told(out, now) for mark, out in zip(marks, rows, strict=True))
    buttons = [row for mark, out in zip(marks, rows, strict=True) for row in marked(out.message.keyboard, mark)]
    return Form(text, keyboard_of(buttons))


def marks_of(rows: Sequence[Outgoing]) -> list[str]:
    """A numeral for each message with buttons, if there are several."""
    asking = [out.outbox_id for out in rows if any(out.message.keyboard)]
    if len(asking) < 2:
        return [""] * len(rows)
    return [f"{circled(asking.index(out.outbox_id) + 1)} " if out.outbox_id in asking else "" for out in rows]


def marked(keyboard: Rows, mark: str) -> Rows:
    return [[{**button, "text": mark + button["text"]} for button in row] for row in keyboard]


def circled(number: int) -> str:
    """① to ㊿."""
    for last, first_sign in ((20, 0x2460), (35, 0x3251), (MOST, 0x32B1)):
        if number <= last:
            before = {20: 0, 35: 20, MOST: 35}[last]
            return chr(first_sign + number - before - 1)
    raise ValueError(f"{number} messages are too many for one")
