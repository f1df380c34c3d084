"""Which market a text is about. One coin alone is taken as its USDT perpetual; what is none of ours is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from chatbot.signals.draft import Problem, ProblemCode
from chatbot.signals.vocabulary import NOT_COINS, SYMBOL_MARK, words

VENUES: Final = {
    "binance": "binanceusdm",
    "bybit": "bybit",
    "bingx": "bingx",
    "weex": "weex",
    "mexc": "mexc",
    "bitget": "bitget",
}
STRANGERS: Final = (
    r"okx|kucoin|gate(?:\.io)?|huobi|htx|bitmex|phemex|kraken|deribit|bitfinex|coinbase|hyperliquid|pionex"
)
VENUE: Final = re.compile(
    r"(?<![^\W_])(?:(?P<known>binance(?:usdm)?|by ?bit|bing ?x|weex|mexc|bit ?get)|"
    rf"(?P<stranger>{STRANGERS}))(?![^\W_])",
    re.IGNORECASE,
)
VENUE_LINE: Final = re.compile(r"(?:exchanges?|биржа|биржи)\s?[:=-]\s?(?P<names>[^\n]+)", re.IGNORECASE)
LINEAR: Final = ("USDT", "USDC")
DOLLARS: Final = ("USD", "BUSD", "FDUSD", "PERP", "")
PAIR: Final = re.compile(
    r"(?<![A-Za-z0-9/])(?:(?P<venue>[A-Za-z]{3,12}):)?[#$]?(?:"
    r"(?P<base>[A-Za-z0-9]{1,15})(?: ?/ ?(?P<quote>USDT|USDC|FDUSD|BUSD|USD|BTC|XBT|ETH|BNB|EUR|TRY|PERP)"
    r"|[-_](?P<dashed>USDT|USDC|BUSD|USD|PERP))"
    r"|(?P<glued>[A-Za-z0-9]{1,15}?)(?P<tail>USDT|USDC|FDUSD|BUSD|USD|PERP)"
    r")(?::(?P<settle>[A-Za-z]{3,5}))?(?P<dated>[-_]\d{6})?(?:\.P|[-_ ]?PERP(?:ETUAL)?)?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
CROSSED: Final = re.compile(r"(?<![A-Za-z0-9/])[#$]?(?P<base>[A-Z]{2,8})(?P<quote>BTC|ETH|BNB)(?![A-Za-z0-9])")
DATED: Final = re.compile(r"(?<![A-Za-z0-9/])(?P<base>[A-Z]{2,8})-\d{1,2}[A-Z]{3}\d{2}(?![A-Za-z0-9])")
COIN: Final = r"(?:1INCH|(?:10{2,6}|1M)?[A-Za-z][A-Za-z0-9]{1,14})"
TAG: Final = re.compile(rf"[#$](?P<coin>{COIN})(?: ?/? ?USDT)?(?![A-Za-z0-9])")
NAMED: Final = re.compile(
    r"(?<![^\W_])(?:coin|pair|symbol|ticker|asset|token|монета|пара|тикер|актив)(?: name)?\s?[:=-]\s?"
    rf"[#$]?(?P<coin>{COIN})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
SIDES: Final = r"(?:long|short|buy|sell|лонг\w?|шорт\w?|покупка|покупаем|продажа|продаем)"
BEHIND: Final = re.compile(rf"(?<![^\W_]){SIDES}[ :-]{{1,3}}[#$]?(?P<coin>{COIN})(?![A-Za-z0-9])", re.IGNORECASE)
BEFORE: Final = re.compile(
    rf"(?<![A-Za-z0-9#$])(?P<coin>{COIN})(?: USDT)?[ :()-]{{1,3}}{SIDES}(?![^\W_])", re.IGNORECASE
)
KNOWN: Final = words(
    "BTC ETH SOL XRP BNB ADA DOGE DOT AVAX LINK LTC BCH TRX MATIC POL UNI ATOM XLM XMR ETC FIL ICP APT ARB OP",
    "SUI SEI NEAR INJ TIA PEPE SHIB WIF BONK FLOKI FTM GALA SAND MANA AXS AAVE MKR CRV LDO RUNE EGLD ALGO VET",
    "HBAR THETA GRT DYDX GMX BLUR JUP ORDI STX IMX TON NOT WLD ENA PENDLE KAS TAO RENDER HYPE TRUMP 1000PEPE",
    "1000SHIB 1000BONK 1INCH",
)
OPENING: Final = re.compile(
    r"^[#$]?(?P<coin>1INCH|(?:10{2,6})?[A-Z][A-Z0-9]{1,9})(?= ?(?:\n|\d{1,3}[xX](?!\w)|(?i:entry|вход)))"
)
"""A ticker in capitals that a text begins with, alone or before its leverage or entry."""
LEVERAGE_TAG: Final = re.compile(r"x\d{1,3}|\d{1,3}x", re.IGNORECASE)
NEVER_QUOTED: Final = words("long short buy sell entry tp sl stop target bybit binance bitget margin in")
NAMES: Final = {
    "BITCOIN": "BTC", "БИТКОИН": "BTC", "БИТОК": "BTC", "БИТКОЙН": "BTC", "ETHEREUM": "ETH", "ЭФИР": "ETH",
    "ЭФИРИУМ": "ETH", "SOLANA": "SOL", "RIPPLE": "XRP", "XBT": "BTC",
}  # fmt: skip
MENTIONED: Final = re.compile(
    rf"(?<![^\W_])(?P<coin>{'|'.join(sorted(KNOWN | set(NAMES), key=len, reverse=True))})(?![^\W_])", re.IGNORECASE
)
SPOT: Final = re.compile(r"(?<![^\W_])(?:spot|спот\w?)(?![^\W_])", re.IGNORECASE)
INVERSE: Final = re.compile(r"(?<![^\W_])(?:coin-?m|inverse|coin[ -]margined)(?![^\W_])", re.IGNORECASE)
FUTURES: Final = re.compile(
    r"(?<![^\W_])(?:futures?|perp\w*|linear|swap|usd[t]?-?m|фьючерс\w*|leverage|lev|плечо|short|шорт|\d{1,3}x)(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A market as written: the coin and what it is quoted and settled in."""

    text: str
    base: str
    quote: str = ""
    settle: str = ""
    dated: bool = False
    venue: str = ""


