"""What the owner is told of links that let somebody in."""

from __future__ import annotations

from html import escape

from chatbot.core.money import Millis
from chatbot.messages.numbers import utc_stamp
from chatbot.messages.values import Message


def invitation(link: str, until: Millis, others: int) -> Message:
    """A new link. It is shown once: nobody can look it up again."""
    open_too = "" if not others else f" {links(others)} made before {'is' if others == 1 else 'are'} still open."
    return Message(
        f"For one person, once, until {utc_stamp(until)}:\n{escape(link)}\n\nSend it to them; I don't keep it and "
        f"can't show it again.{open_too} /invite revoke makes every open link worthless."
    )


def revoked(count: int) -> Message:
    """No link is open any more."""
    return Message(f"{links(count)} revoked: nobody gets in by an old link." if count else "No link was open.")


def owner_only() -> Message:
    """Somebody else wants to invite."""
    return Message(
        "Only the owner of this bot can invite people. Tierwise is open source: you can run one of your own."
    )


def no_use(*, named: bool) -> Message:
    """Links let nobody in who would not be let in anyway, or who may not stay."""
    why = "TIERWISE_ALLOWED_USERS names who may use this bot" if named else "TIERWISE_OPEN lets everybody in"
    return Message(f"{why}, so links change nothing: none was made.")


def expected() -> Message:
    """What may stand after the command."""
    return Message("✋ Expected nothing after it, for a new link, or /invite revoke.")


def not_shown() -> Message:
    """Telegram did not take the message with the link."""
    return Message("Telegram did not take the message with the link, so I made it worthless. Try /invite again.")


def links(count: int) -> str:
    """`1 link`, `3 links`."""
    return "1 link" if count == 1 else f"{count} links"
