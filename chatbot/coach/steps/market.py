"""Which market, and which way: exchange, symbol, side, leverage."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, assert_never

from chatbot.coach.answers import DialogView, Entered, Resolve
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.coach.stored import Answers, exact
from chatbot.core.market import Instrument, Refused, Unknown
from chatbot.core.reading import Unreadable, cleaned, leverage, quoted, side
from chatbot.messages.numbers import number

MARKETS: Final = ("BTC", "ETH", "SOL")
LEVERAGES: Final = (Decimal(3), Decimal(5), Decimal(10), Decimal(20))
PRICED: Final = ("triggers", "stop", "targets", "structure")
"""Answers that are prices, and mean nothing on another market."""


TURNED: Final = ("triggers", "stop", "targets", "structure")
"""Answers that mean the opposite for the other side."""


class NoMarket(Unreadable):
    """No market goes by that name; these come near."""

    def __init__(self, sentence: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.suggestions = suggestions


def ask_market(view: DialogView, given: Entered) -> Ask:
    """Exchange and symbol together: the exchange has a default."""
    others = tuple(Choice(f"on {name}", f"on {name}") for name in view.exchanges if name != given.exchange)
    rows = (tuple(Choice(name, name) for name in MARKETS), *((one,) for one in others))
    return Ask(
        "Which market?",
        f"On {given.exchange}; linear perpetual contracts only. Type btc, BTCUSDT or BTC/USDT:USDT.",
        rows,
    )


def read_market(view: DialogView, given: Entered, text: str, resolve: Resolve) -> Answers:
    """`btc`, `bybit btc`, `on bybit`: an exchange alone is chosen, and the market still asked for."""
    words = cleaned(text).split()
    exchange = next((named for word in words if (named := exchange_called(word, view.exchanges))), given.exchange)
    name = " ".join(w for w in words if w.casefold() != "on" and exchange_called(w, view.exchanges) is None)
    if not name:
        if exchange == given.exchange:
            raise Unreadable(f"{quoted(text)} names no market; write its coin or symbol, for example btc.")
        return {"exchange": exchange, "symbol": None, **dict.fromkeys(PRICED)}
    found = resolve(exchange, name)
    match found:
        case Instrument():
            return chosen(given, found)
        case Refused() | Unknown():
            raise unknown_market(found, text, exchange)
        case unknown:
            assert_never(unknown)


def exchange_called(word: str, exchanges: tuple[str, ...]) -> str | None:
    """The exchange a word names: its id, with or without the kind of its contracts."""
    wanted = word.casefold().strip(":")
    return next((name for name in exchanges if wanted in (name, name.removesuffix("usdm"))), None)


def chosen(given: Entered, market: Instrument) -> Answers:
    """The market; prices, pause and leverage of another one are forgotten where they no longer fit."""
    answers: dict[str, object] = {"exchange": market.exchange, "symbol": market.symbol}
    if (given.exchange, given.symbol) != (market.exchange, market.symbol):
        answers |= dict.fromkeys(PRICED) | ({} if given.pause_chosen else {"pause": None})
    if given.leverage is not None and market.max_leverage is not None and given.leverage > market.max_leverage:
        answers["leverage"] = None
    return answers


def unknown_market(found: Refused | Unknown, text: str, exchange: str) -> NoMarket:
    """Why the market can't be used, and which ones come near."""
    near = found.suggestions[:3]
    instead = f"Did you mean {' or '.join(near)}?" if near else "Write for example btc or BTC/USDT:USDT."
    example = " For example btc." if near else ""
    known = found.sentence if isinstance(found, Refused) else f"{quoted(text)} is no market on {exchange}."
    return NoMarket(f"{known} {instead}{example}", near)


def ask_side(_view: DialogView, _given: Entered) -> Ask:
    return Ask(
        "Long or short?",
        "Long earns when the price rises, short when it falls.",
        ((Choice("Long", "long"), Choice("Short", "short")),),
    )


def read_side(_view: DialogView, given: Entered, text: str) -> Answers:
    """The side; what is measured for the other one lies the wrong way round, and is asked for again."""
    picked = side(text)
    turned = given.side is not None and given.side is not picked
    return {"side": picked.value} | (dict.fromkeys(TURNED) if turned else {})


def ask_leverage(view: DialogView, _given: Entered) -> Ask:
    highest = highest_leverage(view)
    fitting = [value for value in LEVERAGES if highest is None or value <= highest] or [Decimal(1)]
    limit = "" if highest is None else f" This market allows up to {number(highest)}x."
    return Ask(
        "Which leverage?",
        f"Size is margin times leverage; the higher it is, the nearer the liquidation.{limit}",
        (tuple(Choice(f"{number(value)}x", f"{exact(value)}x") for value in fitting),),
    )


def read_leverage(view: DialogView, _given: Entered, text: str) -> Answers:
    """A leverage the market allows."""
    value, highest = leverage(text), highest_leverage(view)
    if highest is not None and value > highest:
        raise Unreadable(
            f"{number(value)}x is more than this market allows; choose {number(highest)}x or less, "
            f"for example {number(min(highest, Decimal(10)))}x."
        )
    return {"leverage": exact(value)}


def highest_leverage(view: DialogView) -> Decimal | None:
    """The market's maximum, where it is known."""
    return None if view.instrument is None else view.instrument.max_leverage


SIDE: Final = Asking(0, "Type long or short (buy and sell do as well).", ask_side, read_side)
LEVERAGE: Final = Asking(
    0,
    "Type 10, 10x or x10. Leverage sets how large the position is for the margin you commit; "
    "too much of it, and the exchange liquidates you before your stop is reached. The review says which is safe.",
    ask_leverage,
    read_leverage,
)
MARKET_HELP: Final = (
    "Type a coin (btc), a symbol (BTCUSDT, BTC/USDT:USDT) or a hashtag (#BTC), with another exchange in front if you "
    "like. Only linear perpetual contracts can carry a plan."
)
