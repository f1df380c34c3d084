"""Logs: facts as lines, logfmt or JSON; no user text, no tokens. httpx would print the bot's token with every request.

Warnings and errors are counted by kind, whoever they come from.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

import structlog
from typing_extensions import override

from chatbot.breakage import described

LONGEST_LINE: Final = 200
TOKEN: Final = re.compile(r"\d+:[\w-]{20,}")


Form = Literal["logfmt", "json"]
COUNTED_LEVELS: Final = frozenset({"warning", "error", "critical"})


class Counted:
    """How many warnings and errors there were, by level and kind; a kind is one of our own event names."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, level: str, kind: str) -> None:
        if level in COUNTED_LEVELS:
            self.counts[level, kind] += 1

    def seen(self) -> Mapping[tuple[str, str], int]:
        return dict(self.counts)


COUNTED: Final = Counted()
"""Of this process, as its logs are."""


class WithoutWords(logging.Formatter):
    """Lines of other people's libraries: the fixed words of the line, and an error by its kind and place.

    What a library fills in may be anybody's words: python-telegram-bot logs whole updates that it can't read.
    """

    def __init__(self, form: Form = "logfmt") -> None:
        super().__init__()
        self.form = form

    @override
    def format(self, record: logging.LogRecord) -> str:
        fixed = str(record.msg).partition("\n")[0][:LONGEST_LINE]
        said = TOKEN.sub("(token)", fixed)
        error = record.exc_info[1] if record.exc_info else None
        if self.form == "json":
            return json.dumps(self.fields(record, said, error), ensure_ascii=False)
        line = f"{record.levelname} {record.name}: {said}"
        return line if error is None else f"{line} error={described(error)}"

    def fields(self, record: logging.LogRecord, said: str, error: BaseException | None) -> dict[str, str]:
        """As our own lines have them."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        line = {"timestamp": at, "level": record.levelname.lower(), "event": said, "logger": record.name}
        return line if error is None else {**line, "error": described(error)}


class Counting(logging.Filter):
    """Counts what libraries log, by the library."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        COUNTED.add(record.levelname.lower(), f"library {record.name}")
        return True


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


def counted(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Counts it on its way."""
    COUNTED.add(str(line.get("level")), str(line.get("event")))
    return line


def set_up_logs(form: Form = "logfmt") -> None:
    """Readable lines on stderr; other people's libraries only from warnings on."""
    lines = logging.StreamHandler()
    lines.setFormatter(WithoutWords(form))
    lines.addFilter(Counting())
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
            counted,
            renderer_of(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=ToStderr,
    )


def renderer_of(form: Form) -> Any:
    """The last step: a line of text."""
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "event"))
