"""Errors of exchanges sorted into what to do, and the budget that avoids the worst of them."""

from __future__ import annotations

from random import Random

import ccxt
import pytest

from chatbot.core.market import Final, Pause, Retry
from chatbot.market.budget import Budget
from chatbot.market.errors import BadPayloadError, Circumstances, backoff, remedy_of

NOW = 1_700_000_000_000


def known(failures: int = 0, headers: dict[str, str] | None = None) -> Circumstances:
    """Circumstances in which only some things matter."""
    return Circumstances("Binance", failures, headers or {}, NOW)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ccxt.RequestTimeout("late"), Retry),
        (ccxt.ExchangeNotAvailable("binanceusdm GET x 502 Bad Gateway"), Retry),
        (ccxt.OnMaintenance("later"), Retry),
        (ccxt.OperationFailed("-1000"), Retry),
        (ccxt.InvalidNonce("-1021"), Retry),
        (ccxt.ExchangeError("something new"), Retry),
        (AttributeError("'str' object has no attribute 'get'"), Retry),
        (BadPayloadError("no prices"), Retry),
        (ConnectionResetError("reset"), Retry),
        (ccxt.DDoSProtection("418 banned"), Pause),
        (ccxt.RateLimitExceeded("-1003"), Pause),
        (ccxt.OperationFailed("100410: the frequency limit rule; unblocked after 1700000005000"), Pause),
        (ccxt.OperationFailed("100410: The current system is busy, please try again later"), Retry),
        (ccxt.RateLimitExceeded("bybit GET x 403 Forbidden: access blocked from your country"), Final),
        (ccxt.ExchangeNotAvailable("binanceusdm GET x 451 Unavailable"), Final),
        (ccxt.ExchangeNotAvailable("Service unavailable from a restricted location"), Final),
        (ccxt.AuthenticationError("key"), Final),
        (ccxt.BadSymbol("-1121"), Final),
        (ccxt.BadRequest("-1100"), Final),
        (ccxt.NotSupported("no"), Final),
    ],
)
def test_error_is_sorted_into_what_to_do(error: Exception, kind: type) -> None:
    """What heals is retried, what is a ban is a pause, what is hopeless is final."""
    assert isinstance(remedy_of(error, known(), Random(1)), kind)


@pytest.mark.parametrize(
    ("text", "headers", "after"),
    [
        (f"418 IP banned until {NOW + 90_000}.", {}, 90_000),
        ("429", {"Retry-After": "7"}, 7_000),
        ("429", {"retry-after": "7"}, 7_000),
        ("429", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60_000),
        ("429", {}, 60_000),
        ("10006", {"X-Bapi-Limit-Reset-Timestamp": str(NOW + 3_000)}, 3_000),
        ("10006", {"X-Bapi-Limit-Reset-Timestamp": str(NOW - 3_000)}, 60_000),
        ("bybit GET x 403 Forbidden access too frequent", {}, 600_000),
        (f"100410: the frequency limit rule; unblocked after {NOW + 45_000}", {}, 45_000),
        (f"418 IP banned until {NOW - 5}.", {}, 1_000),
        (f"418 IP banned until {NOW * 2}.", {}, 259_200_000),
    ],
)
def test_pause_lasts_as_long_as_the_exchange_says(text: str, headers: dict[str, str], after: int) -> None:
    """A named end of the ban counts first, then the header, then a minute; never forever."""
    remedy = remedy_of(ccxt.DDoSProtection(text), known(headers=headers), Random(1))
    assert isinstance(remedy, Pause)
    assert remedy.after == after


def test_a_pause_that_is_not_named_is_the_exchanges_usual_one() -> None:
    """Some are asked again after seconds, others after a minute."""
    usual = Circumstances("MEXC", 0, {}, NOW, usual_pause=10_000)
    remedy = remedy_of(ccxt.RateLimitExceeded("510"), usual, Random(1))
    assert remedy == Pause(10_000, "510")


def test_backoff_spreads_over_a_growing_bound() -> None:
    """The wait is anywhere between nothing and a bound that doubles up to a minute."""
    random = Random(5)
    for failures, bound in ((0, 1_000), (3, 8_000), (50, 60_000)):
        waits = [backoff(failures, random) for _ in range(300)]
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound


def test_reasons_are_one_short_line() -> None:
    """A page of markup does not end up in a message."""
    remedy = remedy_of(ccxt.BadRequest("<html>\n" * 500), known(), Random(1))
    assert isinstance(remedy, Final)
    assert "\n" not in remedy.reason
    assert len(remedy.reason) < 250


def test_budget_holds_back_a_fifth_of_the_limit() -> None:
    """What does not fit into the minute waits exactly until enough of it has passed."""
    budget = Budget(a_minute=100)
    budget.spend(50, NOW)
    budget.spend(30, NOW + 10_000)
    assert budget.wait(1, NOW + 20_000) == 40_000
    assert budget.wait(60, NOW + 20_000) == 50_000
    assert budget.wait(50, NOW + 60_000) == 0
    assert Budget(None).wait(10_000, NOW) == 0
