"""The table in the docs says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.market.capabilities import table
from chatbot.market.exchanges import VENUES, open_exchange, timeframes_of
from chatbot.market.session import RoutedSession

DOCS = Path(__file__).parents[2] / "docs" / "exchanges.md"


def test_the_documented_table_is_that_of_the_code() -> None:
    """After a change of what an exchange can do: python -m chatbot.market.capabilities."""
    documented = DOCS.read_text("utf-8").split("<!-- begin: capabilities -->\n")[1].split("\n<!-- end")[0]
    assert documented == table()


@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.id)
async def test_every_claim_has_a_request_behind_it(venue: object) -> None:
    """What a venue says is asked for exists in the library, and the candles of a plan's usual length are there."""
    known = next(one for one in VENUES if one is venue)
    client = open_exchange(known, RoutedSession({}, only=True), 1_000)
    assert client.has["fetchOHLCV"]
    assert client.has["fetchTrades"]
    assert client.has["fetchTickers"]
    assert {"1m", "15m", "1h", "4h", "1d"} <= set(timeframes_of(client))
    await client.close()
