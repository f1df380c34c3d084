"""What the owner is told when something about the bot itself stays wrong, and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import assert_never

from chatbot.core.money import Millis
from chatbot.messages.values import Message
from chatbot.vitals import Trouble, TroubleKind

LINES = 12
"""More troubles than this are counted, not listed: the message must fit."""


def troubled(found: Sequence[Trouble], again_after: Millis) -> Message:
    """Something is wrong, or still is."""
    hours = again_after // 3_600_000
    return Message(
        "⚠ <b>Something is wrong with me.</b>\n"
        f"{listed([now_wrong(trouble) for trouble in found])}\n"
        f"I will tell you when it is over; while it lasts, every {hours} hours."
    )


def recovered(over: Sequence[Trouble]) -> Message:
    """Something is well again."""
    return Message(f"✅ <b>I am well again.</b>\n{listed([well_again(trouble) for trouble in over])}")


def listed(lines: Sequence[str]) -> str:
    """One line each, as far as they fit."""
    shown = [f"• {line}" for line in lines[:LINES]]
    more = len(lines) - LINES
    return "\n".join([*shown, f"• and {more} more" if more > 0 else ""]).rstrip()


def now_wrong(trouble: Trouble) -> str:
    """What is wrong, what that means, and what its reader can do."""
    about = escape(trouble.about)
    match trouble.kind:
        case TroubleKind.FEED:
            return f"No price of {about} for {span(trouble.lasts)}: I am blind there. Is the exchange reachable?"
        case TroubleKind.BEHIND:
            return f"The minutes of {about} are known only up to {span(trouble.lasts)} ago: a wick may be told late."
        case TroubleKind.OUTBOX:
            return f"A message has waited for {span(trouble.lasts)} to be sent: alerts come late."
        case TroubleKind.DATABASE:
            return "My database does not answer: nothing is decided or kept until it does. Is its disk full?"
        case TroubleKind.JOB:
            return f"The job “{about}” has not run for {span(trouble.lasts)}: a restart may help."
        case TroubleKind.TELEGRAM:
            return f"Telegram has not been reached for {span(trouble.lasts)}."
        case unknown:
            assert_never(unknown)


def well_again(trouble: Trouble) -> str:
    """What was wrong is not any more."""
    about = escape(trouble.about)
    match trouble.kind:
        case TroubleKind.FEED:
            return f"Prices of {about} come again, or nobody watches it any more."
        case TroubleKind.BEHIND:
            return f"The minutes of {about} are known again, or nobody watches it any more."
        case TroubleKind.OUTBOX:
            return "Messages leave again."
        case TroubleKind.DATABASE:
            return f"My database answers again. It did not for {span(trouble.lasts)}: what happened then is caught up."
        case TroubleKind.JOB:
            return f"The job “{about}” runs again."
        case TroubleKind.TELEGRAM:
            return "Telegram is reached again."
        case unknown:
            assert_never(unknown)


def span(millis: Millis) -> str:
    """`6 min`, `3 h`: as coarse as it may be."""
    minutes = max(1, millis // 60_000)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
