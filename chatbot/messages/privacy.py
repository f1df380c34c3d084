"""What is said of everything that is held about a person: handing it out, and deleting it."""

from __future__ import annotations

from chatbot.core.money import Millis
from chatbot.messages.values import Button, Message, Press, Style, Verb

FORGOTTEN = "Everything I held about you is deleted. If you write again, I meet you for the first time."
CAPTION = (
    "Everything I hold about you: yourself, your draft, your plans with every event and fill, reminders, messages to "
    "you, and updates not dealt with yet."
)
PLANS_CAPTION = "Your closed plans as a table."


def asks_to_forget(open_plans: int, until: Millis) -> Message:
    """What is lost, and the only button that deletes it; the button carries until when it counts."""
    watched = "" if not open_plans else f"\n\n⚠ {plans(open_plans)} open: nobody watches the stop from then on."
    return Message(
        "<b>Delete everything I hold about you?</b>\nYour plans with their events and fills, your draft, reminders, "
        "messages to you, and what I know of you. It can't be brought back; /export gives you a copy first."
        f"{watched}\n\nThe button counts for ten minutes. To keep everything, do nothing.",
        ((Button("Delete everything", Press(Verb.FORGET, version=until // 1_000), style=Style.BAD),),),
    )


def not_sent() -> Message:
    """Telegram did not take the file."""
    return Message("Telegram did not take the file with your data. Nothing was changed; try /export again in a minute.")


def plans(count: int) -> str:
    """`1 plan is`, `2 plans are`."""
    return "1 plan is" if count == 1 else f"{count} plans are"
