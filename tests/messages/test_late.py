"""What is said of things nobody saw happen: in the alert itself, and in one report after a blind spell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.events import (
    BlockReason,
    CloseReason,
    EntryMissed,
    Event,
    MissCause,
    PlanArmed,
    PlanClosed,
    ReassessAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.messages.feeds import Spell, Touch, sight_again, touch_of
from chatbot.messages.fitting import LIMIT, length
from chatbot.messages.late import ORDER_UNKNOWN, Late, late_line

D = Decimal
DAY = 86_400_000
HIT = 14 * 3_600_000 + 3 * 60_000
FOUND = HIT + 6 * 60_000
BLIND = (HIT - 60_000, FOUND)


def test_an_alert_says_when_it_happened_and_why_it_comes_only_now() -> None:
    """The time, when it was seen, the blind span, and the price of now."""
    late = Late(HIT, FOUND, BLIND, D(60_700))
    assert late_line(late) == "⏱ Hit 14:03 UTC, seen 14:09: I was blind 14:02–14:09; now 60\u00a0700."


def test_an_alert_found_between_two_looks_says_so() -> None:
    """No blind spell, and no price at hand."""
    assert late_line(Late(HIT, FOUND, None, None)) == "⏱ Hit 14:03 UTC, seen 14:09: between two looks at the price."


def test_an_alert_of_another_day_names_the_day() -> None:
    """Twenty-four hours ago reads like now otherwise."""
    line = late_line(Late(HIT, FOUND + DAY, (HIT - 60_000, FOUND + DAY), None))
    assert line == "⏱ Hit 1970-01-01 14:03 UTC, seen 14:09: I was blind 1970-01-01 14:02–14:09."


def test_an_order_nobody_knows_is_called_so() -> None:
    """One candle reached both sides."""
    assert late_line(Late(HIT, FOUND, None, None, order_unknown=True)).endswith(f"\n{ORDER_UNKNOWN}")


SPELL = Spell("binanceusdm", "BTC/USDT:USDT", HIT, D(60_700), ())


def test_a_report_says_that_nothing_happened() -> None:
    """Even then there is one: silence would leave the question open."""
    assert sight_again([SPELL], FOUND).text.splitlines() == [
        "✅ <b>I see prices again.</b> I was blind 14:03–14:09\u00a0UTC.",
        (
            "BTC/USDT:USDT on binanceusdm, now 60\u00a0700: every minute since is looked up, "
            "nothing of your plans was touched."
        ),
    ]


def test_a_report_names_what_happened_in_every_market() -> None:
    """One report for all, with what was found, or could not be looked up; over midnight with the days."""
    touched = replace(SPELL, touches=[Touch(1, "hit TP1", HIT), Touch(2, "hit its stop", FOUND)], price=None)
    unknown = replace(SPELL, symbol="<ETH>", since=HIT - DAY, is_known=False)
    assert sight_again([touched, unknown], FOUND).text.splitlines() == [
        "✅ <b>I see prices again.</b> I was blind 1969-12-31 14:03 – 1970-01-01\u00a014:09\u00a0UTC.",
        "BTC/USDT:USDT on binanceusdm: plan 1 hit TP1 (14:03\u00a0UTC); plan 2 hit its stop (14:09\u00a0UTC).",
        (
            "&lt;ETH&gt; on binanceusdm, now 60\u00a0700: what it did meanwhile I could not look up; "
            "check your orders on the exchange."
        ),
    ]


def test_a_long_report_is_cut_short() -> None:
    """The alerts tell each; the report must fit."""
    many = replace(SPELL, touches=[Touch(1, "hit TP1", HIT)] * 20)
    assert sight_again([many], FOUND).text.endswith("; and 8 more.")


def test_a_report_of_many_markets_fits_into_a_message() -> None:
    """Whole lines go, those of untouched markets first, and the last line says how many; one that is unknown stays."""
    touches = [Touch(number, "went on without its entry", HIT) for number in range(1, 6)]
    quiet = [replace(SPELL, symbol=f"QUIET{number}/USDT:USDT") for number in range(12)]
    touched = [replace(SPELL, symbol=f"TOUCHED{number}/USDT:USDT", touches=touches) for number in range(10)]
    unknown = replace(SPELL, symbol="UNKNOWN/USDT:USDT", is_known=False)
    report = sight_again([*quiet, unknown, *touched], FOUND).text
    _, *markets, last = report.splitlines()
    assert length(report) <= LIMIT
    assert [line.split("/")[0] for line in markets[:11]] == [*(f"TOUCHED{number}" for number in range(10)), "UNKNOWN"]
    assert all(line.endswith(".") for line in markets)
    assert last == f"… and {23 - len(markets)} more markets: /status shows your plans"


def test_a_report_that_leaves_out_touched_markets_says_so() -> None:
    """More touched markets than a message holds."""
    touches = [Touch(number, "went on without its entry", HIT) for number in range(1, 6)]
    report = sight_again(
        [replace(SPELL, symbol=f"COIN{number}/USDT:USDT", touches=touches) for number in range(22)], FOUND
    )
    assert length(report.text) <= LIMIT
    assert report.text.endswith(" more markets: /status shows your plans")


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (TierTriggered(2, D(1), D(1), 1, HIT), "reached tier 2"),
        (TierBlocked(2, D(1), BlockReason.RISK, HIT), "reached tier 2"),
        (TargetHit(1, D(1), D(1), D(1), 1, HIT), "hit TP1"),
        (StopHit(D(1), D(1), 1, HIT), "hit its stop"),
        (ReassessAdvised(D(1), HIT), "went 0.5R against tier 1"),
        (EntryMissed(D(1), MissCause.STOP, HIT), "went on without its entry"),
        (PlanClosed(CloseReason.EXPIRED, D(0), D(0), HIT, False), "is over: expired"),
        (PlanArmed(HIT), None),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_what_touched_a_plan_is_told_in_few_words(event: Event, what: str | None) -> None:
    """What only follows from another event is left to its alert."""
    assert touch_of(1, event) == (None if what is None else Touch(1, what, HIT))
