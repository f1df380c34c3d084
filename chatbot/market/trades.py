"""Every trade of a stretch of time, where an exchange lets them be read back without a gap; never a part of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, assert_never

from chatbot.core.market import Quote
from chatbot.core.money import Millis
from chatbot.market.budget import SHARE_USED
from chatbot.market.connection import Connection
from chatbot.market.decimals import positive
from chatbot.market.errors import BadPayloadError
from chatbot.market.exchanges import PastTrades

MOST_PAGES: Final = 12
HOUR: Final[Millis] = 3_600_000


@dataclass(frozen=True, slots=True)
class Print:
    """One trade; the number is the exchange's own name for it, None where it has none."""

    number: str | None
    quote: Quote


@dataclass(frozen=True, slots=True)
class Stretch:
    """The trades in [since, until) of one market."""

    symbol: str
    since: Millis
    until: Millis


async def trades_in(connection: Connection, stretch: Stretch, share: float = SHARE_USED) -> Sequence[Quote] | None:
    """All trades of the stretch in the exchange's order; None where they can't be had. Raises MarketError."""
    if stretch.until <= stretch.since:
        return []
    match connection.venue.past_trades:
        case PastTrades.FROM_NUMBER:
            found = await forwards(connection, stretch, share)
        case PastTrades.BEFORE_NUMBER:
            found = await backwards(connection, stretch, share)
        case PastTrades.LATEST:
            found = await latest(connection, stretch, share)
        case unknown:
            assert_never(unknown)
    return None if found is None else within(found, stretch)


async def forwards(connection: Connection, stretch: Stretch, share: float) -> list[Print] | None:
    """By time, an hour at most, until a page is full; from then on by number, which no two trades share."""
    found: list[Print] = []
    since, number = stretch.since, None
    for _ in range(MOST_PAGES):
        end = min(stretch.until, since + HOUR)
        if number is None:
            page = await one_page(connection, stretch.symbol, since, {"until": end - 1}, share)
        else:
            page = await one_page(connection, stretch.symbol, None, {"fromId": number}, share)
        found.extend(page)
        if len(page) < connection.venue.most_trades and (number is not None or end == stretch.until):
            return found
        if len(page) >= connection.venue.most_trades:
            number = after(page[-1])
        if page and page[-1].quote.at >= stretch.until:
            return found
        since = end
    return None


async def backwards(connection: Connection, stretch: Stretch, share: float) -> list[Print] | None:
    """From the last trade of the stretch back, each page before the oldest number of the one before."""
    found: list[Print] = []
    more: dict[str, object] = {"until": stretch.until - 1}
    for _ in range(MOST_PAGES):
        page = await one_page(connection, stretch.symbol, stretch.since, more, share)
        found[:0] = page
        if len(page) < connection.venue.most_trades:
            return found
        if page[0].number is None:
            raise AssertionError("a full page without numbers was refused when it was read")
        more = {"until": stretch.until - 1, "idLessThan": page[0].number}
    return None


async def latest(connection: Connection, stretch: Stretch, share: float) -> list[Print] | None:
    """The latest trades, if they reach back to before the stretch."""
    page = await one_page(connection, stretch.symbol, None, {}, share)
    return page if page and page[0].quote.at < stretch.since else None


async def one_page(
    connection: Connection, symbol: str, since: Millis | None, more: Mapping[str, object], share: float
) -> list[Print]:
    """As many trades as one request gives, oldest first. Raises MarketError."""
    venue = connection.venue
    numbered = venue.past_trades is not PastTrades.LATEST
    request = partial(connection.client.fetch_trades, symbol, since, venue.most_trades, dict(more))
    return await connection.ask(
        venue.costs.trades, request, lambda rows: prints_of(rows, symbol, numbered=numbered), share=share
    )


def prints_of(rows: Any, symbol: str, *, numbered: bool) -> list[Print]:
    """Trades, oldest first. Raises BadPayloadError where one of them can't be true: a gap must not go unseen."""
    if not isinstance(rows, list):
        raise BadPayloadError("the trades are not a list")
    found = [print_of(row, symbol) for row in rows]
    if numbered and any(one.number is None or not one.number.isdigit() for one in found):
        raise BadPayloadError("a trade has no number")
    if found and found[0].quote.at > found[-1].quote.at:
        found.reverse()
    if numbered:
        return sorted(found, key=lambda one: int(one.number or 0))
    return sorted(found, key=lambda one: one.quote.at)


def print_of(row: Any, symbol: str) -> Print:
    """One trade. Raises BadPayloadError."""
    at = row.get("timestamp") if isinstance(row, Mapping) else None
    price = positive(row.get("price")) if isinstance(row, Mapping) else None
    if price is None or not isinstance(at, int) or at <= 0 or row.get("symbol") != symbol:
        raise BadPayloadError("a trade has no price, no time, or is of another market")
    number = row.get("id")
    return Print(None if number is None else str(number), Quote(symbol, price, at))


def after(one: Print) -> int:
    """The number that follows a trade's."""
    return int(one.number or 0) + 1


def within(found: Sequence[Print], stretch: Stretch) -> list[Quote]:
    """The trades of the stretch, each number once."""
    seen: set[str] = set()
    kept: list[Quote] = []
    for one in found:
        if one.number in seen or not stretch.since <= one.quote.at < stretch.until:
            continue
        if one.number is not None:
            seen.add(one.number)
        kept.append(one.quote)
    return kept
