"""What a conversation asks of an exchange while it runs: lists of markets, and the outlook of one of them.

An exchange that fails or is slow gives None or a sentence, and the conversation goes on without it. What was not
answered in time is not thrown away: it is there for the next answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from chatbot.breakage import described
from chatbot.chart.structure import chart_of
from chatbot.chart.values import Chart
from chatbot.coach.outlook import Outlook, Sought
from chatbot.core.candles import Candle
from chatbot.core.market import FundingRate, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.ports import Clock

CANDLES: Final = 400
PATIENCE: Final = 2.5
"""Seconds an answer waits for its outlook."""
MOST_KEPT: Final = 64
FUNDING_FOR: Final[Millis] = 5 * 60_000
AFTER_CLOSE: Final[Millis] = 2_000
"""Exchanges revise a candle's last trades a moment after its end."""
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Source(Protocol):
    """Prices and candles. Raises MarketError."""

    async def quotes(self, exchange: str, symbols: frozenset[str]) -> Mapping[str, Quote]: ...
    async def candles(
        self, exchange: str, symbol: str, timeframe: str, since: Millis | None = None, limit: int = 498
    ) -> Sequence[Candle]: ...


class Book(Protocol):
    """Instruments, remembered. `prepare` raises MarketError, the others never."""

    async def prepare(self, exchange: str) -> None: ...
    async def learn_brackets(self, exchange: str, symbol: str) -> None: ...
    async def funding_rate(self, exchange: str, symbol: str) -> FundingRate | None: ...


class Kept:
    """The newest answers, each until its time is over."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, tuple[Millis, Any]] = {}

    def get(self, key: Hashable, now: Millis) -> Any:
        """The answer, if it still counts."""
        until, answer = self.answers.get(key, (0, None))
        return answer if now < until else None

    def put(self, key: Hashable, until: Millis, answer: Any) -> None:
        """Keep an answer; the one kept longest makes room."""
        self.answers.pop(key, None)
        self.answers[key] = (until, answer)
        if len(self.answers) > MOST_KEPT:
            del self.answers[next(iter(self.answers))]


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """Something asked of an exchange, and until when (by the loop's clock) anybody waits for it."""

    task: asyncio.Task[T]
    until: float

    @property
    def answer(self) -> T | None:
        """What was answered so far; one still under way is none, and one that failed was told to the log."""
        task = self.task
        failed = not task.done() or task.cancelled() or task.exception() is not None
        return None if failed else task.result()


class Lookups:
    """Asks an exchange, everything at once, the same thing only once at a time."""

    def __init__(self, source: Source, book: Book, clock: Clock, patience: float = PATIENCE) -> None:
        self.source, self.book, self.clock, self.patience = source, book, clock, patience
        self.asking: dict[Hashable, Question[Any]] = {}
        self.kept = Kept()

    async def outlook(self, sought: Sought) -> Outlook:
        """The market as far as it is known within the patience of a person."""
        exchange, symbol = sought.exchange, sought.symbol
        price = self.asked(("price", exchange, symbol), lambda: self.price(exchange, symbol))
        chart = self.asked(("chart", sought), lambda: self.chart(sought))
        funding = self.asked(("funding", exchange, symbol), lambda: self.funding(exchange, symbol))
        brackets = self.asked(("brackets", exchange, symbol), lambda: self.brackets(exchange, symbol))
        await self.wait(price, chart, funding, brackets)
        return Outlook(sought, price.answer, chart.answer, funding.answer)

    async def wait(self, *questions: Question[Any]) -> None:
        """Until all are answered, or nobody waits for them any more: one that hangs holds up one answer, not each."""
        now = asyncio.get_running_loop().time()
        open_still = [question for question in questions if question.until > now]
        if open_still:
            longest = max(question.until for question in open_still)
            await asyncio.wait([question.task for question in open_still], timeout=longest - now)

    async def prepare(self, exchange: str) -> str | None:
        """Load an exchange's markets; a sentence where it does not answer."""
        try:
            await self.listed(exchange)
        except MarketError as error:
            return f"{exchange} does not answer right now ({error.remedy.reason}). Your answer is kept: try again."
        return None

    async def listed(self, exchange: str) -> None:
        """The exchange's markets are known. Raises MarketError."""
        await asyncio.shield(self.asked(("markets", exchange), lambda: self.book.prepare(exchange)).task)

    async def price(self, exchange: str, symbol: str) -> Decimal | None:
        """The price now."""
        try:
            await self.listed(exchange)
            quote = (await self.source.quotes(exchange, frozenset({symbol}))).get(symbol)
        except MarketError:
            return None
        return None if quote is None else quote.price

    async def chart(self, sought: Sought) -> Chart | None:
        """The chart of the closed candles, the same one until the next of them closes."""
        kept: Chart | None = self.kept.get(sought, self.clock())
        if kept is not None:
            return kept
        try:
            await self.listed(sought.exchange)
            candles = await self.source.candles(sought.exchange, sought.symbol, sought.timeframe.value, limit=CANDLES)
        except MarketError:
            return None
        if not candles:
            return None
        chart = await asyncio.to_thread(chart_of, candles, sought.timeframe)
        self.kept.put(sought, candles[-1].at + 2 * sought.timeframe.millis + AFTER_CLOSE, chart)
        return chart

    async def funding(self, exchange: str, symbol: str) -> FundingRate | None:
        """What holding costs, asked every few minutes."""
        key = ("funding", exchange, symbol)
        kept: FundingRate | None = self.kept.get(key, self.clock())
        if kept is not None or not await self.is_listed(exchange):
            return kept
        rate = await self.book.funding_rate(exchange, symbol)
        if rate is not None:
            self.kept.put(key, self.clock() + FUNDING_FOR, rate)
        return rate

    async def brackets(self, exchange: str, symbol: str) -> None:
        """The market's maintenance brackets, learned once."""
        if await self.is_listed(exchange):
            await self.book.learn_brackets(exchange, symbol)

    async def is_listed(self, exchange: str) -> bool:
        """Whether the exchange's markets are known by now."""
        try:
            await self.listed(exchange)
        except MarketError:
            return False
        return True

    def asked(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> Question[T]:
        """The question under way, or a new one."""
        question = self.asking.get(key)
        if question is None:
            task = asyncio.create_task(ask())
            question = self.asking[key] = Question(task, asyncio.get_running_loop().time() + self.patience)
            task.add_done_callback(lambda done: self.over(key, done))
        return question

    def over(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        """A question is answered; one nobody waited for any more must not fail unheard."""
        del self.asking[key]
        error = None if done.cancelled() else done.exception()
        if error is not None and not isinstance(error, MarketError):
            log.error("lookup failed", error=described(error))

    async def aclose(self) -> None:
        """Nothing is asked any more."""
        tasks = [question.task for question in self.asking.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
