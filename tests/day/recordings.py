"""Which recordings of trades there are, and the contracts that play them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS, Listing, decimals_of
from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.trade_tape import read_trades

SYNTHETIC: Final = Path(__file__).parent.parent / "tapes" / "trades.csv"


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of trades, the market it is of, and the candles made from it, where there are such.

    `length`: only so much of it, from its first trade on.
    """

    trades: str
    base: str
    quote: str
    candles: str = ""
    length: Millis | None = None

    @property
    def contract(self) -> str:
        return f"{self.base}{self.quote}"

    def read(self, folder: Path) -> list[Point]:
        """The trades; skips the test where the file is absent."""
        file = folder / self.trades
        if not file.is_file():
            pytest.skip(reason=f"no real market data: {file} is absent")
        trades = read_trades(file)
        return [trade for trade in trades if self.length is None or trade.at < trades[0].at + self.length]


DAY: Final = Recording(
    "binance_spot_BTCUSDC_trades_20251004T0000_20251004T2359.csv.gz",
    "BTC",
    "USDC",
    "binance_spot_BTCUSDC_1m_20251004_20251004_fromtrades.csv.gz",
)
MIDNIGHT_BTC: Final = Recording(
    "binance_um-perp_BTCUSDT_trades_20240718T2357_20240719T0005.csv.gz",
    "BTC",
    "USDT",
    "binance_um-perp_BTCUSDT_1m_20240718_20240719_fromtrades.csv.gz",
)
MIDNIGHT_ETH: Final = Recording(
    "binance_um-perp_ETHUSDT_trades_20240718T2357_20240719T0005.csv.gz",
    "ETH",
    "USDT",
    "binance_um-perp_ETHUSDT_1m_20240718_20240719_fromtrades.csv.gz",
)
SPARSE: Final = Recording(
    "binance_spot_XRPETH_trades_20191011T0000_20191013T1119.csv.gz", "XRP", "ETH", length=24 * 60 * MINUTE
)
FROM_TRADES: Final = {one.contract: one for one in (DAY, MIDNIGHT_BTC, MIDNIGHT_ETH)}


def listing_of(recording: Recording, trades: Sequence[Point]) -> Listing:
    """A perpetual for this recording, on the grid of its prices and amounts."""
    lot = step_of([trade.volume for trade in trades])
    return Listing(
        id=recording.contract,
        base=recording.base,
        quote=recording.quote,
        tick_size=step_of([trade.price for trade in trades]),
        lot_size=lot,
        min_quantity=lot,
        min_notional=Decimal("0.01"),
        price=trades[0].price,
    )


def step_of(values: Sequence[Decimal]) -> Decimal:
    """The power of ten whose multiples all these are."""
    return Decimal(1).scaleb(-max(decimals_of(value.normalize()) for value in values))


def listings_with(*added: Listing) -> tuple[Listing, ...]:
    """The sandbox's usual contracts, and these, which take the place of namesakes."""
    names = {listing.id for listing in added}
    return (*(listing for listing in DEFAULT_LISTINGS if listing.id not in names), *added)
