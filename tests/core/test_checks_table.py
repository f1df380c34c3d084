"""RULES 7 sentence by sentence: one value just fails, one just passes, and the nearest value named would pass."""

from __future__ import annotations

import pytest

from chatbot.core.findings import Severity
from chatbot.core.money import Side
from tests.core.rule_cases import Case, all_cases, blocks, market_blocks

CASES = all_cases()
EACH = pytest.mark.parametrize(
    "case", [case for _, case in CASES], ids=[f"{side}: {case.rule}" for side, case in CASES]
)
BLOCKING = {case.rule for case in (*blocks(Side.LONG), *market_blocks(Side.LONG))}


@EACH
def test_value_just_beyond_the_rule_is_found(case: Case) -> None:
    """It is found once, and it blocks or warns as the rules say."""
    findings = case.found(case.failing, case.failing_in)
    assert findings
    expected = Severity.BLOCK if case.rule in BLOCKING else Severity.WARNING
    assert {finding.severity for finding in findings} == {expected}


@EACH
def test_value_just_within_the_rule_passes(case: Case) -> None:
    """The limit itself is allowed."""
    assert case.found(case.passing, case.passing_in) == []


@EACH
def test_nearest_value_passes(case: Case) -> None:
    """Whoever takes the value that is named is not told the same again."""
    if case.mended is None:
        return
    worst = case.found(case.failing, case.failing_in)[0]
    assert worst.nearest is not None
    assert case.found(case.mended(case.failing, worst.nearest), case.failing_in) == []


def test_every_sentence_of_the_rules_has_its_case() -> None:
    """Twelve blocks, two of them in two halves, and one of our own; thirteen warnings, two of them in two halves."""
    rules = {case.rule for _, case in CASES}
    assert len(BLOCKING) == 15
    assert len(rules - BLOCKING) == 15
