"""The words signals are written in, English and Russian, and what each opens or says."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

SYMBOL_MARK: Final = "\x01"
RULE_MARK: Final = "\x02"
OTHER_MARK: Final = "\x03"
LEVERAGE_MARK: Final = "\x04"
MARKS: Final = f"[{SYMBOL_MARK}{RULE_MARK}{OTHER_MARK}{LEVERAGE_MARK}]"
"""What was read out of a text beforehand leaves one of these in its place."""


class Word(StrEnum):
    """What a word does: opens a section, names a side, or says how an entry is meant."""

    TARGET = "target"
    STOP = "stop"
    ENTRY = "entry"
    ADD = "add"
    WEIGHTS = "weights"
    CLOSES = "closes"
    EQUITY = "equity"
    ALLOCATION = "allocation"
    OTHER = "other"
    LONG = "long"
    SHORT = "short"
    BUY = "buy"
    SELL = "sell"
    BUY_AT = "buy_at"
    SELL_AT = "sell_at"
    MARKET = "market"
    ZONE = "zone"
    ABOVE = "above"
    BELOW = "below"


VALUE: Final = r"(?= ?[:=] ?\$?\.?\d)"
"""Behind a single letter: `E: 0.62`."""
PATTERNS: Final[tuple[tuple[Word, str], ...]] = (
    (
        Word.OTHER,
        (
            r"market ?cap|mcap|risk[ /:-]{0,3}(?:to[ -])?reward(?: ratio)?|r ?[:/] ?r|stop hunt\w*|stopped out|"
            r"(?:previous|last|old) (?:target|entry|stop)s?|entry (?:time|date|type|trigger)|"
            r"(?:take[ -]?profit|tp|target)s? (?:hit|reached|done|achieved)"
        ),
    ),
    (
        Word.TARGET,
        (
            r"tak(?:e|ing)[ -]?profits?(?: (?:target|level|order|zone|price)s?)?|(?:profit|sell|exit) targets?|"
            r"exits?(?= ?:)|take(?= \d)|take(?= ?[:=@-] ?\$?\d)|profit(?= ?#?\d{1,2} ?[:=)])|профит[а-яё]?(?= ?#?\d)|"
            r"t ?[/.] ?p\.?|tps?|targets?(?: prices?)?|tgts?|t(?=\d{1,2} ?[:)=-])|t(?=\d{1,2} \d)|"
            rf"t{VALUE}|goals?|"
            r"цел[ьияе][йм]?|тейк[а-яё]{0,2}(?:[ -]?профит[а-яё]{0,2})?|тп[а-яё]?|таргет[а-яё]{0,2}"
        ),
    ),
    (
        Word.BUY_AT,
        r"buy[ -]?(?:zone|price|area|range|limit|order|entry|entries)s?|buy stops?(?: order)?(?! ?(?:loss|:))",
    ),
    (
        Word.SELL_AT,
        r"sell[ -]?(?:zone|price|area|range|limit|order|entry|entries)s?|sell stops?(?: order)?(?! ?(?:loss|:))",
    ),
    (
        Word.STOP,
        (
            r"stop[ -]?loss(?:es)?(?: (?:target|price|level|order)s?)?|stop[ -](?:target|price|level|order)s?|stops?|"
            r"s ?[/.] ?l\.?|sl|invalidation|cut[ -]?loss|"
            rf"s{VALUE}|"
            r"стоп[ -]?лосс?[а-яё]?|стоп[а-яё]{0,2}|сл|инвалидаци[а-яё]"
        ),
    ),
    (
        Word.ENTRY,
        (
            r"entry[ -]?(?:zone|price|target|order|point|level|range|area)s?|entr(?:y|ies)|enter|entr\.?(?= ?:)|"
            r"re-?entry|"
            rf"e{VALUE}|"
            r"open(?:ing)? price|limit orders?|tiers?|accumulat(?:e|ion)(?: (?:zone|range|area))?|"
            r"точк[а-яё] вход[а-яё]|зон[а-яё] вход[а-яё]|вход[а-яё]{0,2}|твх"
        ),
    ),
    (
        Word.ADD,
        (
            r"dca|add(?:ing)?(?= (?:more )?(?:at|@|on|near) ?\$?\.?\d[\d.,]*k?(?! ?[?%]|[\d.,]))|"
            r"добор[а-яё]?|усреднени[а-яё]"
        ),
    ),
    (Word.WEIGHTS, r"weights?|веса?"),
    (Word.CLOSES, r"closes|close(?= ?:? ?\d{1,3} ?%? ?/)"),
    (Word.EQUITY, r"equity|balance|deposit|account size|capital|депозит[а-яё]?|депо|баланс[а-яё]?"),
    (
        Word.ALLOCATION,
        (
            r"allocation|alloc|amount(?: per trade)?|position size|size|invest(?:ed|ment)?|margin|wallet|portfolio|"
            r"funds|use(?= (?:only |max |up to )?\d)|на(?= \d{1,3}(?:[.,]\d{1,2})? ?%)|объ[её]м[а-яё]{0,2}|маржа|размер"
        ),
    ),
    (
        Word.OTHER,
        (
            r"risk\w*|rr|rm|roi|roe|pnl|p&l|rsi|macd|e?ma|sma|atr|adx|bb|vwap|cvd|r?vol(?:ume)?|leverage|lev|supports?|"
            r"resistance|fib\w*|liq\w*|last price|mark price|price now|signals?|id|trade (?:id|no|number)|date|time|"
            r"timeframe|tf|chart|posted|published|updated|win ?rate|accuracy|probability|confidence|score|strength|"
            r"success|profits?|gains?|loss|period|duration|expir\w+|valid\w*|funding|ath|atl|high|low|trailing|trigger|"
            r"риск[а-яё]*|прибыл[а-яё]{1,9}|поддержк[а-яё]{1,9}|сопротивлени[а-яё]{1,9}|дата|время|сигнал[а-яё]*|"
            r"плеч[а-яё]{1,2}|таймфрейм[а-яё]?|тф|объем торгов"
        ),
    ),
    (Word.LONG, r"long(?![ -]?term)|лонг[а-яё]{0,2}"),
    (Word.SHORT, r"short(?![ -]?term)|шорт[а-яё]{0,2}"),
    (Word.BUY, r"buy(?:ing)?|(?:по)?куп[а-яё]{1,9}"),
    (Word.SELL, r"sell(?:ing)?|прода[а-яё]{1,9}"),
    (
        Word.MARKET,
        (
            r"market (?:price|order|entry|buy)|at market|by market|cmp|current (?:market )?price|now|по рынку|сейчас|"
            r"текущ[а-яё]{1,9}(?: цен[а-яё])?|market(?= ?(?:[\n.,;:()@/|-]|$|\d|\$|sl\b|stop|tp\b|target|or\b))|"
            r"рынок|рыночн[а-яё]{1,9}|маркет"
        ),
    ),
    (Word.ZONE, r"zones?|range|between|area|from|диапазон[а-яё]?|зон[а-яё]|от"),
    (Word.ABOVE, r"above|over|breakout|выше"),
    (Word.BELOW, r"below|under|ниже"),
)


def words(*lines: str) -> frozenset[str]:
    """The words of some lines."""
    return frozenset(" ".join(lines).split())


ZONE_IN_NAME: Final = re.compile(r"zone|range|area|зон", re.IGNORECASE)
CONNECTORS: Final = words(
    "at and or to then is of the a an price prices usdt usdc usd busd around near approx about level levels",
    "order orders first second third fourth final last short mid long medium term set your my place placed put",
    "limit open hit more single full all set only if with by for in on close closes candle max min up и или до",
    "по на цена цены около первая вторая третья первый второй третий первой общий ставим лимит лимитка",
)
"""Words between numbers that change nothing about them."""
NOT_COINS: Final = CONNECTORS | words(
    "long short buy sell signal signals trade trades entry entries target targets stop loss stoploss take",
    "profit tp sl leverage lev cross isolated regular futures future perp perpetual perpetuals spot swap vip",
    "premium free channel group alert setup position positions type direction side coin pair symbol exchange",
    "exchanges market now cmp zone range between above below scalp scalping swing intraday day new update",
    "breakout breakdown here again idea ideas limit binance bybit bingx weex mexc bitget okx kucoin crypto",
    "altcoin altcoins news trading tradingview chart analysis hodl hold this that it we i you us our from",
    "opportunity call calls bias squeeze liquidation liquidations side only both half some more dip big low",
    "high risk margin mode tiers weights equity rules quick gem active running closed opened open opening x",
    "usdt margined linear inverse hedge way one two лонг шорт вход стоп цель цели тейк плечо монета пара",
    "сделка сигнал позиция покупка продажа по из от рынку",
)
"""Words beside a side or behind a # that name no coin."""

EITHER: Final = "|".join(f"(?P<{word.value}{number}>{pattern})" for number, (word, pattern) in enumerate(PATTERNS))
NUMBER: Final = r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'_]\d+)*(?:e-?\d{1,2}(?!\w))?|(?<!\d)\.\d+"
TOKEN: Final = re.compile(
    rf"(?P<line>\n)|(?P<mark>{MARKS})"
    rf"|(?<![^\W_])(?:{EITHER})(?![^\W\d_])"
    r"|(?P<mixed>\d[\d.,]*(?!(?:k|usdt|usdc|usd|e-\d{1,2})(?![^\W_]))[^\W\d_]\w*)"
    rf"|(?P<number>{NUMBER})(?:(?P<factor>k)(?![^\W\d_]))?"
    r"|(?P<word>[^\W_]+)|(?P<sign>\S)",
    re.IGNORECASE,
)
EXPECTED_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")


def word_of(found: re.Match[str]) -> Word | None:
    """The word a match is, if it is one of the vocabulary."""
    group = found.lastgroup or ""
    return Word(group.rstrip("0123456789")) if group[-1:].isdigit() else None
