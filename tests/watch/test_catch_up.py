"""No wick missed: what nobody saw is found in the minute's trades or candle, told once, and in its order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chatbot.core.candles import Candle
from chatbot.core.events import Event, PlanClosed, StopHit, TargetHit, TierTriggered
from chatbot.core.market import Final, Market, Pause, Quote, Retry
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, TriggerPrice
from chatbot.core.timeframes import MINUTE
from chatbot.messages.late import ORDER_UNKNOWN
from chatbot.watch.asked_trades import TRADES_WAIT
from chatbot.watch.catch_up import HOLD_FOR, TIME_WAITS
from chatbot.watch.past import SETTLE
from tests.core.planning import plan
from tests.watch.past_rig import EXCHANGE, MARKET, START, Rig, past_rig, stream_of

D = Decimal


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


def kinds(events: tuple[Event, ...]) -> list[str]:
    """Entries, targets and ends, in order."""
    told = []
    for event in events:
        match event:
            case TierTriggered(tier=tier):
                told.append(f"tier {tier}")
            case TargetHit(target=target):
                told.append(f"TP{target}")
            case StopHit():
                told.append("stop")
            case PlanClosed(reason=reason):
                told.append(reason.value)
            case _:
                pass
    return told


async def test_a_wick_between_two_polls_is_found_when_its_minute_is_over(rig: Rig) -> None:
    """A poll saw 60 100 before and after; the trade at 60 000 between them enters tier 1, at its own time."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(7, 60000)
    await rig.seen(10, 60100)
    assert kinds(rig.events()) == []
    await rig.over(0)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.events()[1].at == START + 7_000
    assert "seen 08:01: between two looks at the price; now 60\u00a0100." in rig.told()[-1]


async def test_a_wick_is_found_by_the_candle_where_trades_are_not_to_be_had(rig: Rig) -> None:
    """It happened within the minute; that is all that is known of the time."""
    rig.tape.candles_only = True
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(70, 60000)
    rig.trade(100, 60100)
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.events()[1].at == START + 2 * MINUTE - 1


async def test_what_came_first_is_decided_first_though_a_later_price_was_seen_before(rig: Rig) -> None:
    """TP1 was traded between two polls, then the stop is seen: the target is hit first, then the stop."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.trade(7, 61000)
    await rig.seen(10, 58900)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_a_polled_price_waits_for_what_was_before_it(rig: Rig) -> None:
    """Prices come, but what was between two of them is not to be had at first: the target was hit before the stop."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.trade(7, 61000)
    rig.tape.without_past = Retry(1_000, "busy")
    await rig.seen(10, 58900)
    assert kinds(rig.events()) == ["tier 1"]
    rig.tape.without_past = None
    await rig.seen(15, 58900)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_a_polled_price_does_not_wait_for_ever(rig: Rig) -> None:
    """Where only prices of now are to be had, the stop is called by one."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.tape.without_past = Retry(1_000, "busy")
    first, most = 10, HOLD_FOR // 1_000
    for seconds in range(first, first + most, 5):
        await rig.seen(seconds, 58900)
        assert kinds(rig.events()) == ["tier 1"]
    await rig.seen(first + most, 58900)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]


async def test_a_trade_made_while_the_past_is_read_is_decided_at_its_own_time(rig: Rig) -> None:
    """The trades are asked for last, so that they reach beyond any price that was seen before."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(20, 60000)
    await rig.at(55)

    def go_on() -> None:
        rig.trade(63, 58000)
        rig.now = START + 64_000

    rig.tape.on_price = go_on
    await rig.over(0)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]
    assert rig.events()[-1].at == START + 63_000


async def test_a_minute_whose_candle_does_not_show_yet_is_read_by_its_trades(rig: Rig) -> None:
    """Nobody traded after it, so nobody says that it is over: its target comes before the price of now."""
    rig.arm()
    await rig.seen(5, 60000)
    await rig.over(0)
    rig.trade(70, 61000)
    rig.trade(80, 58900)
    rig.tape.hidden = {START + MINUTE}
    await rig.seen(122, 58900)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]
    assert rig.events()[-1].at == START + 80_000


