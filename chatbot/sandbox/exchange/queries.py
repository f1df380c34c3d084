"""Reading a request's parameters as Binance does, and refusing them in its words."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.bars import Span
from chatbot.sandbox.exchange.dialects.dialect import RefusedError
from chatbot.sandbox.exchange.market import Book, Market, UnknownContractError


def required(query: Mapping[str, str], name: str) -> str:
    """A parameter that must be there. Raises RefusedError."""
    value = query.get(name, "")
    if not value:
        raise RefusedError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return value


def whole(query: Mapping[str, str], name: str) -> int | None:
    """A whole number, if it was sent. Raises RefusedError."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise RefusedError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '^\\d{{1,20}}$'.")
    return int(text)


def contract_of(query: Mapping[str, str], market: Market) -> Book:
    """The contract that a request is about. Raises RefusedError."""
    try:
        return market.book(required(query, "symbol"))
    except UnknownContractError as error:
        raise RefusedError(-1121, "Invalid symbol.") from error


def contracts_of(query: Mapping[str, str], market: Market) -> list[Book]:
    """The one contract asked for, or all of them."""
    return [contract_of(query, market)] if "symbol" in query else list(market.books.values())


def interval_of(query: Mapping[str, str]) -> Timeframe:
    """The candle length asked for. Raises RefusedError."""
    text = required(query, "interval")
    if text not in set(Timeframe):
        raise RefusedError(-1120, "Invalid interval.")
    return Timeframe(text)


def span_of(query: Mapping[str, str], *, default: int, most: int) -> Span:
    """The rows asked for. Raises RefusedError."""
    span = Span(whole(query, "startTime"), whole(query, "endTime"), whole(query, "limit") or default)
    if span.limit > most:
        raise RefusedError(-1130, "Data sent for parameter 'limit' is not valid.")
    if span.since is not None and span.until is not None and span.since > span.until:
        raise RefusedError(-1023, "Start time is greater than end time.")
    return span
