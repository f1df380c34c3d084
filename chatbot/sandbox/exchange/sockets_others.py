"""BingX, WEEX, MEXC and Bitget on a socket: trades and one ticker, in the shapes that ccxt's parsers read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import override

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.market import Book
from chatbot.sandbox.exchange.sockets_speech import (
    Kind,
    Payload,
    Reply,
    SocketSpeech,
    Topic,
    last_of,
    mark_of,
    named,
    price_of,
)
from chatbot.sandbox.exchange.trades import Trade

MINE: Final = {"trade": Kind.TRADES, "ticker": Kind.TICKER, "deal": Kind.TRADES}


def volume_of(trade: Trade) -> str:
    """A quantity as text."""
    return f"{trade.point.volume:f}"


class BingXSocket(SocketSpeech):
    """Every frame is zipped; the server pings with the word Ping."""

    exchange = "bingx"
    host = "open-api-swap.bingx.com"
    paths = ("/swap-market",)
    zipped = True

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        if wish == "Pong":
            return Reply()
        contract, _, kind = named(wish, "dataType").partition("@")
        verb, number = named(wish, "reqType"), named(wish, "id")
        if verb not in {"sub", "unsub"} or kind not in MINE:
            return Reply([{"id": number, "code": 100400, "msg": "unknown request", "dataType": "", "data": None}])
        topics = [Topic(MINE[kind], contract.replace("-", ""))]
        answer = {"id": number, "code": 0, "msg": "", "dataType": "", "data": None}
        return Reply([answer], begun=topics) if verb == "sub" else Reply([answer], ended=topics)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        name = self.name(book)
        rows = [
            {
                "q": volume_of(trade),
                "p": price_of(trade, book),
                "T": trade.point.at,
                "m": trade.buyer_is_maker,
                "s": name,
            }
            for trade in trades
        ]
        return {"code": 0, "dataType": f"{name}@trade", "data": rows}

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        name, last = self.name(book), last_of(book)
        data = {"e": "24hTicker", "E": now, "s": name, "p": "0", "P": "0", "o": last, "h": last, "l": last, "c": last}
        return {"code": 0, "dataType": f"{name}@ticker", "data": data | {"v": "0", "q": "0", "O": now, "C": now}}

    @override
    def ping(self, now: Millis) -> Any:
        return "Ping"

    def name(self, book: Book) -> str:
        """The contract as BingX calls it."""
        return f"{book.listing.base}-{book.listing.quote}"


class WeexSocket(SocketSpeech):
    """Old trades come first, in a frame that says so."""

    exchange = "weex"
    host = "ws-contract.weex.com"
    paths = ("/v3/ws/public",)

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        verb = named(wish, "method")
        if verb == "PONG":
            return Reply()
        number = wish.get("id") if isinstance(wish, dict) else None
        names = [str(name).partition("@") for name in wish.get("params", [])] if isinstance(wish, dict) else []
        if verb not in {"SUBSCRIBE", "UNSUBSCRIBE"} or any(kind not in MINE for _, _, kind in names):
            return Reply([{"result": False, "id": number, "msg": "INVALID_ARGUMENT: invalid request"}])
        topics = [Topic(MINE[kind], contract) for contract, _, kind in names]
        answer = {"result": True, "id": number}
        return Reply([answer], begun=topics) if verb == "SUBSCRIBE" else Reply([answer], ended=topics)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        return self.frame("trade", book, trades, now)

    @override
    def history(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        return self.frame("tradeSnapshot", book, trades, now)

    def frame(self, event: str, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        """A frame of trades."""
        rows = [
            {
                "T": trade.point.at,
                "t": f"00000000-0000-4000-8000-{trade.number:012d}",
                "p": price_of(trade, book),
                "q": volume_of(trade),
                "v": f"{trade.point.volume * trade.point.price:f}",
                "m": trade.buyer_is_maker,
            }
            for trade in trades
        ]
        return {"e": event, "E": now, "s": book.listing.id, "d": rows}

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        last = last_of(book)
        row: Payload = dict.fromkeys(("w", "x", "c", "b", "a", "o", "h", "l"), last)
        rest = {"p": "0", "P": "0", "v": "0", "q": "0", "C": now, "m": mark_of(book), "i": mark_of(book)}
        return {"e": "ticker", "E": now, "s": book.listing.id, "d": [row | rest]}

    @override
    def ping(self, now: Millis) -> Any:
        return {"event": "ping", "time": str(now)}


class MexcSocket(SocketSpeech):
    """Prices are numbers, and answers carry no number."""

    exchange = "mexc"
    host = "contract.mexc.com"
    paths = ("/edge",)

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        method = named(wish, "method")
        if method == "ping":
            return Reply([{"channel": "pong", "data": now}])
        verb, _, kind = method.partition(".")
        if verb not in {"sub", "unsub"} or kind not in MINE:
            return Reply([{"channel": "rs.error", "data": f"Contract [{method}] doesn't exist!", "ts": now}])
        topics = [Topic(MINE[kind], str(wish.get("param", {}).get("symbol", "")).replace("_", ""))]
        answer = {"channel": f"rs.{method}", "data": "success", "ts": now}
        return Reply([answer], begun=topics) if verb == "sub" else Reply([answer], ended=topics)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        rows = [
            {
                "p": float(price_of(trade, book)),
                "v": float(volume_of(trade)),
                "T": 2 if trade.buyer_is_maker else 1,
                "O": 3,
                "M": 2,
                "t": trade.point.at,
            }
            for trade in trades
        ]
        return {"symbol": self.name(book), "data": rows, "channel": "push.deal", "ts": now}

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        last, mark = float(last_of(book)), float(mark_of(book))
        data = {"symbol": self.name(book), "lastPrice": last, "fairPrice": mark, "indexPrice": mark, "timestamp": now}
        data |= {"volume24": 0, "bid1": last, "ask1": last, "lower24Price": last, "high24Price": last}
        return {"symbol": self.name(book), "data": data, "channel": "push.ticker", "ts": now}

    def name(self, book: Book) -> str:
        """The contract as MEXC calls it."""
        return f"{book.listing.base}_{book.listing.quote}"


class BitgetSocket(SocketSpeech):
    """Old trades come first, and the newest of a frame stands first in it."""

    exchange = "bitget"
    host = "ws.bitget.com"
    paths = ("/v2/ws/public",)

    @override
    def reply(self, wish: Any, now: Millis) -> Reply:
        if wish == "ping":
            return Reply(["pong"])
        verb = named(wish, "op")
        arguments = wish.get("args", []) if isinstance(wish, dict) else []
        if verb not in {"subscribe", "unsubscribe"} or any(named(one, "channel") not in MINE for one in arguments):
            return Reply([{"event": "error", "code": 30001, "msg": "the channel doesn't exist"}])
        topics = [Topic(MINE[one["channel"]], str(one["instId"])) for one in arguments]
        answers = [{"event": verb, "arg": one} for one in arguments]
        return Reply(answers, begun=topics) if verb == "subscribe" else Reply(answers, ended=topics)

    @override
    def trades(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        return self.frame("update", book, trades, now)

    @override
    def history(self, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        return self.frame("snapshot", book, trades, now)

    def frame(self, action: str, book: Book, trades: Sequence[Trade], now: Millis) -> Any:
        """A frame of trades."""
        rows = [
            {
                "ts": str(trade.point.at),
                "price": price_of(trade, book),
                "size": volume_of(trade),
                "side": "sell" if trade.buyer_is_maker else "buy",
                "tradeId": str(1_116_461_060_594_000_000 + trade.number),
            }
            for trade in reversed(trades)
        ]
        return {"action": action, "arg": self.subject("trade", book), "data": rows, "ts": now}

    @override
    def ticker(self, book: Book, now: Millis, *, first: bool) -> Any:
        last, mark = last_of(book), mark_of(book)
        row = {"instId": book.listing.id, "lastPr": last, "bidPr": last, "askPr": last, "bidSz": "1", "askSz": "1"}
        row |= {"markPrice": mark, "indexPrice": mark, "symbol": book.listing.id, "ts": str(now)}
        return {"action": "snapshot", "arg": self.subject("ticker", book), "data": [row], "ts": now}

    def subject(self, channel: str, book: Book) -> dict[str, str]:
        """What a frame is about."""
        return {"instType": "USDT-FUTURES", "channel": channel, "instId": book.listing.id}