async def test_a_wick_in_a_minute_that_does_not_show_yet_comes_before_the_expiry(rig: Rig) -> None:
    """Nothing else tells of it, and the plan must not expire over it."""
    rig.arm(expires_at=START + 100_000)
    await rig.seen(5, 60100)
    await rig.over(0)
    rig.trade(70, 60000)
    rig.trade(80, 60100)
    rig.tape.hidden = {START + MINUTE}
    await rig.over(1)
    rig.tick()
    assert kinds(rig.events()) == ["tier 1"]


async def test_trades_are_waited_for_before_a_candle_decides_but_not_for_long(rig: Rig) -> None:
    """They tell what came first; an exchange that fails to give them for some seconds is taken at its candles."""
    rig.arm(tiers=plan().tiers[:1] + tuple(replace(tier, trigger=plan().tiers[3].trigger) for tier in plan().tiers[1:]))
    await rig.seen(5, 60000)
    for second, price in ((70, 60100), (80, 61000), (90, 58000)):
        rig.trade(second, price)
    rig.tape.without_trades = Retry(1_000, "busy")
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1"]
    await rig.at(130)
    await rig.at(122 + TRADES_WAIT / 1_000)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]


async def test_trades_that_failed_long_ago_are_waited_for_anew(rig: Rig) -> None:
    """Nobody needed them meanwhile, so nobody knows whether they could have been had."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.tape.without_trades = Retry(1_000, "busy")
    rig.trade(10, 60000)
    await rig.over(0)
    rig.tape.wider[START] = Candle(START, D(60100), D(60100), D(60050), D(60100), D(1))
    await rig.at(65)
    rig.trade(130, 60000)
    rig.trade(140, 60100)
    await rig.over(2)
    assert kinds(rig.events()) == []
    rig.tape.without_trades = None
    await rig.at(184)
    assert rig.events()[1].at == START + 130_000


async def test_nothing_happens_twice_however_often_a_minute_is_read(rig: Rig) -> None:
    """The last two minutes are read again with each new one; a restart reads from the watermark on."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.trade(20, 60300)
    rig.trade(30, 60100)
    for minute in range(4):
        rig.trade(minute * 60 + 45, 60100)
        await rig.over(minute)
    once = rig.events()
    assert kinds(once) == ["tier 1", "tier 2"]
    await rig.restart()
    await rig.restart()
    assert rig.events() == once
    assert rig.known_until() == 4


async def test_after_a_time_away_everything_is_found_in_its_order(rig: Rig) -> None:
    """Tier 1, two more tiers and the first target, while the bot was down for ten minutes; each with its time."""
    rig.arm()
    await rig.seen(5, 60100)
    await rig.over(0)
    for seconds, price in ((130, 60000), (190, 60300), (250, 60600), (310, 61000), (370, 60700), (600, 60700)):
        rig.trade(seconds, price)
    rig.now = START + 620_000
    await rig.restart()
    assert kinds(rig.events()) == ["tier 1", "tier 2", "tier 3", "TP1"]
    assert [event.at - START for event in rig.events() if isinstance(event, TargetHit)] == [310_000]
    late = [text for text in rig.told() if "⏱ Hit" in text]
    assert all("seen 08:10: I was blind 08:00–08:10; now 60\u00a0700." in text for text in late)
    assert len(late) == 4


async def test_what_was_on_offer_while_nobody_looked_is_judged_by_the_price_of_now(rig: Rig) -> None:
    """Tier 1 was offered, and price ran while the bot was away: it says not to chase, and not to add first."""
    rig.arm(plan(follow=Follow.CONFIRMED, taker_pct=D(0)))
    await rig.seen(5, 60000)
    rig.trade(130, 60900)
    rig.trade(600, 60900)
    rig.now = START + 610_000
    await rig.restart()
    told = " ".join(rig.told())
    assert "Add tier 1" not in told
    assert "chase" in told


