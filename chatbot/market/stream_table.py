"""The one place where the streams of the exchanges differ: which are listened to, and what is said on their sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chatbot.core.market import Market
from chatbot.core.plan import TriggerPrice

Frame = Mapping[str, Any]
BUSIEST: Final = "BTC/USDT:USDT"
"""Listed everywhere and never at rest: its ticker shows whether a socket still says anything."""
AGGREGATES: Final = {"name": "aggTrade"}


@dataclass(frozen=True, slots=True)
class Watch:
    """The method of ccxt.pro whose subscription is wanted, and how many symbols it takes at once."""

    method: str
    at_once: int = 1


def by_name(name: str) -> Callable[[Frame], list[str]]:
    """A request is answered under the number it carries."""
    return lambda frame: [str(frame[name])]


def answered_binance(frame: Frame) -> str | None:
    """Binance says `{"result": null, "id": 7}`."""
    return str(frame["id"]) if "id" in frame and "result" in frame and frame["result"] is None else None


def answered_bybit(frame: Frame) -> str | None:
    """Bybit says `{"success": true, "op": "subscribe", "req_id": "7"}`."""
    return str(frame.get("req_id")) if frame.get("op") == "subscribe" and frame.get("success") is True else None


def answered_bingx(frame: Frame) -> str | None:
    """BingX says `{"id": "…", "code": 0, "dataType": ""}`."""
    named = isinstance(frame.get("id"), str) and not frame.get("dataType")
    return str(frame["id"]) if named and str(frame.get("code")) == "0" else None


def answered_weex(frame: Frame) -> str | None:
    """WEEX says `{"result": true, "id": 7}`."""
    return str(frame["id"]) if "id" in frame and frame.get("result") is True else None


def asked_mexc(frame: Frame) -> list[str]:
    """MEXC numbers nothing: its answers come in the order of the requests of one kind."""
    return [f"rs.{frame['method']}"]


def answered_mexc(frame: Frame) -> str | None:
    """MEXC says `{"channel": "rs.sub.deal", "data": "success"}`."""
    return str(frame["channel"]) if frame.get("data") == "success" and "channel" in frame else None


def asked_bitget(frame: Frame) -> list[str]:
    """Bitget answers every subscription of a request by itself."""
    return [topic_bitget(topic) for topic in frame["args"]]


def answered_bitget(frame: Frame) -> str | None:
    """Bitget says `{"event": "subscribe", "arg": {"channel": "trade", "instId": "BTCUSDT"}}`."""
    return topic_bitget(frame["arg"]) if frame.get("event") == "subscribe" and "arg" in frame else None


def topic_bitget(topic: Frame) -> str:
    """A subscription of Bitget as one text."""
    return f"{topic.get('instType')}/{topic.get('channel')}/{topic.get('instId')}"


def never(frame: Frame) -> bool:  # noqa: ARG001 -- one of several ways to tell
    """No history is sent on subscribing."""
    return False


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """How one exchange is listened to.

    `asked` names the answers that a request will get, in the order of its symbols or one for all; `answered` the one
    that a frame is. `is_history` tells frames of old trades that are sent on subscribing. `numbered`: every trade has
    the number after the one before it. `in_order`: answers carry no name of their own. `pace` is the least time
    between two frames of ours, in seconds. `pings`: it wants to be pinged in words, the protocol's pings do not do.
    """

    exchange: str
    trades: Watch
    tickers: Watch
    asked: Callable[[Frame], list[str]]
    answered: Callable[[Frame], str | None]
    is_history: Callable[[Frame], bool] = never
    marks: bool = True
    numbered: bool = False
    in_order: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    per_socket: int = 150
    pace: float = 0.1
    pings: bool = False

    def shows(self, market: Market) -> bool:
        """Whether there is a stream that shows every price of a market."""
        return market.trigger_price is TriggerPrice.LAST or self.marks

    def watch_of(self, market: Market) -> Watch:
        """The subscription that shows a market; the mark price comes with the ticker."""
        return self.trades if market.trigger_price is TriggerPrice.LAST else self.tickers

    @property
    def pulse(self) -> Market:
        """What is followed besides, because it never rests."""
        return Market(self.exchange, BUSIEST, TriggerPrice.MARK)


STREAMS: Final[tuple[StreamFacts, ...]] = (
    StreamFacts(
        exchange="binanceusdm",
        trades=Watch("watch_trades_for_symbols", at_once=50),
        tickers=Watch("watch_mark_prices", at_once=50),
        asked=by_name("id"),
        answered=answered_binance,
        numbered=True,
        options={"watchTrades": AGGREGATES, "watchTradesForSymbols": AGGREGATES},
        pace=0.2,
    ),
    StreamFacts(
        exchange="bybit",
        trades=Watch("watch_trades_for_symbols", at_once=50),
        tickers=Watch("watch_tickers", at_once=50),
        asked=by_name("req_id"),
        answered=answered_bybit,
        pings=True,
    ),
    StreamFacts(
        exchange="bingx",
        trades=Watch("watch_trades"),
        tickers=Watch("watch_ticker"),
        asked=by_name("id"),
        answered=answered_bingx,
        marks=False,
    ),
    StreamFacts(
        exchange="weex",
        trades=Watch("watch_trades_for_symbols", at_once=20),
        tickers=Watch("watch_tickers", at_once=20),
        asked=by_name("id"),
        answered=answered_weex,
        is_history=lambda frame: frame.get("e") == "tradeSnapshot",
    ),
    StreamFacts(
        exchange="mexc",
        trades=Watch("watch_trades"),
        tickers=Watch("watch_ticker"),
        asked=asked_mexc,
        answered=answered_mexc,
        in_order=True,
        pings=True,
    ),
    StreamFacts(
        exchange="bitget",
        trades=Watch("watch_trades_for_symbols", at_once=20),
        tickers=Watch("watch_tickers", at_once=20),
        asked=asked_bitget,
        answered=answered_bitget,
        is_history=lambda frame: frame.get("action") == "snapshot",
        per_socket=40,
        pings=True,
    ),
)


def facts_of(exchange: str) -> StreamFacts | None:
    """How an exchange is listened to; None where it is not known how."""
    return next((facts for facts in STREAMS if facts.exchange == exchange), None)


OPPOSITES: Final = {
    "SUBSCRIBE": "UNSUBSCRIBE",
    "subscribe": "unsubscribe",
    "sub": "unsub",
    "sub.deal": "unsub.deal",
    "sub.ticker": "unsub.ticker",
}


def no_longer(frame: Frame) -> dict[str, Any]:
    """The request that takes a subscription back. Raises LookupError for one that can't be taken back."""
    verb = next(name for name in ("method", "op", "reqType") if name in frame)
    return {**frame, verb: OPPOSITES[frame[verb]]}


def in_groups(markets: Sequence[Market], facts: StreamFacts) -> list[list[Market]]:
    """Markets that fit into one request each."""
    made: list[list[Market]] = []
    for market in markets:
        watch = facts.watch_of(market)
        if made and facts.watch_of(made[-1][0]) is watch and len(made[-1]) < watch.at_once:
            made[-1].append(market)
        else:
            made.append([market])
    return made
