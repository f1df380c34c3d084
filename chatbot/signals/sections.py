"""Which number belongs to what: every number goes to the word that opened its section, or to nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from chatbot.core.money import Side
from chatbot.core.plan import Direction
from chatbot.signals.numbers import Share, Written, amount, counting, glued_item, written
from chatbot.signals.vocabulary import (
    CONNECTORS,
    LEVERAGE_MARK,
    OTHER_MARK,
    RULE_MARK,
    SYMBOL_MARK,
    TOKEN,
    ZONE_IN_NAME,
    Word,
    word_of,
)

PRICES: Final = (Word.ENTRY, Word.STOP, Word.TARGET, Word.BUY, Word.SELL)
ENTRIES: Final = (Word.ENTRY, Word.BUY, Word.SELL)
KEPT: Final = (*PRICES, Word.WEIGHTS, Word.CLOSES, Word.EQUITY, Word.ALLOCATION)
PERCENT: Final = re.compile(r" ?(?:%|percent\b|pct\b|процент\w*)", re.IGNORECASE)
OF_GAIN: Final = re.compile(r"[ )\]]{0,2}(?:of )?(?:the )?(?:profit|gain|roi|roe|прибыл)", re.IGNORECASE)
ITEM: Final = re.compile(r" ?[)\]}][ :=.-]{0,3}\n?\$? ?\.?\d|\. ?\n?\$?(?<=[ \n$])\d| ?[:=][ \n]?\$? ?\.?\d")
"""What follows the number of an item: `1) 61000`, `1. 61000`, `TP1: 61000`."""
COUNTER: Final = re.compile(r" ?[-@]? ?(?:at )?\$?\.?\d")
MENTION: Final = re.compile(
    r" ?[(:=-]{0,2} ?(?!(?:sl|s/l|stop|tp|t/p|target|entry|lev|long|short|buy|sell|usd|стоп|сл|плеч|вход|тп|цел|x))"
    r"[^\W\d_]{3}",
    re.IGNORECASE,
)
"""A word behind the number of an item: `TP3 open`, `Target 2 (next resistance): 3200`."""
GLUED_ITEM: Final = re.compile(r"\) ?\$?\.?\d")
SHORTEST: Final = 3
MOST_ITEMS: Final = 20
TIED: Final = "([{-:="
JOINING: Final = "-/~,"
UP_TO: Final = ("to", "до")
FROM: Final = ("from", "от")
LIST_AHEAD: Final = re.compile(r"[^\w\n]{0,4}\d")
AMOUNT_AHEAD: Final = re.compile(
    r" ?[:=@(~]{0,2} ?(?:price |around |near |at |@ ?)?\$? ?\.?\d(?!\d?[):])", re.IGNORECASE
)
VALUE_AHEAD: Final = re.compile(r" ?[:@=(-]{0,2} ?(?:at |@ ?|price ?:? ?)?\$? ?\.?\d|\s?[:=-]?\s?\.?\d")


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


def found_in(text: str) -> Found:
    """Every number and word of a text that was cleaned, and from which other readers took their share."""
    walk = Walk(text)
    for match in TOKEN.finditer(text):
        walk.take(match)
    return walk.found


@dataclass(slots=True)
class Walk:
    """The way through a text: whose section it is in, and what was seen since."""

    text: str
    found: Found = field(default_factory=Found)
    owner: Word | None = None
    weak: bool = False
    count: int = 0
    prose: bool = False
    line: int = 0
    opened: int = 0
    index: int | None = None
    glued: int | None = None
    expected: int = 1
    sign: str = ""
    at_sign: bool = False
    last_number: int = -1

    def take(self, match: re.Match[str]) -> None:
        """One token."""
        word, group = word_of(match), match.lastgroup
        if group == "line":
            self.end_line(match.end())
        elif group == "sign":
            self.take_sign(match[0])
        else:
            if word is not None:
                self.take_word(word, match)
            elif group == "mark":
                self.take_mark(match[0])
            elif group in ("number", "factor"):
                self.take_number(match)
            elif group == "mixed":
                self.take_mixed(match[0])
            else:
                self.take_plain(match[0].casefold())
            self.sign = "~" if match[0].casefold() in UP_TO and self.count else ""

    @property
    def waiting(self) -> bool:
        """Whether a section was opened on this line and has no number yet."""
        return self.owner in KEPT and not self.weak and self.count == 0 and self.opened == self.line

    def open(self, owner: Word | None, *, weak: bool = False) -> None:
        """A section begins."""
        if owner is not self.owner or self.weak:
            self.expected = 1
        self.owner, self.weak, self.count, self.prose = owner, weak, 0, False
        self.opened, self.index, self.at_sign = self.line, None, False

    def end_line(self, end: int) -> None:
        """What is short ends with its line; a list of prices goes on, and a heading waits for its first number."""
        if self.count:
            lasts = self.owner in PRICES and not self.weak
        else:
            lasts = self.owner in KEPT and (not self.prose or LIST_AHEAD.match(self.text, end) is not None)
        if not lasts:
            self.open(None)
        self.line += 1
        self.prose = False

    def take_plain(self, word: str) -> None:
        """A word that says nothing: on a new line, or behind a price, it ends what is being listed."""
        if word in CONNECTORS:
            return
        if self.opened < self.line and self.last_number != self.line and (self.count or self.weak):
            self.open(None)
        self.prose = True

    def take_mixed(self, text: str) -> None:
        """A number that letters ran into: where a price is expected, nobody knows what it was."""
        owner = self.owner
        if owner in PRICES and not self.prose and len(text) > SHORTEST:
            self.list_of(owner).append(Written(text, (), ruled=False))
        else:
            self.take_plain(text)

    def take_mark(self, mark: str) -> None:
        """Something that was read before."""
        if mark in (SYMBOL_MARK, LEVERAGE_MARK):
            self.found.trading_lines.add(self.line)
        if mark == SYMBOL_MARK and not self.waiting:
            self.open(Word.ENTRY, weak=True)
        elif mark == RULE_MARK or (mark == LEVERAGE_MARK and self.count):
            self.open(None)
        elif mark == OTHER_MARK and self.count:
            self.prose = True

    def take_sign(self, sign: str) -> None:
        """Punctuation between numbers; an @ before a price opens an entry."""
        if sign == "@" and self.owner not in (Word.TARGET, Word.STOP):
            named = self.owner if self.owner in ENTRIES and not self.weak and not self.count else Word.ENTRY
            self.open(named)
            self.at_sign = True
        if sign in JOINING:
            self.sign = sign

    def take_word(self, word: Word, match: re.Match[str]) -> None:
        """A word of the vocabulary."""
        match word:
            case Word.LONG | Word.SHORT:
                self.take_side(self.found.sides, Side.LONG if word is Word.LONG else Side.SHORT)
            case Word.BUY | Word.SELL if VALUE_AHEAD.match(self.text, match.end()) and not self.waiting:
                self.open(word)
            case Word.BUY | Word.SELL:
                self.take_side(self.found.trades, Side.LONG if word is Word.BUY else Side.SHORT)
            case Word.MARKET:
                self.take_market(match.end())
            case Word.ZONE | Word.ABOVE | Word.BELOW:
                self.take_manner(word, match[0].casefold())
            case Word.OTHER:
                self.take_other()
            case _:
                self.take_field(word, match[0])

    def take_side(self, sides: list[Side], side: Side) -> None:
        """A side: a price may follow."""
        sides.append(side)
        self.found.trading_lines.add(self.line)
        if not self.waiting:
            self.open(Word.ENTRY, weak=True)

    def take_market(self, end: int) -> None:
        """The market's price as an entry; with a price beside it only a remark about that."""
        here = self.opened == self.line
        if self.owner not in ENTRIES or not (here or (self.count == 0 and not self.weak)):
            self.take_other()
        elif AMOUNT_AHEAD.match(self.text, end) is not None or (self.count and not self.sign):
            return
        elif self.weak:
            self.found.weak_market = True
        else:
            self.found.market = True

    def take_manner(self, word: Word, name: str) -> None:
        """How an entry is meant: a zone, or from which side a price is reached."""
        owner = self.owner
        if owner is None or owner not in ENTRIES:
            return
        if word is Word.ZONE:
            self.found.zones |= set() if name in FROM else {owner}
        elif self.count == 0:
            self.found.direction = Direction.UP if word is Word.ABOVE else Direction.DOWN

    def take_other(self) -> None:
        """A number that follows is something else, unless this only describes the price that is awaited."""
        if self.waiting:
            self.prose = True
        else:
            self.open(Word.OTHER)

    def take_field(self, word: Word, name: str) -> None:
        """A section begins; a stop order to enter is a breakout."""
        opened = {Word.BUY_AT: Word.BUY, Word.SELL_AT: Word.SELL}.get(word, word)
        if opened in ENTRIES and ZONE_IN_NAME.search(name):
            self.found.zones.add(opened)
        if opened in ENTRIES and "stop" in name.casefold():
            self.found.direction = Direction.UP if opened is Word.BUY else Direction.DOWN
        self.open(opened)
        self.at_sign = name.casefold().startswith("tier")

    def take_number(self, match: re.Match[str]) -> None:
        """A number goes to its section, or aside."""
        body, factor, owner = match["number"], (match["factor"] or "").lower(), self.owner
        percent = PERCENT.match(self.text, match.end())
        if percent is not None:
            self.take_percent(body, match.start(), percent.end())
        elif owner is None or owner not in KEPT:
            self.found.unused.append(written(body, factor))
        elif owner not in PRICES:
            self.found.plain[owner].append(body + factor)
            self.count += 1
        elif not self.counts_items(body, match.start(), match.end(), self.list_of(owner)):
            self.take_price(owner, body, factor, match.end())
        self.last_number = self.line

    def list_of(self, owner: Word) -> list[Written]:
        """Where the prices of the section go."""
        return self.found.weak if self.weak else self.found.prices[owner]

    def counts_items(self, body: str, start: int, end: int, prices: list[Written]) -> bool:
        """Whether a number is the number of an item and no price."""
        if not body.isdigit() or not 0 < int(body) <= MOST_ITEMS:
            return False
        glued = start > 0 and self.text[start - 1].isalpha()
        if ITEM.match(self.text, end) or (glued and COUNTER.match(self.text, end)):
            self.index, self.prose = int(body), False
            return True
        fresh = self.count == 0 or self.last_number != self.line
        named = MENTION.match(self.text, end) or (glued and not COUNTER.match(self.text, end))
        if fresh and (
            (int(body) == self.expected and COUNTER.match(self.text, end)) or (named and int(body) <= self.expected)
        ):
            prices.append(counting(written(body)))
            self.index = int(body)
            return True
        return False

    def in_brackets(self, end: int) -> bool:
        """Whether a bracket was opened on this line and not closed."""
        start = self.text.rfind("\n", 0, end) + 1
        return self.text.rfind("(", start, end) > self.text.rfind(")", start, end)

    def take_price(self, owner: Word, body: str, factor: str, end: int) -> None:
        """A price of the section, unless words came between it and the list."""
        item = written(body, factor, None if self.index else self.expected)
        if GLUED_ITEM.match(self.text, end) and not self.in_brackets(end):
            item, self.glued = glued_item(body, (self.index or self.expected) + 1)
        if self.prose and self.count:
            self.found.unused.append(item)
            return
        self.found.in_order = self.found.in_order or (self.sign == "/" and self.at_sign)
        if self.sign == "~" and owner in ENTRIES:
            self.found.zones.add(owner)
        self.list_of(owner).append(replace(item, index=self.index, joined=self.sign in ("-", "/") and self.count > 0))
        self.expected = (self.index or self.expected) + 1
        self.index, self.glued, self.count, self.prose = self.glued, None, self.count + 1, False

    def take_percent(self, body: str, start: int, end: int) -> None:
        """A share of a price's size, a part of the equity, or something that is no price."""
        pct, owner = amount(body), self.owner
        if pct is None or owner is Word.OTHER:
            return
        listed = self.list_of(owner) if owner in PRICES and self.count else []
        gain = self.text[start - 1 : start] == "+" or OF_GAIN.match(self.text, end) is not None
        if owner is None or (self.weak and not listed):
            self.found.loose.append((self.line, pct))
        elif gain:
            return
        elif listed and not self.prose and listed[-1].share is None:
            listed[-1] = replace(listed[-1], share=Share(pct, self.text[:start].rstrip()[-1:] in TIED))
        else:
            self.found.percents[owner].append(pct)
            self.count += 1
