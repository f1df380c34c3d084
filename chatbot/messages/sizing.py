"""The answer of the size calculator: how much to trade for a given risk, what it costs, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.core.cautions import MOST_ALLOCATION
from chatbot.core.market import FundingRate
from chatbot.core.money import HUNDRED
from chatbot.core.sizing import Size, Wanted
from chatbot.messages.findings import BLOCK, WARNING, Wording
from chatbot.messages.numbers import number, percent
from chatbot.messages.review import funding_line, maintenance_words
from chatbot.messages.views import bold


def size_text(wanted: Wanted, size: Size, wording: Wording, funding: FundingRate | None = None) -> str:
    """The size as HTML: the quantity first, then what it risks and costs, then what is wrong with it."""
    away = percent(abs(wanted.entry - wanted.stop) / wanted.entry * HUNDRED)
    margin = f"{wording.money(size.margin)} margin ({percent(size.margin_pct)} of equity)"
    lines = [
        bold(f"Size · {wording.base} {size.side.value} · {wording.quantity(size.quantity)}"),
        f"Entry {wording.price(wanted.entry)} · stop {wording.price(wanted.stop)} ({away} of price away)",
        f"Notional {wording.money(size.notional)} = {margin} × {number(wanted.leverage)}",
        *loss_lines(wanted, size, wording),
        liquidation_line(size, wording),
    ]
    if funding is not None:
        lines.append(funding_line(size.side, size.notional, funding, wording))
    against = [*blocking(wanted, size, wording), *warning(size)]
    return "\n\n".join(["\n".join(lines), *(["\n".join(against)] if against else [])])


def loss_lines(wanted: Wanted, size: Size, wording: Wording) -> Iterator[str]:
    """What the stop costs, fees apart."""
    share = percent(size.loss / wanted.equity * HUNDRED)
    yield f"Loss at the stop: {wording.money(size.loss)} ({share} of equity {wording.money(wanted.equity)})"
    if size.fees > 0:
        with_fees = wording.money(size.loss_with_fees)
        yield f"Fees in and out: {wording.money(size.fees)}; {with_fees} in all if the stop is hit"


def liquidation_line(size: Size, wording: Wording) -> str:
    """The estimate, for isolated margin."""
    price = wording.price(size.liquidation) if size.liquidation > 0 else "none above 0"
    return f"Liquidation, isolated, estimate: {price} ({maintenance_words(size.maintenance, size.notional)})"


def blocking(wanted: Wanted, size: Size, wording: Wording) -> Iterator[str]:
    """What keeps this from being ordered, each with what would do."""
    known = wanted.instrument
    if size.quantity == 0 or size.quantity < size.least:
        risked = percent(size.least_risk_pct)
        yield f"{BLOCK} The least order is {wording.quantity(size.least)}: that risks {risked} of equity at this stop."
    if size.most is not None and size.quantity > size.most:
        yield f"{BLOCK} The largest order is {wording.quantity(size.most)}: split it, or risk less."
    if known is not None and known.max_leverage is not None and wanted.leverage > known.max_leverage:
        highest = number(known.max_leverage)
        yield f"{BLOCK} {number(wanted.leverage)}x is more than this market allows. Highest: {highest}x."
    if not size.stop_first:
        yield f"{BLOCK} {liquidated_first(size)}"
    if size.margin_pct > HUNDRED:
        yield f"{BLOCK} The margin is more than the equity: take more leverage, or risk less."


def liquidated_first(size: Size) -> str:
    """The stop is never reached, and at which leverage it would be."""
    if size.safe_leverage is None:
        return "Liquidation comes before the stop: bring the stop closer, no leverage is low enough."
    return f"Liquidation comes before the stop. Highest leverage that is safe: {number(size.safe_leverage)}x."


def warning(size: Size) -> Iterator[str]:
    """What is more than usual."""
    if MOST_ALLOCATION < size.margin_pct <= HUNDRED:
        usual = percent(MOST_ALLOCATION)
        yield f"{WARNING} {percent(size.margin_pct)} of equity goes into one trade; up to {usual} is usual."