@dataclass(frozen=True, slots=True)
class Market:
    """The market a text is about, as far as it names one."""

    exchange: str | None
    pair: Pair | None
    symbol: str | None
    assumed: tuple[str, ...]
    problems: tuple[Problem, ...]


def lift_market(text: str) -> tuple[str, Market]:
    """The market, and the text with a mark where it is named."""
    rest, pairs = lifted_pairs(text)
    rest, named = lifted_coins(rest, NAMED)
    rest, beside = lifted_beside(rest)
    rest, tags = lifted_coins(rest, TAG)
    found = [*pairs, *named, *beside] or tags
    if not found:
        rest, found = lifted_coins(rest, MENTIONED)
    if not found:
        rest, found = lifted_beside(rest, known_only=False)
    if not found:
        rest, found = lifted_coins(rest, OPENING)
    exchange, said = exchange_of(text, found)
    return rest, judged(text, found, exchange, said)


def lifted_pairs(text: str) -> tuple[str, list[Pair]]:
    """Everything written as a pair."""
    found: list[Pair] = []

    def lift(match: re.Match[str]) -> str:
        group = match.groupdict()
        base = (group["base"] or group.get("glued") or "").upper()
        if base.isdigit() or base.casefold() in NEVER_QUOTED:
            return match[0]
        quote = (group["quote"] or group.get("dashed") or group.get("tail") or "").upper()
        settle, venue = (group.get("settle") or "").upper(), group.get("venue") or ""
        found.append(Pair(match[0].strip("#$ "), coin(base), quote, settle, bool(group.get("dated")), venue))
        return f" {SYMBOL_MARK} "

    def lift_dated(match: re.Match[str]) -> str:
        found.append(Pair(match[0], coin(match["base"]), dated=True))
        return f" {SYMBOL_MARK} "

    rest = CROSSED.sub(lift, DATED.sub(lift_dated, PAIR.sub(lift, text)))
    return rest, found


def lifted_coins(text: str, pattern: re.Pattern[str]) -> tuple[str, list[Pair]]:
    """Coins that a pattern finds."""
    found: list[Pair] = []

    def lift(match: re.Match[str]) -> str:
        if is_word(match["coin"]):
            return match[0]
        found.append(Pair(match["coin"], coin(match["coin"].upper())))
        return f" {SYMBOL_MARK} "

    return pattern.sub(lift, text), found


