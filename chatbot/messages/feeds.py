"""What is said when prices stop coming, when they come again, and when a plan can't be watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.events import (
    EntryMissed,
    Event,
    PlanClosed,
    ReassessAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.money import Millis
from chatbot.messages.fitting import Block, under
from chatbot.messages.numbers import moment, number, utc_stamp, utc_time
from chatbot.messages.values import Message

MOST_TOUCHES: Final = 12
UNKNOWN: Final = "what it did meanwhile I could not look up; check your orders on the exchange."


def feed_silent(exchange: str, symbol: str, heard: Millis) -> Message:
    """No price for a minute: the user has to look for themselves."""
    return Message(
        f"⚠ <b>No price of {escape(symbol)} since {utc_time(heard)}.</b>\n"
        f"{escape(exchange)} does not answer. I am blind until it does: watch your stop on the exchange yourself. "
        "I will tell you when I see prices again."
    )


@dataclass(frozen=True, slots=True)
class Touch:
    """Something that happened to a plan while nobody saw it."""

    plan_number: int
    what: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Spell:
    """A market that was not seen since then; `is_known`: what it did meanwhile was looked up."""

    exchange: str
    symbol: str
    since: Millis
    price: Decimal | None
    touches: Sequence[Touch]
    is_known: bool = True


def sight_again(spells: Sequence[Spell], now: Millis) -> Message:
    """One report for all that was not seen, even if nothing happened; what was touched stands first."""
    heading = f"✅ <b>I see prices again.</b> I was blind {span(min(spell.since for spell in spells), now)}."
    blocks = [Block((spell_line(spell),), "") for spell in sorted(spells, key=concern)]
    return Message(under(heading, blocks, "\n", markets_left_out))


def concern(spell: Spell) -> int:
    """Where a market stands in the report: touched, not known, untouched."""
    if spell.touches:
        return 0
    return 2 if spell.is_known else 1


def spell_line(spell: Spell) -> str:
    """One market: where it stands, and what was found."""
    stands = "" if spell.price is None else f", now {number(spell.price)}"
    head = f"{escape(spell.symbol)} on {escape(spell.exchange)}{stands}: "
    return head + (known_line(spell) if spell.is_known else UNKNOWN)


def markets_left_out(missing: int) -> str:
    """The markets there was no room for."""
    return f"{missing} more market{'s' if missing > 1 else ''}: /status shows your plans"


def known_line(spell: Spell) -> str:
    """What was found; the alerts say what to do about it."""
    told = [f"plan {touch.plan_number} {touch.what} ({utc_time(touch.at)})" for touch in spell.touches[:MOST_TOUCHES]]
    more = len(spell.touches) - len(told)
    told += [f"and {more} more"] if more else []
    return f"{'; '.join(told)}." if told else "every minute since is looked up, nothing of your plans was touched."


def touch_of(plan_number: int, event: Event) -> Touch | None:
    """An event as a line of the report; None for what only follows from another."""
    match event:
        case TierTriggered(tier=tier) | TierBlocked(tier=tier):
            what = f"reached tier {tier}"
        case TargetHit(target=target):
            what = f"hit TP{target}"
        case StopHit():
            what = "hit its stop"
        case ReassessAdvised():
            what = "went 0.5R against tier 1"
        case EntryMissed():
            what = "went on without its entry"
        case PlanClosed():
            what = f"is over: {event.reason.value.replace('_', ' ')}"
        case _:
            return None
    return Touch(plan_number, what, event.at)


def span(since: Millis, now: Millis) -> str:
    """`14:02–14:09 UTC`, with the days where it went over midnight."""
    if moment(since).date() == moment(now).date():
        return f"{moment(since):%H:%M}–{utc_time(now)}"
    return f"{moment(since):%Y-%m-%d %H:%M} – {utc_stamp(now)}"


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
