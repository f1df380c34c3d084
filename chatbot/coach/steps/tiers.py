"""How to scale in: weights, and one objective trigger a tier (items 2 and 3 of the checklist)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from chatbot.chart.tier_triggers import triggers
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, reference, setup_of, tier_price
from chatbot.coach.steps.objecting import argued_weights
from chatbot.coach.stored import Answers, exact
from chatbot.core.money import HUNDRED, ZERO, Side, percent_of, round_down
from chatbot.core.plan import MoveTrigger
from chatbot.core.reading import Unreadable, quoted
from chatbot.core.reading_lists import numbers as read_numbers
from chatbot.core.reading_triggers import DraftLevel, DraftTrigger, fixed, trigger, written
from chatbot.messages.numbers import number, percent, price
from chatbot.messages.wizard import trigger_label

WEIGHTS: Final = ("25/25/30/20", "40/30/30", "34/33/33")
MOST_TIERS: Final = 6
MOST_CHOICES: Final = 3
NEAR_PCT: Final = Decimal("0.5")


def ask_weights(view: DialogView, given: Entered) -> Ask:
    """The weights that fit the market's volatility first."""
    preset = view.known.preset
    fitting = () if preset is None else ("/".join(exact(weight) for weight in preset.weights),)
    offered = tuple(dict.fromkeys((*fitting, *WEIGHTS)))[:MOST_CHOICES]
    frame = given.timeframe.value
    other = "" if preset is None else f" The advice is for {frame} candles; type timeframe 1h for others."
    return Ask(
        "Into how many tiers do you split the entry, and how large is each?",
        f"Weights in % of the allocation, together 100. Three or four tiers are a scale-in.{other}",
        tuple((Choice(f"{weights} %", weights),) for weights in offered),
        () if preset is None else (preset.advice,),
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
    """What the chart shows, then a price for tier 1, a move from its fill for the others."""
    weight = percent(given.weights[given.tier - 1])
    if given.tier == 1:
        return Ask(
            f"When do you take tier 1 ({weight} of the allocation)?",
            "Something the market does, not a feeling: 60000, >60500, close above 60900 1h, rsi crosses above 50 15m, "
            "ema20 retest, or manual: a question.",
            tuple((choice,) for choice in (*charted(view, given, view.market_price), *first_choices(view, given))),
            argued_weights(view, given),
        )
    proposed = tuple(charted(view, given, reference(view, given)))
    return Ask(
        f"When do you add tier {given.tier} ({weight} of the allocation)?",
        "Add when the market proves you right: +0.5% of price from tier 1's fill, a price, a candle's close.",
        (*((choice,) for choice in proposed), tuple(moves(view, given, 1 if proposed else MOST_CHOICES))),
    )


def charted(view: DialogView, given: Entered, entry: Decimal | None) -> Iterator[Choice]:
    """The triggers the chart proposes for this tier."""
    chart = view.known.chart
    if chart is None or entry is None:
        return
    last = tier_price(view, given, given.tier - 1)
    for proposal in triggers(chart, setup_of(view, given, entry, last), given.tier):
        if written(proposal.trigger) in given.triggers[: given.tier - 1]:
            continue
        yield Choice(trigger_label(proposal.trigger, view.tick), written(proposal.trigger), proposal.why, names=True)


def first_choices(view: DialogView, given: Entered) -> Iterator[Choice]:
    """Below, at and above the market, in % of price; without a market price the user is asked when it is time.

    Where the chart proposes levels, those take the place of the one above.
    """
    market = view.market_price
    if market is None:
        yield Choice("Ask me", "manual: Enter now?")
        return
    away = percent_of(market, NEAR_PCT)
    below, above = (round_down(level, view.tick) for level in (market - away, market + away))
    now = "below" if given.chosen_side is Side.LONG else "above"
    share = f"{percent(NEAR_PCT)} of price"
    yield Choice(f"Below {price(below, view.tick)} (−{share})", f"below {exact(below)}")
    yield Choice(f"Now, at {price(market, view.tick)}", f"{now} {exact(market)}")
    if view.known.chart is None:
        yield Choice(f"Above {price(above, view.tick)} (+{share})", f"above {exact(above)}")


def moves(view: DialogView, given: Entered, most: int) -> Iterator[Choice]:
    """Moves in the trade's favour, each further than where the tier before is expected."""
    entry, last = reference(view, given), tier_price(view, given, given.tier - 1)
    gone = ZERO if not entry or last is None else given.chosen_side.sign * (last - entry) / entry * HUNDRED
    beyond = (gone / NEAR_PCT).to_integral_value(ROUND_FLOOR) * NEAR_PCT + NEAR_PCT
    first = max(beyond, NEAR_PCT * (given.tier - 1))
    for step in range(most):
        pct = first + step * NEAR_PCT
        yield Choice(f"+{percent(pct)} of price" if most == 1 else f"+{percent(pct)}", f"+{exact(pct)}%")


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
    "A candle: close above 60900 1h, bounce 60000 15m. An indicator: rsi crosses above 50 15m, macd crosses up 1h, "
    "ema20 retest 15m. A question only you can answer: manual: is the range broken? "
    "Join conditions with or (any of them), or with and (all at one candle's close).",
    ask_trigger,
    read_trigger,
)
