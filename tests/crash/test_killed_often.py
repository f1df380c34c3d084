"""A short run of the crash harness, as `make crash` does it hundreds of times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.harness import run
from tests.crash.scene import Wish

KILLS = 8


@pytest.mark.timeout(240)
async def test_killed_often_nothing_is_lost_nothing_invented_and_repeats_say_so(tmp_path: Path) -> None:
    """The bot is killed while markets move and users answer: they are told exactly what happened."""
    said: list[str] = []
    outcome = await run(tmp_path, Wish(seed=5, kills=KILLS), said.append)
    assert outcome.is_good, "\n".join((*said, *outcome.problems))
    assert outcome.verdict.dues > 20
    assert len(said) == KILLS
    assert outcome.line.startswith(f"{KILLS} kills, 0 lost, 0 invented, ")
    assert outcome.line.endswith(" repeats, all marked")
