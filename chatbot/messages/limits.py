"""What is said where one person asks for more than everybody may have, or for what can't be read safely."""

from __future__ import annotations

from chatbot.messages.values import Message


def too_many_plans(most: int) -> str:
    """One plan more than may be watched at a time; the draft stays."""
    return (
        f"You have {most} active plans already, and {most} at a time is the limit here. Close one or stop following it "
        "(/plans lists them), then arm this one: it is kept as it stands."
    )


def too_many_levels(found: int, most: int) -> str:
    """A plan that watches too much; the draft stays."""
    return (
        f"This plan watches {found} levels, and {most} a plan is the limit here: each part of each trigger, the stop, "
        "each target and the structure level count one. Take some away, then arm it: the rest is kept."
    )


def too_fast(most: int) -> Message:
    """More messages than are read in a minute: what was not read has to be said again."""
    return Message(
        f"That was more than {most} messages within a minute. I left the last ones unread and changed nothing: send "
        "what still matters again in a minute. Alerts keep coming."
    )


TOO_MANY_TAPS = "Too many taps within a minute: this one changed nothing. Tap again in a moment."


def turned_around() -> Message:
    """A text that shows its characters in another order than they stand in."""
    return Message(
        "✋ Your text has hidden characters that turn its direction around, so you see other numbers than I would "
        "read. Type it anew without them; nothing was changed."
    )


def private_chats_only(link: str) -> Message:
    """To a group: the one thing said there."""
    return Message(f"I coach in private chats only, and say nothing in groups: {link}")
