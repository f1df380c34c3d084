"""What is agreed so far, as the lines of the card: the market above, and an answer for each item of the checklist."""

from __future__ import annotations

from html import escape

from chatbot.coach.answers import DialogView, Entered, Step, is_open
from chatbot.coach.steps.asking import reference
from chatbot.coach.steps.size import quote_of
from chatbot.core.money import HUNDRED, percent_of
from chatbot.messages.numbers import money, number, percent, price
from chatbot.messages.words import trigger_words


def facts(view: DialogView, given: Entered) -> list[str]:
    """The market, the side, the size and the price, as far as they are known; HTML."""
    parts = [given.symbol, given.exchange if given.symbol else None, given.side and given.side.value]
    if given.leverage is not None:
        parts.append(f"{number(given.leverage)}x")
    if given.equity is not None:
        parts.append(f"equity {money(given.equity, quote_of(view))}")
    lines = [" · ".join(escape(part, quote=False) for part in parts if part)]
    if view.market_price is not None:
        lines.append(f"Market price {price(view.market_price, view.tick)}")
    return [line for line in lines if line] + [""] if any(lines) else []


def agreed(view: DialogView, given: Entered) -> tuple[str, ...]:
    """Each item's answer as HTML, empty while it is open."""
    return (
        allocation(view, given),
        weights(given),
        triggers(view, given),
        stop(view, given),
        targets(view, given),
        rules(given),
    )


def allocation(view: DialogView, given: Entered) -> str:
    if given.allocation is None or given.equity is None:
        return ""
    margin = money(percent_of(given.equity, given.allocation), quote_of(view))
    return f"Allocation {percent(given.allocation)} = {escape(margin, quote=False)}"


def weights(given: Entered) -> str:
    if not given.weights:
        return ""
    return f"Scale-in tiers {'/'.join(number(weight) for weight in given.weights)}\u00a0%"


def triggers(view: DialogView, given: Entered) -> str:
    """All of them, once the last is answered; before that only how many there are."""
    if not given.triggers:
        return ""
    lines = [f"Objective triggers {len(given.triggers)} of {len(given.weights)}"]
    for tier in range(1, len(given.triggers) + 1):
        trigger = given.trigger_of(tier)
        if trigger is not None:
            words = trigger_words(trigger, view.tick)
            lines.append(f"     T{tier} {escape(words, quote=False)}")
    return "\n".join(lines)


def stop(view: DialogView, given: Entered) -> str:
    """The stop, and how far it is from tier 1."""
    if given.stop is None:
        return ""
    entry = reference(view, given)
    away = "" if not entry else f" ({percent(abs(entry - given.stop) / entry * HUNDRED)} of price from tier 1)"
    return f"Initial stop {price(given.stop, view.tick)}{away}"


def targets(view: DialogView, given: Entered) -> str:
    if not given.targets:
        return ""
    prices = " · ".join(price(target, view.tick) for target in given.targets)
    closing = "" if is_open(Step.CLOSES, given) else f", closing {'/'.join(number(c) for c in given.closes)}\u00a0%"
    return f"Scale-out targets {prices}{closing}"


def rules(given: Entered) -> str:
    return f"Stop rules {escape(given.rules, quote=False)}" if given.rules else ""