async def test_a_candle_with_target_and_stop_is_decided_by_its_trades(rig: Rig) -> None:
    """Binance tells the order: the target came first."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.trade(70, 60100)
    rig.trade(80, 61000)
    rig.trade(90, 58000)
    await rig.over(1)
    assert kinds(rig.events())[-3:] == ["TP1", "stop", "stopped"]
    assert not any(ORDER_UNKNOWN in text for text in rig.told())


async def test_where_nobody_knows_the_order_the_stop_comes_first_and_the_alert_says_so(rig: Rig) -> None:
    """Only the candle is to be had."""
    rig.tape.candles_only = True
    rig.arm(tiers=plan().tiers[:1] + tuple(replace(tier, trigger=plan().tiers[3].trigger) for tier in plan().tiers[1:]))
    await rig.seen(5, 60000)
    for second, price in ((70, 60100), (80, 61000), (90, 58000)):
        rig.trade(second, price)
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]
    assert ORDER_UNKNOWN in rig.told()[-1]


async def test_trades_that_do_not_reach_what_the_candle_reached_are_not_believed(rig: Rig) -> None:
    """Liquidations may be in the candle and not among the trades: the candle decides."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(70, 60100)
    rig.tape.wider[START + MINUTE] = Candle(START + MINUTE, D(60100), D(60100), D(60000), D(60100), D(1))
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_candle_that_is_revised_counts_as_it_is_now(rig: Rig) -> None:
    """Read once more with the next minute, its low is lower than before."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(70, 60100)
    await rig.over(1)
    rig.tape.wider[START + MINUTE] = Candle(START + MINUTE, D(60100), D(60100), D(60000), D(60100), D(1))
    rig.trade(130, 60100)
    await rig.over(2)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_missing_minute_holds_the_watermark_until_nobody_traded_in_it(rig: Rig) -> None:
    """What lies beyond is decided meanwhile; between neighbours the hole is taken for a minute without a trade."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(130, 60000)
    await rig.over(2)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.known_until() == 1
    for minute in (3, 4):
        rig.trade(minute * 60 + 30, 60050)
        await rig.over(minute)
    assert rig.known_until() == 5


async def test_a_minute_that_comes_late_is_decided_late(rig: Rig) -> None:
    """The exchange did not show it at first; what it holds counts, the watermark waited."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(70, 60000)
    rig.trade(130, 60100)
    rig.tape.hidden = {START + MINUTE}
    await rig.over(2)
    assert kinds(rig.events()) == []
    rig.tape.hidden = set()
    rig.trade(190, 60100)
    await rig.over(3)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.known_until() == 4


async def test_a_quiet_market_waits_for_its_next_trade(rig: Rig) -> None:
    """Without a neighbour on the other side nothing is taken for granted."""
    rig.arm()
    await rig.seen(5, 60100)
    await rig.over(9)
    assert rig.known_until() == 1
    rig.trade(20 * 60, 60000)
    await rig.over(20)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_long_time_away_is_read_in_pages(rig: Rig) -> None:
    """A wick at minute 700 of 1 500 is found with four requests."""
    rig.tape.candles_only = True
    rig.arm()
    await rig.seen(5, 60100)
    await rig.over(0)
    for minute in range(1, 1500):
        rig.trade(minute * 60, 60000 if minute == 700 else 60100)
    rig.now = START + 1500 * MINUTE
    rig.tape.asked.clear()
    await rig.restart()
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.events()[1].at == START + 701 * MINUTE - 1
    assert [what for what, _, _ in rig.tape.asked].count("candles") == 4
    assert rig.known_until() == 1499


@pytest.mark.parametrize(
    ("remedy", "wait"),
    [(Retry(3_000, "cut off"), 3), (Pause(90_000, "banned"), 90), (Final("unknown"), 300), (Retry(0, "at once"), 1)],
    ids=["retry", "pause", "final", "soon"],
)
async def test_an_exchange_that_fails_is_asked_again_when_it_says(rig: Rig, remedy: Retry, wait: int) -> None:
    """Said once in the log; nothing is lost meanwhile."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(20, 60000)
    rig.tape.remedy = remedy
    with capture_logs() as logs:
        await rig.over(0)
        rig.tape.asked.clear()
        await rig.at(62 + wait - 0.5)
        assert rig.tape.asked == []
        rig.tape.remedy = None
        await rig.at(62 + wait)
    assert kinds(rig.events()) == ["tier 1"]
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["minutes failed"]


