"""What is agreed so far, as the lines of the card: the market above, and an answer for each item of the checklist."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from chatbot.coach.answers import DialogView, Entered, Step, is_open
from chatbot.coach.steps.asking import reference
from chatbot.coach.steps.guarding import guard_words
from chatbot.coach.steps.pace import pause_words
from chatbot.coach.steps.size import allocation_of, quote_of
from chatbot.coach.steps.terms import expiry_words
from chatbot.core.money import HUNDRED, ZERO, percent_of
from chatbot.core.plan import Follow, MarginMode, TriggerPrice
from chatbot.core.reading_rules import rules as rules_in
from chatbot.messages.numbers import money, number, percent, price
from chatbot.messages.wizard import Item
from chatbot.messages.words import stop_rule_words, trigger_words


def facts(view: DialogView, given: Entered) -> list[str]:
    """The market, the side, the size and the price, as far as they are known; HTML."""
    parts = [given.symbol, given.exchange if given.symbol else None, given.side and given.side.value]
    if given.leverage is not None:
        parts.append(f"{number(given.leverage)}x")
    if given.margin is MarginMode.CROSS:
        parts.append("cross margin")
    if given.trigger_price is TriggerPrice.MARK:
        parts.append("watched at the mark price")
    if given.equity is not None:
        parts.append(f"equity {money(given.equity, quote_of(view))}")
    lines = [" · ".join(escape(part, quote=False) for part in parts if part)]
    if view.market_price is not None:
        lines.append(f"Market price {price(view.market_price, view.tick)} · {given.timeframe.value} candles")
    return [line for line in lines if line]


def agreed(view: DialogView, given: Entered) -> tuple[Item, ...]:
    """Each item's answer so far."""
    return (
        Item(allocation(view, given), given.equity is not None and not is_open(Step.ALLOCATION, given)),
        Item(weights(given), not is_open(Step.WEIGHTS, given)),
        Item(triggers(view, given), bool(given.weights) and not is_open(Step.TRIGGER, given)),
        Item(stop(view, given), not is_open(Step.STOP, given)),
        Item(targets(view, given), not (is_open(Step.TARGETS, given) or is_open(Step.CLOSES, given))),
        Item(rules(given), not (is_open(Step.TARGETS, given) or is_open(Step.RULES, given))),
    )


def allocation(view: DialogView, given: Entered) -> str:
    """The share of equity; sized by risk, what it comes to once tier 1 and its stop are known."""
    if given.equity is None or is_open(Step.ALLOCATION, given):
        return ""
    share = allocation_of(given, reference(view, given))
    if share is None:
        return f"Allocation by {risk_words(view, given)}"
    margin = f"Allocation {percent(share)} of equity = {margin_words(view, given.equity, share)}"
    return margin if given.risk is None else f"{margin}, by {risk_words(view, given)}"


def margin_words(view: DialogView, equity: Decimal, share: Decimal) -> str:
    """`500 USDT margin`."""
    return f"{escape(money(percent_of(equity, share), quote_of(view)), quote=False)} margin"


def risk_words(view: DialogView, given: Entered) -> str:
    """`risk: at most 1 % of equity = 100 USDT is lost at tier 1's stop`."""
    equity, risk = given.equity or ZERO, given.risk or ZERO
    lost = money(percent_of(equity, risk), quote_of(view))
    return f"risk: at most {percent(risk)} of equity = {escape(lost, quote=False)} is lost at tier 1's stop"


def weights(given: Entered) -> str:
    if not given.weights:
        return ""
    pause = given.guards.min_pause_minutes
    after = f", {pause_words(pause)} pause between adds" if pause else ""
    return f"Scale-in tiers {'/'.join(number(weight) for weight in given.weights)}\u00a0% of the allocation{after}"


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
    shares = "/".join(number(close) for close in given.closes)
    closing = "" if is_open(Step.CLOSES, given) else f", closing {shares}\u00a0% of the position"
    return f"Scale-out targets {prices}{closing}"


def rules(given: Entered) -> str:
    """What the stop does after each target, as far as there is a rule for each."""
    if given.rules is None or is_open(Step.RULES, given):
        return ""
    said = (stop_rule_words(rule) for rule in rules_in(given.rules, len(given.targets)))
    return f"Stop rules: {' / '.join(words.removeprefix('stop ') for words in said)}"


def terms(view: DialogView, given: Entered) -> list[str]:
    """What holds for the whole plan beside the checklist, for the review; HTML."""
    lines = [f"Guards: {', '.join(guard_words(view, given))}"]
    if given.risk is not None:
        lines.append(sized_words(view, given))
    expiry = expiry_words(given)
    lines.append(f"Expires {expiry}, if tier 1 has not filled" if expiry else "Expires never")
    if given.follow is Follow.ASSUMED:
        lines.append("Fills are taken as done at their alert's price")
    return lines


def sized_words(view: DialogView, given: Entered) -> str:
    """That the size follows from the risk; and that it ends at all there is."""
    share = allocation_of(given, reference(view, given))
    if share is not None and share >= HUNDRED:
        all_of_it = f"{percent(share)} of equity is all there is, so less is lost"
        return f"Sized by {risk_words(view, given)}; {all_of_it}: raise the leverage or lower the risk"
    return f"Sized by {risk_words(view, given)}"
