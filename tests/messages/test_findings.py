"""Findings as sentences: each code has its words, with the number and what would pass."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.figures import GAP
from chatbot.core.findings import Code, Finding
from chatbot.messages.findings import WORDS, Wording, finding_sentence, marked
from chatbot.messages.numbers import number
from tests.core.rule_cases import Case, all_cases

D = Decimal
WORDING = Wording("BTC", "USDT", D("0.1"))


def said(finding: Finding) -> str:
    return finding_sentence(finding, WORDING).replace(GAP, " ")


def test_every_code_has_its_words() -> None:
    """None is forgotten."""
    assert set(WORDS) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_words_stand_without_any_number(code: Code) -> None:
    """Each is a sentence with a capital letter and a full stop, safe in HTML, whatever is set."""
    text = said(Finding(code, index=1))
    assert text[0] == text[0].upper()
    assert text.endswith((".", "?"))
    assert "<" not in text


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (Finding(Code.MISSING_ITEM, 4), "Item 4 of the checklist is missing: initial stop."),
        (Finding(Code.NOT_POSITIVE, value=D(0), kind="leverage"), "Leverage is 0; it must be above 0."),
        (Finding(Code.NOT_POSITIVE, 2, D(-1), kind="target"), "Target 2 is −1; it must be above 0."),
        (
            Finding(Code.STOP_WRONG_SIDE, 1, D(61000), D(60000), D("59999.9")),
            "The stop 61 000 is on the wrong side of tier 1 at 60 000. Closest that works: 59 999.9.",
        ),
        (
            Finding(Code.STOP_WRONG_SIDE, 1, D(61000), D(60000)),
            "The stop 61 000 is on the wrong side of tier 1 at 60 000.",
        ),
        (
            Finding(Code.TIER_TOO_ADVERSE, 2, D(59400), D("0.5"), D(59500)),
            "Tier 2 at 59 400 is more than 0.5R worse than tier 1: that is averaging down. Closest that works: 59 500.",
        ),
        (
            Finding(Code.UNWATCHABLE, 3, kind="rsi over 250 candles"),
            (
                "Tier 3 waits for rsi over 250 candles, which can't be watched: an indicator looks back over "
                "2 to 200 candles, and a MACD's fast average is the shorter one."
            ),
        ),
        (
            Finding(Code.LIQUIDATED_FIRST, 1, D(59500), D(59000), D(45)),
            (
                "Liquidation of tier 1 alone (estimate 59 500) comes before the stop 59 000. "
                "Highest leverage that is safe: 45x."
            ),
        ),
        (
            Finding(Code.LIQUIDATED_FIRST, 4, D(59500), D(59000)),
            (
                "Liquidation of the full position (estimate 59 500) comes before the stop 59 000: "
                "bring the stop closer, no leverage is low enough."
            ),
        ),
        (
            Finding(Code.QUANTITY_TOO_SMALL, 4, D("0.001"), D("0.002"), D("8.14")),
            (
                "Tier 4 would be 0.001 BTC; the least order is 0.002 BTC. "
                "It takes an allocation of 8.14 % of equity, more weight or more leverage."
            ),
        ),
        (
            Finding(Code.QUANTITY_TOO_LARGE, 2, D(120), D(100), D("4.16")),
            ("Tier 2 would be 120 BTC; the largest order is 100 BTC. An allocation of 4.16 % of equity would do."),
        ),
        (
            Finding(Code.QUANTITY_TOO_LARGE, 2, D(120), D(100)),
            "Tier 2 would be 120 BTC; the largest order is 100 BTC. Give it less weight, or the plan less leverage.",
        ),
        (
            Finding(Code.STOP_INSIDE_ATR, 1, D(59900), D(250), D(59750)),
            (
                "The stop 59 900 is nearer to tier 1 than 1 ATR(14), 250: an ordinary swing reaches it. "
                "Closest that works: 59 750."
            ),
        ),
        (
            Finding(Code.CLOSE_ROUNDS_TO_ZERO, 1, D(1), D("0.001"), D(5)),
            (
                "Target 1 closes nothing while only tier 1 is in: its share is less than 0.001 BTC. "
                "5 % of the position or more would close something."
            ),
        ),
        (
            Finding(Code.CLOSE_ROUNDS_TO_ZERO, 2, D(3), D("0.001")),
            (
                "Target 2 closes nothing while 3 tiers are in: its share is less than 0.001 BTC, "
                "and there is no more to close."
            ),
        ),
        (
            Finding(Code.REWARD_LOW, 3, D("1.375"), D("1.5"), D("62416.7")),
            ("Blended reward-to-risk is 1.37; a trade should offer 1.5 or more: with target 3 at 62 416.7 it does."),
        ),
        (
            Finding(Code.REWARD_LOW, 3, D("1.2"), D("1.5")),
            "Blended reward-to-risk is 1.2; a trade should offer 1.5 or more.",
        ),
        (
            Finding(Code.NO_RUNNER, value=D(100), nearest=D(90)),
            (
                "The targets close 100 % of the position: no runner stays for a long move. "
                "90 % would keep the usual one."
            ),
        ),
        (Finding(Code.TIER_COUNT, value=D(1), nearest=D(3)), "1 tier is planned; 3 or 4 make a scale-in. Closest: 3."),
        (
            Finding(Code.TIER_COUNT, value=D(5), nearest=D(4)),
            "5 tiers are planned; 3 or 4 make a scale-in. Closest: 4.",
        ),
        (
            Finding(Code.RISK_HIGH, value=D(5), limit=D(200), nearest=D(12)),
            (
                "5 % of equity is at risk when the trade starts; up to 200 USDT (2 %) is usual. "
                "An allocation of 12 % of equity would do."
            ),
        ),
        (
            Finding(Code.RISK_HIGH, value=D(3), limit=D(20)),
            (
                "3 % of equity is at risk when the trade starts; up to 20 USDT (2 %) is usual. "
                "A nearer stop would do: one lot alone risks more."
            ),
        ),
        (
            Finding(Code.OPEN_ALLOCATIONS, value=D(21), limit=D(20), nearest=D(4)),
            "All open plans together commit 21 % of equity; 20 % is the most. There is room for 4 %.",
        ),
        (
            Finding(Code.OPEN_ALLOCATIONS, value=D(25), limit=D(20)),
            "All open plans together commit 25 % of equity; 20 % is the most.",
        ),
    ],
)
def test_finding_is_told_with_its_numbers(finding: Finding, sentence: str) -> None:
    """What is wrong, by how much, and what would pass."""
    assert said(finding) == sentence


@pytest.mark.parametrize("case", [case for _, case in all_cases()], ids=lambda case: case.rule)
def test_every_rule_names_the_wrong_number_and_the_nearest_that_passes(case: Case) -> None:
    """Whatever is found just beyond a rule is told with both numbers, as far as there are any."""
    finding = case.found(case.failing, case.failing_in)[0]
    text = said(finding)
    for named in (finding.value, finding.nearest):
        if named is not None:
            assert any(
                written.replace(GAP, " ") in text for written in (number(named, 1), number(named, 2), number(named, 8))
            )


def test_finding_is_marked_by_its_severity() -> None:
    """A block and a warning are told apart at a glance."""
    assert marked(Finding(Code.NO_PRICE), WORDING).startswith("⛔ ")
    assert marked(Finding(Code.NO_RUNNER), WORDING).startswith("⚠ ")
