"""`tierwise demo` as a newcomer runs it."""

from __future__ import annotations

import re

import pytest

from chatbot.__main__ import main
from chatbot.cli import demo
from chatbot.cli.demo_script import Move, Say, Tap, hear


def test_demo_plays_the_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole trade of the rules runs through the sandbox, every check passes, and the last line counts them."""
    assert main(["demo"]) == 0
    printed = capsys.readouterr().out
    last = printed.rstrip().splitlines()[-1]
    assert re.fullmatch(r"demo: \d{3} checks passed in \d+\.\d s", last)
    assert "Plan 1 closed: +191.13 USDT, 9.17 R" in printed


def test_demo_fails_where_a_figure_differs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot did not say is named, with what it did say, and the exit code is 1."""
    script = (Say("/start"), hear("I never place an order", "I place orders"), Move("60099.5"))
    monkeypatch.setattr(demo, "SCRIPT", script)
    assert main(["demo"]) == 1
    printed = capsys.readouterr().out
    assert "✗ expected “I place orders” in:\nTierwise coaches you" in printed
    assert printed.endswith("demo: 1 of 3 checks failed\n")


def test_demo_stops_at_a_button_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that can't go on ends at once and says what was missing."""
    monkeypatch.setattr(demo, "SCRIPT", (Say("/start"), hear("/new"), Tap("Buy"), Say("/new")))
    assert main(["demo"]) == 1
    assert "✗ expected a button “Buy”; the last message is:" in capsys.readouterr().out
