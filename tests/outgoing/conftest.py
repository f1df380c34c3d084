"""The coach over a database of its own, nothing sent but by the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outgoing.desk_rig import Rig, rig_in


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A desk with clocks moved by hand."""
    with rig_in(tmp_path) as made:
        yield made
