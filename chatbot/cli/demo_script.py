"""Scratch"""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.sandbox.exchange.listing import Listing

EXCHANGE: Final = "binanceusdm"
CONTRACT: Final = "BTCUSDT"
LISTING: Final = Listing(
    id=CONTRACT, base="BTC", quote="USDT", tick_size=Decimal("0.0001"), lot_size=Decimal("0.0000000001"),
    min_quantity=Decimal("0.0000000001"), min_notional=Decimal(5), price=Decimal(60100),
)


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    label: str


@dataclass(frozen=True, slots=True)
class Move:
    price: Decimal


class Hear:
    def __init__(self, *says: str, new: bool = True) -> None:
        self.says, self.is_new = says, new


Act = Say | Tap | Move | Hear
SCRIPT: Final[tuple[Act, ...]] = (
    Say("/start"), Hear("never"),
    Say("/new"), Hear("Which market?"),
    Say("btc"), Hear("Long or short?", new=False),
    Tap("Long"), Hear("Which leverage?", new=False),
    Say("10x"), Hear("equity", new=False),
    Say("10000"), Hear("allocat", new=False),
    Say("5%"), Hear("1 Alloc", new=False),
    Say("25/25/30/20"), Hear("tier 1", new=False),
    Say("below 60000"), Hear("tier 2", new=False),
    Say("+0.5%"), Hear("tier 3", new=False),
    Say("above 60600"), Hear("tier 4", new=False),
    Say("above 60900"), Hear("stop", new=False),
    Say("59000"), Hear("Where are the targets?", new=False),
    Say("61k 62.5k 64k"), Hear("does each target close", new=False),
    Say("25/35/30"), Hear("after each target", new=False),
    Say("break-even / lock 1R / trail 1% step 0.25%"), Hear("orders will rest", new=False),
    Say("default"), Hear("R", new=False),
    Tap("Arm"), Hear("armed"),
    Move(Decimal("60000")), Hear("Add tier 1"), Tap("Done at"), Hear("Tier 1"),
    Move(Decimal("60300")), Hear("Add tier 2"), Tap("Done at"), Hear("Tier 2"), Tap("Stop is at"),
)
