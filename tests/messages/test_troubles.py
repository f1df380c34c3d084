"""What the owner reads when something about the bot stays wrong, and when it is over."""

from __future__ import annotations

import pytest

from chatbot.messages.troubles import recovered, troubled
from chatbot.vitals import Trouble, TroubleKind

HOUR = 3_600_000
ABOUT = "binanceusdm BTC/USDT:USDT"
WRONG = {
    TroubleKind.FEED: (ABOUT, "No price of binanceusdm BTC/USDT:USDT for 6 min: I am blind there."),
    TroubleKind.BEHIND: (ABOUT, "known only up to 6 min ago: a wick may be told late."),
    TroubleKind.OUTBOX: ("", "A message has waited for 6 min to be sent: alerts come late."),
    TroubleKind.DATABASE: ("", "My database does not answer"),
    TroubleKind.JOB: ("clock", "The job “clock” has not run for 6 min"),
    TroubleKind.TELEGRAM: ("", "Telegram has not been reached for 6 min."),
}
OVER = {
    TroubleKind.FEED: "Prices of binanceusdm BTC/USDT:USDT come again",
    TroubleKind.BEHIND: "The minutes of binanceusdm BTC/USDT:USDT are known again",
    TroubleKind.OUTBOX: "Messages leave again.",
    TroubleKind.DATABASE: "It did not for 6 min",
    TroubleKind.JOB: "The job “clock” runs again.",
    TroubleKind.TELEGRAM: "Telegram is reached again.",
}


@pytest.mark.parametrize("kind", list(TroubleKind))
def test_every_trouble_has_its_words(kind: TroubleKind) -> None:
    """What is wrong, for how long and what it means; later that it is over."""
    about, wrong = WRONG[kind]
    trouble = Trouble(kind, about, 6 * 60_000)
    told = troubled([trouble], 6 * HOUR).text
    assert wrong in told
    assert told.startswith("⚠ <b>Something is wrong with me.</b>")
    assert told.endswith("I will tell you when it is over; while it lasts, every 6 hours.")
    assert OVER[kind] in recovered([trouble]).text


def test_spans_are_coarse() -> None:
    """Minutes, from two hours on hours, never none."""
    spans = [(1_000, "for 1 min"), (119 * 60_000, "for 119 min"), (2 * HOUR, "for 2 h"), (50 * HOUR, "for 50 h")]
    for lasts, words in spans:
        assert words in troubled([Trouble(TroubleKind.TELEGRAM, lasts=lasts)], HOUR).text


def test_many_troubles_are_counted_and_names_are_escaped() -> None:
    """The message always fits, and a name can't be markup."""
    many = [Trouble(TroubleKind.FEED, f"<b>{number}", 400_000) for number in range(200)]
    told = troubled(many, 6 * HOUR).text
    assert "• and 188 more" in told
    assert "&lt;b&gt;0" in told
    assert len(told) < 4_096
