"""The same schema for PostgreSQL, as far as it can be judged without a server."""

from __future__ import annotations

from io import StringIO

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import CreateTable

from storage.migrate import MIGRATIONS
from storage.tables import METADATA


def migrated() -> str:
    """What the migrations would run on PostgreSQL."""
    told = StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told})
    with Operations.context(context):
        for revision in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())):
            revision.module.upgrade()
    return told.getvalue()


def lines_of(statement: str) -> set[str]:
    """A table's columns and constraints, in any order."""
    return {line.strip(" ,\t);") for line in statement.splitlines()} - {""}


def test_migrations_give_the_tables_of_the_code() -> None:
    """Each table is created with the same columns, types and named constraints as the code expects."""
    statements = {
        statement.split()[0]: lines_of("CREATE TABLE " + statement.split(";")[0])
        for statement in migrated().split("CREATE TABLE ")[1:]
    }
    dialect = PGDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it so
    expected = {
        name: lines_of(str(CreateTable(table).compile(dialect=dialect))) for name, table in METADATA.tables.items()
    }
    assert statements == expected


def test_columns_use_what_postgresql_does_better() -> None:
    """Prices are exact numbers without a scale that would round; ids and chats have 64 bits."""
    told = migrated()
    assert "price NUMERIC NOT NULL" in told
    assert "outbox_id BIGSERIAL NOT NULL" in told
    assert "chat_id BIGINT NOT NULL" in told
