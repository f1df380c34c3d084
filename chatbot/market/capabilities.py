"""What the bot can do on each exchange, as a table: made from the venues and from what the library says it can ask.

`python -m chatbot.market.capabilities` prints it; a test holds the docs to it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import ccxt.async_support as ccxt

from chatbot.core.timeframes import Timeframe
from chatbot.market.exchanges import VENUES, FloorUnit, MarkCall, PastTrades, Venue, timeframes_of

TRADES: Final[Mapping[PastTrades, str]] = {
    PastTrades.FROM_NUMBER: "any minute, by time and number",
    PastTrades.BEFORE_NUMBER: "any minute, by time and number",
    PastTrades.LATEST: "the latest {most}",
}
MARKS: Final[Mapping[MarkCall, str]] = {
    MarkCall.MARK_PRICES: "all in one request of their own",
    MarkCall.FUNDING_RATES: "all in one request, with the funding rates",
    MarkCall.TICKERS: "with the tickers",
    MarkCall.FAIR_PRICES: "with the tickers, as fair price",
}
FLOORS: Final[Mapping[FloorUnit | None, str]] = {
    None: "not published to everybody",
    FloorUnit.QUOTE: "public",
    FloorUnit.CONTRACTS: "public, floors in contracts",
}
Row = tuple[str, Callable[[Venue, Mapping[str, Any]], str]]


def yes_or_no(has: Mapping[str, Any], *names: str) -> str:
    """Whether the library has one of these requests."""
    return "yes" if any(has.get(name) is True for name in names) else "no"


def prices(venue: Venue) -> str:
    """How last prices are asked for."""
    together = f"all in one request, weight {venue.costs.prices}"
    each = f"up to {venue.few_prices} one by one, weight {venue.costs.of_candles(1)}"
    return f"{each}; else {together}" if venue.few_prices else together


def timeframes(venue: Venue) -> str:
    """The candle lengths of a plan that the exchange lacks."""
    known = timeframes_of(getattr(ccxt, venue.id)())
    missing = [frame.value for frame in Timeframe if frame.value not in known]
    return "all" if not missing else f"all but {', '.join(missing)}"


ROWS: Final[tuple[Row, ...]] = (
    ("plans can be made", lambda venue, _: "yes" if venue.verified else "no"),
    ("last prices", lambda venue, _: prices(venue)),
    ("mark prices", lambda venue, _: MARKS[venue.mark_call]),
    ("candles of the mark price", lambda _, has: yes_or_no(has, "fetchMarkOHLCV")),
    ("candle lengths", lambda venue, _: timeframes(venue)),
    ("most candles in one request", lambda venue, _: str(venue.most_candles)),
    (
        "most candles from a time long ago",
        lambda venue, _: str(venue.most_old_candles or venue.most_candles),
    ),
    (
        "trades of the past",
        lambda venue, _: TRADES[venue.past_trades].format(most=venue.most_trades),
    ),
    ("maintenance brackets", lambda venue, _: FLOORS[venue.bracket_floors]),
    ("funding rate", lambda _, has: yes_or_no(has, "fetchFundingRate", "fetchFundingRates")),
    ("quantities are counted in", lambda venue, _: counted_in(venue)),
    ("request weight a minute", lambda venue, _: str(venue.costs.a_minute)),
    ("pause when told nothing better", lambda venue, _: f"{venue.usual_pause // 1_000} s"),
)


def counted_in(venue: Venue) -> str:
    """What an order's quantity is in."""
    return "contracts, their size differs by market" if venue.counts_contracts else "base"


def table() -> str:
    """The table in Markdown, a column an exchange."""
    names = [venue.name for venue in VENUES]
    lines = [line("", names), line("---", ["---"] * len(VENUES))]
    has = {venue.id: getattr(ccxt, venue.id)().has for venue in VENUES}
    lines.extend(line(what, [tell(venue, has[venue.id]) for venue in VENUES]) for what, tell in ROWS)
    return "\n".join(lines)


def line(first: str, cells: list[str]) -> str:
    """One row of the table."""
    return f"| {' | '.join([first, *cells])} |"


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
