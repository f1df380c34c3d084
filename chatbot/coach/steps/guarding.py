"""The guards a plan sets for itself: where the idea is wrong, how long to wait between adds, how deep an add may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from chatbot.chart.stops import structure_levels
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, reference, setup_of
from chatbot.coach.steps.pace import pause_words
from chatbot.coach.stored import Answers, exact
from chatbot.core.money import Side
from chatbot.core.plan import Guards
from chatbot.core.planned import named_levels_of
from chatbot.core.reading import Unreadable, cleaned, number, quoted
from chatbot.core.reading_lists import LONGEST_LIST
from chatbot.core.timeframes import MINUTE
from chatbot.messages.numbers import price

NONE: Final = frozenset({"none", "no", "off", "0", "0m"})
PIECES: Final = re.compile(r"\s*[;&]\s*|,\s+|\s+and\s+")
PIECE: Final = re.compile(r"(?P<kind>structure|pause|averaging)(?:\s+(?:level|down))?\s*:?\s*(?P<value>\S.*)")
SPAN: Final = re.compile(r"(?P<count>\d{1,4})\s*(?P<unit>m|h)(?:in|ins|inutes?|ours?|rs?)?")
CANDLES: Final = re.compile(r"(?P<count>\d{1,2})\s*candles?")
MOST_PAUSE: Final = 1440
EXAMPLE: Final = "for example structure 58800, pause 15m or averaging 0.3R"


def ask_guards(view: DialogView, given: Entered) -> Ask:
    """Structure levels of the chart, and a pause of one candle."""
    candle = given.timeframe.millis // MINUTE
    pause = given.guards.min_pause_minutes
    rows = [(choice,) for choice in charted(view, given)]
    if given.guards.structure_level is not None:
        rows.append((Choice("No structure level", "structure none"),))
    if pause != candle:
        rows.append((Choice(f"Pause one {given.timeframe.value} candle", f"pause {candle}m", "room between two adds"),))
    if pause:
        rows.append((Choice("No pause", "pause none"),))
    return Ask("Which guards does the plan keep?", f"Now: {', '.join(guard_words(view, given))}.", tuple(rows))


def charted(view: DialogView, given: Entered) -> Iterator[Choice]:
    """The levels whose break says that the idea is wrong before the stop does."""
    chart, entry = view.known.chart, reference(view, given)
    if chart is None or entry is None:
        return
    for proposal in structure_levels(chart, setup_of(view, given, entry)):
        label = f"Structure {price(proposal.price, view.tick)}"
        yield Choice(label, f"structure {exact(proposal.price)}", proposal.why)


def guard_words(view: DialogView, given: Entered) -> tuple[str, ...]:
    """The three guards as they stand, plain text."""
    guards = given.guards
    worse = "lower" if given.chosen_side is Side.LONG else "higher"
    level, pause, depth = guards.structure_level, guards.min_pause_minutes, guards.averaging_down_r
    return (
        "no structure level" if level is None else f"no add beyond the structure level {price(level, view.tick)}",
        f"{pause_words(pause)} between adds" if pause else "no pause between adds",
        f"adds at most {exact(depth)}R {worse} than the average" if depth else f"no add {worse} than the average",
    )


def read_guards(view: DialogView, given: Entered, text: str) -> Answers:
    """One guard, or several with a comma between."""
    changes: dict[str, object] = {}
    for piece in PIECES.split(cleaned(text, LONGEST_LIST).casefold()):
        found = PIECE.fullmatch(piece)
        if found is None:
            raise Unreadable(f"{quoted(text)} names no guard; {EXAMPLE}.")
        changes |= READERS[found["kind"]](view, given, found["value"])
    return changes


def structure(view: DialogView, given: Entered, text: str) -> Answers:
    """A price between tier 1 and the stop: on the other side it would block every add, beyond the stop none."""
    if text in NONE:
        return {"structure": None}
    level, entry, sign = (
        number(text, "a structure level", "structure 58800"),
        reference(view, given),
        given.chosen_side.sign,
    )
    near_market(level, view, "structure 58800")
    where = "below" if given.chosen_side is Side.LONG else "above"
    if entry is not None and sign * (entry - level) <= 0:
        raise Unreadable(
            f"A structure level at {price(level)} must lie {where} tier 1 at {price(entry)}, "
            f"for example structure {midway(view, given, entry)}."
        )
    if entry is not None and given.stop is not None and sign * (level - given.stop) < 0:
        raise Unreadable(
            f"A structure level at {price(level)} lies beyond the stop {price(given.stop)}, where nothing is added any "
            f"more, for example structure {midway(view, given, entry)}."
        )
    return {"structure": exact(level)}


def structure_fault(view: DialogView, given: Entered) -> tuple[str, ...]:
    """That tier 1 was moved beyond the structure level since: every later tier would be blocked for good."""
    level, first = given.guards.structure_level, given.trigger_of(1)
    entry = None if first is None else next(named_levels_of(first), None)
    if level is None or entry is None or given.chosen_side.sign * (entry - level) > 0:
        return ()
    where = "below" if given.chosen_side is Side.LONG else "above"
    fault = (
        f"The structure level {price(level, view.tick)} must lie {where} tier 1 at {price(entry, view.tick)}, or it "
        f"blocks every later tier. Fix it first, for example structure {midway(view, given, entry)} or structure none."
    )
    return (fault,)


def midway(view: DialogView, given: Entered, entry: Decimal) -> str:
    """A level that would do: halfway to the stop."""
    stop = entry * (1 - given.chosen_side.sign * Decimal("0.02")) if given.stop is None else given.stop
    step = view.tick or Decimal("0.0001")
    return exact(((entry + stop) / 2 / step).to_integral_value() * step)


def pause(_view: DialogView, given: Entered, text: str) -> Answers:
    """Minutes, hours, candles of the plan's timeframe, or none; from now on the user's own."""
    if text in NONE:
        return {"pause": "0", "pause_chosen": "yes"}
    span, candles = SPAN.fullmatch(text), CANDLES.fullmatch(text)
    if span is not None:
        minutes = int(span["count"]) * (60 if span["unit"] == "h" else 1)
    elif candles is not None:
        minutes = int(candles["count"]) * (given.timeframe.millis // MINUTE)
    else:
        raise Unreadable(f"{quoted(text)} is no pause; give minutes, hours or candles, for example pause 15m.")
    if not 0 < minutes <= MOST_PAUSE:
        raise Unreadable(f"A pause of {quoted(text)} is not between a minute and a day, for example pause 15m.")
    return {"pause": str(minutes), "pause_chosen": "yes"}


def averaging(_view: DialogView, _given: Entered, text: str) -> Answers:
    """How many R below the average an add may be: the rule's half an R, or less."""
    usual = Guards().averaging_down_r
    depth = (
        Decimal(0)
        if text in NONE
        else number(text.removesuffix("r").strip(), "a depth in R", "averaging 0.3R", zero=True)
    )
    if depth > usual:
        raise Unreadable(
            f"{exact(depth)}R below the average is averaging down; at most {exact(usual)}R is allowed, "
            "for example averaging 0.3R."
        )
    return {"averaging": exact(depth)}


READERS: Final = {"structure": structure, "pause": pause, "averaging": averaging}
GUARDS_STEP: Final = Asking(
    0,
    "Type structure 58800: beyond that price nothing is added any more. Type pause 15m (or 1 candle): the next tier "
    "waits that long after an add. Type averaging 0.3R: an add is at most so far below the average. Write none to turn "
    f"one off, a comma between several: {EXAMPLE}.",
    ask_guards,
    read_guards,
)
