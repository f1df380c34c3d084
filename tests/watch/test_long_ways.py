"""What takes long to be looked up is looked up all the same: refused trades, small pages, budgets, busy plans."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.core.candles import Candle
from chatbot.core.market import MarketError, Pause, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import Guards, TriggerPrice
from chatbot.core.timeframes import MINUTE
from chatbot.watch import watcher
from tests.watch.past_rig import BTC, EXCHANGE, MARKET, START, Rig, past_rig, stream_of
from tests.watch.test_catch_up import kinds

D = Decimal
T = TypeVar("T")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


@pytest.mark.parametrize("rest", [1, 14, 16, 60])
async def test_trades_that_stay_refused_hold_nothing_up_however_long_each_pause(rig: Rig, rest: int) -> None:
    """The candle decides: a wick between two looks is told."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(7, 60000)
    await rig.seen(10, 60100)
    rig.tape.without_trades = Pause(rest * 1000, "too much")
    for second in range(60, 240):
        rig.trade(second, 60100)
        await rig.at(second)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.known_until() == 3


async def test_a_long_way_is_read_though_each_try_gets_only_a_few_trades(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was given is kept until all of it is there; nothing is asked for twice."""
    real, left = rig.tape.trades, 0

    async def few(exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        nonlocal left
        if not left:
            left = 2
            raise MarketError(EXCHANGE, Pause(20_000, "budget"))
        left -= 1
        return await real(exchange, symbol, since, until)

    rig.arm()
    for second, price in ((5, 60000), (6, 60300), (7, 60600), (8, 60900), (9, 61000), (10, 62500), (11, 64000)):
        await rig.seen(second, price)
    await rig.at(63)
    monkeypatch.setattr(rig.tape, "trades", few)
    price = 64000
    for minute in range(2, 14):
        price = price * 1005 // 1000
        for second in range(0, 60, 10):
            rig.trade(minute * 60 + second, price + second)
    rig.trade(14 * 60 + 5, price - 3000)
    for second in range(15 * 60, 25 * 60):
        rig.trade(second, price - 3000)
        await rig.at(second)
    assert "stop" in kinds(rig.events())


@pytest.mark.parametrize("at", [150, 420])
async def test_an_exchange_that_gives_less_than_it_is_asked_for_is_asked_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """A night away, 200 minutes an answer: the stop within it is told, and not the target that came after it."""
    real = rig.tape.minutes

    async def at_most_200(
        exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        over, rest = await real(exchange, symbol, since, limit, trigger_price)
        return over[:200], rest if len(over) < 200 else []

    monkeypatch.setattr(rig.tape, "minutes", at_most_200)
    rig.arm()
    await rig.seen(5, 60000)
    await rig.at(62)
    for minute in range(1, 480):
        rig.trade(minute * 60 + 1, 60100)
        if minute == at:
            rig.trade(minute * 60 + 20, 58900)
            rig.trade(minute * 60 + 30, 60100)
    await rig.seen(480 * 60 + 3, 61100)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]


@pytest.mark.parametrize("pause", [0, 60])
async def test_a_plan_that_one_price_did_not_move_is_looked_up_before_another(rig: Rig, pause: int) -> None:
    """A level passed in the pause between adds moves nothing: a target between two later looks still comes first."""
    rig.arm(guards=Guards(min_pause_minutes=pause))
    await rig.seen(5, 60000)
    await rig.seen(10, 60310)
    rig.trade(17, 61000)
    await rig.seen(20, 58900)
    found = kinds(rig.events())
    assert "TP1" in found
    assert found.index("TP1") < found.index("stop")


@pytest.mark.parametrize("hit", [130, 250])
async def test_what_candles_show_late_says_how_late_it_is(rig: Rig, hit: int) -> None:
    """Five minutes that show only after the bot is back: none of what they held claims to be of now."""
    rig.arm()
    await rig.seen(5, 60100)
    await rig.at(62)
    rig.tape.hidden.update(START + minute * MINUTE for minute in range(1, 6))
    rig.trade(hit, 60000)
    rig.trade(hit + 10, 60100)
    await rig.seen(330, 60100)
    await rig.at(331)
    assert "tier 1" in kinds(rig.events())
    assert "seen" in rig.told()[-1]


async def test_an_expiry_waits_for_prices_that_are_being_decided_on(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """More plans than one turn: those whose turn comes after the expiry were entered before it all the same."""
    stream_of(rig)
    monkeypatch.setattr(watcher, "TURN", 1)
    plans = [rig.arm(expires_at=START + 10_000) for _ in range(3)]
    await rig.at(1)
    gate, calls = asyncio.Event(), 0

    async def second_waits(work: Callable[[], T], /) -> T:
        nonlocal calls
        calls += 1
        if calls == 2:
            await gate.wait()
        return work()

    rig.watcher.on_database = second_waits
    rig.now = START + 9_000
    rig.tape.traded.append(Quote(BTC, D(60000), START + 9_000))
    rig.live.arrived(MARKET, [Quote(BTC, D(60000), START + 9_000)])
    rig.now = START + 12_100
    rig.tick()
    gate.set()
    await rig.live.stop()
    await rig.at(62)
    await rig.at(122)
    assert ["tier 1" in kinds(rig.events(one)) for one in plans] == [True] * 3


async def test_a_price_that_concerned_nobody_when_it_was_asked_for_waits_for_the_past_as_well(rig: Rig) -> None:
    """While it is being kept, an entry of before is found: the stop between the two comes before that price."""
    rig.arm()
    await rig.seen(5, 60100)
    real, is_first = rig.watcher.on_database, True

    async def meanwhile(work: Callable[[], T], /) -> T:
        nonlocal is_first
        found = await real(work)
        if is_first:
            is_first = False
            rig.trade(7, 60000)
            rig.now = START + 7_500
            rig.catch_up.fall_behind(MARKET, None)
            await rig.catch_up.look()
            rig.trade(8, 58900)
            rig.trade(10, 60500)
            rig.now = START + 10_000
        return found

    rig.watcher.on_database = meanwhile
    await rig.watcher.take(EXCHANGE, [Quote(BTC, D(60500), START + 10_000)])
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]
