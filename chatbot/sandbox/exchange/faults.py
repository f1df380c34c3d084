"""What can go wrong on purpose: errors, bans, delays, silence, broken answers and dropped connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.bars import Bar

CANDLE_TIMES: Final = frozenset({"missing", "empty", "not_numbers"})
ErrorBody = Callable[[int, str], Mapping[str, Any]]
"""A code and a message as the exchange that is spoken to would send them."""
GARBAGE: Final = "<html><head><title>Just a moment...</title></head></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to requests whose path contains `path`; `times` None means until it is taken away.

    The first of these that is set decides: silence (no answer until the faults are cleared), drop (the
    connection is cut), garbage (a web page with status 200), body (any JSON with status 200), status.
    `delay`, in seconds, comes before it; alone it only makes the right answer late. Candles are right but for
    those that began at the times in `missing` (left out), `empty` (null for every price) and `not_numbers` (NaN),
    and for the last ones, which come `behind` milliseconds of the market late.
    """

    path: str = ""
    status: int | None = None
    code: int | None = None
    msg: str = ""
    retry_after: str | None = None
    times: int | None = None
    delay: float = 0
    garbage: bool = False
    drop: bool = False
    silence: bool = False
    body: Any = None
    missing: tuple[Millis, ...] = ()
    empty: tuple[Millis, ...] = ()
    not_numbers: tuple[Millis, ...] = ()
    behind: Millis = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fault:
        """The fault a POST describes. Raises ValueError for a field it doesn't know."""
        if strange := set(data) - set(cls.__slots__):
            raise ValueError(f"unknown field {min(strange)}; known are {', '.join(cls.__slots__)}")
        values = dict(data)
        if values.get("retry_after") is not None:
            values["retry_after"] = str(values["retry_after"])
        for name in CANDLE_TIMES & set(values):
            values[name] = times_of(name, values[name])
        return cls(**values)

    def spoiled(self, bars: Sequence[Bar], length: Millis, now: Millis) -> list[Bar]:
        """Candles of so many milliseconds as this fault has them."""
        late = (bar for bar in bars if bar.at not in self.missing)
        return [self.spoiled_bar(bar) for bar in late if not self.behind or bar.at + length - 1 + self.behind < now]

    def spoiled_bar(self, bar: Bar) -> Bar:
        """One candle, its prices perhaps gone."""
        if bar.at in self.empty:
            return Bar(bar.at, (None,) * 4, None)
        return Bar(bar.at, ("NaN",) * 4, bar.volume) if bar.at in self.not_numbers else bar


@dataclass(slots=True)
class FaultBook:
    """The faults that are waiting, oldest first. Clearing it lets silent requests go."""

    waiting: list[tuple[Fault, int | None]] = field(default_factory=list)
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on."""
        self.waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.waiting.clear()
        self.cleared.set()
        self.cleared = asyncio.Event()

    def take(self, path: str) -> Fault | None:
        """The fault that meets this request, counted."""
        for index, (fault, left) in enumerate(self.waiting):
            if fault.path not in path:
                continue
            if left is not None:
                self.waiting[index : index + 1] = [(fault, left - 1)] if left > 1 else []
            return fault
        return None

    async def answer(self, fault: Fault, request: web.Request, error: ErrorBody) -> web.StreamResponse | None:
        """What the client gets instead, errors in the exchange's words; None where the right answer is to follow."""
        await asyncio.sleep(fault.delay)
        if fault.silence:
            await self.cleared.wait()
            return None
        if fault.drop:
            return cut(request)
        if fault.garbage:
            return web.Response(text=GARBAGE, content_type="text/html")
        if fault.body is not None:
            return web.json_response(fault.body)
        return None if fault.status is None else error_answer(fault, fault.status, error)


def times_of(name: str, value: object) -> tuple[Millis, ...]:
    """When the candles began that a fault is about. Raises ValueError."""
    if not isinstance(value, list) or not all(type(at) is int for at in value):
        raise ValueError(f"{name} must be a list of times in milliseconds")
    return tuple(value)


def cut(request: web.Request) -> web.Response:
    """Cut the connection; the answer that is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def error_answer(fault: Fault, status: int, error: ErrorBody) -> web.Response:
    """An error in the exchange's form, or as a web page where no code is given."""
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.code is None:
        return web.Response(status=status, text=fault.msg or GARBAGE, content_type="text/html", headers=headers)
    return web.json_response(error(fault.code, fault.msg), status=status, headers=headers)
