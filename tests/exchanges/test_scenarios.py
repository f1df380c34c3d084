"""The same trades on all six exchanges, through the real bot: talked through, watched, alerted, followed to the end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from chatbot.core.plan import MoveTrigger
from chatbot.core.state import Phase, TierPhase
from tests.exchanges.scenes import NAMES, Scene, candle_plan, talk_on
from tests.whole.rig import MINUTE, SECOND, worked_plan, world_in

REFUSALS = (
    ("BTCUSD", "inverse"),
    ("BTC/USD:BTC", "inverse"),
    ("btc spot", "spot market without leverage"),
    ("BTCUSDT_240628", "dated future"),
)
GOLD = (
    ("xau", "Long or short?"),
    ("long", "Which leverage?"),
    ("10x", "How much equity"),
    ("100k", "Which part of your equity"),
    ("5%", "how many tiers"),
    ("40/30/30", "When do you take tier 1"),
    ("below 2640", "When do you add tier 2"),
    ("+0,5%", "When do you add tier 3"),
    ("+1%", "Where is the initial stop?"),
    ("2600", "Where are the targets?"),
    ("2700 2750 2800", "How much of the position"),
    ("25/35/30", "What does the stop do"),
    ("default", "Which orders will rest"),
    ("none", "Review ·"),
)


@pytest.fixture
async def scene(tmp_path: Path, exchange: str) -> AsyncIterator[Scene]:
    async with world_in(tmp_path) as world, world.bot() as bot:
        yield Scene(bot, exchange)
        assert world.errors() == []


async def test_a_plan_is_talked_through_and_followed_to_its_stop(scene: Scene) -> None:
    """Tier, add, target with its stop move, and the stop: each alert at its price, each answer taken."""
    bot = scene.bot
    await bot.talk(talk_on(scene.exchange))
    card = await bot.ask("arm", "is armed")
    assert "BTC" in card.text
    assert bot.record().plan.exchange == scene.exchange
    await scene.set_price("60100")
    tier = await scene.alert("60000", "Add tier 1")
    contracts = "contracts" in tier.text
    assert contracts is (scene.exchange == "mexc"), tier.text
    await bot.tap("Done at", "Tier 1 is in", message_id=tier.message_id)
    second = await scene.alert("60300", "Add tier 2")
    await bot.tap("Done at", "Tier 2 is in", message_id=second.message_id)
    target = await scene.alert("61000", "at TP1")
    await bot.tap("Done at", "TP1", message_id=target.message_id)
    await scene.alert("59800", "Stop")
    assert bot.state().phase is Phase.CLOSING


async def test_a_candle_trigger_fires_at_its_close(scene: Scene) -> None:
    """A tier that waits for a 15-minute close fires at that close, by the exchange's own candles."""
    bot, market = scene.bot, scene.world.stage.market
    quarter = 15 * MINUTE
    market.step(quarter - market.now % quarter)
    await bot.arm(candle_plan(scene.exchange, Decimal(60_500)))
    await scene.set_price("60700")
    assert bot.state().tiers[0].phase is TierPhase.ARMED
    market.step(quarter - market.now % quarter + 16 * SECOND)
    await scene.look()
    await bot.running.candles.look()
    shown = await bot.sam.wait_for("Add tier 1")
    assert "15m close" in shown.text
    assert bot.state().tiers[0].phase is TierPhase.PENDING


async def test_what_is_no_linear_perpetual_is_refused(scene: Scene) -> None:
    """Inverse, spot and dated markets: a sentence that says why, and the market that works named instead."""
    sam = scene.bot.sam
    await sam.say("/new")
    await sam.wait_for("Which market?")
    for written, why in REFUSALS:
        shown = await scene.bot.ask(f"{NAMES[scene.exchange]} {written}", why)
        assert "BTC/USDT:USDT" in shown.text
    await scene.bot.ask(f"{NAMES[scene.exchange]} btc", "Long or short?")


async def test_a_listed_spot_market_is_refused_where_there_is_no_contract(scene: Scene) -> None:
    """A coin without a contract is never taken for another one; where its spot market is listed, that is said."""
    sam = scene.bot.sam
    await sam.say("/new")
    await sam.wait_for("Which market?")
    await sam.say(f"{NAMES[scene.exchange]} KAS")
    expected = "spot market" if scene.exchange in ("bingx", "weex", "mexc") else "is no market on"
    await sam.wait_for(expected)


