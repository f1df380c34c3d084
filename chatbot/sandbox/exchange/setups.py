"""Ready-made markets: a random walk, a script, a tape of real candles, or a recording of real trades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Final

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE
from chatbot.sandbox.exchange.history import CandleHistory
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS, Listing
from chatbot.sandbox.exchange.market import Market, UnknownContractError
from chatbot.sandbox.exchange.sources import DEFAULT_STEP_PCT, CandleTape, Point, RandomWalk
from chatbot.sandbox.exchange.trade_tape import TradeTape

HISTORY_BARS: Final = 300


def random_market(now: Millis, *, seed: int = 7, volatility_pct: float = 0.012) -> Market:
    """Every traded contract on a random walk of its own."""
    sources = {
        listing.id: RandomWalk(
            listing=listing,
            random=Random(f"{seed}:{listing.id}"),
            at=now,
            volatility_pct=volatility_pct,
        )
        for listing in DEFAULT_LISTINGS
        if listing.trading
    }
    return Market(now, sources, seed=seed)


def scripted_market(now: Millis, *, seed: int = 7) -> Market:
    """Nothing moves unless it is told to, and the clock stands still."""
    market = Market(now, {}, seed=seed)
    market.playing = False
    return market


def tape_market(
    contract: str,
    candles: Sequence[Candle],
    *,
    skip: int = HISTORY_BARS,
    low_first: bool = True,
    max_step_pct: Decimal | None = DEFAULT_STEP_PCT,
) -> Market:
    """One contract follows real candles; the first `skip` of them are its past. The others stand still.

    Raises ValueError where the candles are not minutes in order, or nothing is left to play.
    """
    check_minutes(candles, skip)
    listings = tuple(listing for listing in DEFAULT_LISTINGS if listing.id == contract) or DEFAULT_LISTINGS[:0]
    if not listings:
        raise UnknownContractError(contract)
    tape = CandleTape(
        bars=list(candles[skip:]),
        tick_size=listings[0].tick_size,
        low_first=low_first,
        max_step_pct=max_step_pct,
    )
    past = CandleHistory(fills_quiet_minutes=False, minutes=list(candles[:skip]))
    past.kept = max(past.kept, len(candles))
    begin = candles[skip].at - 1
    market = Market(begin, {contract: tape}, histories={contract: past})
    market.books[contract].last = candles[skip - 1].close if skip else candles[0].open
    return market


def trades_market(recordings: Mapping[str, Sequence[Point]], listings: Sequence[Listing] = DEFAULT_LISTINGS) -> Market:
    """Contracts follow their recorded trades, from just before the first one on. The others stand still.

    Their candles are made of these trades and of nothing else: a minute without a trade has none.
    """
    known = {listing.id for listing in listings}
    for contract in recordings:
        if contract not in known:
            raise UnknownContractError(contract)
    begin = min(trades[0].at for trades in recordings.values()) - 1
    tapes = {contract: TradeTape(trades) for contract, trades in recordings.items()}
    pasts = {contract: CandleHistory(fills_quiet_minutes=False, minutes=[]) for contract in recordings}
    market = Market(begin, tapes, listings, pasts)
    for contract, trades in recordings.items():
        market.books[contract].last = trades[0].price
    return market


def check_minutes(candles: Iterable[Candle], skip: int) -> None:
    """A tape is made of minutes, in order, with something left after the past."""
    before = -1
    count = 0
    for candle in candles:
        if candle.at <= before or candle.at % MINUTE:
            raise ValueError("candles must be 1-minute bars in order of time")
        before, count = candle.at, count + 1
    if not 0 <= skip < count:
        raise ValueError(f"there are {count} candles: {skip} of them can't be the past and leave some to play")
