"""What is replayed: recordings, who trades them, and what goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.core.events import TierTriggered
from chatbot.core.money import Millis
from chatbot.sandbox.exchange.listing import Listing
from chatbot.sandbox.exchange.sources import Point
from tests.day.crowd import Entry, crowd, tapping
from tests.day.recordings import Recording, listing_of, listings_with
from tests.day.reference import expected
from tests.day.troubles import AWAY, MINUTE, Trouble

AFTERWARDS: Final[Millis] = 5 * MINUTE
"""How long the bot goes on looking after the last trade: what was missed is caught up by then."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is replayed: recordings by contract, who trades them, and what goes wrong meanwhile."""

    listings: Sequence[Listing]
    trades: Mapping[str, Sequence[Point]]
    entries: Sequence[Entry]
    troubles: Sequence[Trouble] = ()

    @property
    def begin(self) -> Millis:
        return min(trades[0].at for trades in self.trades.values())

    @property
    def end(self) -> Millis:
        return max(trades[-1].at for trades in self.trades.values()) + AFTERWARDS

    @property
    def users(self) -> Sequence[int]:
        return sorted({entry.user_id for entry in self.entries})

    def contract_of(self, entry: Entry) -> str:
        """What the exchange calls a plan's market."""
        return contract_in(self.listings, entry)

    def trades_of(self, entry: Entry) -> Sequence[Point]:
        """The trades of a plan's market."""
        return self.trades[self.contract_of(entry)]


def contract_in(listings: Sequence[Listing], entry: Entry) -> str:
    """What the exchange calls a plan's market."""
    return next(listing.id for listing in listings if listing.symbol == entry.plan.symbol)


def is_entered(entry: Entry, trades: Sequence[Point]) -> bool:
    """Whether a plan comes to more than its end: otherwise there is nothing to confirm."""
    return any(isinstance(event, TierTriggered) for event in expected(entry, trades))


def script_of(
    recordings: Mapping[Recording, Sequence[Point]], waves: int, each: int, seed: int, schedule: Sequence[Trouble] = ()
) -> Script:
    """A crowd over recordings; the bot is not away while somebody arms a plan."""
    listings = [listing_of(recording, trades) for recording, trades in recordings.items()]
    trades = {recording.contract: found for recording, found in recordings.items()}
    entries = [entry for listing in listings for entry in crowd(listing, trades[listing.id], waves, each, seed)]
    if not schedule:
        # Who is told late decides late: what people answer is compared where nothing goes wrong.
        entries += tapping([one for one in entries if is_entered(one, trades[contract_in(listings, one)])])
    arming = [entry.armed_at for entry in entries]
    kept = [one for one in schedule if one.kind not in AWAY or not any(one.begin <= at <= one.end for at in arming)]
    return Script(listings_with(*listings), trades, entries, kept)
