"""What is written to the log: lines of facts, counted by kind, in the form that was asked for, without words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from chatbot.logs import COUNTED, Form, WithoutWords, set_up_logs

WORDS = "thirteen-purple-otters"
TOKEN = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BUILT_IN = f"at bot{TOKEN}"
"""A line whose library put everything into its fixed words."""


@pytest.fixture
def fresh() -> Iterator[None]:
    """The logs of this process as they were before."""
    root, level = logging.root.handlers, logging.root.level
    yield
    logging.root.handlers = root
    logging.root.setLevel(level)
    structlog.reset_defaults()


def lines_of(form: Form, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """An error of ours, and one of a library that tells secrets."""
    # The test runner listens too, and a process that has a handler is not set up again.
    logging.root.handlers = []
    set_up_logs(form)
    log = structlog.get_logger("test")
    try:
        int(WORDS)
    except ValueError:
        log.exception("thing failed", plan=7)
        logging.getLogger("a.library").exception("calling bot%s", TOKEN)
        logging.getLogger("b.library").warning(BUILT_IN)
    log.info("fine")
    return capsys.readouterr().err.splitlines()


def test_json_lines_are_objects(fresh: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Ours and the libraries', each with time, level and event; what a library filled in is left out."""
    ours, theirs, built_in, fine = map(json.loads, lines_of("json", capsys))
    assert (ours["level"], ours["event"], ours["plan"]) == ("error", "thing failed", 7)
    assert ours["error"].startswith("ValueError at test_logs.py")
    assert (theirs["level"], theirs["logger"], theirs["event"]) == ("error", "a.library", "calling bot%s")
    assert built_in["event"] == "at bot(token)"
    assert fine["event"] == "fine"


def test_logfmt_lines_begin_with_time_and_level(fresh: None, capsys: pytest.CaptureFixture[str]) -> None:
    """The default, for people."""
    ours, theirs, built_in, _ = lines_of("logfmt", capsys)
    assert 'level=error event="thing failed"' in ours
    assert theirs.startswith("ERROR a.library: calling bot%s error=ValueError at ")
    assert built_in == "WARNING b.library: at bot(token)"


@pytest.mark.parametrize("form", ["json", "logfmt"])
def test_neither_words_nor_tokens_are_written(fresh: None, capsys: pytest.CaptureFixture[str], form: Form) -> None:
    """Whatever an error carries."""
    written = "\n".join(lines_of(form, capsys))
    assert WORDS not in written
    assert TOKEN not in written
    assert "Traceback" not in written


def test_warnings_and_errors_are_counted_by_kind(fresh: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Ours by their event, a library's by its name; what is only told is not counted."""
    before = COUNTED.seen()
    lines_of("json", capsys)
    grown = {kind: count - before.get(kind, 0) for kind, count in COUNTED.seen().items() if count > before.get(kind, 0)}
    libraries = {("error", "library a.library"): 1, ("warning", "library b.library"): 1}
    assert grown == {("error", "thing failed"): 1, **libraries}


def test_a_library_line_without_an_error_has_none() -> None:
    """In either form."""
    record = logging.LogRecord("a.library", logging.WARNING, __file__, 1, "odd", None, None)
    assert WithoutWords().format(record) == "WARNING a.library: odd"
    assert "error" not in json.loads(WithoutWords("json").format(record))
