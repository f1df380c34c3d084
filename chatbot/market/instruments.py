"""From an exchange's list of markets to the contracts a plan can use, with the reason for all that it can't."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from chatbot.core.market import Instrument, Unsuitable
from chatbot.market.decimals import plain, positive

LEAST_SHARE_KEPT: Final = Decimal("0.7")
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class RefusedMarket:
    """A market that exists and can't be used."""

    symbol: str
    market_id: str
    base: str
    why: Unsuitable


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What an exchange lists, sorted into usable and not."""

    exchange: str
    instruments: Mapping[str, Instrument]
    refused: tuple[RefusedMarket, ...] = field(default=())


def catalogue_of(exchange: str, markets: Iterable[Mapping[str, Any]], *, amounts_in_base: bool = False) -> Catalogue:
    """Sort ccxt's markets; where quantities are counted in base, the size of a contract means nothing."""
    instruments: dict[str, Instrument] = {}
    refused: list[RefusedMarket] = []
    for market in markets:
        sorted_out = instrument_of(exchange, {**market, "contractSize": 1} if amounts_in_base else market)
        if isinstance(sorted_out, Instrument):
            instruments[sorted_out.symbol] = sorted_out
        else:
            names = (str(market["symbol"]), str(market["id"]), str(market["base"]))
            refused.append(RefusedMarket(*names, sorted_out))
    return Catalogue(exchange, instruments, tuple(refused))


def may_replace(known: Catalogue, fresh: Catalogue) -> bool:
    """Whether a reload can be believed: exchanges delist a few contracts at a time, never most of them."""
    return len(fresh.instruments) >= LEAST_SHARE_KEPT * len(known.instruments)


def instrument_of(exchange: str, market: Mapping[str, Any]) -> Instrument | Unsuitable:
    """A ccxt market as an instrument, or why it can't be one. Quantities are turned from contracts into base."""
    if (why := unsuitable(market)) is not None:
        return why
    precision, limits = market["precision"], market["limits"]
    size, tick = positive(market["contractSize"]), positive(precision["price"])
    step = positive(precision["amount"])
    if size is None or tick is None or step is None:
        return Unsuitable.INCOMPLETE
    least = positive(limits["amount"]["min"]) or step
    return Instrument(
        exchange=exchange,
        symbol=str(market["symbol"]),
        market_id=str(market["id"]),
        base=str(market["base"]),
        quote=str(market["quote"]),
        tick_size=plain(tick),
        lot_size=plain(step * size),
        min_quantity=plain(max(least, step) * size),
        min_notional=plain(positive(limits["cost"]["min"]) or ZERO),
        contract_size=plain(size),
        taker_fee_pct=plain((positive(market.get("taker")) or ZERO) * 100),
        max_leverage=positive((limits.get("leverage") or {}).get("max")),
        max_quantity=largest_order(limits["amount"].get("max"), size),
    )


def largest_order(contracts: object, size: Decimal) -> Decimal | None:
    """The largest single order in units of base; None where the exchange names none."""
    most = positive(contracts)
    return None if most is None else plain(most * size)


def unsuitable(market: Mapping[str, Any]) -> Unsuitable | None:
    """Why a market is not a linear perpetual that is traded."""
    if market.get("option"):
        return Unsuitable.OPTION
    if market.get("future"):
        return Unsuitable.DATED
    if not market.get("swap"):
        return Unsuitable.SPOT
    if not market.get("linear"):
        return Unsuitable.INVERSE
    return Unsuitable.DELISTED if market.get("active") is False else None
