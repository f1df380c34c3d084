"""What is said when prices stop coming, when they come again, and when a plan can't be watched."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from chatbot.core.money import Millis
from chatbot.messages.numbers import number, utc_time
from chatbot.messages.values import Message


def feed_silent(exchange: str, symbol: str, heard: Millis) -> Message:
    """No price for a minute: the user has to look for themselves."""
    return Message(
        f"⚠ <b>No price of {escape(symbol)} since {utc_time(heard)}.</b>\n"
        f"{escape(exchange)} does not answer. I am blind until it does: watch your stop on the exchange yourself. "
        "I will tell you when I see prices again."
    )


def feed_back(exchange: str, symbol: str, heard: Millis | None, now: Millis, price: Decimal | None) -> Message:
    """Prices again: how long the blind spell was, and where the market is now."""
    spell = "" if heard is None else f" I was blind {utc_time(heard)}–{utc_time(now)}."
    stands = "" if price is None else f" Now {number(price)}."
    return Message(
        f"✅ <b>{escape(symbol)}: prices of {escape(exchange)} are back.</b>{spell}{stands}\n"
        "A touch in between that has come back I may not have seen: check your orders on the exchange."
    )


def unreadable_line(plan_number: int) -> str:
    """A plan among others that can't be shown."""
    return f"⚠ Plan {plan_number} can't be read and is NOT watched: watch its stop on the exchange yourself."


def unreadable(plan_number: int) -> Message:
    """The answer to a command about such a plan."""
    return Message(unreadable_line(plan_number))


def plan_unwatched(plan_number: int) -> Message:
    """A plan the bot can't follow: whoever relies on it has to know."""
    return Message(
        f"⚠ <b>I can't read plan {plan_number} any more, it is NOT watched.</b>\n"
        "Something is broken on my side. Watch your stop on the exchange yourself: no alerts of this plan will come."
    )
