"""The coach over a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import open_database
from tests.coach.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_database(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        yield Office(database.units)
