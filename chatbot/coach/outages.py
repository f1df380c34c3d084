"""Markets that were not seen: the users concerned are told once, and told when they are seen again what was missed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.messages.feeds import Spell, Touch, feed_silent, sight_again, touch_of
from chatbot.messages.values import Message
from chatbot.ports import Unit
from chatbot.records import OutMessage, Priority

SILENCE: Final[Millis] = 60_000
SILENT_MARKETS: Final = "silent_markets"


class Outages:
    """Keeps which markets are not seen, so that a restart does not forget to say when they are again."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def silent(self) -> dict[Market, Millis]:
        """The markets that are not seen, or whose users are still to be told that they are again; and since when."""
        with self.desk.units() as unit:
            return markets_in(unit.settings.get(SILENT_MARKETS))

    def was_away(self, watched: Collection[Market]) -> dict[Market, Millis]:
        """At the start: the watched markets that were last seen more than a minute ago. Nobody could be told."""
        now = self.desk.clock()
        with self.desk.units() as unit:
            return {market: seen for market in watched if (seen := self.seen(unit, market)) < now - SILENCE}

    def seen(self, unit: Unit, market: Market) -> Millis:
        """When the newest price of a market was seen; one that never was is not missed yet."""
        quote = unit.quotes.get(*market)
        return self.desk.clock() if quote is None else quote.at

    def fell_silent(self, market: Market, since: Millis) -> None:
        """No price of a market for a minute."""
        with self.desk.work() as work:
            known = markets_in(work.unit.settings.get(SILENT_MARKETS))
            store(work, {**known, market: since})
            message = feed_silent(market.exchange, market.symbol, since)
            for chat_id in sorted({row.chat_id for row in work.unit.plans.watched() if row.market == market}):
                self.post(work, chat_id, message, f"feed:{':'.join(market)}:silent:{since}")

    def are_back(self, spells: Mapping[Market, Millis], unknown: Collection[Market]) -> None:
        """Markets are seen again: one report to everyone concerned, with what was found of the time between.

        `unknown` are those of which it could not be looked up.
        """
        now = self.desk.clock()
        with self.desk.work() as work:
            known = markets_in(work.unit.settings.get(SILENT_MARKETS))
            store(work, {market: since for market, since in known.items() if market not in spells})
            told: dict[int, list[Spell]] = {}
            for market, since in spells.items():
                for chat_id, touches in self.touches(work, market, since).items():
                    quote = work.unit.quotes.get(*market)
                    price = None if quote is None else quote.price
                    spell = Spell(market.exchange, market.symbol, since, price, touches, is_known=market not in unknown)
                    told.setdefault(chat_id, []).append(spell)
            for chat_id, of_chat in sorted(told.items()):
                key = f"feed:back:{min(spell.since for spell in of_chat)}:{now}"
                self.post(work, chat_id, sight_again(of_chat, now), key)

    def touches(self, work: Work, market: Market, since: Millis) -> dict[int, list[Touch]]:
        """By chat, what happened since then to plans of this market; chats with open plans even if nothing did."""
        found: dict[int, list[Touch]] = {row.chat_id: [] for row in work.unit.plans.watched() if row.market == market}
        for row, event in work.unit.plans.happened(market, since):
            touch = touch_of(row.number, event)
            if touch is not None:
                found.setdefault(row.chat_id, []).append(touch)
        return found

    def forget(self, markets: Collection[Market]) -> None:
        """Markets nobody watches any more."""
        with self.desk.work() as work:
            known = markets_in(work.unit.settings.get(SILENT_MARKETS))
            store(work, {market: since for market, since in known.items() if market not in markets})

    def post(self, work: Work, chat_id: int, message: Message, key: str) -> None:
        """One message to a chat."""
        self.desk.post(work, message, OutMessage(chat_id, "", Priority.STOP_MOVE, f"{key}:{chat_id}"))


def store(work: Work, silent: Mapping[Market, Millis]) -> None:
    """Keep which markets are not seen."""
    work.unit.settings.put(SILENT_MARKETS, json.dumps([[*market, since] for market, since in silent.items()]))


def markets_in(stored: str | None) -> dict[Market, Millis]:
    """The stored list; one of an earlier version knows only last prices."""
    rows: Iterable[list[object]] = [] if stored is None else json.loads(stored)
    return dict(market_in(row) for row in rows)


def market_in(row: list[object]) -> tuple[Market, Millis]:
    """One row: exchange, symbol, which price (if it is there), and since when."""
    exchange, symbol, *which, since = map(str, row)
    return Market(exchange, symbol, TriggerPrice(which[0] if which else "last")), int(since)
