"""The demo's script: the plan and the prices of RULES.md 9, and what the bot must say, every figure a literal.

The figures were worked out by hand from the rules, never by the code that is checked. RULES.md 9 has neither fees nor
rounding; the sandbox has a taker fee of 0.05 %, so break-even and results differ, and stops lie on a tick of 0.0001:

    tier 1  1 250 / 60 000 = 0.0208333333, R (money) = 1 000 · 0.0208333333 = 20.83
    tier 2  1 250 / 60 300 = 0.0207296849, average A = 60 149.62594; the stop A − 250, rounded up: 59 899.6260
            at risk 250 · 0.0415630182 = 10.39
    tier 3  1 500 / 60 600 = 0.0247524752, A = 60 317.72953; the stop A − 250: 60 067.7296
            at risk 250 · 0.0663154934 = 16.58
    tier 4  1 000 / 60 900 = 0.0164203612, A = 60 433.29118; all in, so the stop is break-even, both fees included:
            A · 1.0005 / 0.9995 = 60 493.7547, which locks in 60.4635 · 0.0827358546 = 5.00
    TP1     25 % of 0.0827358546 = 0.0206839636; paid so far: 0.0005 · 5 000 = 2.50 in, 0.63 out; gain 566.70882 each
            = 11.72 − 3.13 = 8.59
    TP2     60 % less TP1 = 0.0289575491; gain 2 066.70882 each = 59.85, fee 0.90: 67.53; the stop A + 1R = 61 433.2912
    TP3     90 % less those = 0.0248207564; gain 3 566.70882 each = 88.53, fee 0.79: 155.27; the stop 64 000 · 0.99
    trail   the next step at stop · 1.0025 / 0.99, the stop then 0.99 of that, each rounded up to the tick
    runner  0.0082735855 at 64 799.9401; gain 4 366.64892 each = 36.13, fee 0.27: 191.13 in all, / 20.8333 = 9.17 R
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.sandbox.exchange.listing import Listing

EXCHANGE: Final = "binanceusdm"
CONTRACT: Final = "BTCUSDT"
LOT: Final = Decimal("0.0000000001")
LISTING: Final = Listing(
    id=CONTRACT,
    base="BTC",
    quote="USDT",
    tick_size=Decimal("0.0001"),
    lot_size=LOT,
    min_quantity=LOT,
    min_notional=Decimal(5),
    price=Decimal(60100),
)
"""Bitcoin with a finer lot and tick than the real contract has, so that the worked example's digits are visible."""


@dataclass(frozen=True, slots=True)
class Say:
    """The person types."""

    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    """The person taps the newest button of this label."""

    label: str


@dataclass(frozen=True, slots=True)
class Move:
    """The market goes to a price, step by step."""

    price: str


@dataclass(frozen=True, slots=True)
class Hear:
    """A message of the bot: the first text tells which, and all of them must be in it or on its buttons.

    `card` is the plan being built, which is edited in place; everything else comes as a new message.
    """

    says: tuple[str, ...]
    card: bool = False


Act = Say | Tap | Move | Hear


def hear(*says: str) -> Hear:
    """A new message."""
    return Hear(says)


def asks(*says: str) -> Hear:
    """The card with its next question."""
    return Hear(says, card=True)


TALK: Final[tuple[Act, ...]] = (
    Say("/start"),
    hear("I never place an order", "/new"),
    Say("/new"),
    asks("Which market?", "☐ 1 Total allocation", "☐ 6 Stop rules"),
    Say("btc"),
    asks("Long or short?", "BTC/USDT:USDT · binanceusdm"),
    Tap("Long"),
    asks("Which leverage?", "Market price 60 100"),
    Say("10x"),
    asks("How much equity"),
    Say("10000"),
    asks("the margin of this trade", "[5 % of equity = 500 USDT]", "[Risk 1 % of equity = 100 USDT]"),
    Say("5%"),
    asks("Into how many tiers", "☑ 1 Allocation 5 % of equity = 500 USDT margin", "ATR"),
    Say("25/25/30/20"),
    asks("When do you take tier 1 (25 %"),
    Say("below 60000"),
    asks("When do you add tier 2 (25 %", "T1 price at or below 60 000"),
    Say("+0.5%"),
    asks("When do you add tier 3 (30 %"),
    Say("above 60600"),
    asks("When do you add tier 4 (20 %"),
    Say("above 60900"),
    asks("Where is the initial stop?", "☑ 3 Objective triggers"),
    Say("59000"),
    asks("Where are the targets?", "☑ 4 Initial stop 59 000"),
    Say("61k 62.5k 64k"),
    asks("How much of the position does each target close?"),
    Say("25/35/30"),
    asks("What does the stop do after each target?", "☑ 5 Scale-out targets 61 000 · 62 500 · 64 000"),
    Say("break-even / lock 1R / trail 1% step 0.25%"),
    asks("Which orders will rest on the exchange?"),
    Say("default"),
    asks(
        "Review · BTC/USDT:USDT long 10x",
        "T1 25 % of the allocation: 0.02083333 BTC near 60 000",
        "T2 25 % of the allocation: 0.02072968 BTC near 60 300",
        "T3 30 % of the allocation: 0.02475248 BTC near 60 600",
        "T4 20 % of the allocation: 0.01642036 BTC near 60 900",
        "If all tiers fill: 0.08273585 BTC, average 60 433.2912",
        "R: 1 000 in price = 20.83 USDT at risk",
        "Break-even if all fill: 60 493.7547, fees included",
        "Guards: no structure level",
    ),
    Tap("Arm"),
    hear("Plan 1 · BTC long is armed", "tier 1 60 000"),
)


