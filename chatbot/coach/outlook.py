"""What is known of a draft's market right now: its price, its chart, its funding. Missing parts are None."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from chatbot.chart.regime import preset
from chatbot.chart.values import Chart, Preset
from chatbot.core.market import FundingRate
from chatbot.core.planned import CheckContext
from chatbot.core.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class Sought:
    """The market and timeframe a draft looks at."""

    exchange: str
    symbol: str
    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an exchange said of the market `of`. Whatever it did not say in time is None, and the talk goes on."""

    of: Sought | None = None
    price: Decimal | None = None
    chart: Chart | None = None
    funding: FundingRate | None = None

    @property
    def preset(self) -> Preset | None:
        """The sizes that fit the market's volatility, where a chart says what it is."""
        chart = self.chart
        return None if chart is None or chart.regime is None else preset(chart.regime, chart.timeframe)

    def on(self, sought: Sought | None) -> Outlook:
        """As far as it is about this market and timeframe: another market's price must not decide anything here."""
        if sought is None or self.of is None:
            return UNKNOWN
        if (self.of.exchange, self.of.symbol) != (sought.exchange, sought.symbol):
            return UNKNOWN
        return self if self.of.timeframe is sought.timeframe else replace(self, chart=None)

    def within(self, context: CheckContext) -> CheckContext:
        """The checks' surroundings with the price and ATR of now."""
        atr = None if self.chart is None else self.chart.atr
        return replace(context, market_price=self.price, atr=atr)


UNKNOWN: Final = Outlook()
