"""The initial stop, by which everything else is measured (item 4 of the checklist)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from chatbot.chart.stops import stops
from chatbot.chart.wording import atr_text
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, reference, setup_of
from chatbot.coach.steps.objecting import argued_levels
from chatbot.coach.stored import Answers, exact
from chatbot.core.money import HUNDRED, Side, percent_of, round_towards_market
from chatbot.core.reading import Unreadable, quoted
from chatbot.core.reading_lists import Amount, Unit, amount
from chatbot.messages.numbers import percent, price

STOPS: Final = (Decimal(2), Decimal("1.5"), Decimal(3))


def ask_stop(view: DialogView, given: Entered) -> Ask:
    """What the chart shows, then distances in % of price from tier 1."""
    entry = reference(view, given)
    from_tier = "" if entry is None else f" from tier 1 at {price(entry, view.tick)}"
    proposed = tuple(charted(view, given, entry))
    shares = STOPS[:1] if proposed else STOPS
    offered = (*proposed, *(share_choice(view, given, entry, pct) for pct in shares))
    return Ask(
        "Where is the initial stop?",
        f"The price that proves the idea wrong. Type a price, or a % of price{from_tier}.",
        tuple((choice,) for choice in offered),
        argued_levels(view, given),
    )


def charted(view: DialogView, given: Entered, entry: Decimal | None) -> Iterator[Choice]:
    """The stops the chart proposes."""
    chart = view.known.chart
    if chart is None or entry is None:
        return
    sign = "−" if given.chosen_side is Side.LONG else "+"
    for proposal in stops(chart, setup_of(view, given, entry)):
        share = percent(abs(entry - proposal.price) / entry * HUNDRED)
        label = f"{price(proposal.price, view.tick)} ({sign}{share} of price)"
        yield Choice(label, exact(proposal.price), proposal.why)


def share_choice(view: DialogView, given: Entered, entry: Decimal | None, pct: Decimal) -> Choice:
    """A stop that is a share of price away, and how many ATR that is."""
    sign = "−" if given.chosen_side is Side.LONG else "+"
    share = f"{sign}{percent(pct)} of price"
    if entry is None:
        return Choice(share, f"{exact(pct)}%")
    stop = stop_at(view, given, entry, pct)
    atr = view.context.atr
    why = "" if atr is None else f"{atr_text(abs(entry - stop), atr)} away, whatever the chart shows"
    return Choice(f"{price(stop, view.tick)} ({share})", exact(stop), why)


def stop_at(view: DialogView, given: Entered, entry: Decimal, pct: Decimal) -> Decimal:
    """A stop `pct` % of price on the losing side of `entry`, on the tick."""
    side = given.chosen_side
    return round_towards_market(entry - side.sign * percent_of(entry, pct), view.tick, side)


def read_stop(view: DialogView, given: Entered, text: str) -> Answers:
    """A price, or a % of price, on the losing side of tier 1."""
    entry, side = reference(view, given), given.chosen_side
    read = amount(text, "a stop", f"{example_stop(view, given)} or 2%")
    if read.unit is Unit.R or (read.sign and read.unit is not Unit.PERCENT):
        raise Unreadable(f"{quoted(text)} is no stop; give a price or a % of price, for example 2%.")
    stop = stop_percent(view, given, text, read) if read.unit is Unit.PERCENT else read.value
    near_market(stop, view, f"{example_stop(view, given)} (or 2% for a share of price)")
    if entry is not None and side.sign * (entry - stop) <= 0:
        where = "below" if side is Side.LONG else "above"
        raise Unreadable(
            f"A stop at {price(stop)} is on the wrong side: a {side.value} needs it {where} tier 1 at {price(entry)}, "
            f"for example {example_stop(view, given)}."
        )
    return {"stop": exact(stop)}


def stop_percent(view: DialogView, given: Entered, text: str, read: Amount) -> Decimal:
    """The stop a % of price away; a sign that points the other way is refused."""
    entry, side = reference(view, given), given.chosen_side
    if entry is None:
        raise Unreadable(
            f"The market price isn't known right now, so {quoted(text)} means nothing yet: "
            "give a price, for example 59000."
        )
    if read.sign == side.sign:
        sign = "-" if side is Side.LONG else "+"
        raise Unreadable(
            f"{quoted(text)} is on the winning side of a {side.value}; for example {sign}{exact(read.value)}%."
        )
    if read.value >= HUNDRED:
        raise Unreadable(f"{quoted(text)} is the whole price or more; the stop has to be closer, for example 2%.")
    return stop_at(view, given, entry, read.value)


def example_stop(view: DialogView, given: Entered) -> str:
    """A stop a person might type here."""
    entry = reference(view, given)
    return "59000" if entry is None else exact(stop_at(view, given, entry, STOPS[0]))


STOP_STEP: Final = Asking(
    4,
    "Type a price (59000) or a distance in % of price (2%). R is the distance from tier 1 to this stop; everything "
    "else is measured in it. The stop only ever tightens.",
    ask_stop,
    read_stop,
)