async def test_gold_is_a_market_like_any_other(scene: Scene) -> None:
    """XAU is planned, watched and alerted by its own steps; silver is found as well."""
    bot = scene.bot
    first = ((f"{NAMES[scene.exchange]} xau", GOLD[0][1]), *GOLD[1:])
    await bot.talk(first)
    await bot.ask("arm", "is armed")
    shown = await scene.alert("2640", "Add tier 1", "XAUUSDT")
    assert "XAU" in shown.text
    assert bot.record().plan.symbol == "XAU/USDT:USDT"
    assert bot.record().plan.tick_size == Decimal("0.01")
    await bot.sam.say("/new")
    await bot.sam.wait_for("Which market?")
    await bot.ask(f"{NAMES[scene.exchange]} xag", "Long or short?")


async def test_mark_price_is_chosen_and_shown(scene: Scene) -> None:
    """By a word in the review; the review and the plan say which price decides."""
    bot = scene.bot
    await bot.talk(talk_on(scene.exchange))
    await bot.ask("price mark", "decided by the mark price")
    await bot.ask("price index", "is no price to watch")
    await bot.ask("price mark", "decided by the mark price")
    await bot.ask("arm", "is armed")
    assert bot.record().plan.trigger_price.value == "mark"
    await bot.ask("/plan 1", "Decided by the mark price")


async def test_garbage_and_silence_are_survived(scene: Scene) -> None:
    """Web pages, strange JSON and cut lines for a while: nothing is invented, and the next good price is alerted."""
    bot = scene.bot
    await bot.arm(worked_plan(exchange=scene.exchange))
    await scene.set_price("60100")
    for wrong in ({"garbage": True}, {"body": {"data": [None]}}, {"drop": True}, {"status": 502}):
        await scene.fault(**wrong)
        await scene.set_price("60000")
        await scene.resume()
        await scene.fault()
    assert bot.state().tiers[0].phase is TierPhase.ARMED
    await scene.alert("60000", "Add tier 1")


async def test_an_exchange_that_asks_for_a_pause_is_left_alone(scene: Scene) -> None:
    """Told in its own words that it is too much, it is asked nothing until the pause is over."""
    bot = scene.bot
    await bot.arm(worked_plan(exchange=scene.exchange))
    await scene.set_price("60100")
    await scene.fault(**pause_of(scene.exchange))
    await scene.look()
    await scene.fault()
    asked = await calls(scene)
    await scene.set_price("60000")
    assert await calls(scene) == asked
    assert bot.state().tiers[0].phase is TierPhase.ARMED
    wait = scene.bot.running.watcher.resume_at[scene.exchange] - scene.world.wall.steady()
    assert 4 * SECOND < wait <= 10 * MINUTE


async def test_tiers_in_percent_are_planned_on_any_exchange(scene: Scene) -> None:
    """A tier measured from tier 1's fill works the same wherever the fill was."""
    bot = scene.bot
    plan = worked_plan(exchange=scene.exchange)
    assert isinstance(plan.tiers[1].trigger, MoveTrigger)
    await bot.arm(plan)
    await scene.alert("60000", "Add tier 1")
    await bot.tap("Done at", "Tier 1 is in")
    await scene.set_price("60299.9")
    assert bot.state().tiers[1].phase is TierPhase.ARMED
    await scene.alert("60300", "Add tier 2")


def pause_of(exchange: str) -> dict[str, object]:
    """How an exchange says that it is too much, now."""
    words = str(PAUSES[exchange].get("msg", "")).format(in_five_minutes=int(time.time() * 1_000) + 300_000)
    return {**PAUSES[exchange], **({"msg": words} if words else {})}


PAUSES: dict[str, dict[str, object]] = {
    "binanceusdm": {"path": "/fapi/", "status": 429, "code": -1003, "msg": "Too many requests", "retry_after": "30"},
    "bybit": {"path": "/v5/", "status": 200, "code": 10_006, "msg": "Too many visits!"},
    "bingx": {
        "path": "/openApi/",
        "status": 200,
        "code": 100_410,
        "msg": "code:100410:The endpoint trigger frequency limit rule is currently in the disabled period and will be "
        "unblocked after {in_five_minutes}",
    },
    "weex": {"path": "/capi/", "status": 429, "retry_after": "20"},
    "mexc": {"path": "/api/v1/", "status": 200, "code": 510, "msg": "Requests are too frequent"},
    "bitget": {"path": "/api/v2/", "status": 429, "code": 429, "msg": "Too Many Requests"},
}


async def calls(scene: Scene) -> int:
    """How often the exchange was asked anything."""
    return len([call for call in await scene.world.exchange_calls() if call["exchange"] == scene.exchange])
