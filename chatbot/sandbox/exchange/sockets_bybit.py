"""Bybit v5 on a socket: public trades in lists, tickers as one snapshot and then what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import override

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.listing import quantity_text
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.sockets_speech import Kind, Reply, SocketSpeech, Topic, last_of, mark_of, named, price_of
from chatbot.sandbox.exchange.trades import Trade

KINDS: Final = {"publicTrade": Kind.TRADES, "tickers": Kind.TICKER}
CONNECTION: Final = "00000000-0000-0000-0000-000000000001"


class BybitSocket(SocketSpeech):
    """Every frame of trades says that it is a snapshot, though none repeats anything."""

    exchange = "bybit"
    host = "stream.bybit.com"
    paths = ("/v5/public/linear",)

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        verb, number = named(wish, "op"), named(wish, "req_id")
        answer = {"success": True, "ret_msg": "", "conn_id": CONNECTION, "req_id": number, "op": verb}
        if verb == "ping":
            return Reply([answer | {"ret_msg": "pong"}])
        topics = [topic_of(str(name)) for name in wish.get("args", [])] if isinstance(wish, dict) else []
        known = [topic for topic in topics if topic is not None]
        if verb not in {"subscribe", "unsubscribe"} or len(known) < len(topics):
            return Reply([answer | {"success": False, "ret_msg": "error:handler not found"}])
        return Reply([answer], begun=known) if verb == "subscribe" else Reply([answer], ended=known)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        rows = [
            {
                "T": trade.point.at,
                "s": book.listing.id,
                "S": "Sell" if trade.buyer_is_maker else "Buy",
                "v": quantity_text(trade.point.volume, book.listing),
                "p": price_of(trade, book),
                "L": "MinusTick" if trade.buyer_is_maker else "PlusTick",
                "i": f"00000000-0000-5000-8000-{trade.number:012d}",
                "BT": False,
            }
            for trade in trades
        ]
        return {"topic": f"publicTrade.{book.listing.id}", "type": "snapshot", "ts": now, "data": rows}

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        changed = {"symbol": book.listing.id, "lastPrice": last_of(book), "markPrice": mark_of(book)}
        rest = {"indexPrice": mark_of(book), "fundingRate": "0.0001", "bid1Size": "1", "ask1Size": "1"}
        kind, data = ("snapshot", changed | rest) if first else ("delta", changed)
        return {"topic": f"tickers.{book.listing.id}", "type": kind, "data": data, "cs": now, "ts": now}


def topic_of(name: str) -> Topic | None:
    """A topic like `publicTrade.BTCUSDT`."""
    kind, _, contract = name.partition(".")
    return Topic(KINDS[kind], contract) if kind in KINDS else None
