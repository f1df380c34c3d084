"""Maintenance brackets out of what exchanges publish: read through ccxt over HTTP, or refused as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from chatbot.core.market import Bracket, MarketError, Retry
from chatbot.market.brackets import brackets_of
from chatbot.market.connection import Manners
from chatbot.market.errors import BadPayloadError
from chatbot.market.feed import Feed
from tests.market.publishing import Publishers

D = Decimal
BTC = "BTC/USDT:USDT"


@pytest.fixture
async def publishers() -> AsyncIterator[Publishers]:
    served = Publishers()
    runner = await served.start()
    yield served
    await runner.cleanup()


@pytest.fixture
async def feed(publishers: Publishers) -> AsyncIterator[Feed]:
    feed = Feed(publishers.hosts(), only=True, random=Random(3), manners=Manners(timeout_ms=2_000))
    yield feed
    await feed.aclose()


def tier(floor: object, rate: object, leverage: object = None, amount: object = None) -> dict[str, Any]:
    """A leverage tier as ccxt gives it."""
    return {
        "minNotional": floor,
        "maintenanceMarginRate": rate,
        "maxLeverage": leverage,
        "info": {"mmDeduction": amount},
    }


async def test_brackets_of_bybit_keep_the_published_deductions(feed: Feed, publishers: Publishers) -> None:
    """Rates and deductions arrive exactly as Bybit's risk limits name them."""
    assert await feed.brackets("bybit", BTC) == (
        Bracket(D(0), D("0.005"), D(0)),
        Bracket(D(2_000_000), D("0.0056"), D(1200)),
        Bracket(D(2_600_000), D("0.01"), D(12640)),
    )
    assert publishers.asked.count("/v5/market/risk-limit") == 1


async def test_brackets_of_bitget_get_their_amounts_worked_out(feed: Feed) -> None:
    """Bitget names no amounts: each is that of the bracket before, plus its floor times the step in the rate."""
    assert await feed.brackets("bitget", BTC) == (
        Bracket(D(0), D("0.004"), D(0)),
        Bracket(D(150_000), D("0.005"), D(150)),
        Bracket(D(900_000), D("0.01"), D(4650)),
    )


async def test_brackets_of_mexc_are_turned_from_contracts_into_money(feed: Feed) -> None:
    """200 000 contracts of 0.0001 BTC at 60 000.5 are 1 200 010 USDT."""
    assert await feed.brackets("mexc", BTC) == (
        Bracket(D(0), D("0.004"), D(0)),
        Bracket(D(1_200_010), D("0.008"), D("4800.04")),
        Bracket(D(2_400_020), D("0.012"), D("14400.12")),
    )


async def test_market_without_tiers_has_no_brackets(feed: Feed, publishers: Publishers) -> None:
    """MEXC lists some contracts with one tier and no step in the rate: nothing is known then."""
    publishers.mexc |= {"riskIncrVol": 0}
    assert await feed.brackets("mexc", BTC) == ()


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"riskBaseVol": 200_000, "riskLimitType": "BY_VOLUME"}, 3),
        ({"riskBaseVol": 10_000}, 0),
        ({"riskLimitType": "BY_VALUE"}, 0),
        ({"riskLimitMode": "CUSTOM"}, 0),
    ],
)
async def test_steps_that_are_read_wrongly_are_no_brackets(
    feed: Feed, publishers: Publishers, said: dict[str, Any], known: int
) -> None:
    """MEXC's steps are taken for equal volumes: where MEXC says otherwise, a labelled default is safer."""
    publishers.mexc |= said
    assert len(await feed.brackets("mexc", BTC)) == known


@pytest.mark.parametrize("exchange", ["binanceusdm", "bingx", "weex"])
async def test_exchange_that_publishes_none_is_not_asked(exchange: str, publishers: Publishers) -> None:
    """Where brackets need a key, or are not published, there are none, without a request."""
    feed = Feed(publishers.hosts(), only=True)
    assert await feed.brackets(exchange, BTC) == ()
    assert publishers.asked == []
    await feed.aclose()


@pytest.mark.parametrize(
    "rows",
    [
        "<html>",
        [{"id": 1, "riskLimitValue": "2000000", "maintenanceMargin": "x", "maxLeverage": "100"}, {"id": 2}],
        [{"id": 1, "riskLimitValue": "10", "maintenanceMargin": "0.02"}, {"id": 2, "maintenanceMargin": "0.01"}],
    ],
)
async def test_answer_that_can_not_be_true_is_an_error(feed: Feed, publishers: Publishers, rows: object) -> None:
    """A garbled table is asked for again, never half used."""
    publishers.bybit = rows
    with pytest.raises(MarketError) as raised:
        await feed.brackets("bybit", BTC)
    assert isinstance(raised.value.remedy, Retry)


async def test_unknown_market_is_not_asked_for(feed: Feed, publishers: Publishers) -> None:
    """A symbol that is not listed is final."""
    with pytest.raises(MarketError, match="does not list NOPE"):
        await feed.brackets("bybit", "NOPE/USDT:USDT")
    assert "/v5/market/risk-limit" not in publishers.asked


def test_tiers_are_put_in_order() -> None:
    """Whatever order they come in."""
    rows = [tier("100", "0.02", "25"), tier("0", "0.01", "50")]
    assert brackets_of(rows, D(1)) == (Bracket(D(0), D("0.01")), Bracket(D(100), D("0.02"), D(1)))


def test_rates_in_percent_are_found_out_by_the_leverage() -> None:
    """At 100x one percent is paid in, so a margin of 0.5 can only be half a percent."""
    rows = [tier("0", "0.5", "100"), tier("150", "1", "50")]
    assert brackets_of(rows, D(1)) == (Bracket(D(0), D("0.005")), Bracket(D(150), D("0.01"), D("0.75")))
    assert brackets_of([tier("0", "0.5", "1.5")], D(1)) == (Bracket(D(0), D("0.5")),)


def test_equal_rates_and_rounded_amounts_are_taken() -> None:
    """Two tiers may differ in leverage only, and exchanges round their amounts."""
    rows = [tier("0", "0.01", "50"), tier("1000000", "0.01", "40"), tier("2000000", "0.0151", "20", "10201")]
    assert brackets_of(rows, D(1))[1:] == (
        Bracket(D(1_000_000), D("0.01")),
        Bracket(D(2_000_000), D("0.0151"), D(10201)),
    )


@pytest.mark.parametrize(
    "rows",
    [
        None,
        ["x"],
        [tier("0", "0.01"), tier(None, "0.02")],
        [tier("0", "0.01"), tier("100", None)],
        [tier("100", "0.01")],
        [tier("0", "0.01"), tier("0", "0.02")],
        [tier("0", "0.02"), tier("100", "0.01")],
        [tier("0", "0")],
        [tier("0", "NaN")],
        [tier("0", "100", "100")],
        [tier("0", "0.01", "50"), tier("1000", "0.02", "25", "999")],
    ],
)
def test_table_that_can_not_be_true_is_refused(rows: Any) -> None:
    """No number, not from 0 on, floors that don't rise, rates that fall or exceed the margin, odd amounts."""
    with pytest.raises(BadPayloadError):
        brackets_of(rows, D(1))


def test_tiers_without_any_rate_are_no_brackets() -> None:
    """Nothing is known, which is no error."""
    assert brackets_of([], D(1)) == ()
    assert brackets_of([tier("0", None)], D(1)) == ()
