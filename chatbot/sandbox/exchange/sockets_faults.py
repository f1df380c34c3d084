"""What can go wrong on the sockets on purpose: ends, silences, broken frames, lateness and refused handshakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class SocketFault:
    """What befalls every open socket of `exchange` (or of all), once or from now on.

    Once: `close` with a code, `reset` of the connection, or a frame that holds `garbage` or any JSON in `frame`.
    From now on, until it is cleared: `stall` (nothing is sent but pongs and answers), `stall_contract` (nothing of
    that one), `delay_ms` before each frame, the next `refuse` handshakes get `status` and `retry_after`, and the next
    `deaf` wishes are not heard.
    """

    exchange: str | None = None
    close: int | None = None
    reset: bool = False
    garbage: str | None = None
    frame: Any = None
    stall: bool = False
    stall_contract: str | None = None
    delay_ms: int = 0
    refuse: int = 0
    status: int = 503
    retry_after: str | None = None
    deaf: int = 0

    @classmethod
    def from_json(cls, data: object) -> SocketFault:
        """The fault a POST describes. Raises ValueError for a field it doesn't know."""
        if not isinstance(data, Mapping):
            raise ValueError("expected a JSON object")  # noqa: TRY004 -- the caller's value is wrong, not its type
        if strange := set(data) - set(cls.__slots__):
            raise ValueError(f"unknown field {min(strange)}; known are {', '.join(cls.__slots__)}")
        return cls(**data)

    def concerns(self, exchange: str) -> bool:
        """Whether an exchange is meant."""
        return self.exchange in {None, exchange}


@dataclass(slots=True)
class SocketFaults:
    """What is wrong from now on."""

    lasting: list[SocketFault] = field(default_factory=list)
    refusals: list[SocketFault] = field(default_factory=list)
    deaf: list[SocketFault] = field(default_factory=list)

    def add(self, fault: SocketFault) -> None:
        """Let it go wrong."""
        self.refusals.extend([fault] * fault.refuse)
        self.deaf.extend([fault] * fault.deaf)
        if fault.stall or fault.stall_contract is not None or fault.delay_ms:
            self.lasting.append(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.lasting.clear()
        self.refusals.clear()
        self.deaf.clear()

    def refusal(self, exchange: str) -> web.Response | None:
        """How the next handshake is refused, counted; None where it is not."""
        for index, fault in enumerate(self.refusals):
            if fault.concerns(exchange):
                del self.refusals[index]
                headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
                return web.Response(status=fault.status, text="no", headers=headers)
        return None

    def ignores(self, exchange: str) -> bool:
        """Whether the next wish is not heard, counted."""
        for index, fault in enumerate(self.deaf):
            if fault.concerns(exchange):
                del self.deaf[index]
                return True
        return False

    def mutes(self, exchange: str, contract: str) -> bool:
        """Whether nothing of a contract is sent."""
        return any(
            fault.concerns(exchange) and (fault.stall or fault.stall_contract == contract) for fault in self.lasting
        )

    def delay(self, exchange: str) -> float:
        """How many seconds each frame is held back."""
        return sum(fault.delay_ms for fault in self.lasting if fault.concerns(exchange)) / 1_000
