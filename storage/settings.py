"""Small facts the bot keeps about itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from storage.columns import without_zeros
from storage.tables import SETTINGS
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """Texts, by name."""

    work: Work

    def get(self, name: str) -> str | None:
        return self.work.run(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).scalar()

    def put(self, name: str, value: str) -> None:
        self.work.upsert(SETTINGS, [{"name": name, "value": without_zeros(value)}])

    def drop(self, name: str) -> None:
        self.work.run(delete(SETTINGS).where(SETTINGS.c.name == name))
