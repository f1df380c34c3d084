"""The price that stands counts for what a user arms or answers, at that moment; no price of before or after does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.core.candles import Candle
from chatbot.core.inputs import Confirm
from chatbot.core.market import Quote, Retry
from chatbot.core.money import Millis
from chatbot.core.plan import Direction, Follow, PriceTrigger, Tier, TriggerPrice
from tests.core.planning import plan
from tests.watch.past_rig import EXCHANGE, MARKET, START, Rig, past_rig, stream_of
from tests.watch.test_catch_up import kinds
from tests.watch.test_live import arrived, quote, settled

D = Decimal
T = TypeVar("T")
UP = (Tier(D(50), PriceTrigger(D(60300), Direction.UP)), Tier(D(50), PriceTrigger(D(60350), Direction.UP)))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


async def test_a_price_from_before_a_plan_was_armed_is_none_of_its_trades_after_a_start(rig: Rig) -> None:
    """Traded at 1 s, armed at 2 s, and then the bot began: the next trade is the first that counts, live or polled."""
    rig.trade(1, 59990)
    rig.now = START + 2_000
    rig.arm()
    await rig.restart()
    rig.now = START + 3_000
    await rig.watcher.poll(EXCHANGE)
    await rig.watcher.poll(EXCHANGE)
    assert kinds(rig.events()) == []
    rig.trade(4, 60000)
    await rig.seen(5, 59990)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.events()[1].at == START + 4_000


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_price_that_stands_counts_for_what_a_user_arms(rig: Rig, *, streamed: bool) -> None:
    """Nobody trades for a while: the plan's entry, and after it was confirmed the next one, are met at that moment."""
    stream_of(rig).live = streamed
    rig.arm()
    await looked_at(rig, quote(1, 60400), streamed=streamed)
    second = rig.arm(plan(follow=Follow.CONFIRMED, tiers=UP))
    rig.now = START + 3_000
    await looked_at(rig, streamed=streamed)
    assert kinds(rig.events(second)) == ["tier 1"]
    assert rig.events(second)[1].at == START + 1_000
    rig.trades.each([second], rig.trades.moving(lambda state: Confirm(state.actions[0].number, rig.now)))
    rig.now = START + 4_000
    await looked_at(rig, streamed=streamed)
    assert kinds(rig.events(second)) == ["tier 1", "tier 2"]
    assert kinds(rig.events()) == []


async def test_a_price_that_was_read_stands_until_another_comes(rig: Rig) -> None:
    """Nobody trades since the stream came: whoever confirms an entry meets the price that was looked up before."""
    rig.trade(1, 60400)
    rig.now = START + 2_000
    made = rig.arm(plan(follow=Follow.CONFIRMED, tiers=UP))
    rig.trade(2.5, 60310)
    rig.trade(2.6, 60400)
    rig.now = START + 3_000
    await rig.restart()
    stream_of(rig)
    rig.live.came(MARKET)
    await settled(rig)
    rig.trades.each([made], rig.trades.moving(lambda state: Confirm(state.actions[0].number, rig.now)))
    await settled(rig)
    assert kinds(rig.events(made)) == ["tier 1", "tier 2"]


async def test_the_price_that_stands_does_not_overtake_those_in_line(rig: Rig) -> None:
    """Tier 1 is confirmed while another plan is moved; then 59 990 comes, and 61 000, which moves the stop above it."""
    stream_of(rig)
    first = rig.arm(plan(follow=Follow.CONFIRMED))
    await arrived(rig, quote(1, 60000))
    other = rig.arm()
    before = rig.watcher.on_database
    confirm = rig.trades.moving(lambda state: Confirm(state.actions[0].number, rig.now))

    async def meanwhile(work: Callable[[], T], /) -> T:
        rig.watcher.on_database = before
        rig.trades.each([first], confirm)
        found = await before(work)
        more = [quote(2.1, 59990), quote(2.2, 61000)]
        rig.tape.traded.extend(more)
        rig.now = START + 2_250
        rig.live.arrived(MARKET, more)
        return found

    rig.watcher.on_database = meanwhile
    await arrived(rig, quote(2, 60000))
    assert kinds(rig.events(other))[0] == "tier 1"
    assert kinds(rig.events(first)) == ["tier 1", "TP1"]


