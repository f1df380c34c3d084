"""Optional flood control: 30 sends a second over all chats, 1 a second in one chat after a small burst."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chatbot.sandbox.telegram.wire import Refused

COUNTED: Final = ("send", "edit", "copy", "forward", "pin", "delete")
OVERALL: Final = (30.0, 30.0)
PER_CHAT: Final = (1.0, 3.0)


@dataclass(slots=True)
class Allowance:
    """Sends that are left, refilled as time goes by."""

    per_second: float
    most: float
    left: float
    at: float

    def seconds_until_one(self, now: float) -> float:
        self.left = min(self.most, self.left + max(0.0, now - self.at) * self.per_second)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.per_second


class Flood:
    """Refuses calls that come too fast while it is switched on."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.on = False
        self.allowances: dict[str, Allowance] = {}

    def switch(self, *, on: bool) -> None:
        self.on = on
        self.allowances.clear()

    def check(self, method: str, chat_id: str) -> None:
        """Counts a call; raises Refused with the seconds to wait when it comes too fast."""
        if not self.on or not chat_id or not method.lower().startswith(COUNTED) or method.lower() == "sendchataction":
            return
        now = self.clock()
        wanted = [self.allowance("all chats", *OVERALL), self.allowance(chat_id, *PER_CHAT)]
        wait = max(allowance.seconds_until_one(now) for allowance in wanted)
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise Refused(f"Too Many Requests: retry after {seconds}", 429, {"retry_after": seconds})
        for allowance in wanted:
            allowance.left -= 1

    def allowance(self, name: str, per_second: float, most: float) -> Allowance:
        return self.allowances.setdefault(name, Allowance(per_second, most, most, self.clock()))
