"""Logs: facts as lines, no user text, no tokens. httpx would print the bot's token with every request."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from typing_extensions import override

from chatbot.breakage import described

TOKEN: Final = re.compile(r"\d+:[\w-]{20,}")


class WithoutWords(logging.Formatter):
    """Lines of other people's libraries: an error by its kind and place, because its words may be anybody's."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name}: {TOKEN.sub('(token)', record.getMessage())}"
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line} error={described(error)}"


class ToStderr:
    """Writes each line to what stderr is at that moment, so nothing holds on to a stream that was closed."""

    def __init__(self, *_: Any) -> None: ...

    def msg(self, line: str) -> None:
        """One line."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def without_words(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback is told by its kind and place, whoever asked for it."""
    error = line.pop("exc_info", None)
    found = sys.exc_info()[1] if error is True else error
    return {**line, "error": described(found)} if isinstance(found, BaseException) else line


def set_up_logs() -> None:
    """Readable lines on stderr; other people's libraries only from warnings on."""
    lines = logging.StreamHandler()
    lines.setFormatter(WithoutWords())
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    # Its failing jobs are told by our own listener; it would tell them again, with all their words.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    # It prints an answer it cannot read, with all that was said in the chat.
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "event")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=ToStderr,
        cache_logger_on_first_use=True,
    )
