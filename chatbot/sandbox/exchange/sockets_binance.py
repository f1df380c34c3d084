"""Binance USDⓈ-M on a socket: aggregate trades as they happen, mark prices once a second, both by stream name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import override

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.payloads import FUNDING_EVERY, FUNDING_RATE
from chatbot.sandbox.exchange.sockets_speech import Kind, Reply, SocketSpeech, Topic, mark_of, named, price_of
from chatbot.sandbox.exchange.trades import Trade

KINDS: Final = {"aggTrade": Kind.TRADES, "markPrice": Kind.TICKER}


class BinanceSocket(SocketSpeech):
    """What ccxt parses of it; frames on the real exchange carry some fields more."""

    exchange = "binanceusdm"
    host = "fstream.binance.com"
    paths = ("/market/ws/{name}", "/market/ws")

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        verb = named(wish, "method")
        if verb not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            error = {"code": 2, "msg": f"Invalid request: unknown variant `{verb}`"}
            return Reply([{"error": error, "id": wish.get("id") if isinstance(wish, dict) else None}])
        topics = [topic for name in wish.get("params", []) if (topic := topic_of(str(name))) is not None]
        answer = {"result": None, "id": wish.get("id")}
        return Reply([answer], begun=topics) if verb == "SUBSCRIBE" else Reply([answer], ended=topics)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        return [
            {
                "e": "aggTrade",
                "E": now,
                "a": trade.number,
                "s": book.listing.id,
                "p": price_of(trade, book),
                "q": f"{trade.point.volume:f}",
                "f": trade.number,
                "l": trade.number,
                "T": trade.point.at,
                "m": trade.buyer_is_maker,
                "ps": book.listing.id,
                "st": 1,
            }
            for trade in trades
        ]

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        mark = mark_of(book)
        return {
            "e": "markPriceUpdate",
            "E": now,
            "s": book.listing.id,
            "p": mark,
            "P": mark,
            "i": mark,
            "r": FUNDING_RATE,
            "T": (now // FUNDING_EVERY + 1) * FUNDING_EVERY,
        }


def topic_of(name: str) -> Topic | None:
    """A stream name like `btcusdt@aggTrade`; unknown ones are taken and never say anything, as on the exchange."""
    contract, _, rest = name.partition("@")
    kind = KINDS.get(rest.partition("@")[0])
    return None if kind is None else Topic(kind, contract.upper())