def lifted_beside(text: str, *, known_only: bool = True) -> tuple[str, list[Pair]]:
    """Coins that stand next to a side."""
    found: list[Pair] = []

    def lift(match: re.Match[str]) -> str:
        name = match["coin"]
        sure = coin(name.upper()) in KNOWN
        if is_word(name) or (known_only and not sure):
            return match[0]
        found.append(Pair(name, coin(name.upper())))
        start, end = match.start("coin") - match.start(), match.end("coin") - match.start()
        return f"{match[0][:start].rstrip('#$')} {SYMBOL_MARK} {match[0][end:]}"

    return BEFORE.sub(lift, BEHIND.sub(lift, text)), found


def is_word(name: str) -> bool:
    """Whether it is an ordinary word of such texts; a known coin in capitals is none (NEAR)."""
    if LEVERAGE_TAG.fullmatch(name):
        return True
    return name.casefold() in NOT_COINS and not (name.isupper() and name in KNOWN)


def coin(name: str) -> str:
    """The ticker of a coin that has a name."""
    return NAMES.get(name, name)


def exchange_of(text: str, pairs: list[Pair]) -> tuple[str | None, tuple[str, ...]]:
    """The first known exchange of the line that names exchanges, else of the whole text."""
    prefixed = [VENUES[pair.venue.lower()] for pair in pairs if pair.venue.lower() in VENUES]
    line = VENUE_LINE.search(text)
    found = list(VENUE.finditer(line["names"] if line else text))
    known = list(dict.fromkeys(prefixed + [venue_id(one["known"]) for one in found if one["known"]]))
    strangers = list(dict.fromkeys(one["stranger"] for one in found if one["stranger"]))
    if len(known) > 1:
        return known[0], (f"Several exchanges are named; the first one known here, {known[0]}, is used.",)
    if not known and strangers:
        return None, (f"{strangers[0]} is not a known exchange; the exchange is left open.",)
    return (known[0] if known else None), ()


def venue_id(name: str) -> str:
    """The exchange's id."""
    return VENUES[name.lower().replace(" ", "").removesuffix("usdm")]


def judged(text: str, pairs: list[Pair], exchange: str | None, said: tuple[str, ...]) -> Market:
    """The one market that is meant, or why there is none."""
    bases = list(dict.fromkeys(pair.base for pair in pairs))
    if not bases:
        sentence = "No coin is named; write one, for example BTC/USDT."
        return Market(exchange, None, None, said, (Problem(ProblemCode.NO_SYMBOL, sentence),))
    pair = next((pair for pair in pairs if pair.quote), pairs[0])
    if len(bases) > 1:
        sentence = f"Several coins are named ({', '.join(bases[:4])}); a plan is for one, for example {bases[0]}/USDT."
        return Market(exchange, pair, None, said, (Problem(ProblemCode.SEVERAL_SYMBOLS, sentence),))
    wrong = unfit(text, pairs)
    if wrong is not None:
        return Market(exchange, pair, None, said, (Problem(ProblemCode.SPOT_OR_INVERSE, wrong),))
    quote = pair.quote if pair.quote in LINEAR else LINEAR[0]
    symbol = f"{pair.base}/{quote}:{quote}"
    taken = () if pair.quote in LINEAR else (f"{pair.text} was taken as the perpetual {symbol}.",)
    return Market(exchange, pair, symbol, (*said, *taken), ())


def unfit(text: str, pairs: list[Pair]) -> str | None:
    """Why a market can't carry a plan."""
    for pair in pairs:
        instead = f"for example {pair.base}/USDT"
        if pair.dated:
            return f"{pair.text} is a dated contract; plans need a perpetual one, {instead}."
        if pair.quote not in (*LINEAR, *DOLLARS):
            return f"{pair.text} is quoted in {pair.quote}; plans need a perpetual contract quoted in USDT, {instead}."
        if pair.settle and pair.settle != (pair.quote or pair.settle):
            return f"{pair.text} is settled in {pair.settle}, an inverse contract; plans need a linear one, {instead}."
    if INVERSE.search(text):
        return (
            f"The text speaks of a coin-margined contract; plans need a linear one, for example {pairs[0].base}/USDT."
        )
    if SPOT.search(text) and not FUTURES.search(text):
        return f"The text speaks of spot; plans need a perpetual contract, for example {pairs[0].base}/USDT."
    return None