def tier(number: int, price: str, add: tuple[str, ...], follows: tuple[str, ...]) -> tuple[Act, ...]:
    """A tier is offered, bought, and its fill answered."""
    done = (Tap(f"Done at {price}"), hear(f"Tier {number} is in", *follows))
    return (hear(f"Add tier {number}", f"near {price}", *add), *done)


def moved(stop: str) -> tuple[Act, ...]:
    """The stop is moved on the exchange, and told so."""
    return (Tap(f"Stop is at {stop}"), hear(f"Stop noted at {stop}"))


def target(number: int, price: str, quantity: str, says: tuple[str, ...], result: tuple[str, ...]) -> tuple[Act, ...]:
    """A target's resting order fills."""
    reached = hear(f"TP{number} {price} reached: {quantity} BTC. Filled?", f"[Copy {quantity}]", *says)
    return (reached, Tap(f"Filled at {price}"), hear(f"TP{number} closed: {quantity} BTC at {price}", *result))


def trail(price: str, old: str, new: str) -> tuple[Act, ...]:
    """One step of the trail."""
    return (Move(price), hear(f"Move stop {old} → {new}", "trail 1 % of price"), *moved(new))


IN: Final[tuple[Act, ...]] = (
    Move("60000"),
    *tier(
        1,
        "60 000",
        ("0.02083333 BTC (25 % of margin, about 1 250 USDT)", "set the stop at 59 000", "At risk 0 → 20.83 USDT"),
        ("0.02083333 BTC at 60 000", "tier 2 60 300"),
    ),
    Move("60300"),
    *tier(
        2,
        "60 300",
        ("0.02072968 BTC (25 %", "stop 59 000 → 59 899.626: average − 0.25R", "At risk 20.83 → 10.39 USDT"),
        ("Move stop 59 000 → 59 899.626", "Average 60 000 → 60 149.6259", "tier 3 60 600"),
    ),
    *moved("59 899.626"),
    Move("60500"),
    Move("60600"),
    *tier(
        3,
        "60 600",
        ("0.02475248 BTC (30 %", "stop 59 899.626 → 60 067.7296: average − 0.25R", "At risk 10.39 → 16.58 USDT"),
        ("Move stop 59 899.626 → 60 067.7296", "→ 60 317.7295", "tier 4 60 900"),
    ),
    *moved("60 067.7296"),
    Move("60700"),
    Move("60900"),
    *tier(
        4,
        "60 900",
        ("0.01642036 BTC (20 %", "stop 60 067.7296 → 60 493.7547: break-even, fees included", "locked in 5 USDT"),
        ("Move stop 60 067.7296 → 60 493.7547", "→ 60 433.2912", "TP1 61 000"),
    ),
    *moved("60 493.7547"),
    Say("/status"),
    hear(
        "Status",
        "Tiers 4 of 4 in (100 % of margin) · 0.08273585 BTC at 60 433.2912 on average",
        "Stop 60 493.7547 · locked in 5 USDT · R 1 000 in price = 20.83 USDT",
        # (60 900 − A) · 0.0827358546 = 38.61 = 1.85 R; the fees of the four tiers are realised already.
        "Unrealised +38.61 USDT (1.85 R) before fees · realised −2.5 USDT (−0.12 R)",
    ),
)
OUT: Final[tuple[Act, ...]] = (
    Move("61000"),
    *target(
        1,
        "61 000",
        "0.02068396",
        ("Remaining 0.06205189 BTC", "Stop stays at 60 493.7547", "is not tighter"),
        ("Realised +8.59 USDT (0.41 R)",),
    ),
    Move("61100"),
    Move("60900"),
    Move("62500"),
    *target(
        2,
        "62 500",
        "0.02895755",
        ("Remaining 0.03309434 BTC", "stop 60 493.7547 → 61 433.2912: average + 1R"),
        ("Realised +67.53 USDT (3.24 R)",),
    ),
    *moved("61 433.2912"),
    Move("62600"),
    Move("63900"),
    Move("64000"),
    *target(
        3,
        "64 000",
        "0.02482076",
        ("Remaining 0.00827359 BTC", "stop 61 433.2912 → 63 360: trail 1 % of price", "next trail step 64 160"),
        ("Realised +155.27 USDT (7.45 R)",),
    ),
    *moved("63 360"),
    *trail("64160", "63 360", "63 518.4"),
    Move("64200"),
    *trail("64320.4", "63 518.4", "63 677.196"),
    *trail("64481.201", "63 677.196", "63 836.389"),
    *trail("64642.4041", "63 836.389", "63 995.9801"),
    *trail("64804.0102", "63 995.9801", "64 155.9701"),
    *trail("64966.0203", "64 155.9701", "64 316.3601"),
    *trail("65128.4354", "64 316.3601", "64 477.1511"),
    *trail("65291.2566", "64 477.1511", "64 638.3441"),
    *trail("65454.4849", "64 638.3441", "64 799.9401"),
    Move("65500"),
    Move("64799.9401"),
    hear("Stop 64 799.9401 reached at 64 799.9401: 0.00827359 BTC. Filled?", "about +36.13 USDT"),
    Tap("Filled at 64 799.9401"),
    hear("Plan 1 closed: +191.13 USDT, 9.17 R", "the stop was hit", "out 0.08273585 BTC"),
    Say("/plan 1"),
    hear("closed: the stop was hit", "Realised +191.13 USDT (9.17 R)", "TP3 64 000", "· reached"),
)
SCRIPT: Final = (*TALK, *IN, *OUT)
