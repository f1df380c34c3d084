"""The buttons under a question. What one carries is the answer's text, or where that is too long, its fingerprint.

A fingerprint is looked up among what is offered when it is tapped: it can stand for its own text or for nothing, never
for another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from chatbot.coach.answers import DialogView, Refused, Step, entered
from chatbot.coach.review import button
from chatbot.coach.steps.asking import Ask, Choice
from chatbot.messages.values import Keyboard, Style, Verb

MOST_BYTES: Final = 32
"""What fits beside a button's signature and numbers."""
MARK: Final = "~"
DIGITS: Final = 16
Offered = Sequence[Sequence[Choice]]


def carried(text: str) -> str:
    """What a button with this answer carries."""
    return text if len(text.encode()) <= MOST_BYTES and not text.startswith(MARK) else fingerprint(text)


def fingerprint(text: str) -> str:
    """A text too long for a button, as one that is not."""
    return f"{MARK}{sha256(text.encode()).hexdigest()[:DIGITS]}"


def chosen_text(argument: str, offered: Offered) -> str | None:
    """The answer a tapped button stands for; None where it is not offered any more."""
    if not argument.startswith(MARK):
        return argument
    return next((choice.text for row in offered for choice in row if carried(choice.text) == argument), None)


def keyboard(view: DialogView, ask: Ask, *, kept: bool, refusal: Refused | None) -> Keyboard:
    """Suggestions, answers to tap, the answer there is, and the way out."""
    given = entered(view.draft.answers)
    suggested = () if refusal is None else tuple((Choice(text, text),) for text in refusal.suggestions)
    rows = tuple(
        tuple(button(view, choice.label, Verb.CHOOSE, carried(choice.text)) for choice in row)
        for row in (*suggested, *ask.choices)
    )
    keep_row = ((button(view, "Keep as it is", Verb.CHOOSE, "keep"),),) if kept else ()
    is_first = view.step is Step.MARKET and not given.editing
    back_button = () if is_first else (button(view, "‹ Back", Verb.BACK),)
    out = (*back_button, button(view, "Help", Verb.HELP), button(view, "Cancel", Verb.CANCEL, style=Style.BAD))
    return (*rows, *keep_row, out)
