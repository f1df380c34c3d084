"""A recording traded along with the real bot: the market's clock is moved, trouble comes by schedule, all is kept."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from heapq import merge
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

import aiohttp
from structlog.testing import capture_logs

from chatbot.coach.desk import Watched
from chatbot.core.evolve import history
from chatbot.core.money import Millis
from chatbot.core.plan import Follow
from chatbot.core.state import Action
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.setups import trades_market
from chatbot.sandbox.exchange.trade_tape import TradeTape
from chatbot.sandbox.stage import BINANCE_HOST, staged
from tests.day.judge import Case, Verdict, judged
from tests.day.life import ImpatientWorld, Life
from tests.day.looking import Ear, Mode, ear_of, is_caught_up, look, minute_over, stride_of
from tests.day.reference import Tap, expected
from tests.day.script import Script
from tests.day.tapping import Hand
from tests.day.told import said_of
from tests.day.troubles import AWAY, MINUTE, SECOND, Kind, Trouble
from tests.whole.rig import PATIENCE, Bot, MovableClock, World

FAULTS: Final[Mapping[Kind, Sequence[Mapping[str, object]]]] = {
    Kind.SLOW: ({"delay": 0.02},),
    Kind.SERVER_ERROR: ({"status": 502},),
    Kind.GARBAGE: ({"garbage": True},),
    Kind.DROPPED: ({"drop": True},),
    Kind.LIMITED: ({"status": 429, "code": -1003, "msg": "Too many requests.", "retry_after": "1", "times": 1},),
    Kind.DOWN: ({"drop": True},),
}
SOCKET_FAULTS: Final[Mapping[Kind, Sequence[Mapping[str, object]]]] = {
    Kind.SOCKET_CLOSED: ({"close": 1001},),
    Kind.SOCKET_RESET: ({"reset": True},),
    Kind.SOCKET_STALLED: ({"stall": True},),
    Kind.SOCKET_GARBAGE: ({"garbage": "<html>"},),
    Kind.DOWN: ({"reset": True, "refuse": 100_000},),
}
SUPERSEDED: Final = "SELECT sequence FROM outbox WHERE plan_id = ? AND state = 'superseded' AND action > 0"
Act = tuple[Millis, int, Callable[[], Awaitable[None]]]


@dataclass(slots=True)
class Replayed:
    """The market's way along its recordings, with the bot looking on as far as it can."""

    script: Script
    mode: Mode
    world: World
    life: Life
    numbers: dict[int, int] = field(default_factory=dict)
    """Each entry's number among its user's plans."""
    decided: dict[tuple[int, int], list[tuple[int, Millis]]] = field(default_factory=dict)
    """By user and number: up to which event the plan had come, and when, in the market's time."""
    begun_at: Millis = 0
    changes: int = 0
    ear: Ear | None = None
    trouble: Trouble | None = None
    taps: dict[int, list[Tap]] = field(default_factory=dict)
    hands: dict[int, Hand] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> Millis:
        return self.world.stage.market.now

    async def run(self) -> None:
        """From the first trade to some minutes after the last."""
        bot = await self.begin()
        for user_id in self.script.users:
            await bot.ask("/start", "Tierwise", person=self.world.person(user_id))
            self.hands[user_id] = Hand(self.world.person(user_id))
        for at, _, act in sorted(self.acts(), key=lambda act: act[:2]):
            await self.go_to(at)
            await act()
        await self.go_to(self.script.end)
        await self.caught_up()
        await self.delivered()

    async def caught_up(self) -> None:
        """Time goes on until nothing is left to be looked up."""
        bot = self.life.bot
        assert bot is not None, "a replay ends with its bot at work"
        async with asyncio.timeout(PATIENCE):
            while not is_caught_up(bot):
                await self.go_on(self.now + SECOND)

    def book_of(self, symbol: str) -> Book:
        """What is traded of a market."""
        return next(book for book in self.world.stage.market.books.values() if book.listing.symbol == symbol)

    async def begin(self) -> Bot:
        """A bot whose decisions are noted as they are committed."""
        self.begun_at = self.now
        bot = await self.life.start()
        self.ear = ear_of(bot, self.book_of)
        desk = bot.running.trades.desk
        heard = desk.on_plans

        def on_plans(changed: Sequence[Watched]) -> None:
            self.changes += len(changed)
            for plan in changed:
                key = (plan.row.user_id, plan.row.number)
                self.decided.setdefault(key, []).append((plan.row.sequence, self.now))
            heard(changed)

        desk.on_plans = on_plans
        return bot

    def acts(self) -> Iterator[Act]:
        """What happens, with when and in which order."""
        for index, entry in enumerate(self.script.entries):
            yield entry.armed_at, 2, partial(self.arm, index)
        for trouble in self.script.troubles:
            yield trouble.begin, 0, partial(self.befall, trouble)
            yield trouble.end, 1, partial(self.pass_by, trouble)

    async def go_to(self, until: Millis) -> None:
        """The market goes on to this moment; the bot, if there is one, looks on."""
        stride = stride_of(self.mode)
        if not stride:
            await self.go_by_trades(until)
        for at in range(self.now + stride, until, stride) if stride else ():
            await self.go_on(at)
        await self.go_on(until)

    async def go_by_trades(self, until: Millis) -> None:
        """From trade to trade, those of one millisecond too."""
        for contract in self.coming(until):
            before = self.now
            self.world.stage.market.step_to_next(contract)
            await self.seen(before)

    def coming(self, until: Millis) -> list[str]:
        """Whose turn it is, trade by trade, up to a moment."""
        turns = []
        for contract in self.script.trades:
            tape = self.world.stage.market.book(contract).source
            assert isinstance(tape, TradeTape)
            rest = islice(tape.trades, tape.index, None)
            turns.append([(trade.at, contract) for trade in takewhile(lambda trade: trade.at <= until, rest)])
        return [contract for _, contract in merge(*turns)]

    async def go_on(self, at: Millis) -> None:
        """One step of the market, and one look."""
        before = self.now
        self.world.stage.market.step(at - before)
        await self.seen(before)

    async def seen(self, before: Millis) -> None:
        """Our own time has gone on as far as the market's, and the bot has looked."""
        self.world.wall.advance(self.now - before)
        bot = self.life.bot
        if bot is None:
            return
        changes = self.changes
        await look(bot, self.ear, deaf=self.trouble is not None)
        if self.now // SECOND > before // SECOND:
            await bot.running.tick()
        if self.now // MINUTE > before // MINUTE:
            await minute_over(bot)
        if self.changes > changes:
            # The market runs faster than it ever did: what was decided a second ago has been sent.
            await self.delivered()
            await self.answer(bot)

    async def answer(self, bot: Bot) -> None:
        """Whoever confirms by hand says that what is asked was done, oldest first, until nothing is asked."""
        for index, number in self.numbers.items():
            entry = self.script.entries[index]
            if entry.plan.follow is not Follow.CONFIRMED:
                continue
            while actions := self.asked(bot, number, entry.user_id):
                # The market stands while somebody taps.
                trades = self.world.stage.market.book(self.script.contract_of(entry)).numbered
                self.taps.setdefault(index, []).append(Tap(actions[0].number, self.now, trades))
                await self.hands[entry.user_id].confirm(entry.plan, actions[0])
                await self.delivered()

    def asked(self, bot: Bot, number: int, user_id: int) -> Sequence[Action]:
        """What a plan waits for."""
        record = bot.record(number, user_id)
        return history(record.plan, record.events).actions

    async def arm(self, index: int) -> None:
        """An entry's plan is armed, as the conversation would at its end."""
        entry, bot = self.script.entries[index], self.life.bot
        assert bot is not None, "nobody arms a plan while the bot is away"
        self.numbers[index] = 1 + sum(self.script.entries[one].user_id == entry.user_id for one in self.numbers)
        await asyncio.to_thread(bot.arm_for, entry.user_id, entry.plan)

    async def befall(self, trouble: Trouble) -> None:
        """A trouble begins."""
        self.met[trouble.kind] += 1
        self.trouble = trouble
        if trouble.kind is Kind.RESTART:
            await self.life.end()
        elif trouble.kind is Kind.CUT:
            await self.life.cut()
        for fault in FAULTS.get(trouble.kind, ()):
            await self.world.exchange_fault(**fault)
        for fault in SOCKET_FAULTS.get(trouble.kind, ()):
            await self.socket_fault("POST", fault)

    async def pass_by(self, trouble: Trouble) -> None:
        """It ends."""
        self.trouble = None
        if self.ear is not None:
            self.ear.forgive()
        if trouble.kind in AWAY:
            await self.begin()
        await self.world.exchange_fault()
        await self.socket_fault("DELETE")

    async def socket_fault(self, method: str, fault: Mapping[str, object] | None = None) -> None:
        """Trouble on the exchange's sockets."""
        address = f"{self.world.stage.exchange_hosts[BINANCE_HOST]}/sim/socket-fault"
        async with aiohttp.ClientSession() as web, web.request(method, address, json=fault) as answer:
            answer.raise_for_status()

    async def delivered(self) -> None:
        """Nothing that was decided waits to be sent."""
        bot = self.life.bot
        assert bot is not None, "a replay ends with its bot at work"
        async with asyncio.timeout(PATIENCE):
            while self.waiting(bot) or bot.running.sender.in_flight:
                await bot.running.tick()

    def waiting(self, bot: Bot) -> int:
        """How many messages are planned."""
        with bot.running.units() as unit:
            return unit.outbox.depth()

    async def verdict(self) -> Verdict:
        """What was decided and told, against what the trades did."""
        bot = self.life.bot
        assert bot is not None, "a replay ends with its bot at work"
        said = {user_id: said_of(await self.world.person(user_id).transcript()) for user_id in self.script.users}
        cases = []
        for index, entry in enumerate(self.script.entries):
            number = self.numbers[index]
            record = bot.record(number, entry.user_id)
            stored = record.events
            cases.append(
                Case(
                    f"{entry.user_id}/{number} {entry.plan.symbol} {entry.plan.side}",
                    entry.plan,
                    expected(entry, self.script.trades_of(entry), self.taps.get(index, ())),
                    stored,
                    self.moments_of((entry.user_id, number), len(stored)),
                    said[entry.user_id].get(number, []),
                    self.withdrawn_of(record.row.plan_id),
                )
            )
        return judged(cases)

    def withdrawn_of(self, plan_id: int) -> frozenset[int]:
        """The events of a plan whose message was superseded before it left."""
        with closing(sqlite3.connect(self.world.folder / "bot.sqlite3")) as connection:
            return frozenset(int(row[0]) for row in connection.execute(SUPERSEDED, (plan_id,)))

    def moments_of(self, key: tuple[int, int], events: int) -> list[Millis]:
        """When each event of a plan was decided, in the market's time."""
        noted = sorted(self.decided[key])
        # What a bot decided while it started is noted nowhere: it is taken as decided then.
        last = (events, self.begun_at)
        return [next(at for sequence, at in (*noted, last) if sequence >= number) for number in range(1, events + 1)]


@asynccontextmanager
async def replayed(script: Script, mode: Mode, folder: Path) -> AsyncIterator[Replayed]:
    """A replay from its begin to its end; its bot is still at work."""
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        market = trades_market(script.trades, script.listings)
        market.playing = False
        world = ImpatientWorld(
            await stack.enter_async_context(staged(market, weight_limit=None)), folder, MovableClock(), logs
        )
        stack.push_async_callback(world.close)
        life = Life(world, mode)
        stack.push_async_callback(life.end)
        replay = Replayed(script, mode, world, life)
        await replay.run()
        yield replay
