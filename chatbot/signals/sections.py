"""Which number belongs to what: every number goes to the word that opened its section, or to nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from chatbot.core.money import Side
from chatbot.core.plan import Direction
from chatbot.signals.ahead import (
    AMOUNT_AHEAD,
    COUNTER,
    GLUED_ITEM,
    ITEM,
    LIST_AHEAD,
    MENTION,
    NEXT_ITEM,
    OF_GAIN,
    PERCENT,
    SHARE_OF,
    UNPRICED,
    VALUE_AHEAD,
    Shares,
    shares_at,
)
from chatbot.signals.found import ENTRIES, KEPT, PRICES, Found
from chatbot.signals.numbers import Share, Written, amount, before_item, counting, glued_item, written
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

SHORTEST: Final = 3
MOST_ITEMS: Final = 20
TIED: Final = "([{-:="
JOINING: Final = "-/~,"
UP_TO: Final = ("to", "до")
FROM: Final = ("from", "от")


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
    share: Share | None = None
    taken_to: int = 0

    def take(self, match: re.Match[str]) -> None:
        """One token."""
        if match.start() < self.taken_to:
            return
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
        self.found.entry_named |= owner in ENTRIES and not weak
        self.owner, self.weak, self.count, self.prose = owner, weak, 0, False
        self.opened, self.index, self.at_sign, self.share = self.line, None, False, None

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
        elif AMOUNT_AHEAD.match(self.text, end) is not None:
            if self.count and not self.sign:
                self.open(Word.OTHER)
        elif self.count and not self.sign:
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
        opened = {Word.BUY_AT: Word.BUY, Word.SELL_AT: Word.SELL, Word.ADD: Word.ENTRY}.get(word, word)
        if opened in ENTRIES and ZONE_IN_NAME.search(name):
            self.found.zones.add(opened)
        if opened in ENTRIES and "stop" in name.casefold():
            self.found.direction = Direction.UP if opened is Word.BUY else Direction.DOWN
        named = self.found.entry_named
        self.open(opened)
        self.found.entry_named = named if word is Word.ADD else self.found.entry_named
        self.at_sign = name.casefold().startswith("tier")

    def take_number(self, match: re.Match[str]) -> None:
        """A number goes to its section, or aside."""
        body, factor, owner = match["number"], (match["factor"] or "").lower(), self.owner
        percent = PERCENT.match(self.text, match.end())
        shares = self.shares_at(match.start())
        if shares is not None:
            self.take_shares(shares)
        elif percent is not None:
            self.take_percent(body, match.start(), percent.end())
        elif owner is None or owner not in KEPT:
            self.found.unused.append(written(body, factor))
        elif owner not in PRICES:
            self.found.plain[owner].append(body + factor)
            self.count += 1
        elif not self.counts_items(body, match.start(), match.end(), self.list_of(owner)):
            self.take_price(owner, self.item(match, factor), match.end())
        self.last_number = self.line

    def list_of(self, owner: Word) -> list[Written]:
        """Where the prices of the section go."""
        return self.found.weak if self.weak else self.found.prices[owner]

    def item(self, match: re.Match[str], factor: str) -> Written:
        """A number of a list of prices, which may begin with the number of its item."""
        body, expected = match["number"], None if self.index else self.expected
        glued = self.text[match.start() - 1 : match.start()].isalpha()
        first = body.partition(" ")[0]
        if glued and first.isdigit() and first != body and int(first) <= MOST_ITEMS:
            expected = int(first)
        return written(body, factor, expected, glued=glued)

    def counts_items(self, body: str, start: int, end: int, prices: list[Written]) -> bool:
        """Whether a number is the number of an item and no price."""
        if not body.isdigit() or not 0 < int(body) <= MOST_ITEMS:
            return False
        glued = start > 0 and self.text[start - 1].isalpha()
        fresh = self.count == 0 or self.last_number != self.line
        if ITEM.match(self.text, end) or (glued and COUNTER.match(self.text, end)):
            self.begin_targets(int(body), fresh=fresh)
            self.index, self.prose = int(body), False
            return True
        if fresh and int(body) == self.expected and UNPRICED.match(self.text, end):
            self.prose = True
            return True
        named = MENTION.match(self.text, end) or (glued and not COUNTER.match(self.text, end))
        if fresh and (
            (int(body) == self.expected and COUNTER.match(self.text, end)) or (named and int(body) <= self.expected)
        ):
            prices.append(counting(written(body)))
            self.index = int(body)
            return True
        return False

    def begin_targets(self, index: int, *, fresh: bool) -> None:
        """Item 1 on a line of its own, after an entry without a number: a new list, which can only be the targets."""
        entries = self.list_of(self.owner) if self.owner in ENTRIES else []
        if index == 1 and fresh and entries and entries[-1].index is None and not self.found.prices[Word.TARGET]:
            self.open(Word.TARGET)
            self.found.listed_targets = True

    def shares_at(self, start: int) -> Shares | None:
        """Shares of the list that is open, all in one."""
        if self.owner not in (Word.TARGET, Word.ENTRY) or self.sign in ("/", "-"):
            return None
        return shares_at(self.text, start, self.list_of(self.owner))

    def take_shares(self, shares: Shares) -> None:
        """Closes of the targets or weights of the entries; what may as well be prices is unreadable."""
        owner = self.owner
        self.taken_to = shares.end
        if shares.certain:
            self.found.percents[Word.CLOSES if owner is Word.TARGET else Word.WEIGHTS] += shares.pcts
        else:
            self.list_of(owner or Word.ENTRY).append(Written(shares.text, (), ruled=False))

    def in_brackets(self, end: int) -> bool:
        """Whether a bracket was opened on this line and not closed."""
        start = self.text.rfind("\n", 0, end) + 1
        return self.text.rfind("(", start, end) > self.text.rfind(")", start, end)

    def take_price(self, owner: Word, item: Written, end: int) -> None:
        """A price of the section, unless words came between it and the list."""
        if GLUED_ITEM.match(self.text, end) and not self.in_brackets(end):
            item, self.glued = glued_item(item.text, (self.index or self.expected) + 1)
        elif self.index and NEXT_ITEM.match(self.text, end):
            item = before_item(item, self.index + 1)
        if self.prose and self.count:
            self.found.unused.append(item)
            return
        self.found.in_order = self.found.in_order or (self.sign == "/" and self.at_sign)
        if self.sign == "~" and owner in ENTRIES:
            self.found.zones.add(owner)
        joined = self.sign in ("-", "/") and self.count > 0
        self.list_of(owner).append(replace(item, index=self.index, joined=joined, share=self.share))
        self.share = None
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
        elif owner in PRICES and SHARE_OF.match(self.text, end):
            self.share = Share(pct, tied=True)
        elif listed and not self.prose and listed[-1].share is None:
            listed[-1] = replace(listed[-1], share=Share(pct, self.text[:start].rstrip()[-1:] in TIED))
        else:
            self.found.percents[owner].append(pct)
            self.count += 1
