"""One open transaction: runs statements and remembers whether any of them changed something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


class Work:
    """The connection of a unit of work. Repositories run everything through it."""

    __slots__ = ("changed", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changed = False

    def run(self, statement: Executable, rows: Sequence[Values] | None = None) -> CursorResult[Any]:
        """Execute, for each of `rows` where given."""
        result = self.connection.execute(statement, rows)
        # A driver that can't count says -1; with RETURNING the rows are the count, so any such statement is a change.
        if statement.is_dml and (result.returns_rows or result.rowcount != 0):
            self.changed = True
        return result

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say what to do about a row that is already there."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def insert_one(self, table: Table, values: Values) -> int:
        """Insert a row whose id the database counts up; gives back the id."""
        key = self.run(table.insert().values(values)).inserted_primary_key
        if key is None:
            raise RuntimeError(f"{table.name} has no id of its own.")
        return int(key[0])

    def upsert(self, table: Table, rows: Sequence[Values]) -> None:
        """Insert rows, or overwrite those with the same primary key."""
        if not rows:
            return
        statement = self.insert(table)
        keys = list(table.primary_key.columns)
        changes = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
        self.run(statement.on_conflict_do_update(index_elements=keys, set_=changes), rows)
