"""`tierwise restore FILE`: a copy becomes the database; the one that was there is kept beside it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from chatbot.cli.backup import told
from chatbot.settings import read_settings
from storage.backup import restore


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("file", type=Path, help="a copy made by tierwise backup")


def run(arguments: Namespace) -> int:
    """Check, keep what is there, and put the copy in its place."""
    with told():
        kept = restore(read_settings().database_url, arguments.file)
    sys.stdout.write(f"The database is now what {arguments.file} holds.\n")
    if kept is not None:
        sys.stdout.write(f"The one that was there is kept as {kept}.\n")
    return 0
