"""How to scale in: weights and one objective trigger a tier, the stop they are all measured by (items 2 to 4)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from chatbot.coach.answers import Answers, DialogView, Entered, exact
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, reference
from chatbot.core.money import HUNDRED, ZERO, Side, percent_of, round_down, round_towards_market
from chatbot.core.plan import MoveTrigger
from chatbot.core.reading import Unreadable, quoted, timeframe
from chatbot.core.reading_lists import Amount, Unit, amount
from chatbot.core.reading_lists import numbers as read_numbers
from chatbot.core.reading_triggers import DraftLevel, DraftTrigger, fixed, trigger, written
from chatbot.core.timeframes import Timeframe
from chatbot.messages.numbers import number, percent, price

WEIGHTS: Final = ("25/25/30/20", "40/30/30", "34/33/33")
MOST_TIERS: Final = 6
NEAR_PCT: Final = Decimal("0.5")
STOPS: Final = (Decimal(2), Decimal("1.5"), Decimal(3))
FRAMES: Final = (Timeframe.M5, Timeframe.M15, Timeframe.H1, Timeframe.H4)


def ask_weights(_view: DialogView, _given: Entered) -> Ask:
    return Ask(
        "Into how many tiers do you split the entry, and how large is each?",
        "Weights in % of the allocation, together 100. Three or four tiers are a scale-in.",
        tuple((Choice(f"{weights} %", weights),) for weights in WEIGHTS),
    )


def read_weights(_view: DialogView, _given: Entered, text: str) -> Answers:
    """Weights that add up to 100."""
    weights = read_numbers(text, "weights in %", "25/25/30/20", lambda read: sum(read, ZERO) == HUNDRED)
    total = sum(weights, ZERO)
    if total != HUNDRED:
        raise Unreadable(
            f"{quoted(text)} adds up to {number(total)}, not 100; give every tier its %, for example 25/25/30/20."
        )
    if len(weights) > MOST_TIERS:
        raise Unreadable(f"{len(weights)} tiers are too many; use 3 or 4, at most {MOST_TIERS}, for example 40/30/30.")
    return {"weights": [exact(weight) for weight in weights], "tier": "1"}


def ask_trigger(view: DialogView, given: Entered) -> Ask:
    """Tier 1 at a price, later ones at a move from its fill."""
    weight = percent(given.weights[given.tier - 1])
    if given.tier == 1:
        return Ask(
            f"When do you take tier 1 ({weight} of the allocation)?",
            "Something the market does, not a feeling: 60000, >60500, close above 60900 1h, bounce 60000 15m, "
            "or manual: a question.",
            first_choices(view, given),
        )
    step = NEAR_PCT * (given.tier - 1)
    moves = (step, step + NEAR_PCT, step + 2 * NEAR_PCT)
    return Ask(
        f"When do you add tier {given.tier} ({weight} of the allocation)?",
        "Add when the market proves you right: +0.5% of price from tier 1's fill, a price, or a candle's close.",
        (tuple(Choice(f"+{percent(pct)}", f"+{exact(pct)}%") for pct in moves),),
    )


def first_choices(view: DialogView, given: Entered) -> tuple[tuple[Choice, ...], ...]:
    """Below, at and above the market, in % of price; without a market price the user is asked when it is time."""
    market = view.market_price
    if market is None:
        return ((Choice("Ask me", "manual: Enter now?"),),)
    away = percent_of(market, NEAR_PCT)
    below, above = (round_down(level, view.tick) for level in (market - away, market + away))
    now = "below" if given.chosen_side is Side.LONG else "above"
    share = f"{percent(NEAR_PCT)} of price"
    return (
        (Choice(f"Below {price(below, view.tick)} (−{share})", f"below {exact(below)}"),),
        (Choice(f"Now, at {price(market, view.tick)}", f"{now} {exact(market)}"),),
        (Choice(f"Above {price(above, view.tick)} (+{share})", f"above {exact(above)}"),),
    )


def read_trigger(view: DialogView, given: Entered, text: str) -> Answers:
    """The trigger with its direction, as text that reads back the same."""
    draft = trigger(text, given.timeframe)
    check_levels(view, given, draft)
    known = view.market_price if given.tier == 1 else reference(view, given)
    settled = written(fixed(draft, given.chosen_side, known))
    triggers = [*given.triggers[: given.tier - 1], settled, *given.triggers[given.tier :]]
    return {"triggers": triggers, "tier": str(given.tier + 1)}


def check_levels(view: DialogView, given: Entered, draft: DraftTrigger) -> None:
    """Tier 1 has no fill to move from, and no level is ten times off the market."""
    for part in draft.parts:
        if isinstance(part, MoveTrigger) and given.tier == 1:
            raise Unreadable(
                "A move is measured from tier 1's own fill, so tier 1 needs a price or a candle, "
                f"for example {example_price(view)}."
            )
        if isinstance(part, DraftLevel):
            near_market(part.level, view, example_price(view))


def example_price(view: DialogView) -> str:
    """A price a person might type on this market."""
    return "60000" if view.market_price is None else exact(view.market_price)


def ask_stop(view: DialogView, given: Entered) -> Ask:
    """Distances in % of price from tier 1."""
    entry = reference(view, given)
    from_tier = "" if entry is None else f" from tier 1 at {price(entry, view.tick)}"
    return Ask(
        "Where is the initial stop?",
        f"The price that proves the idea wrong. Type a price, or a % of price{from_tier}.",
        tuple((choice,) for choice in stop_choices(view, given, entry)),
    )


def stop_choices(view: DialogView, given: Entered, entry: Decimal | None) -> Iterator[Choice]:
    """Three stops on the losing side."""
    sign = "−" if given.chosen_side is Side.LONG else "+"
    for pct in STOPS:
        share = f"{sign}{percent(pct)} of price"
        if entry is None:
            yield Choice(share, f"{exact(pct)}%")
        else:
            stop = stop_at(view, given, entry, pct)
            yield Choice(f"{price(stop, view.tick)} ({share})", exact(stop))


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


def ask_timeframe(_view: DialogView, _given: Entered) -> Ask:
    return Ask(
        "Which candles does the plan look at?",
        "Used where a trigger names no timeframe of its own, and for ATR.",
        (tuple(Choice(frame.value, frame.value) for frame in FRAMES),),
    )


def read_timeframe(_view: DialogView, _given: Entered, text: str) -> Answers:
    return {"timeframe": timeframe(text).value}


WEIGHTS_STEP: Final = Asking(
    2,
    "Type the weights with a / between: 25/25/30/20. The first tier is a probe, later ones are only added once the "
    "market moves your way; the stop follows, so an add never raises the money at risk.",
    ask_weights,
    read_weights,
)
TRIGGER_STEP: Final = Asking(
    3,
    "A level: 60000 (the side follows from the market price), >60500, below 60000. A move from tier 1's fill: +0.5%. "
    "A candle: close above 60900 1h, bounce 60000 15m. A question only you can answer: manual: is the range broken? "
    "Join alternatives with or.",
    ask_trigger,
    read_trigger,
)
STOP_STEP: Final = Asking(
    4,
    "Type a price (59000) or a distance in % of price (2%). R is the distance from tier 1 to this stop; everything "
    "else is measured in it. The stop only ever tightens.",
    ask_stop,
    read_stop,
)
TIMEFRAME_STEP: Final = Asking(3, "Type 15m, 1h, 4h and so on.", ask_timeframe, read_timeframe)
