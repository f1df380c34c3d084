"""What was answered so far, between the questions: JSON-ready as it is stored, typed as the steps read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from chatbot.coach.outlook import UNKNOWN, Outlook, Sought
from chatbot.coach.stored import Answers, decimal_in, decimals_in, text_in, texts_in, whole_in
from chatbot.core.market import Instrument, Resolution
from chatbot.core.money import Millis, Side
from chatbot.core.plan import Follow, Guards, MarginMode, Resting, Trigger, TriggerPrice
from chatbot.core.planned import CheckContext
from chatbot.core.reading_triggers import fixed, trigger
from chatbot.core.timeframes import Timeframe
from chatbot.messages.values import Verb
from chatbot.records import Draft


class Step(StrEnum):
    """The questions, in their order; the optional ones are only asked when their default is to be changed."""

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
    MARGIN = "margin"
    TRIGGER_PRICE = "trigger_price"
    GUARDS = "guards"
    EXPIRY = "expiry"
    FOLLOWING = "following"
    REVIEW = "review"


OPTIONAL: Final = frozenset({Step.TIMEFRAME, Step.MARGIN, Step.TRIGGER_PRICE, Step.GUARDS, Step.EXPIRY, Step.FOLLOWING})
ORDER: Final = tuple(step for step in Step if step not in OPTIONAL)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is known of the user before the first question."""

    exchange: str
    equity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DialogView:
    """A draft with what lies outside it: its market and the user's other plans in `around`, and the time.

    `outlook` is what was found out for the answer at hand, perhaps of the market that is only about to be chosen; what
    counts for the draft as it stands is `known`.
    """

    draft: Draft
    around: CheckContext = field(default_factory=CheckContext)
    exchanges: tuple[str, ...] = ()
    outlook: Outlook = UNKNOWN
    now: Millis = 0

    @property
    def known(self) -> Outlook:
        """The outlook as far as it is of the draft's own market and timeframe."""
        return self.outlook.on(market_of(self.draft.answers))

    @property
    def context(self) -> CheckContext:
        """What the checks look at beside the plan."""
        return self.known.within(self.around)

    @property
    def instrument(self) -> Instrument | None:
        return self.around.instrument

    @property
    def market_price(self) -> Decimal | None:
        return self.known.price

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
    """The answers, typed. What is None or empty is still open.

    Either `allocation` is given, or `risk` (% of equity lost at tier 1's stop), from which it follows. `pause_chosen`:
    the pause between adds is the user's own, and no longer follows the market's volatility.
    """

    exchange: str
    symbol: str | None
    side: Side | None
    leverage: Decimal | None
    equity: Decimal | None
    remembered: Decimal | None
    allocation: Decimal | None
    risk: Decimal | None
    weights: tuple[Decimal, ...]
    triggers: tuple[str, ...]
    stop: Decimal | None
    targets: tuple[Decimal, ...]
    closes: tuple[Decimal, ...]
    rules: str | None
    resting: Resting | None
    timeframe: Timeframe
    margin: MarginMode
    trigger_price: TriggerPrice
    guards: Guards
    pause_chosen: bool
    expires_after: int | None
    expires_at: Millis | None
    follow: Follow
    assumed: tuple[str, ...]
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


def market_of(answers: Answers) -> Sought | None:
    """The market and timeframe a draft looks at, once a market is chosen."""
    symbol = text_in(answers, "symbol")
    return None if symbol is None else Sought(text_in(answers, "exchange") or "", symbol, timeframe_of(answers))


def timeframe_of(answers: Answers) -> Timeframe:
    """The plan's timeframe, 15m until another is chosen."""
    return Timeframe(text_in(answers, "timeframe") or Timeframe.M15)


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
        risk=decimal_in(answers, "risk"),
        weights=weights,
        triggers=texts_in(answers, "triggers")[: len(weights)],
        stop=decimal_in(answers, "stop"),
        targets=decimals_in(answers, "targets"),
        closes=decimals_in(answers, "closes"),
        rules=text_in(answers, "rules"),
        resting=None if resting is None else resting_of(texts_in(answers, "resting")),
        timeframe=timeframe_of(answers),
        margin=MarginMode(text_in(answers, "margin") or MarginMode.ISOLATED),
        trigger_price=TriggerPrice(text_in(answers, "trigger_price") or TriggerPrice.LAST),
        guards=guards_of(answers),
        pause_chosen=text_in(answers, "pause_chosen") is not None,
        expires_after=whole_in(answers, "expires_after"),
        expires_at=whole_in(answers, "expires_at"),
        follow=Follow(text_in(answers, "follow") or Follow.CONFIRMED),
        assumed=texts_in(answers, "assumed"),
        tier=int(text_in(answers, "tier") or 1),
        editing=text_in(answers, "editing") is not None,
    )


def guards_of(answers: Answers) -> Guards:
    """The guards that were changed, the others as they are by default."""
    usual = Guards()
    averaging = decimal_in(answers, "averaging")
    return Guards(
        averaging_down_r=usual.averaging_down_r if averaging is None else averaging,
        structure_level=decimal_in(answers, "structure"),
        min_pause_minutes=whole_in(answers, "pause") or 0,
    )


def resting_of(names: tuple[str, ...]) -> Resting:
    """Which orders rest, by name."""
    return Resting(entries="entries" in names, stop="stop" in names, targets="targets" in names)


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
            return given.allocation is None and given.risk is None
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
        case (
            Step.TIMEFRAME | Step.MARGIN | Step.TRIGGER_PRICE | Step.GUARDS | Step.EXPIRY | Step.FOLLOWING | Step.REVIEW
        ):
            return False


def first_open(given: Entered) -> Step:
    """The first question without an answer, or the review."""
    return next((step for step in ORDER if is_open(step, given)), Step.REVIEW)
