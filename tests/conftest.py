"""What every test stands on: the library's coming types, no settings of whoever runs them, real data where it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

PROJECT: Final = Path(__file__).parent.parent
DATA: Final = "TIERWISE_DATA"

# python-telegram-bot's coming type for waits; the old one warns each time, and a warning is an error here.
os.environ.setdefault("PTB_TIMEDELTA", "1")
for name in [name for name in os.environ if name.startswith("TIERWISE_") and name != DATA]:
    # A developer's own token and database are none of the tests' business.
    del os.environ[name]

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", max_examples=50, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real market data: TIERWISE_DATA, else `shared/data` beside the project."""
    folder = Path(os.environ.get(DATA, PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(reason=f"no real market data: {folder} is absent; {DATA} may name another folder")
    return folder
