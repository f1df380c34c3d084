"""What every test stands on: the library's coming types, no settings of whoever runs them, real data where it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests.postgres_server import Databases, PostgresServer, given_server

PROJECT: Final = Path(__file__).parent.parent
DATA: Final = "TIERWISE_DATA"
OURS: Final = frozenset({DATA, "TIERWISE_TEST_DATABASE_URL"})

# python-telegram-bot's coming type for waits; the old one warns each time, and a warning is an error here.
os.environ.setdefault("PTB_TIMEDELTA", "1")
for name in [name for name in os.environ if name.startswith("TIERWISE_") and name not in OURS]:
    # A developer's own token and database are none of the tests' business.
    del os.environ[name]

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", max_examples=50, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, whatever order chance gives the others: at the end one would keep everybody."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def no_server_outlives_its_test() -> Iterator[None]:
    """The web server library keeps the last thousand handlers that were asked, and with each its whole server."""
    yield
    served = sys.modules.get("aiohttp.web_app")
    if served is not None:
        served._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real market data: TIERWISE_DATA, else `shared/data` beside the project."""
    folder = Path(os.environ.get(DATA, PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(reason=f"no real market data: {folder} is absent; {DATA} may name another folder")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server that a test may stop and start."""
    if given_server() is not None:
        pytest.skip(reason="TIERWISE_TEST_DATABASE_URL names a server that is not ours to stop")
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_databases(request: pytest.FixtureRequest) -> Databases:
    """Fresh databases of a real PostgreSQL server."""
    given = given_server()
    if given is not None:
        return Databases(given)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Databases(server.url)


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """The address of a fresh PostgreSQL database."""
    with postgres_databases.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database, once of each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'tierwise.sqlite3'}"
