"""Whether the bot has looked at a price and decided: it asks again only after what it saw was decided on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

PRICES_ASKED: Final = b"/ticker/price"
OFTEN: Final = 4
"""Two polls are enough, but a user's question asks for prices as well, at most twice at a time."""


@dataclass(slots=True)
class Looks:
    """Counts requests for prices at the exchange's door; a market that waits for them can be followed by polling."""

    asked: int = 0
    lives: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self, piece: bytes) -> None:
        """Something went to the exchange."""
        if PRICES_ASKED in piece:
            self.asked += 1
            self.changed.set()

    def restarted(self) -> None:
        """The looks of a process that is gone do not count: it may have been killed before it decided."""
        self.lives += 1
        self.changed.set()

    async def often(self) -> None:
        """Returns once one process has asked, been answered, and asked again, all from now on."""
        life, since = self.lives, self.asked
        while self.asked < since + OFTEN or life != self.lives:
            if life != self.lives:
                life, since = self.lives, self.asked
            self.changed.clear()
            await self.changed.wait()
