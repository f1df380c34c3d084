"""What a stream shows of one market: every price once, exact, in order; what can't be true is dropped and counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from chatbot.core.market import Quote
from chatbot.core.money import Millis
from chatbot.market.decimals import positive

KEPT_KEYS: Final = 1_000
LONG_BEFORE: Final[Millis] = 60_000
"""A trade so much older than the subscription was sent as history, however wrong our clock may be."""
FAR_AHEAD: Final[Millis] = 3_600_000
"""Nobody's clock is that wrong: such a time is no time."""
EVERY_MARK: Final[Millis] = 1_000
"""A mark price that did not change is told again after so long."""


class Print(NamedTuple):
    """A price with the name under which the exchange knows it."""

    key: object
    quote: Quote


@dataclass(slots=True)
class Prints:
    """What was seen of one market. `since` is when it was subscribed to last, by the market's clock.

    `reference` is the price that others are expected to show: the last one here, or what they showed before that.
    """

    since: Millis = 0
    last: Quote | None = None
    reference: Decimal | None = None
    number: int | None = None
    missed: bool = False
    bad: int = 0
    keys: set[object] = field(default_factory=set)
    order: deque[object] = field(default_factory=deque)

    def begin(self, now: Millis) -> None:
        """A new subscription: numbers may have been missed before it, which is known."""
        self.since, self.number, self.missed, self.reference = now, None, False, None

    def trades(self, rows: Sequence[Any], now: Millis, *, history: bool, numbered: bool) -> list[Quote]:
        """The trades among the rows that are new."""
        found = [made for row in rows if (made := trade_of(row, now)) is not None]
        self.bad += len(rows) - len(found)
        self.missed = self.missed or len(found) < len(rows)
        begin = self.since if history else self.since - LONG_BEFORE
        new: list[Quote] = []
        for key, quote in sorted(found, key=lambda made: made.quote.at):
            if self.is_first(key) and (quote.at > begin if history else quote.at >= begin):
                new.append(quote)
            if numbered:
                self.count(key)
        self.show(new)
        return new

    def mark(self, ticker: Mapping[str, Any], now: Millis) -> list[Quote]:
        """The mark price of a ticker, where it says something new; many a ticker says nothing of it."""
        shown = mark_of(ticker)
        if shown is None:
            return []
        price, at = positive(shown), moment_of(ticker.get("timestamp"), now)
        if price is None or at is None:
            self.bad += 1
            return []
        last = self.last
        if last is not None and (at < last.at or (price == last.price and at < last.at + EVERY_MARK)):
            return []
        new = [Quote(str(ticker["symbol"]), price, at)]
        self.show(new)
        return new

    def show(self, quotes: Sequence[Quote]) -> None:
        """These are the latest prices."""
        if quotes:
            self.last, self.reference = quotes[-1], quotes[-1].price

    def moved_without(self, at: Millis, price: Decimal) -> bool:
        """Whether a price that shows elsewhere is news here; later ones are held to the first that shows.

        The last one here never is: then it was the price before that came late.
        """
        if self.reference is None:
            self.reference = price
        is_newer = self.last is None or (at > self.last.at and price != self.last.price)
        return price != self.reference and is_newer

    def is_first(self, key: object) -> bool:
        """Whether nothing of this name was seen lately; it is remembered."""
        if key in self.keys:
            return False
        self.keys.add(key)
        self.order.append(key)
        if len(self.order) > KEPT_KEYS:
            self.keys.discard(self.order.popleft())
        return True

    def count(self, key: object) -> None:
        """Notice a number that was left out."""
        if not isinstance(key, str) or not key.isdigit():
            return
        number = int(key)
        if self.number is not None and number > self.number + 1:
            self.missed = True
        self.number = number if self.number is None else max(self.number, number)

    def take_missed(self) -> bool:
        """Whether something is known to be missing since this was last asked."""
        missed, self.missed = self.missed, False
        return missed


def trade_of(row: Any, now: Millis) -> Print | None:
    """One trade as ccxt gives it; None unless its price and its time can be true."""
    if not isinstance(row, Mapping):
        return None
    price, at, symbol = positive(row.get("price")), moment_of(row.get("timestamp"), now), row.get("symbol")
    if price is None or at is None or not isinstance(symbol, str):
        return None
    return Print(row.get("id") or (at, price, row.get("amount")), Quote(symbol, price, at))


def mark_of(ticker: Mapping[str, Any]) -> object:
    """The mark price, under the name that ccxt or the exchange gives it; None where there is none."""
    info = ticker.get("info")
    raw = info if isinstance(info, Mapping) else {}
    return next((mark for mark in (ticker.get("markPrice"), raw.get("markPrice"), raw.get("fairPrice")) if mark), None)


def moment_of(value: object, now: Millis) -> Millis | None:
    """A time in milliseconds; None for what can't be one."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= now + FAR_AHEAD else None
