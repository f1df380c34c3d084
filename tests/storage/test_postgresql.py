"""The same schema for PostgreSQL, as far as it can be judged without a server."""

from __future__ import annotations

from io import StringIO

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.migrate import MIGRATIONS


def migrated() -> str:
    """What the migrations would run on PostgreSQL."""
    told = StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told})
    with Operations.context(context):
        for revision in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())):
            revision.module.upgrade()
    return told.getvalue()


def test_columns_use_what_postgresql_does_better() -> None:
    """Prices are exact numbers without a scale that would round; ids and chats have 64 bits."""
    told = migrated()
    assert "price NUMERIC NOT NULL" in told
    assert "outbox_id BIGSERIAL NOT NULL" in told
    assert "chat_id BIGINT NOT NULL" in told