async def test_what_breaks_in_one_market_is_logged_and_tried_again(rig: Rig) -> None:
    """A fault of ours must not end the watch."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(20, 60000)
    rig.tape.breaks = KeyError("ours")
    with capture_logs() as logs:
        await rig.over(0)
    assert [line["event"] for line in logs] == ["catching up broke", "minutes failed"]
    rig.tape.breaks = None
    await rig.at(64)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_plan_by_mark_price_is_caught_up_with_by_candles(rig: Rig) -> None:
    """There are no trades of a mark price; its market has a watermark of its own."""
    rig.arm(trigger_price=TriggerPrice.MARK)
    await rig.seen(5, 60100)
    rig.trade(70, 60000)
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1"]
    assert {what for what, _, _ in rig.tape.asked} == {"quotes", "candles"}
    assert rig.watcher.markets() == {Market(EXCHANGE, MARKET.symbol, TriggerPrice.MARK)}
    assert rig.known_until() is None


async def test_a_market_nobody_watches_any_more_is_not_read(rig: Rig) -> None:
    """Its last plan ended: neither asked for nor kept in mind."""
    rig.arm()
    await rig.seen(5, 61000)
    assert kinds(rig.events()) == ["invalidated"]
    rig.tape.asked.clear()
    await rig.over(3)
    assert rig.tape.asked == []
    assert rig.past.minutes == {}


async def test_time_alone_waits_for_what_a_market_did_before(rig: Rig) -> None:
    """The entry was reached before the plan expired, both while the bot was away: it is entered, not expired."""
    rig.arm(expires_at=START + 300_000)
    await rig.seen(5, 60100)
    rig.trade(130, 60000)
    rig.trade(600, 60100)
    rig.now = START + 610_000
    await rig.catch_up.stop()
    rig.begin()
    await rig.watcher.load()
    await rig.catch_up.load()
    rig.tick()
    assert kinds(rig.events()) == []
    await rig.catch_up.look()
    rig.tick()
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_polled_plan_expires_once_the_minute_of_its_expiry_is_read(rig: Rig) -> None:
    """Between two polls the entry was traded, then the plan's time was up: it is entered, not expired."""
    rig.arm(expires_at=START + 20_000)
    rig.arm(expires_at=START + 15_000)
    await rig.seen(5, 60100)
    rig.trade(17, 60000)
    await rig.seen(25, 60100)
    rig.tick()
    assert kinds(rig.events(1)) == kinds(rig.events(2)) == []
    await rig.over(0)
    rig.tick()
    assert (kinds(rig.events(1)), kinds(rig.events(2))) == (["tier 1"], ["expired"])


async def test_a_streamed_plan_expires_a_moment_after_its_time(rig: Rig) -> None:
    """Where every price arrives by itself no minute has to be over: what was on its way has come by then."""
    stream = stream_of(rig)
    rig.arm(expires_at=START + 15_000)
    await rig.at(0)
    rig.now = START + 15_000 + SETTLE - 1
    rig.tick()
    assert kinds(rig.events()) == []
    rig.now += 1
    stream.live = False
    rig.tick()
    assert kinds(rig.events()) == []
    stream.live = True
    rig.tick()
    assert kinds(rig.events()) == ["expired"]


async def test_an_expiry_does_not_wait_for_ever_for_a_market_that_nobody_can_look_up(rig: Rig) -> None:
    """An hour, and it is told all the same."""
    rig.arm(expires_at=START + 15_000)
    rig.tape.remedy = Final("not listed any more")
    for waited, told in ((0, []), (TIME_WAITS - 1, []), (TIME_WAITS, ["expired"])):
        rig.now = START + 15_000 + waited
        await rig.catch_up.look()
        rig.tick()
        assert kinds(rig.events()) == told


