"""Feeds that fell silent: the users concerned are told once, and told when prices are back."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.core.money import Millis
from chatbot.messages.feeds import feed_back, feed_silent
from chatbot.messages.values import Message
from chatbot.ports import OutMessage, Priority

SILENCE: Final[Millis] = 60_000
SILENT_MARKETS: Final = "silent_markets"


class Outages:
    """Keeps which markets are silent, so that a restart does not forget to say when they are back."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def silent(self) -> set[tuple[str, str]]:
        """The markets users were told are silent."""
        with self.desk.units() as unit:
            return {(exchange, symbol) for exchange, symbol, _ in markets_in(unit.settings.get(SILENT_MARKETS))}

    def fell_silent(self, exchange: str, symbol: str, heard: Millis) -> None:
        """No price of a market for a minute."""
        with self.desk.work() as work:
            known = markets_in(work.unit.settings.get(SILENT_MARKETS))
            rest = [m for m in known if m[:2] != (exchange, symbol)]
            work.unit.settings.put(SILENT_MARKETS, json.dumps([*rest, (exchange, symbol, heard)]))
            self.tell(work, exchange, symbol, feed_silent(exchange, symbol, heard), f"silent:{heard}")

    def is_back(self, exchange: str, symbol: str) -> None:
        """Prices of a silent market came again."""
        with self.desk.work() as work:
            known = markets_in(work.unit.settings.get(SILENT_MARKETS))
            rest = [m for m in known if m[:2] != (exchange, symbol)]
            work.unit.settings.put(SILENT_MARKETS, json.dumps(rest))
            since = next((heard for name, coin, heard in known if (name, coin) == (exchange, symbol)), None)
            quote = work.unit.quotes.get(exchange, symbol)
            price = None if quote is None else quote.price
            message = feed_back(exchange, symbol, since, self.desk.wall(), price)
            self.tell(work, exchange, symbol, message, f"back:{since}")

    def forget(self, markets: Collection[tuple[str, str]]) -> None:
        """Markets nobody watches any more."""
        with self.desk.units() as unit:
            known = markets_in(unit.settings.get(SILENT_MARKETS))
            unit.settings.put(SILENT_MARKETS, json.dumps([m for m in known if m[:2] not in markets]))

    def tell(self, work: Work, exchange: str, symbol: str, message: Message, what: str) -> None:
        """One message to everyone with a plan on this market."""
        rows = work.unit.plans.watched()
        chats = {row.chat_id for row in rows if (row.exchange, row.symbol) == (exchange, symbol)}
        for chat_id in sorted(chats):
            dedupe = f"feed:{exchange}:{symbol}:{what}:{chat_id}"
            self.desk.post(work, message, OutMessage(chat_id, "", Priority.STOP_MOVE, dedupe))


def markets_in(stored: str | None) -> list[tuple[str, str, Millis]]:
    """The stored list: exchange, symbol, and when it was last heard."""
    return [] if stored is None else [(row[0], row[1], row[2]) for row in json.loads(stored)]
