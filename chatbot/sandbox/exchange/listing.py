"""The contracts that the simulated exchange lists, with the filters that their real namesakes have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

PERPETUAL: Final = 4_133_404_800_000
"""The delivery date Binance gives to contracts that never deliver (the year 2100)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One contract: its name, its filters and the price it begins with."""

    id: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    price: Decimal
    status: str = "TRADING"
    delivery_at: int = PERPETUAL

    @property
    def symbol(self) -> str:
        """The name that ccxt gives to the contract."""
        return f"{self.base}/{self.quote}:{self.quote}"

    @property
    def trading(self) -> bool:
        """Whether its price still moves."""
        return self.status == "TRADING"

    @property
    def price_decimals(self) -> int:
        """How many decimals its prices are printed with."""
        return decimals_of(self.tick_size)

    @property
    def lot_decimals(self) -> int:
        """How many decimals its quantities are printed with."""
        return decimals_of(self.lot_size)

    def on_grid(self, price: Decimal) -> Decimal:
        """The nearest price on the tick grid, never below one tick."""
        ticks = max(Decimal(1), (price / self.tick_size).to_integral_value())
        return ticks * self.tick_size


def decimals_of(step: Decimal) -> int:
    """How many decimals a step needs, trailing zeros counted as written."""
    return max(0, -int(step.as_tuple().exponent))


def price_text(price: Decimal, listing: Listing) -> str:
    """A price with at least the listing's decimals, never rounded."""
    exponent = min(int(price.as_tuple().exponent), -listing.price_decimals)
    return f"{price:.{-exponent}f}"


def quantity_text(quantity: Decimal, listing: Listing) -> str:
    """A quantity with the listing's decimals."""
    return f"{quantity:.{listing.lot_decimals}f}"


def usdt(base: str, tick: str, lot: str, min_notional: str, price: str) -> Listing:
    """A USDT-margined perpetual whose minimum quantity is one lot."""
    step = Decimal(lot)
    return Listing(
        id=f"{base}USDT",
        base=base,
        quote="USDT",
        tick_size=Decimal(tick),
        lot_size=step,
        min_quantity=step,
        min_notional=Decimal(min_notional),
        price=Decimal(price),
    )


SPOT_ONLY: Final = "KAS"
"""A coin that has a spot market against USDT and no contract, on the exchanges that list their spot markets."""
INVERSE_BASE: Final = "BTC"
"""The coin whose inverse contract is listed, on the exchanges that list such beside the others."""
DEFAULT_LISTINGS: Final[tuple[Listing, ...]] = (
    usdt("BTC", "0.10", "0.001", "100", "60123.50"),
    usdt("ETH", "0.01", "0.001", "20", "2612.40"),
    usdt("SOL", "0.0100", "0.01", "5", "146.7300"),
    usdt("XRP", "0.0001", "0.1", "5", "0.5817"),
    usdt("DOGE", "0.000010", "1", "5", "0.107320"),
    usdt("1000PEPE", "0.0000001", "1", "5", "0.0079315"),
    usdt("XAU", "0.01", "0.001", "5", "2652.40"),
    usdt("XAG", "0.001", "0.01", "5", "31.250"),
    replace(usdt("FTT", "0.0001", "0.1", "5", "1.3130"), status="SETTLING"),
)
