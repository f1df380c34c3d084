"""Where the chart argues against the user's own tiers: advice beside the question it is about, never in the way."""

from __future__ import annotations

from chatbot.chart.objections import Tiering, objections
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import first_price, reference


def argued_weights(view: DialogView, given: Entered) -> tuple[str, ...]:
    """What argues against the weights."""
    return objected(view, Tiering(given.weights))


def argued_levels(view: DialogView, given: Entered) -> tuple[str, ...]:
    """What argues against where the tiers are taken."""
    tiering = tiering_of(view, given)
    return () if tiering is None else objected(view, Tiering((), tiering.levels))


def argued(view: DialogView, given: Entered) -> tuple[str, ...]:
    """What argues against the tiers and the stop that was chosen for them."""
    tiering = tiering_of(view, given)
    return () if tiering is None else objected(view, tiering)


def objected(view: DialogView, tiering: Tiering) -> tuple[str, ...]:
    """The chart's objections; none without a chart."""
    chart = view.known.chart
    return () if chart is None else objections(chart, tiering)


def tiering_of(view: DialogView, given: Entered) -> Tiering | None:
    """The tiers as the chart looks at them; None while no price of tier 1 is known."""
    entry = reference(view, given)
    if entry is None:
        return None
    known = (given.trigger_of(number) for number in range(2, len(given.weights) + 1))
    later = (None if one is None else first_price(one, entry, given.chosen_side.sign) for one in known)
    return Tiering(given.weights, (entry, *later), given.stop)
