"""The same promises for every database: a suite runs once for each way of keeping things."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chatbot.core.money import Side
from chatbot.core.plan import Direction, MoveTrigger, Plan, PriceTrigger, Target, Tier
from chatbot.ports import Units
from chatbot.records import User
from storage.database import open_database


@pytest.fixture
def units(database_url: str) -> Iterator[Units]:
    """Units of work over an empty database."""
    with open_database(database_url) as database:
        yield database.units


@pytest.fixture
def user(units: Units) -> User:
    """A stored user."""
    known = User(user_id=7, chat_id=70)
    with units() as unit:
        unit.users.put(known)
    return known


@pytest.fixture
def agreed() -> Plan:
    """A plan, as it was agreed."""
    return Plan(
        exchange="binanceusdm",
        symbol="BTC/USDT:USDT",
        side=Side.LONG,
        leverage=Decimal(10),
        equity=Decimal(10_000),
        allocation_pct=Decimal(5),
        tiers=(
            Tier(Decimal(60), PriceTrigger(Decimal(60_000), Direction.DOWN)),
            Tier(Decimal(40), MoveTrigger(Decimal("0.5"))),
        ),
        stop=Decimal(59_000),
        targets=(Target(Decimal(61_000), Decimal(25)),),
    )
