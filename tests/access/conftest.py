"""A place with nobody in it. Whatever a test does, nothing may be logged as an error unless it says which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.access.place import Place, place_in


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Emulators and people, without a bot yet."""
    async with place_in(tmp_path) as made:
        yield made
        assert made.world.errors() == []