@pytest.mark.parametrize("answer", ["no past", "no price"])
async def test_a_poll_that_decides_nothing_leaves_the_price_standing(rig: Rig, answer: str) -> None:
    """What was before can't be looked up, or the answer lacks the market: the next poll finds the price still there."""
    rig.arm()
    await looked_at(rig, quote(1, 60400), streamed=False)
    rig.now = START + 2_000
    second = rig.arm(plan(follow=Follow.CONFIRMED, tiers=UP))
    rig.now = START + 3_000
    real = rig.tape.quotes

    async def nothing(
        exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]:
        found = await real(exchange, symbols, trigger_price)
        return {} if answer == "no price" else found

    rig.tape.quotes = nothing  # type: ignore[method-assign]  # the real one is called
    rig.tape.without_past = Retry(1_000, "down") if answer == "no past" else None
    await looked_at(rig, streamed=False)
    assert kinds(rig.events(second)) == []
    rig.tape.quotes, rig.tape.without_past = real, None  # type: ignore[method-assign]  # the real one again
    for seconds in (8, 13):
        rig.now = START + seconds * 1_000
        await looked_at(rig, streamed=False)
    assert kinds(rig.events(second)) == ["tier 1"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_database_that_fails_once_leaves_the_price_standing(rig: Rig, *, streamed: bool) -> None:
    """The entry that is met at that moment is told with the next look."""
    stream_of(rig).live = streamed
    rig.arm()
    await looked_at(rig, quote(1, 60400), streamed=streamed)
    before = rig.watcher.on_database

    async def fails(work: Callable[[], T], /) -> T:
        rig.watcher.on_database = before
        raise RuntimeError("locked")

    rig.watcher.on_database = fails
    rig.now = START + 2_000
    second = rig.arm(plan(follow=Follow.CONFIRMED, tiers=UP))
    with suppress(RuntimeError):
        await looked_at(rig, streamed=streamed)
    assert rig.watcher.on_database is before
    for _ in range(3):
        rig.now += 1_000
        await rig.catch_up.begin()
        await looked_at(rig, streamed=streamed)
    assert kinds(rig.events(second)) == ["tier 1"]


async def test_a_polled_price_no_longer_stands_for_a_plan_the_market_moved_since(rig: Rig) -> None:
    """Polled 60 310; while minutes are read it falls to 60 000, the entry of the plan just armed: tier 2 is above."""
    rig.tape.candles_only = True
    rig.arm(plan(follow=Follow.ASSUMED, tiers=(Tier(D(100), PriceTrigger(D(60305), Direction.UP)),)))
    await rig.seen(5, 60200)
    rig.trade(30, 59995)
    await rig.seen(58, 60200)
    made = rig.arm()
    rig.trade(61.9, 60310)
    rig.now = START + 62_000
    asked = rig.tape.minutes

    async def slow(
        exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        rig.now += 500
        if not any(trade.price == 60000 for trade in rig.tape.traded):
            rig.trade((rig.now - START) / 1_000 - 0.1, 60000)
        return await asked(exchange, symbol, since, limit, trigger_price)

    rig.tape.minutes = slow  # type: ignore[method-assign]  # the real one is called, later
    await rig.watcher.poll(EXCHANGE)
    await settled(rig)
    assert kinds(rig.events(made)) == ["tier 1"]


async def test_nothing_of_a_market_is_kept_that_nobody_watches_any_more(rig: Rig) -> None:
    """Neither who was to meet its price, nor that price, nor those in line."""
    stream_of(rig)
    made = rig.arm()
    rig.tape.remedy = Retry(60_000, "down")
    rig.live.came(MARKET)
    await settled(rig)
    rig.live.arrived(MARKET, [quote(1, 60000)])
    assert rig.live.waiting and rig.live.last and rig.watcher.moved  # noqa: PT018 -- none of them is empty
    rig.watcher.forget(made)
    assert (rig.live.waiting, rig.live.last, rig.watcher.moved) == ({}, {}, {})


async def test_a_failed_poll_brings_back_no_market_that_nobody_watches_any_more(rig: Rig) -> None:
    """Its last plan ended while the exchange was asked."""
    made = rig.arm()
    rig.tape.on_price = lambda: rig.watcher.forget(made)
    rig.tape.remedy = Retry(1_000, "down")
    rig.now += 1_000
    await rig.watcher.poll(EXCHANGE)
    assert rig.watcher.moved == {}


async def looked_at(rig: Rig, *quotes: Quote, streamed: bool) -> None:
    """These come; or, asked for, they and what was before them, and nothing else does."""
    rig.tape.traded.extend(quotes)
    rig.now = max([rig.now, *(one.at for one in quotes)])
    if not streamed:
        await rig.watcher.poll(EXCHANGE)
    elif quotes:
        rig.live.arrived(MARKET, quotes)
    await settled(rig)
