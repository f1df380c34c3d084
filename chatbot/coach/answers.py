"""What was answered so far, between the questions: JSON-ready as it is stored, typed as the steps read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from chatbot.core.market import Instrument, Resolution
from chatbot.core.money import Side
from chatbot.core.plan import Resting, Trigger
from chatbot.core.planned import CheckContext
from chatbot.core.reading_triggers import fixed, trigger
from chatbot.core.timeframes import Timeframe
from chatbot.messages.values import Verb
from chatbot.ports import Draft

Answers = Mapping[str, object]


class Step(StrEnum):
    """The questions, in their order; the timeframe is only asked when its default is to be changed."""

    MARKET = "market"
    SIDE = "side"
    LEVERAGE = "leverage"
    EQUITY = "equity"
    ALLOCATION = "allocation"
    WEIGHTS = "weights"
    TRIGGER = "trigger"
    STOP = "stop"
    TARGETS = "targets"
    CLOSES = "closes"
    RULES = "rules"
    RESTING = "resting"
    TIMEFRAME = "timeframe"
    REVIEW = "review"


ORDER: Final = tuple(step for step in Step if step is not Step.TIMEFRAME)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is known of the user before the first question."""

    exchange: str
    equity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DialogView:
    """A draft with what lies outside it: the market in `context`, and the exchanges that can be chosen."""

    draft: Draft
    context: CheckContext = field(default_factory=CheckContext)
    exchanges: tuple[str, ...] = ()

    @property
    def instrument(self) -> Instrument | None:
        return self.context.instrument

    @property
    def market_price(self) -> Decimal | None:
        return self.context.market_price

    @property
    def tick(self) -> Decimal | None:
        return None if self.instrument is None else self.instrument.tick_size

    @property
    def step(self) -> Step:
        return Step(self.draft.step)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer counts: what to store, and the step that follows."""

    answers: Answers
    step: Step


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer does not count, and nothing changes. `sentence` is HTML; suggestions are texts to answer with."""

    sentence: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Typed words that stand for a button of the card: help, cancel, arm, discard."""

    verb: Verb
    argument: str = ""


Reply = Answered | Refused | Wanted


class Resolve(Protocol):
    """Finds the market a person means on an exchange."""

    def __call__(self, exchange: str, text: str, /) -> Resolution: ...


class Incomplete(Exception):
    """A plan was asked for while `step` is still open."""

    def __init__(self, step: Step) -> None:
        super().__init__(f"{step} is still open")
        self.step = step


@dataclass(frozen=True, slots=True)
class Entered:
    """The answers, typed. What is None or empty is still open."""

    exchange: str
    symbol: str | None
    side: Side | None
    leverage: Decimal | None
    equity: Decimal | None
    remembered: Decimal | None
    allocation: Decimal | None
    weights: tuple[Decimal, ...]
    triggers: tuple[str, ...]
    stop: Decimal | None
    targets: tuple[Decimal, ...]
    closes: tuple[Decimal, ...]
    rules: str | None
    resting: Resting | None
    timeframe: Timeframe
    tier: int
    editing: bool

    @property
    def chosen_side(self) -> Side:
        """The side; long until it is chosen."""
        return self.side or Side.LONG

    def trigger_of(self, number: int) -> Trigger | None:
        """Tier `number`'s trigger, if it was answered."""
        if number > len(self.triggers):
            return None
        return fixed(trigger(self.triggers[number - 1]), self.chosen_side, None)


def entered(answers: Answers) -> Entered:
    """The stored answers, read."""
    side, resting = text_in(answers, "side"), answers.get("resting")
    weights = decimals_in(answers, "weights")
    return Entered(
        exchange=text_in(answers, "exchange") or "",
        symbol=text_in(answers, "symbol"),
        side=None if side is None else Side(side),
        leverage=decimal_in(answers, "leverage"),
        equity=decimal_in(answers, "equity"),
        remembered=decimal_in(answers, "remembered"),
        allocation=decimal_in(answers, "allocation"),
        weights=weights,
        triggers=texts_in(answers, "triggers")[: len(weights)],
        stop=decimal_in(answers, "stop"),
        targets=decimals_in(answers, "targets"),
        closes=decimals_in(answers, "closes"),
        rules=text_in(answers, "rules"),
        resting=None if resting is None else resting_of(texts_in(answers, "resting")),
        timeframe=Timeframe(text_in(answers, "timeframe") or Timeframe.M15),
        tier=int(text_in(answers, "tier") or 1),
        editing=text_in(answers, "editing") is not None,
    )


def resting_of(names: tuple[str, ...]) -> Resting:
    """Which orders rest, by name."""
    return Resting(entries="entries" in names, stop="stop" in names, targets="targets" in names)


def text_in(answers: Answers, name: str) -> str | None:
    """A text that was answered."""
    found = answers.get(name)
    return found if isinstance(found, str) else None


def texts_in(answers: Answers, name: str) -> tuple[str, ...]:
    """A list of texts that was answered."""
    found = answers.get(name)
    return tuple(str(text) for text in found) if isinstance(found, list | tuple) else ()


def decimal_in(answers: Answers, name: str) -> Decimal | None:
    """A number that was answered."""
    found = text_in(answers, name)
    return None if found is None else Decimal(found)


def decimals_in(answers: Answers, name: str) -> tuple[Decimal, ...]:
    """A list of numbers that was answered."""
    return tuple(Decimal(text) for text in texts_in(answers, name))


def exact(value: Decimal) -> str:
    """A number as it is stored and as buttons carry it: all its digits, no exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_open(step: Step, given: Entered) -> bool:
    """Whether the step still lacks its answer."""
    match step:
        case Step.MARKET:
            return given.symbol is None
        case Step.SIDE:
            return given.side is None
        case Step.LEVERAGE:
            return given.leverage is None
        case Step.EQUITY:
            return given.equity is None
        case Step.ALLOCATION:
            return given.allocation is None
        case Step.WEIGHTS:
            return not given.weights
        case Step.TRIGGER:
            return len(given.triggers) < len(given.weights)
        case Step.STOP:
            return given.stop is None
        case Step.TARGETS:
            return not given.targets
        case Step.CLOSES:
            return len(given.closes) != len(given.targets)
        case Step.RULES:
            return given.rules is None or given.rules.count("/") + 1 != len(given.targets)
        case Step.RESTING:
            return given.resting is None
        case Step.TIMEFRAME | Step.REVIEW:
            return False


def first_open(given: Entered) -> Step:
    """The first question without an answer, or the review."""
    return next((step for step in ORDER if is_open(step, given)), Step.REVIEW)
