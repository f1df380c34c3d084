"""What is said of a market that is not seen: at once, truly, and once more when everything is looked up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from chatbot.core.market import MarketError, Quote, Retry
from chatbot.core.plan import TriggerPrice
from tests.watch.past_rig import EXCHANGE, START, Rig, past_rig
from tests.watch.test_catch_up import kinds


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


def reports(rig: Rig) -> list[str]:
    return [text for text in rig.told() if text.startswith("✅")]


async def test_nothing_touched_is_said_only_once_the_minute_of_return_is_known(rig: Rig) -> None:
    """Without trades the last blind seconds are known at the minute's end: a stop touched in them is in the report."""
    rig.tape.candles_only = True
    rig.arm()
    await rig.seen(5, 60000)
    await rig.seen(10, 60100)
    rig.tape.remedy = Retry(1, "down")
    for second in (30, 71, 100):
        rig.now = START + second * 1_000
        await rig.watcher.poll(EXCHANGE)
    rig.tape.remedy = None
    rig.trade(195, 58900)
    await rig.seen(200, 60100)
    await rig.catch_up.look()
    await rig.seen(205, 60100)
    assert reports(rig) == []
    await rig.over(3)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]
    assert "I was blind" in rig.told()[-1]


async def test_started_while_the_exchange_is_down_the_user_is_told(rig: Rig) -> None:
    """The bot was away, and so is the exchange when it comes back: a minute later its user knows, once."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.now = START + 400_000
    rig.tape.remedy = Retry(1, "down")
    await rig.restart()
    for second in range(401, 1200, 50):
        rig.now = START + second * 1_000
        await rig.watcher.poll(EXCHANGE)
    assert sum("No price of" in text for text in rig.told()) == 1


async def test_a_market_without_a_price_is_not_called_seen_again(rig: Rig) -> None:
    """Its candles come, its prices do not."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(300, 60500)
    rig.now = START + 400_000

    async def down(
        exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        raise MarketError(exchange, Retry(1, f"no {trigger_price} price of {sorted(symbols)}"))

    rig.tape.quotes = down  # type: ignore[method-assign]  # an exchange that gives candles only
    await rig.restart()
    for second in (401, 406):
        rig.now = START + second * 1_000
        await rig.watcher.poll(EXCHANGE)
    assert reports(rig) == []
