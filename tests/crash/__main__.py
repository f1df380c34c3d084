"""`python -m tests.crash`: kills the bot as often as asked and ends with one line; exit code 1 if anything is wrong."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Sequence
from pathlib import Path

from tests.crash.harness import HarnessFailed, run
from tests.crash.scene import POLL, POSTGRES, SQLITE, STREAM, Wish


def main(words: Sequence[str]) -> int:
    """Run as the command line says."""
    given = arguments(words)
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        return killed(given.keep, given)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        return killed(Path(folder), given)


def arguments(words: Sequence[str]) -> Namespace:
    """What may be asked for."""
    parser = ArgumentParser(prog="python -m tests.crash", description="Kill the bot at the worst moments.")
    parser.add_argument("--runs", type=int, default=300, help="how many kills (300)")
    parser.add_argument("--seed", type=int, default=7, help="repeats the choices of a run (7)")
    parser.add_argument(
        "--moves-while-down", action=BooleanOptionalAction, default=True, help="the market does not wait for the bot"
    )
    parser.add_argument("--feed", choices=(STREAM, POLL), help="how the bot hears of prices (stream)")
    parser.add_argument("--database", choices=(SQLITE, POSTGRES), default=SQLITE, help="what it keeps them in (sqlite)")
    parser.add_argument("--keep", type=Path, help="a new folder that keeps the database and the log")
    given = parser.parse_args(words)
    if given.feed == STREAM and not given.moves_while_down:
        parser.error("only polls show whether a price was seen: a market that waits for the bot needs --feed poll")
    given.feed = given.feed or (STREAM if given.moves_while_down else POLL)
    return given


def killed(folder: Path, given: Namespace) -> int:
    """The run, and what it found."""
    wish = Wish(given.seed, given.runs, given.moves_while_down, given.feed, given.database)
    try:
        outcome = asyncio.run(run(folder, wish, say))
    except HarnessFailed as error:
        say(str(error))
        return 1
    for problem in outcome.problems:
        say(problem)
    say(outcome.figures)
    say(outcome.line)
    return 0 if outcome.is_good else 1


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
