"""A plan traded live along a tape: each price polled, each action confirmed at its event's price by tapping."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from structlog.testing import capture_logs

from chatbot.chart.indicators import indicate
from chatbot.cli.replay import fields_of
from chatbot.core.candles import Candle
from chatbot.core.events import Event
from chatbot.core.plan import Plan
from chatbot.core.quiet import thresholds
from chatbot.core.replay import replay
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.core.timeframes import Timeframe
from chatbot.market.feed import CLOCK_GRACE
from chatbot.messages.numbers import price
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import tape_market
from chatbot.sandbox.exchange.sources import CandleTape
from chatbot.sandbox.stage import staged
from chatbot.sandbox.telegram.person import Shown
from tests.whole.rig import BTC, EXCHANGE, MINUTE, Bot, MovableClock, World

PAST: Final = 60
MAX_STEP_PCT: Final = Decimal("0.25")
QUESTIONS: Final = (
    "Long or short?", "Which leverage?", "How much equity", "Which part of your equity", "how many tiers",
    "When do you take tier 1", "When do you add tier 2", "When do you add tier 3", "When do you add tier 4",
    "Where is the initial stop?", "Where are the targets?", "How much of the position", "What does the stop do",
    "Which orders will rest", "Review ·",
)  # fmt: skip
Rows = list[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Trade:
    """A plan as it is typed."""

    side: str
    triggers: tuple[str, str, str, str]
    stop: str
    targets: str
    rules: str = "default"

    @property
    def low_first(self) -> bool:
        """Which extreme of a bar comes first: replay is pessimistic for the plan's side."""
        return self.side == "long"

    @property
    def talk(self) -> Iterator[tuple[str, str]]:
        """The answers, and what the card asks then."""
        size = ("btc", self.side, "5x", "100k", "5%", "25/25/30/20")
        said = (*size, *self.triggers, self.stop, self.targets, "25/35/30", self.rules, "default")
        return zip(said, QUESTIONS, strict=True)


@asynccontextmanager
async def bot_on(market: Market, folder: Path) -> AsyncIterator[Bot]:
    """A bot whose exchange is this market, and whose time is the market's; no request may fail on the way."""
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        market.playing = False
        stage = await stack.enter_async_context(staged(market, weight_limit=None))
        world = World(stage, folder, MovableClock(), logs, f"sqlite:///{folder / 'bot.sqlite3'}")
        stack.push_async_callback(world.close)
        yield await stack.enter_async_context(world.bot())
        assert [line for line in logs if line["log_level"] != "info"] == []


async def traded(trade: Trade, candles: Sequence[Candle], folder: Path) -> tuple[Plan, Rows]:
    """Build the plan by talking, walk the tape to the plan's end, and give back the plan and what happened to it.

    The first `PAST` candles are the market's past when the plan is built.
    """
    market = tape_market(BTC, candles, skip=PAST, low_first=trade.low_first, max_step_pct=MAX_STEP_PCT)
    async with bot_on(market, folder) as bot:
        await bot.talk(list(trade.talk))
        await bot.ask("I know", "is armed")
        walk = Walk(bot, market, tape_of(market))
        await walk.through(candles[PAST:])
        record = bot.record()
        return record.plan, rows_of(record.events)


@dataclass(slots=True)
class Walk:
    """The market's way along its tape, with a bot that looks at every price."""

    bot: Bot
    market: Market
    tape: CandleTape
    seen: object = None
    tapped: set[tuple[int, str]] = field(default_factory=set)

    async def through(self, bars: Sequence[Candle]) -> None:
        """Bar by bar: first the candles that are over, then every price of the next minute."""
        for bar in bars:
            self.market.now = max(self.market.now, bar.at + CLOCK_GRACE)
            await self.bot.running.candles.look()
            await self.settle()
            index = self.tape.index
            while self.tape.index == index and not self.is_over:
                self.market.step_to_next(BTC)
                await self.poll()
            if self.is_over:
                return

    @property
    def is_over(self) -> bool:
        """Whether the plan is watched no more."""
        return not self.bot.running.watcher.plans

    async def poll(self) -> None:
        """One look at the price, and everything that follows from it."""
        await self.bot.running.watcher.poll(EXCHANGE)
        await self.settle()

    async def settle(self) -> None:
        """Confirm what is asked, oldest first; what an answer arms counts from the price of that moment on."""
        while (state := self.news()) is not None and state.actions:
            await self.confirm(state.actions[0])
            await self.bot.running.watcher.poll(EXCHANGE)

    def news(self) -> PlanState | None:
        """The plan's state where it has changed; the tape then meets its new thresholds, each exactly."""
        watched = next(iter(self.bot.running.watcher.plans.values()), None)
        if watched is None or watched is self.seen:
            return None
        self.seen = watched
        state = self.bot.state()
        self.tape.levels = frozenset(level.price for level in thresholds(state))
        return state

    async def confirm(self, action: Action) -> None:
        """Tap that it was done at the price it was asked for."""
        labels = labels_of(action)
        shown = await self.showing(labels)
        label = self.open_label(shown, labels)
        self.tapped.add((shown.message_id, label))
        await self.bot.sam.tap(label, message_id=shown.message_id)
        assert await self.bot.sam.wait_for_toast() == "Noted."

    async def showing(self, labels: frozenset[str]) -> Shown:
        """The message with one of these buttons, as soon as it is there."""
        for shown in reversed(await self.bot.sam.transcript()):
            if self.open_label(shown, labels):
                return shown
        return await self.bot.sam.wait_for(lambda shown: bool(self.open_label(shown, labels)))

    def open_label(self, shown: Shown, labels: frozenset[str]) -> str:
        """Which of these buttons the message has; a button once tapped is tidied away a little later."""
        found = (label for label in shown.labels if label in labels)
        return next((label for label in found if (shown.message_id, label) not in self.tapped), "")


def labels_of(action: Action) -> frozenset[str]:
    """How the button may be called that says: done, as asked."""
    at = price(action.price, Decimal("0.1"))
    if action.kind is ActionKind.MOVE_STOP:
        return frozenset({f"Stop is at {at}"})
    return frozenset({f"Done at {at}", f"Filled at {at}", f"TP{action.index} closed at {at}"})


def tape_of(market: Market) -> CandleTape:
    """Where the market's prices come from."""
    source = market.book(BTC).source
    assert isinstance(source, CandleTape)
    return source


def rows_of(events: Sequence[Event]) -> Rows:
    """The public events as replay tells them, numbers as numbers; a moment inside a bar is that bar's open time."""
    told = ((event.at - event.at % MINUTE, fields_of(event)) for event in events)
    return [{"at": at, "event": found[0], **found[1]} for at, found in told if found is not None]


def replayed(plan: Plan, candles: Sequence[Candle]) -> Rows:
    """What `tierwise replay` makes of the same plan and the same bars, those before it was armed included."""
    return rows_of(tuple(replay(plan, candles, Timeframe.M1, indicate)))
