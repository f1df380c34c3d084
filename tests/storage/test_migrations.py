"""The schema a database is given at start, and what happens to databases of other times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, make_url, text

from chatbot.ports import User
from storage.database import open_database, sqlite_engine
from storage.migrate import MIGRATIONS, DatabaseRefused, check_references, configuration, keep_references, migrate
from storage.tables import METADATA


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    engine = sqlite_engine(make_url(f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    yield engine
    engine.dispose()


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


def schema(connection: Connection) -> dict[str, set[str]]:
    """Each table's definition, line by line in any order, without commas and the quotes of a table that was rebuilt."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
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


def test_migrations_leave_references_watched(engine: Engine) -> None:
    """Foreign keys, off while tables are rebuilt, are on again afterwards."""
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """An older program doesn't touch what it doesn't understand, and says so in a sentence."""
    url = f"sqlite:///{tmp_path / 'newer.sqlite3'}"
    with open_database(url) as database, database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseRefused, match="newer version"):
        open_database(url)


def test_a_migration_that_breaks_references_is_refused(engine: Engine) -> None:
    """A row that refers to nothing, which may slip in while references are not watched, is found before the commit."""
    migrate(engine)
    with engine.connect() as connection:
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
