"""Which minutes of a market are known. It asks nobody: it says from when on to ask, and what is new in an answer.

A minute is known once its candle was decided on, or once it is certain that nobody traded in it: a minute that stays
missing between two that are there. Until then the watermark waits before it, and what lies beyond is decided all the
same; a restart begins at the watermark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE

READ_AGAIN: Final = 2
"""Minutes before the watermark that are read once more: exchanges revise the last ones."""
HOLE_PATIENCE: Final[Millis] = 2 * MINUTE
"""How long a minute stays missing before nobody traded in it."""


LATE_BY: Final[Millis] = 5 * MINUTE
"""How long after its end the candle of a minute in which somebody traded shows at the latest."""


@dataclass(slots=True)
class Minutes:
    """`known_until` is the watermark; `seen` the candles decided on since a little before it."""

    known_until: Millis
    seen: dict[Millis, Candle] = field(default_factory=dict)
    missing: dict[Millis, Millis] = field(default_factory=dict)
    """The minutes that were not there, each with when that was first noticed."""

    @property
    def ask_from(self) -> Millis:
        """From when on candles are to be read."""
        return self.known_until - READ_AGAIN * MINUTE

    def new(self, candles: Sequence[Candle]) -> list[Candle]:
        """Those that were not decided on yet, or say something else than before."""
        return [candle for candle in candles if said(self.seen.get(candle.at)) != said(candle)]

    def shown_until(self, until: Millis) -> Millis:
        """Where the candles end, if that was not long ago: a minute that is just over may show a little later."""
        newest = max(self.seen, default=self.known_until - MINUTE)
        return min(until, max(newest + MINUTE, until - LATE_BY))

    def with_these(self, candles: Sequence[Candle], until: Millis, now: Millis) -> Minutes:
        """These are decided on too, and all there is before `until` was read at `now`.

        What is not there is missing, or was never traded.
        """
        seen = {**self.seen, **{candle.at: candle for candle in candles}}
        missing = {at: since for at, since in self.missing.items() if at not in seen}
        newest = max(seen, default=0)
        for at in range(self.known_until, min(newest, until), MINUTE):
            if at not in seen:
                missing.setdefault(at, now)
        after = Minutes(self.known_until, seen, missing)
        after.move_on(now)
        return after

    def move_on(self, now: Millis) -> None:
        """The watermark passes what was decided on, and what was missing for long between neighbours."""
        newest = max(self.seen, default=0)
        while self.known_until in self.seen or (
            self.known_until < newest and now - self.missing.get(self.known_until, now) >= HOLE_PATIENCE
        ):
            self.missing.pop(self.known_until, None)
            self.known_until += MINUTE
        self.seen = {at: candle for at, candle in self.seen.items() if at >= self.ask_from}


def said(candle: Candle | None) -> tuple[object, ...]:
    """What a candle says of the way of the price; its volume decides nothing."""
    return () if candle is None else (candle.open, candle.high, candle.low, candle.close)
