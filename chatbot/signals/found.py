"""What the words of a signal say, number by number, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from chatbot.core.money import Side
from chatbot.core.plan import Direction
from chatbot.signals.numbers import Written
from chatbot.signals.vocabulary import Word

PRICES: Final = (Word.ENTRY, Word.STOP, Word.TARGET, Word.BUY, Word.SELL)
ENTRIES: Final = (Word.ENTRY, Word.BUY, Word.SELL)
KEPT: Final = (*PRICES, Word.WEIGHTS, Word.CLOSES, Word.EQUITY, Word.ALLOCATION)


@dataclass(slots=True)
class Found:
    """What the words of a text say, number by number, before anything is concluded."""

    prices: dict[Word, list[Written]] = field(default_factory=lambda: {word: [] for word in PRICES})
    weak: list[Written] = field(default_factory=list)
    unused: list[Written] = field(default_factory=list)
    percents: dict[Word, list[Decimal]] = field(default_factory=lambda: {word: [] for word in KEPT})
    plain: dict[Word, list[str]] = field(default_factory=lambda: {word: [] for word in KEPT})
    loose: list[tuple[int, Decimal]] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    trades: list[Side] = field(default_factory=list)
    trading_lines: set[int] = field(default_factory=set)
    market: bool = False
    weak_market: bool = False
    zones: set[Word] = field(default_factory=set)
    direction: Direction | None = None
    in_order: bool = False
    entry_named: bool = False
    listed_targets: bool = False
