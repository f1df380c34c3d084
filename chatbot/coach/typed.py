"""Prices and quantities as users type them after an alert or a command; a slip of the finger is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.core.money import round_down
from chatbot.core.plan import Plan
from chatbot.core.position import ENTRIES, position_of
from chatbot.core.reading import CURRENCY, Unreadable, cleaned, plain, quoted
from chatbot.core.reading_lists import Numbers, numbers
from chatbot.core.state import PlanState

WILD: Final = Decimal("0.2")
"""A price this share away from every expected one is a slip of the finger."""
MOST_OF_PLAN: Final = 2
"""A fill this many times the plan's whole quantity is one as well."""
DIGITS: Final = 12
LONGEST_REASON: Final = 200
LONGEST_NOTE: Final = 300
"""Characters that are kept of a reason; a longer one ends visibly early."""
FEWEST_LETTERS: Final = 3
REASON: Final = re.compile(
    rf"(?P<stop>(?>[\d\s.,'_$€+-]*\d\s*(?:[km]\b)?\s*(?:{CURRENCY}(?!\w))?))(?P<reason>.*)", re.IGNORECASE
)


def price_and_quantity(text: str, expected: Decimal, usual: Decimal, most: Decimal) -> tuple[Decimal, Decimal | None]:
    """`60310`, or `60310 0.02`: a price near `expected`, a quantity like `usual` and at most `most`.

    Raises Unreadable.
    """
    example = f"{expected:f} or {expected:f} {usual:f}"

    def fits(found: Numbers) -> bool:
        return len(found) <= 2 and is_near(found[0], (expected,))

    found = numbers(text, "the real price, or price and quantity", example, fits)
    price, quantity = found[0], found[1] if len(found) > 1 else None
    if not fits(found):
        raise Unreadable(
            f"{quoted(text)} is more than 20 % of price away from {expected:f}; expected the real price, or price "
            f"and quantity, for example {example}."
        )
    if quantity is not None and quantity > most:
        raise Unreadable(f"A quantity of {quantity:f} is more than the {most:f} this can be; for example {example}.")
    return price, quantity


def stop_and_reason(text: str, expected: Sequence[Decimal], lead: str = "") -> tuple[Decimal, str]:
    """`58000`, or `58000 because of the range low`: a price near one expected, and why. Raises Unreadable.

    `lead` stands before the price in examples.
    """
    found = REASON.fullmatch(cleaned(text, LONGEST_REASON))
    reason = real_reason(found["reason"].strip(" :,;-")) if found else ""
    written = found["stop"] if found and reason else text
    likely = f"{expected[0]:f}"

    def fits(given: Numbers) -> bool:
        return len(given) == 1 and is_near(given[0], expected)

    given = numbers(written, "the price of your stop", f"{lead}{likely}", fits)
    if not fits(given):
        raise Unreadable(
            f"{quoted(written)} is no price, or more than 20 % of price away from {likely}; expected the price of "
            f"your stop, for example {lead}{likely}."
        )
    return given[0], reason


def real_reason(text: str) -> str:
    """The words, if there are any, as many as are kept; a sigh or a unit is no reason."""
    words = " ".join(text.split())
    words = words if len(words) <= LONGEST_NOTE else f"{words[: LONGEST_NOTE - 1]}…"
    return words if sum(character.isalpha() for character in words) >= FEWEST_LETTERS else ""


def is_near(price: Decimal, expected: Sequence[Decimal]) -> bool:
    """Whether one of the expected prices is at most a fifth of itself away."""
    return any(abs(price - one) <= WILD * one for one in expected)


def expected_prices(state: PlanState, market: Decimal | None) -> tuple[Decimal, ...]:
    """What a report's price may be near: the market's and the average; without a price of now, the plan's levels."""
    average = (state.position.average,) if state.position.quantity else ()
    levels = (state.plan.stop, *(target.price for target in state.plan.targets)) if market is None else (market,)
    known = (*levels, *average) if market is not None else (*average, *levels)
    return tuple(plain(round_down(price, state.plan.tick_size)) for price in known)


def sane_price(price: Decimal, expected: Sequence[Decimal], example: str) -> Decimal:
    """The price, if it is near one of those expected. Raises Unreadable."""
    if is_near(price, expected):
        return price
    likely = expected[0]
    raise Unreadable(
        f"{price:f} is more than 20 % of price away from {likely:f}; expected the real price, for example {example}"
    )


def sane_quantity(quantity: Decimal, most: Decimal, example: str) -> Decimal:
    """The quantity, if it is at most `most`. Raises Unreadable."""
    if quantity <= most:
        return quantity
    raise Unreadable(f"{quantity:f} is more than this can be, at most {most:f}; for example {example}")


def whole_quantity(plan: Plan, price: Decimal) -> Decimal:
    """All that the plan would buy (or sell short) at this price."""
    digits = plan.notional / price
    shown = digits.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_EVEN)
    return plain(round_down(shown, plan.lot_size))


def most_of_fill(state: PlanState, fill: int, price: Decimal) -> Decimal:
    """The largest quantity a fill, numbered from 1, can really have had: a close takes at most what was open."""
    if state.fills[fill - 1].kind in ENTRIES:
        return MOST_OF_PLAN * whole_quantity(state.plan, price)
    return position_of(state.plan, state.fills[: fill - 1]).quantity
