"""Updates are stored before anybody is told that they arrived, and then queued in order: for polling and webhook.

An update given again is known again, however often. One that can't be read is told without its words and given up.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from telegram import Bot, Update

from chatbot.breakage import described
from chatbot.deliver.update_forms import essence_of, number_of
from chatbot.ports import OnDatabase, Units
from chatbot.records import StoredUpdate

log = structlog.stdlib.get_logger()


class Arrivals:
    """Keeps and queues. The queue is without a bound."""

    def __init__(self, bot: Bot, units: Units, on_database: OnDatabase, queue: asyncio.Queue[object]) -> None:
        self.bot = bot
        self.units = units
        self.on_database = on_database
        self.queue = queue

    async def resume(self) -> int | None:
        """Queues what was stored and not dealt with; the number of the update that came last."""
        waiting, last_id = await self.on_database(self.kept)
        await self.put(waiting)
        log.info("intake ready", waiting=len(waiting), last=last_id)
        return last_id

    async def take(self, updates: Iterable[Mapping[str, Any]]) -> int | None:
        """Stores what came, then queues what is new of it; the number of the last. Without a number it is nothing."""
        arrived = [
            StoredUpdate(number, json.dumps(update)) for update in updates if (number := number_of(update)) is not None
        ]
        if not arrived:
            return None
        await self.put(await self.on_database(partial(self.keep, arrived)))
        return arrived[-1].update_id

    async def put(self, stored: Sequence[StoredUpdate]) -> None:
        """Queues all that can be read before anything can fail; the rest is given up."""
        left = [each.update_id for each in stored if not self.queued(each)]
        if left:
            await self.on_database(partial(self.give_up, left))

    def queued(self, stored: StoredUpdate) -> bool:
        """Whether it was queued. The outermost place of one update: what the library can't read stops no other."""
        try:
            essence = essence_of(json.loads(stored.payload))
            if essence is not None:
                self.queue.put_nowait(Update.de_json(essence, self.bot))
        except Exception as error:  # noqa: BLE001 -- the named outermost place
            log.warning("update cannot be read", update=stored.update_id, error=described(error))
            return False
        return essence is not None

    def kept(self) -> tuple[Sequence[StoredUpdate], int | None]:
        with self.units() as unit:
            return unit.inbox.waiting(), unit.inbox.last_id()

    def keep(self, arrived: Sequence[StoredUpdate]) -> Sequence[StoredUpdate]:
        """Stores a batch; gives back what is new in it, each once, for Telegram may hand out an update again."""
        first = {stored.update_id: stored for stored in reversed(arrived)}
        with self.units() as unit:
            known = unit.inbox.known(first.keys())
            new = [stored for stored in arrived if stored.update_id not in known and first[stored.update_id] is stored]
            unit.inbox.add(new)
        return new

    def give_up(self, update_ids: Sequence[int]) -> None:
        with self.units() as unit:
            for update_id in update_ids:
                unit.inbox.done(update_id)
