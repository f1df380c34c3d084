"""What was understood of a text: a plan with gaps, every assumption in words, and every reason not to use it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chatbot.core.money import Side
from chatbot.core.plan import Direction, MarginMode, Target, Tier
from chatbot.core.timeframes import Timeframe


class ProblemCode(StrEnum):
    """Why a draft can't be used."""

    TOO_LONG = "too_long"
    NO_SYMBOL = "no_symbol"
    SEVERAL_SYMBOLS = "several_symbols"
    SPOT_OR_INVERSE = "spot_or_inverse"
    NO_SIDE = "no_side"
    SIDE_CONTRADICTS = "side_contradicts"
    NO_ENTRY = "no_entry"
    TOO_MANY_ENTRIES = "too_many_entries"
    WEIGHTS = "weights"
    NO_STOP = "no_stop"
    SEVERAL_STOPS = "several_stops"
    STOP_WRONG_SIDE = "stop_wrong_side"
    NO_TARGETS = "no_targets"
    TOO_MANY_TARGETS = "too_many_targets"
    TARGETS_WRONG_SIDE = "targets_wrong_side"
    TARGETS_UNORDERED = "targets_unordered"
    NUMBERING = "numbering"
    CLOSES = "closes"
    CLOSES_OVER_100 = "closes_over_100"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    OUT_OF_RANGE = "out_of_range"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, and a sentence that says what was wrong and what was expected."""

    code: ProblemCode
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the text gives it. No price: the market's; no direction: the text names none."""

    price: Decimal | None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A plan as far as a text gives one; what is None or empty is unknown.

    `symbol_text` is the market as written, `symbol` the unified symbol it comes to. `entries` are in the order of the
    tiers; a single entry has more tiers than one, and so may a zone. Tiers and targets are there only where they can
    be worked out. `assumed` holds every default and derivation that is not literally in the text.
    """

    exchange: str | None = None
    symbol_text: str | None = None
    symbol: str | None = None
    side: Side | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    timeframe: Timeframe | None = None
    equity: Decimal | None = None
    allocation_pct: Decimal | None = None
    entries: tuple[Entry, ...] = ()
    tiers: tuple[Tier, ...] = ()
    stop: Decimal | None = None
    targets: tuple[Target, ...] = ()
    assumed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether a plan may be built on it; leverage, equity and allocation may still be open."""
        return not self.problems

    @property
    def codes(self) -> frozenset[ProblemCode]:
        """The kinds of problems there are."""
        return frozenset(problem.code for problem in self.problems)
