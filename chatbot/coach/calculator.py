"""`/size`: how much to trade for a given risk, outside any plan. It stores nothing and places nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.coach.typed import is_near
from chatbot.core.market import FundingRate, Instrument, Refused, Unknown
from chatbot.core.money import HUNDRED
from chatbot.core.reading import Unreadable, leverage, money, number, percent, quoted
from chatbot.core.sizing import Wanted, size_for_risk
from chatbot.messages import replies
from chatbot.messages.findings import Wording
from chatbot.messages.sizing import size_text
from chatbot.messages.values import Message
from chatbot.ports import PlanUnreadable
from chatbot.records import User

LEVERAGE: Final = re.compile(r"[\d.,]+[xX]|[xX]\d[\d.,]*")
EXAMPLE: Final = "/size 1% 60000 59000 10x (risk, entry, stop, leverage; after them your equity, before them a coin)"
HIGHEST_LEVERAGE: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed, by what it is."""

    coin: str
    risk_pct: Decimal
    entry: Decimal
    stop: Decimal
    leverage: Decimal
    equity: Decimal | None


class Calculator:
    """Answers `/size`. Raises MarketsUnknown where a coin is named and its exchange was not asked yet."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def size(self, work: Work, user: User, text: str, exchange: str, funding: FundingRate | None = None) -> None:
        """`/size [coin] risk entry stop leverage [equity]`."""
        try:
            order = order_in(text)
            market = self.market(work, user, order, user.exchange or exchange)
            wanted = wanted_of(order, user, market)
        except Unreadable as error:
            self.desk.reply(work, user, replies.not_understood(error.sentence))
            return
        wording = wording_of(market)
        self.desk.reply(work, user, Message(size_text(wanted, size_for_risk(wanted), wording, funding)))

    def unanswered(self, work: Work, user: User, exchange: str) -> None:
        """The exchange did not say which markets it lists."""
        sentence = f"{exchange} does not answer right now: leave the coin out, or try again in a minute."
        self.desk.reply(work, user, replies.not_understood(sentence))

    def named(self, work: Work, user: User, text: str, exchange: str) -> tuple[str, str] | None:
        """Exchange and symbol of the market this is about, as far as that is known; nothing is answered."""
        try:
            market = self.market(work, user, order_in(text), user.exchange or exchange)
        except Unreadable:
            return None
        return None if market is None else (market.exchange, market.symbol)

    def market(self, work: Work, user: User, order: Order, exchange: str) -> Instrument | None:
        """The coin that was named; without one, the last plan's if the prices are its. Raises Unreadable."""
        if not order.coin:
            return self.last_market(work, user, order)
        found = self.desk.instruments.resolve(exchange, order.coin)
        if isinstance(found, Refused | Unknown):
            near = f" Did you mean {' or '.join(found.suggestions[:3])}?" if found.suggestions else ""
            known = (
                found.sentence if isinstance(found, Refused) else f"{quoted(order.coin)} is no market on {exchange}."
            )
            raise Unreadable(f"{known}{near} Expected for example /size btc 1% 60000 59000 10x.")
        return found

    def last_market(self, work: Work, user: User, order: Order) -> Instrument | None:
        """The market of the newest plan, where its price of now is near the entry."""
        rows = work.unit.plans.all_of(user.user_id)
        if not rows:
            return None
        try:
            record = work.unit.plans.record_of(user, rows[-1].plan_id)
        except PlanUnreadable:
            return None
        quote = None if record is None else self.desk.last_quote(work, record.plan)
        if record is None or quote is None or not is_near(order.entry, (quote.price,)):
            return None
        return self.desk.instruments.get(record.plan.exchange, record.plan.symbol)


def order_in(text: str) -> Order:
    """The words by what they are: `%` is the risk, `x` the leverage, letters a coin. Raises Unreadable."""
    words = text.split()
    leverages = [word for word in words if LEVERAGE.fullmatch(word)]
    coins = [word for word in words if is_coin(word) and word not in leverages]
    risks = [word for word in words if word.endswith("%")]
    numbers = [word for word in words if word not in (*coins, *risks, *leverages)]
    if len(coins) > 1 or len(risks) != 1 or len(leverages) != 1 or len(numbers) not in (2, 3):
        raise Unreadable(f"I can't size {quoted(text)}; expected for example {EXAMPLE}.")
    entry, stop = (number(word, "a price", "60000") for word in numbers[:2])
    equity = money(numbers[2]) if len(numbers) > 2 else None
    risk, times = percent(risks[0], "the risk", "1%"), leverage(leverages[0])
    if entry == stop:
        raise Unreadable(f"Entry and stop are both {entry:f}; expected two prices, for example {EXAMPLE}.")
    if risk > HUNDRED:
        raise Unreadable(f"A risk of {risk:f} % is more than all your equity; expected for example 1%.")
    if times > HIGHEST_LEVERAGE:
        raise Unreadable(f"{times:f}x is more than any market allows; expected for example 10x.")
    return Order(coins[0] if coins else "", risk, entry, stop, times, equity)


def is_coin(word: str) -> bool:
    """Whether a word is a name: letters that are no unit."""
    letters = "".join(character for character in word if character.isalpha()).casefold()
    return letters not in ("", "x", "k", "m", "usd", "usdt", "usdc", "kusdt")


def wanted_of(order: Order, user: User, market: Instrument | None) -> Wanted:
    """The position to be sized. Raises Unreadable where nobody knows the equity."""
    equity = order.equity or user.equity
    if equity is None:
        raise Unreadable("Your equity isn't known yet; add it at the end, for example /size 1% 60000 59000 10x 10000.")
    base = "" if market is None else market.base
    fee = Decimal(0) if market is None else market.taker_fee_pct
    return Wanted(equity, order.risk_pct, order.entry, order.stop, order.leverage, base, fee, market)


def wording_of(market: Instrument | None) -> Wording:
    """How the market's numbers are written; without one the coin has no name."""
    if market is None:
        return Wording("coins", "USDT")
    return Wording(market.base, market.quote, market.tick_size, market.contract_size)
