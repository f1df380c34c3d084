"""What several tests of watching share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.watch.candle_rig import Rig, candle_rig


@pytest.fixture
async def candles(tmp_path: Path) -> AsyncIterator[Rig]:
    """A candle watch between an exchange made by hand and an empty database."""
    async with candle_rig(tmp_path) as made:
        yield made