async def test_after_a_blind_spell_there_is_one_report(rig: Rig) -> None:
    """Even though nothing was touched; and none after a short time away."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.now += 30_000
    await rig.restart()
    await rig.seen(40, 60100)
    assert not any("I see prices again" in text for text in rig.told())
    rig.trade(300, 60100)
    rig.now = START + 400_000
    await rig.restart()
    await rig.seen(401, 60100)
    await rig.catch_up.look()
    await rig.seen(402, 60100)
    reports = [text for text in rig.told() if "I see prices again" in text]
    assert len(reports) == 1
    assert "nothing of your plans was touched" in reports[0]


async def test_a_polled_price_is_no_news_after_the_trades_that_came_since(rig: Rig) -> None:
    """The exchange was asked at 60 000 and traded on to TP1 before the trades were looked up: nothing came back."""
    rig.arm()
    await rig.seen(5, 60100)
    ask = rig.tape.trades
    rig.trade(9, 60000)
    rig.now = START + 10_000

    async def late(exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        for number, price in enumerate((60300, 61000, 60900)):
            rig.trade(10.1 + number / 10, price)
        rig.now, rig.tape.trades = START + 10_500, ask  # type: ignore[method-assign]
        return await ask(exchange, symbol, since, until + 500)

    rig.tape.trades = late  # type: ignore[method-assign]
    await rig.watcher.poll(EXCHANGE)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1"]


async def test_the_price_of_now_is_not_one_from_before_the_trades(rig: Rig) -> None:
    """The last poll was at 60 100, before TP1 was traded: what is found late ends at the last trade, not there."""
    rig.arm()
    rig.trade(56, 60000)
    await rig.seen(58, 60100)
    for seconds, price in ((60.5, 60300), (61, 61000), (61.5, 60900)):
        rig.trade(seconds, price)
    await rig.over(0)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1"]


async def test_trades_that_fail_for_a_moment_are_waited_for(rig: Rig) -> None:
    """A candle does not tell that the target came before the stop; a second later the trades do."""
    rig.arm()
    await rig.seen(5, 60000)
    for seconds, price in ((70, 60100), (80, 61000), (90, 58000)):
        rig.trade(seconds, price)
    rig.tape.trades_remedy = Retry(1_000, "no answer")
    await rig.over(1)
    assert kinds(rig.events()) == ["tier 1"]
    rig.tape.trades_remedy = None
    await rig.at(124)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_trades_that_go_on_failing_are_not_waited_for(rig: Rig) -> None:
    """A late order is better than no alert: then the candle decides, the stop first."""
    rig.arm()
    await rig.seen(5, 60000)
    for seconds, price in ((70, 60100), (80, 61000), (90, 58000)):
        rig.trade(seconds, price)
    rig.tape.trades_remedy = Retry(1_000, "no answer")
    for second in range(122, 122 + TRADES_WAIT // 1_000):
        await rig.at(second)
    assert kinds(rig.events()) == ["tier 1"]
    await rig.at(122 + TRADES_WAIT / 1_000)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]


async def test_a_poll_waits_for_an_answer_that_is_not_older_than_its_price(rig: Rig) -> None:
    """What was looked up before the price was traded does not tell how it came there."""
    rig.arm()
    polls: list[asyncio.Task[None]] = []

    async def go_on() -> None:
        for seconds, price in ((2, 60000), (2.1, 60300), (2.2, 61000), (2.3, 58000)):
            rig.trade(seconds, price)
        rig.now = START + 3_000
        polls.append(asyncio.create_task(rig.watcher.poll(EXCHANGE)))
        for _ in range(10):
            await asyncio.sleep(0)

    rig.now, rig.tape.meanwhile = START + 1_000, go_on
    rig.catch_up.fall_behind(MARKET, None)
    await rig.catch_up.look()
    await asyncio.gather(*polls)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]
