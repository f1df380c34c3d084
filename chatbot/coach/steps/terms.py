"""What holds for the plan as a whole and has a default: margin mode, the price watched, expiry, and how its fills are followed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.coach.steps.pace import pause_words
from chatbot.coach.stored import Answers
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, MarginMode, TriggerPrice
from chatbot.core.reading import Unreadable, cleaned, quoted
from chatbot.messages.numbers import utc_stamp

NEVER: Final = frozenset({"none", "never", "no", "off", "no expiry"})
MINUTES_OF: Final = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
SPAN: Final = re.compile(
    r"(?:in |after )?(?P<count>\d{1,5})\s*(?P<unit>m|h|d|w)(?:in|ins|inutes?|ours?|rs?|ays?|eeks?)?"
)
DATE: Final = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ t](?P<time>\d{2}:\d{2}))?\s*(?:utc|z)?")
LEAST: Final = 5
MOST: Final = 90 * 1440
EXAMPLE: Final = "for example 24h, 2030-01-31 14:00 or none"
EXPIRIES: Final = ("4h", "24h", "3d")


def ask_margin(_view: DialogView, given: Entered) -> Ask:
    return Ask(
        "Isolated or cross margin?",
        f"Now: {given.margin.value}. It has to be what you set on the exchange.",
        (
            (
                Choice(
                    "Isolated", "isolated", "only this trade's margin is at stake, and the liquidation price is known"
                ),
            ),
            (
                Choice(
                    "Cross",
                    "cross",
                    "the whole account backs the trade: no liquidation price is shown, since it depends on everything "
                    "else you hold",
                ),
            ),
        ),
    )


def read_margin(_view: DialogView, _given: Entered, text: str) -> Answers:
    words = cleaned(text).casefold().removesuffix(" margin")
    if words not in tuple(MarginMode):
        raise Unreadable(f"{quoted(text)} is no margin mode; write isolated or cross, for example isolated.")
    return {"margin": words}


def ask_trigger_price(_view: DialogView, given: Entered) -> Ask:
    return Ask(
        "Which price decides: last or mark?",
        f"Now: {given.trigger_price.value}. It should be what your stop on the exchange is triggered by.",
        (
            (Choice("Last price", "last", "what was just traded: every wick counts"),),
            (
                Choice(
                    "Mark price",
                    "mark",
                    "the exchange's fair price, which it liquidates by: a wick on this exchange alone may not count",
                ),
            ),
        ),
    )


def read_trigger_price(_view: DialogView, _given: Entered, text: str) -> Answers:
    words = cleaned(text).casefold().removesuffix(" price")
    if words not in tuple(TriggerPrice):
        raise Unreadable(f"{quoted(text)} is no price to watch; write last or mark, for example last.")
    return {"trigger_price": words}


def ask_expiry(_view: DialogView, given: Entered) -> Ask:
    spans = tuple(Choice(f"{span} after arming", span) for span in EXPIRIES)
    return Ask(
        "When does the plan expire if tier 1 has not filled?",
        f"Now: {expiry_words(given) or 'never'}. A setup that waits too long is another setup.",
        (*((span,) for span in spans), (Choice("Never", "none"),)),
    )


def read_expiry(view: DialogView, _given: Entered, text: str) -> Answers:
    """A span from arming on, a moment in UTC (a day alone: its end), or none."""
    words = cleaned(text).casefold()
    if words in NEVER:
        return {"expires_after": None, "expires_at": None}
    if found := SPAN.fullmatch(words):
        minutes = int(found["count"]) * MINUTES_OF[found["unit"]]
        if not LEAST <= minutes <= MOST:
            raise Unreadable(f"{quoted(text)} is not between {LEAST} minutes and 90 days; {EXAMPLE}.")
        return {"expires_after": str(minutes), "expires_at": None}
    if found := DATE.fullmatch(words):
        return {"expires_after": None, "expires_at": str(future(moment_of(found, text), view.now, text))}
    raise Unreadable(f"{quoted(text)} is no expiry; give a span, a date in UTC or none, {EXAMPLE}.")


def moment_of(found: re.Match[str], text: str) -> Millis:
    """The moment in UTC."""
    try:
        begun = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}").replace(tzinfo=UTC)
    except ValueError:
        raise Unreadable(f"{quoted(text)} is no day of the calendar; {EXAMPLE}.") from None
    ends = begun if found["time"] else begun + timedelta(days=1)
    return int(ends.timestamp()) * 1_000


def future(at: Millis, now: Millis, text: str) -> Millis:
    """The moment, if it is still to come."""
    if at <= now:
        raise Unreadable(f"{quoted(text)} is over: it is {utc_stamp(now)} now; {EXAMPLE}.")
    return at


def expiry_of(given: Entered, now: Millis) -> Millis | None:
    """When a plan armed now expires."""
    return given.expires_at if given.expires_after is None else now + given.expires_after * 60_000


def expiry_words(given: Entered) -> str:
    """`24 h after arming`, `2030-01-31 14:00 UTC`; empty without one."""
    if given.expires_after is not None:
        return f"{span_words(given.expires_after)} after arming"
    return "" if given.expires_at is None else utc_stamp(given.expires_at)


def span_words(minutes: int) -> str:
    """Days where they are whole and more than one, else hours or minutes."""
    days = minutes // 1440
    return f"{days}\u00a0days" if minutes % 1440 == 0 and days > 1 else pause_words(minutes)


def ask_following(_view: DialogView, given: Entered) -> Ask:
    now = "confirmed" if given.follow is Follow.CONFIRMED else "assumed"
    return Ask(
        "How do I learn of your fills?",
        f"Now: {now}.",
        (
            (Choice("I confirm each one", "confirmed", "I ask after every alert, and follow what you really did"),),
            (
                Choice(
                    "Take them as done", "assumed", "every alert counts as filled at its price; fix it with /correct"
                ),
            ),
        ),
    )


def read_following(_view: DialogView, _given: Entered, text: str) -> Answers:
    words = cleaned(text).casefold()
    if words not in tuple(Follow):
        raise Unreadable(f"{quoted(text)} is no way to follow; write confirmed or assumed, for example confirmed.")
    return {"follow": words}


MARGIN_STEP: Final = Asking(
    0,
    "Type isolated or cross. With isolated margin a trade can only lose its own margin, and I can estimate where it "
    "would be liquidated. With cross margin that depends on the whole account, so no liquidation price is shown.",
    ask_margin,
    read_margin,
)
TRIGGER_PRICE_STEP: Final = Asking(
    0,
    "Type last or mark. Last is what was just traded, and most exchanges trigger stops by it unless told otherwise. "
    "Mark is the fair price an exchange reckons from several markets, and liquidates by.",
    ask_trigger_price,
    read_trigger_price,
)
EXPIRY_STEP: Final = Asking(
    0,
    "Type a span from arming on (24h, 3d), a date in UTC (2030-01-31 or 2030-01-31 14:00), or none. Only a plan "
    "without a position expires.",
    ask_expiry,
    read_expiry,
)
FOLLOWING_STEP: Final = Asking(
    0,
    "Type confirmed: I ask what you did after each alert, and follow your real fills. Or assumed: each alert is taken "
    "as done at its price.",
    ask_following,
    read_following,
)
