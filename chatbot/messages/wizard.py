"""The one card a plan is built on: what is agreed so far, the checklist as its progress, and the question at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.plan import (
    AllOf,
    Bounce,
    CloseBeyond,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Part,
    PriceTrigger,
    Trigger,
)
from chatbot.core.triggers import parts_of
from chatbot.messages.checklist import BEFORE
from chatbot.messages.fitting import Block, sparing
from chatbot.messages.numbers import percent, price
from chatbot.messages.values import Keyboard, Message
from chatbot.messages.views import bold, sentence
from chatbot.messages.words import beyond, part_words

DONE: Final = "☑"
CURRENT: Final = "▶"
OPEN: Final = "☐"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the checklist: its answer so far as HTML, and whether it is complete."""

    answer: str = ""
    done: bool = False


def progress(items: Sequence[Item], current: int) -> list[str]:
    """The checklist: what is done, what is open, and which item is asked about."""
    lines = []
    for number, (name, item) in enumerate(zip(BEFORE, items, strict=True), 1):
        mark = CURRENT if number == current else DONE if item.done else OPEN
        line = f"{mark} {number} {item.answer or sentence(name)}"
        lines.append(bold(line) if number == current else line)
    return lines


def reasons(said: Sequence[str]) -> list[str]:
    """Why answers to tap are worth choosing, plain text, as HTML: one a point, its further lines set in."""
    lines = []
    for reason in said:
        first, *more = escape(sentence(reason), quote=False).splitlines()
        lines += [f"• {first}", *(f"     {line}" for line in more)]
    return lines


def assumptions(sentences: Sequence[str]) -> list[str]:
    """What was not said and is taken to be so, plain text, as HTML."""
    if not sentences:
        return []
    return [bold("Assumed, check it:"), *(f"• {escape(one, quote=False)}" for one in sentences)]


def card(title: str, blocks: Sequence[Block], keyboard: Keyboard) -> Message:
    """A title, and blocks with space between, as far as a message has room; all of it HTML. Empty ones are left out."""
    return Message(sparing((Block((bold(title),), ""), *blocks)), keyboard)


def trigger_label(trigger: Trigger, tick: Decimal | None) -> str:
    """When a tier is taken, short enough for a button; plain text."""
    joint = " and " if isinstance(trigger, AllOf) else " or "
    return joint.join(part_label(part, tick) for part in parts_of(trigger))


def part_label(part: Part, tick: Decimal | None) -> str:
    """One condition, short."""
    match part:
        case PriceTrigger(level=level, direction=way):
            return f"{sentence(beyond(way))} {price(level, tick)}"
        case MoveTrigger(pct=pct):
            return f"+{percent(pct)} of price"
        case CloseBeyond(timeframe=frame, level=level, direction=way):
            return f"{frame.value} close {beyond(way)} {price(level, tick)}"
        case Bounce(timeframe=frame, level=level):
            return f"{frame.value} bounce at {price(level, tick)}"
        case MovingAverageRetest(timeframe=frame, average=average, period=period):
            return f"{frame.value} retest of {average.value.upper()} {period}"
        case ManualTrigger():
            return "Ask me"
        case _:
            return part_words(part, tick)
