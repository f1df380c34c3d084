"""The chart as one side sees it from its entry: what lies ahead, what lies behind, how far, and on which tick.

Long and short are mirror images, so every proposal is written once, in distances that are positive ahead of the entry
(in the trade's favour) and negative behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from chatbot.chart.values import Chart, Setup, Swing, SwingKind, Zone
from chatbot.core.candles import Candle
from chatbot.core.money import Side, round_down, round_up

FINEST: Final = 60
"""How many of the last candles are looked at for the finest step of price."""


@dataclass(frozen=True)
class Ground:
    """A chart with a known ATR, and the setup that looks for levels on it."""

    chart: Chart
    setup: Setup
    atr: Decimal

    @property
    def sign(self) -> int:
        """+1 for a long, −1 for a short."""
        return self.setup.side.sign

    @property
    def entry(self) -> Decimal:
        """Tier 1's planned price."""
        return self.setup.entry

    @cached_property
    def tick(self) -> Decimal:
        """The market's tick, or the finest step its candles show."""
        return self.setup.tick or finest_step(self.chart.candles)

    @cached_property
    def history_low(self) -> Decimal:
        """The lowest price shown."""
        return min(candle.low for candle in self.chart.candles)

    @cached_property
    def history_high(self) -> Decimal:
        """The highest price shown."""
        return max(candle.high for candle in self.chart.candles)

    def shown(self, price: Decimal) -> bool:
        """Whether price has been there in the shown history."""
        return self.history_low <= price <= self.history_high

    def ahead(self, price: Decimal) -> Decimal:
        """How far `price` lies in favour of the entry."""
        return self.sign * (price - self.entry)

    def at(self, distance: Decimal) -> Decimal:
        """The price that far ahead of the entry; behind it where negative."""
        return self.entry + self.sign * distance

    def onward(self, price: Decimal) -> Decimal:
        """`price` on the tick, rounded in the trade's favour."""
        return round_up(price, self.tick) if self.sign > 0 else round_down(price, self.tick)

    def backward(self, price: Decimal) -> Decimal:
        """`price` on the tick, rounded against the trade."""
        return round_down(price, self.tick) if self.sign > 0 else round_up(price, self.tick)

    def near_edge(self, zone: Zone) -> Decimal:
        """Where a price that comes back to a zone behind it, or on to one ahead of it, meets it."""
        return min((zone.low, zone.high), key=lambda edge: abs(self.ahead(edge)))

    def far_edge(self, zone: Zone) -> Decimal:
        """Where a price has left the zone on the other side."""
        return max((zone.low, zone.high), key=lambda edge: abs(self.ahead(edge)))

    @cached_property
    def zones_ahead(self) -> tuple[Zone, ...]:
        """Zones wholly in favour of the entry, nearest first."""
        found = (zone for zone in self.chart.zones if self.ahead(zone.low) > 0 and self.ahead(zone.high) > 0)
        return tuple(sorted(found, key=lambda zone: self.ahead(zone.middle)))

    @cached_property
    def zones_behind(self) -> tuple[Zone, ...]:
        """Zones wholly against the entry, nearest first."""
        found = (zone for zone in self.chart.zones if self.ahead(zone.low) < 0 and self.ahead(zone.high) < 0)
        return tuple(sorted(found, key=lambda zone: -self.ahead(zone.middle)))

    def untouched(self, price: Decimal, count: int) -> bool:
        """Whether none of the last `count` candles went as far as `price` against the trade."""
        latest = self.chart.candles[-count:]
        return all(self.sign * (self.adverse_extreme(candle) - price) > 0 for candle in latest)

    @property
    def floor_kind(self) -> SwingKind:
        """The pivots that carry the trade: lows for a long, highs for a short."""
        return SwingKind.LOW if self.setup.side is Side.LONG else SwingKind.HIGH

    @property
    def floor_word(self) -> str:
        """What a zone behind the entry is called."""
        return "support" if self.setup.side is Side.LONG else "resistance"

    @property
    def ceiling_word(self) -> str:
        """What a zone ahead of the entry is called."""
        return "resistance" if self.setup.side is Side.LONG else "support"

    def adverse_extreme(self, candle: Candle) -> Decimal:
        """How far the candle went against the trade."""
        return candle.low if self.sign > 0 else candle.high

    def standing(self, swings: Sequence[Swing]) -> tuple[Swing, ...]:
        """Those that carry the trade behind the entry and that no later candle has passed, newest first."""
        carriers = {swing.at: swing for swing in swings if swing.kind is self.floor_kind}
        found: list[Swing] = []
        worst: Decimal | None = None
        for candle in reversed(self.chart.candles):
            swing = carriers.get(candle.at)
            if swing is not None and self.ahead(swing.price) < 0 and holds(self.sign, swing.price, worst):
                found.append(swing)
            extreme = self.adverse_extreme(candle)
            worst = extreme if worst is None or self.sign * (extreme - worst) < 0 else worst
        return tuple(found)


def holds(sign: int, price: Decimal, worst: Decimal | None) -> bool:
    """Whether nothing later went beyond `price` against the trade."""
    return worst is None or sign * (worst - price) >= 0


def ground_of(chart: Chart, setup: Setup) -> Ground | None:
    """The ground of a setup; None where the chart can't say how far is far."""
    return None if chart.atr is None else Ground(chart, setup, chart.atr)


def finest_step(candles: Sequence[Candle]) -> Decimal:
    """The last digit any of the latest prices uses."""
    exponents = [
        exponent
        for candle in candles[-FINEST:]
        for price in (candle.open, candle.high, candle.low, candle.close)
        if isinstance(exponent := price.as_tuple().exponent, int)
    ]
    return Decimal(1).scaleb(min(exponents))
