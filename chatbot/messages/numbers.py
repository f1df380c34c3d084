"""How numbers and times look in a message: thousands apart, zeros trimmed, unit kept on the same line.

Every gap is a no-break space, so a number is never torn from its unit. What is shown is for reading: copy buttons
carry the exact value instead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from chatbot.core.figures import GAP, grouped
from chatbot.core.money import ONE, Millis, round_down

MINUS: Final = "−"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WIDE: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
HUNDREDTH: Final = Decimal("0.01")
SMALL_PRICE_DIGITS: Final = 6


def number(value: Decimal, places: int | None = None) -> str:
    """`value` with thousands apart, rounded to at most `places` decimals where given, trailing zeros trimmed."""
    rounded = value if places is None else rounded_to(value, places)
    if rounded == 0:
        return "0"
    text = grouped(rounded.copy_abs())
    return MINUS + text if rounded < 0 else text


def rounded_to(value: Decimal, places: int) -> Decimal:
    """`value` with `places` decimals, whatever its size."""
    with localcontext(WIDE):
        return value.quantize(Decimal(1).scaleb(-places))


def decimals_of(step: Decimal) -> int:
    """How many decimals the multiples of `step` need."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def significant_places(value: Decimal, digits: int) -> int:
    """How many decimals show `digits` significant digits of a value below 1."""
    return digits - 1 - value.adjusted()


def price(value: Decimal, tick: Decimal | None = None) -> str:
    """A price: as fine as its tick where that is known, else four decimals, or six digits below 1."""
    if tick is not None:
        return number(value, decimals_of(tick))
    if value == 0 or abs(value) >= 1:
        return number(value, 4)
    return number(value, significant_places(value, SMALL_PRICE_DIGITS))


def ratio(value: Decimal) -> str:
    """A reward-to-risk to hundredths, cut off: what is below a limit must not read as if it reached it."""
    return number(round_down(value, HUNDREDTH))


def amount(value: Decimal) -> str:
    """A sum of money without its currency: cents, or two digits of what is less than a cent."""
    if value == 0 or abs(value) >= Decimal("0.005"):
        return number(value, 2)
    return number(value, significant_places(value, 2))


def money(value: Decimal, currency: str = "USDT") -> str:
    """`20.83 USDT`."""
    return f"{amount(value)}{GAP}{currency}"


def signed_money(value: Decimal, currency: str = "USDT") -> str:
    """`+196.22 USDT`: a gain or a loss, always with its sign."""
    return f"{'+' if value > 0 else ''}{money(value, currency)}"


def percent(value: Decimal) -> str:
    """`0.5 %`, at most two decimals; the sentence around it says of what."""
    return f"{number(value, 2)}{GAP}%"


def quantity(value: Decimal, base: str, contract_size: Decimal = ONE) -> str:
    """`0.0208 BTC`, at most eight decimals; where orders are counted in contracts, `0.0208 BTC = 208 contracts`."""
    held = f"{number(value, 8)}{GAP}{base}"
    if contract_size == ONE:
        return held
    contracts = value / contract_size
    return f"{held} = {number(contracts, 8)}{GAP}{'contract' if contracts == ONE else 'contracts'}"


def r_multiple(value: Decimal) -> str:
    """`9.42 R`."""
    return f"{number(value, 2)}{GAP}R"


def moment(at: Millis) -> datetime:
    """`at` as an aware UTC time."""
    return EPOCH + timedelta(milliseconds=at)


def utc_time(at: Millis) -> str:
    """`14:03 UTC`."""
    return f"{moment(at):%H:%M}{GAP}UTC"


def utc_stamp(at: Millis) -> str:
    """`2024-08-05 01:10 UTC`."""
    return f"{moment(at):%Y-%m-%d}{GAP}{moment(at):%H:%M}{GAP}UTC"
