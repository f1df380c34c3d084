"""A confirmed plan at the moments tests begin from."""

from __future__ import annotations

import pytest

from tests.core.talking import ADD, Talk, plan


@pytest.fixture
def talk() -> Talk:
    """A plan that waits for 100."""
    return Talk(plan())


@pytest.fixture
def entered(talk: Talk) -> Talk:
    """Tier 1 is in: 1 unit at 100, stop 96."""
    talk.price(100)
    talk.done(ADD)
    return talk


@pytest.fixture
def hit(entered: Talk) -> Talk:
    """TP1 was reached in one jump with tier 1 alone in; its close of a quarter is not answered."""
    entered.price(106)
    return entered


@pytest.fixture
def stopped(entered: Talk) -> Talk:
    """The stop was reached with 1 unit in; the exit is not answered."""
    entered.price(95)
    return entered
