"""Brings a database to the schema this program was written for, or says that a newer one wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS: Final = Path(__file__).with_name("migrations")


class DatabaseRefused(Exception):
    """The database can't be used; the message says why in a sentence."""


def migrate(engine: Engine) -> None:
    """Run what is missing, all of it or nothing. A database already up to date is left alone."""
    with engine.connect() as connection:
        keep_references(connection, on=False)
        try:
            with connection.begin():
                upgrade(connection)
        finally:
            keep_references(connection, on=True)


def keep_references(connection: Connection, *, on: bool) -> None:
    """Whether SQLite watches foreign keys: not while a table is rebuilt, for dropping the old one would break them.

    It can only be changed outside of a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.cursor().execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def known_revisions() -> frozenset[str]:
    """Every schema this program can read or bring up to date."""
    return frozenset(revision.revision for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def upgrade(connection: Connection) -> None:
    """To the newest revision, inside the transaction that is open."""
    config = configuration(connection)
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_heads()
    if not known_revisions().issuperset(current):
        raise DatabaseRefused("The database was written by a newer version of Tierwise: please update the program.")
    if set(current) == set(script.get_heads()):
        return
    command.upgrade(config, "head")
    check_references(connection)


def check_references(connection: Connection) -> None:
    """What SQLite did not watch during the migrations is checked before they are committed."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise DatabaseRefused("The database holds rows that refer to nothing, so it was left as it was.")


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
