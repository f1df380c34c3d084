"""The command line: `tierwise run`, `demo`, `replay`, `parse`, `health`, `backup`, `restore`.

A mistake: one sentence and exit code 2.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from chatbot.cli.errors import UsageError

COMMANDS: Final = {
    "run": "run the bot; without a token in its own sandbox, with a chat page",
    "demo": "play the worked example through the sandbox and check every alert",
    "replay": "what a plan would have done on recorded candles",
    "parse": "what a pasted signal says, what was assumed and what is wrong with it",
    "health": "whether a running bot is well (for containers)",
    "backup": "copy the database to a file, also while the bot runs",
    "restore": "put a copy of the database in its place; the bot must be stopped",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it needs is imported only then."""
    # python-telegram-bot warns with every flood wait unless this is set before it is imported.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    parser = argparse.ArgumentParser(prog="tierwise", description="A coach for leveraged futures plans.")
    names = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    words = list(sys.argv[1:] if arguments is None else arguments)
    for name, what in COMMANDS.items():
        command = names.add_parser(name, help=what, description=what)
        if name in words[:1]:
            importlib.import_module(f"chatbot.cli.{name}").add_arguments(command)
    chosen = parser.parse_args(words)
    try:
        return int(importlib.import_module(f"chatbot.cli.{chosen.command}").run(chosen))
    except UsageError as error:
        sys.stderr.write(f"tierwise {chosen.command}: {error}\n")
        return 2
    except BrokenPipeError:
        # The reader of our output is gone; that is its choice, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
