"""The one card a plan is built on: what is agreed so far, the checklist as its progress, and the question at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chatbot.messages.checklist import BEFORE
from chatbot.messages.values import Keyboard, Message
from chatbot.messages.views import bold, sentence

DONE: Final = "☑"
CURRENT: Final = "▶"
OPEN: Final = "☐"


def progress(agreed: Sequence[str], current: int) -> list[str]:
    """The checklist: `agreed` holds each item's answer as HTML, empty while it is open."""
    lines = []
    for number, (name, answer) in enumerate(zip(BEFORE, agreed, strict=True), 1):
        mark = CURRENT if number == current else DONE if answer else OPEN
        line = f"{mark} {number} {answer or sentence(name)}"
        lines.append(bold(line) if number == current else line)
    return lines


def card(title: str, lines: Sequence[str], asked: Sequence[str], keyboard: Keyboard) -> Message:
    """Title, progress and question, each apart; all of it HTML."""
    return Message("\n\n".join((bold(title), "\n".join(lines), "\n".join(asked))), keyboard)
