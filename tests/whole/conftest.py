"""A world with a bot in it. Whatever a test does, nothing may be logged as an error unless it says which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole.rig import Bot, World, world_in


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Emulators and people, without a bot yet; on a SQLite file, where a test does not ask for both databases."""
    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    url: str | None = request.getfixturevalue("postgres_url") if on_postgres else None
    async with world_in(tmp_path, url) as made:
        yield made
        assert made.errors() == []


@pytest.fixture
async def bot(world: World) -> AsyncIterator[Bot]:
    """The bot, open to everyone."""
    async with world.bot() as started:
        yield started
