"""The schema a database is given at start, and what happens to databases of other times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, make_url, text

from chatbot.records import User
from storage.database import engine_of, open_database
from storage.migrate import MIGRATIONS, DatabaseRefused, check_references, configuration, keep_references, migrate
from storage.tables import METADATA
from tests.postgres_server import Databases

COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length"
    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
)
CONSTRAINTS = (
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
)
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
COUNTERS = "SELECT sequencename, data_type, cycle FROM pg_sequences WHERE schemaname = 'public'"
CATALOG = (COLUMNS, CONSTRAINTS, INDEXES, COUNTERS)
"""What a PostgreSQL server says of its tables."""


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database, once of each kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        if request.param == "postgres":
            databases: Databases = request.getfixturevalue("postgres_databases")
            url = stack.enter_context(databases.fresh(migrated=False))
        made = engine_of(make_url(url))
        stack.callback(made.dispose)
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database."""
    made = engine_of(make_url(f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    yield made
    made.dispose()


def revisions(connection: Connection) -> tuple[str, ...]:
    """Where the database stands."""
    return MigrationContext.configure(connection).get_current_heads()


def test_upgrading_an_empty_database_gives_the_tables_of_the_code(engine: Engine) -> None:
    """Migrations and tables say the same: there is nothing left that autogenerate would change."""
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_constraints_of_the_migrations_are_those_of_the_code(engine: Engine) -> None:
    """Foreign keys, unique constraints and never reused ids, which autogenerate does not compare, agree too."""
    migrate(engine)
    with engine.begin() as connection:
        migrated = schema(connection)
        for table in reversed(METADATA.sorted_tables):
            connection.execute(text(f"DROP TABLE {table.name}"))
        METADATA.create_all(connection)
        assert schema(connection) == migrated


def schema(connection: Connection) -> object:
    """All that a database says about its tables, in any order."""
    if connection.dialect.name == "postgresql":
        return {query: sorted(map(str, connection.exec_driver_sql(query).all())) for query in CATALOG}
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    # Without commas, and the quotes of a table that was rebuilt.
    return {row.name: {line.strip(" ,\t").replace('"', "") for line in row.sql.splitlines()} for row in rows}


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    """A database up to date is left alone at every later start."""
    migrate(engine)
    with engine.connect() as connection:
        before = revisions(connection)
    migrate(engine)
    with engine.connect() as connection:
        assert revisions(connection) == before != ()


def test_the_revisions_are_one_line(engine: Engine) -> None:
    """There is one newest revision, and each can be undone."""
    migrate(engine)
    with engine.connect() as connection:
        keep_references(connection, on=False)
        with connection.begin():
            config = configuration(connection)
            assert len(ScriptDirectory.from_config(config).get_heads()) == 1
            command.downgrade(config, "base")
            assert inspect(connection).get_table_names() == ["alembic_version"]


def test_migrations_leave_references_watched(sqlite: Engine) -> None:
    """Foreign keys, off while tables are rebuilt, are on again afterwards."""
    migrate(sqlite)
    with sqlite.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    """An older program doesn't touch what it doesn't understand, and says so in a sentence."""
    url = database_url
    with open_database(url) as database, database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseRefused, match="newer version"):
        open_database(url)


def test_a_migration_that_breaks_references_is_refused(sqlite: Engine) -> None:
    """A row that refers to nothing, which may slip in while references are not watched, is found before the commit."""
    migrate(sqlite)
    with sqlite.connect() as connection:
        keep_references(connection, on=False)
        with connection.begin():
            check_references(connection)
            connection.execute(text("INSERT INTO drafts VALUES (1, 999, 1, 'side', '{}', 1, 0)"))
            with pytest.raises(DatabaseRefused, match="refer to nothing"):
                check_references(connection)


def test_the_migrations_are_packaged(tmp_path: Path) -> None:
    """Opening a database needs no file outside of the package, wherever the program was started."""
    assert (MIGRATIONS / "env.py").is_file()
    assert (MIGRATIONS / "script.py.mako").is_file()
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'db.sqlite3'}"
    with open_database(url) as database, database.units() as unit:
        unit.users.put(User(1, 10))
