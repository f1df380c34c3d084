"""`tierwise backup FILE`: a copy of the database of one moment, also while the bot runs. Never overwrites a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatbot.cli.errors import UsageError
from chatbot.settings import SettingsError, read_settings
from storage.backup import back_up
from storage.migrate import DatabaseRefused


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("file", type=Path, help="where the copy goes; it must not be there yet")


def run(arguments: Namespace) -> int:
    """Copy, check, and say so."""
    with told():
        back_up(read_settings().database_url, arguments.file)
    sys.stdout.write(f"The database is copied to {arguments.file} and the copy is sound.\n")
    return 0


@contextmanager
def told() -> Iterator[None]:
    """What is refused, as one sentence."""
    try:
        yield
    except (SettingsError, DatabaseRefused) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.filename or 'the file'}: {error.strerror or error}") from error
