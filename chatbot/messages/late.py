"""What an alert says of itself when nobody saw the thing happen: when it was, since when nothing was seen, and now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.money import Millis
from chatbot.messages.numbers import moment, number

ORDER_UNKNOWN: Final = "One candle reached both sides: order unknown, so I took what goes against you first."


@dataclass(frozen=True, slots=True)
class Late:
    """When it happened and when it was found; `blind` is the span in which nothing was seen, if there was one."""

    hit: Millis
    found: Millis
    blind: tuple[Millis, Millis] | None
    price: Decimal | None
    order_unknown: bool = False


def late_line(late: Late) -> str:
    """`⏱ Hit 14:03 UTC, seen 14:09: I was blind 14:02–14:09; now 60 700`, with the day where it is another one."""
    today = moment(late.found).date()

    def told(at: Millis) -> str:
        return f"{moment(at):%H:%M}" if moment(at).date() == today else f"{moment(at):%Y-%m-%d %H:%M}"

    how = "between two looks at the price"
    if late.blind is not None:
        how = f"I was blind {told(late.blind[0])}–{told(late.blind[1])}"
    now = "" if late.price is None else f"; now {number(late.price)}"
    line = f"⏱ Hit {told(late.hit)} UTC, seen {told(late.found)}: {how}{now}."
    return f"{line}\n{ORDER_UNKNOWN}" if late.order_unknown else line
