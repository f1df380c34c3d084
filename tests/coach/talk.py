"""A user in the middle of the conversation that builds a plan, and the markets and charts it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from chatbot.chart.structure import chart_of
from chatbot.chart.values import Chart
from chatbot.coach.answers import Answered, Defaults, DialogView, Refused, Reply, Step, entered, market_of
from chatbot.coach.dialog import answer, question, start, tapped
from chatbot.coach.outlook import Outlook
from chatbot.coach.review import to_plan
from chatbot.coach.stored import Answers
from chatbot.core.candles import Candle
from chatbot.core.figures import GAP
from chatbot.core.market import FundingRate, Instrument, Resolution, Unknown, Unsuitable
from chatbot.core.market import Refused as RefusedMarket
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from chatbot.core.planned import CheckContext
from chatbot.core.timeframes import Timeframe
from chatbot.messages.values import Message, Press, Verb
from chatbot.records import Draft

D = Decimal
BTC: Final = Instrument(
    "binanceusdm", "BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT",
    D("0.1"), D("0.001"), D("0.001"), D(100), D(1), D("0.05"), D(125),
)  # fmt: skip
ETH: Final = replace(BTC, symbol="ETH/USDT:USDT", market_id="ETHUSDT", base="ETH", max_leverage=D(8))
MARKET_PRICE: Final = D(60100)
NOW: Final[Millis] = 1_700_000_100_000
"""2023-11-14 22:15 UTC, a quarter of an hour."""
CANDLES: Final = 300
LONGEST_ARGUMENT: Final = 32
WAVE: Final = (0, 120, 260, 420, 560, 640, 560, 430, 300, 150, 20, -120, -260, -380, -460, -380, -250, -130)
"""Distances from the middle of a range, one a candle, over and over: highs and lows that hold."""


def resolve(exchange: str, text: str, /) -> Resolution:
    """A listing of two markets, one of them with a spot twin."""
    name = text.casefold().lstrip("#")
    if name in ("btc", "btcusdt", "btc/usdt:usdt"):
        return replace(BTC, exchange=exchange)
    if name == "eth":
        return ETH
    if name == "btc/usdt":
        return RefusedMarket("BTC/USDT", Unsuitable.SPOT, ("BTC/USDT:USDT",))
    return Unknown(text, ("BTC/USDT:USDT", "ETH/USDT:USDT") if name.startswith("b") else ())


def chart(*, calm: int = 1, wild: int = 1, timeframe: Timeframe = Timeframe.M15) -> Chart:
    """A market that swings about 60 100; the last candles are `wild` times as long as usual, or as short as 1/`calm`.

    The swings grow a little from one to the next, so that they are no copies of each other.
    """
    candles = []
    begin = NOW - CANDLES * timeframe.millis
    last = MARKET_PRICE
    for number in range(CANDLES):
        grown = 1 + D(number % 7) / 20
        close = MARKET_PRICE + WAVE[number % len(WAVE)] * grown if number < CANDLES - 1 else MARKET_PRICE
        reach = D(40) * (wild if number >= CANDLES - 8 else 1) / (calm if number >= CANDLES - 30 else 1)
        close = close if number < CANDLES - 30 or calm == 1 else MARKET_PRICE + D(number % 2)
        high, low = max(last, close) + reach, min(last, close) - reach
        candles.append(Candle(begin + number * timeframe.millis, last, high, low, close, D(1)))
        last = close
    return chart_of(candles, timeframe)


@dataclass
class Talk:
    """A user in the middle of the conversation; nothing but JSON survives between two answers."""

    stored: str = field(default_factory=lambda: json.dumps(start(Defaults("binanceusdm", D(100000)))))
    step: str = Step.MARKET.value
    market_price: Decimal | None = MARKET_PRICE
    chart: Chart | None = None
    funding: FundingRate | None = None
    cool_down: bool = False
    version: int = 1

    @property
    def answers(self) -> Answers:
        answers: dict[str, Any] = json.loads(self.stored)
        return answers

    @property
    def view(self) -> DialogView:
        """What the coach would load for this draft; the market was looked up on the chart's timeframe."""
        sought = market_of(self.answers)
        known = {BTC.symbol: BTC, ETH.symbol: ETH}
        market = None if sought is None else known.get(sought.symbol)
        seen = sought if sought is None or self.chart is None else replace(sought, timeframe=self.chart.timeframe)
        outlook = Outlook(seen, self.market_price if market else None, self.chart, self.funding)
        draft = Draft(1, 1, self.step, self.answers, draft_id=7, version=self.version)
        around = CheckContext(instrument=market, cool_down=self.cool_down)
        return DialogView(draft, around, ("binanceusdm", "bybit"), outlook, NOW)

    def take(self, reply: Reply | None) -> Reply | None:
        """Store what an answer led to."""
        if isinstance(reply, Answered):
            self.stored, self.step = json.dumps(reply.answers), reply.step.value
            self.version += 1
        return reply

    def say(self, text: str) -> Reply | None:
        return self.take(answer(self.view, text, resolve))

    def says(self, *texts: str) -> Talk:
        """Answers that all count."""
        for text in texts:
            reply = self.say(text)
            assert isinstance(reply, Answered), (text, reply)
        return self

    def refused(self, text: str) -> str:
        """The sentence an answer is refused with; nothing changed."""
        before = (self.stored, self.step)
        reply = self.say(text)
        assert isinstance(reply, Refused), (text, reply)
        assert (self.stored, self.step) == before
        return reply.sentence

    def taps(self, label: str) -> Talk:
        """The button whose label starts like this."""
        press = self.press(label)
        assert press.verb is Verb.CHOOSE
        reply = self.take(tapped(self.view, press.argument, resolve))
        assert isinstance(reply, Answered), (label, reply)
        return self

    def card(self) -> Message:
        return question(self.view)

    def choices(self) -> list[str]:
        """What the answers to tap say, from top to bottom."""
        return [
            label_of(b.label) for row in self.card().keyboard for b in row if b.press and b.press.verb is Verb.CHOOSE
        ]

    def arguments(self) -> list[str]:
        """What the answers to tap carry; each fits a button."""
        presses = [b.press for row in self.card().keyboard for b in row if b.press and b.press.verb is Verb.CHOOSE]
        assert all(len(press.argument.encode()) <= LONGEST_ARGUMENT for press in presses)
        return [press.argument for press in presses]

    def press(self, label: str) -> Press:
        """The press behind a button whose label starts like this."""
        buttons = [b for row in self.card().keyboard for b in row if label_of(b.label).startswith(label)]
        assert buttons, (label, self.card())
        assert buttons[0].press is not None
        return buttons[0].press

    def plan(self) -> Plan:
        return to_plan(self.view)

    def plan_targets(self) -> tuple[Decimal, ...]:
        """The targets answered so far."""
        return entered(self.answers).targets

    def text(self) -> str:
        return label_of(self.card().text)


def label_of(text: str) -> str:
    """With plain spaces."""
    return text.replace(GAP, " ")


TYPED: Final = (
    "btcusdt", "long", "x10", "100,000", "5%", "25/25/30/20",
    "60000", "+0,5%", "above 60.6k", "close above 60900 1h",
    "59k", "61k 62.5k 64k", "25/35/30", "break-even / lock 1R / trail 1% step 0.25%", "stop, targets",
)  # fmt: skip
"""The worked example, as people type it."""

PLACES: Final = {
    "market": 0, "side": 1, "leverage": 2, "equity": 3, "allocation": 4, "weights": 5, "trigger 1": 6, "trigger 2": 7,
    "stop": 10, "targets": 11, "closes": 12, "rules": 13, "resting": 14, "review": 15,
}  # fmt: skip
"""How many answers come before each question."""


def at(place: str, **more: Any) -> Talk:
    """A conversation that has come to this question."""
    return Talk(**more).says(*TYPED[: PLACES[place]])
