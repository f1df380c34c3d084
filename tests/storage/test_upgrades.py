"""A database of the previous schema with rows in it, brought up to date: nothing lost, everything readable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, make_url, text

from chatbot.core.codec import event_name, event_to_json, plan_to_json
from chatbot.core.events import Event, Filled, FillKind, PlanArmed, StopMoved
from chatbot.core.money import Side
from chatbot.core.plan import Direction, MoveTrigger, Plan, PriceTrigger, Target, Tier, TriggerPrice
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.records import Draft, OutMessage, Priority, Reminder, ReminderKind, SendState, StoredUpdate, User
from storage.database import engine_of, open_database
from storage.migrate import configuration, keep_references
from tests.postgres_server import Databases

PLAN = Plan(
    exchange="binanceusdm",
    symbol="BTC/USDT:USDT",
    side=Side.LONG,
    leverage=Decimal(10),
    equity=Decimal("10000.10"),
    allocation_pct=Decimal(5),
    tiers=(
        Tier(Decimal(60), PriceTrigger(Decimal(60_000), Direction.DOWN)),
        Tier(Decimal(40), MoveTrigger(Decimal("0.5"))),
    ),
    stop=Decimal(59_000),
    targets=(Target(Decimal(61_000), Decimal(25)),),
)
FILL = Filled(FillKind.TIER, 1, Decimal("60000.10"), Decimal("0.0200"), 1, 20)
EVENTS: tuple[Event, ...] = (PlanArmed(10), FILL, StopMoved(Decimal("59900.50"), 2, 30))
STATES = tuple(SendState)


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the first schema, with rows in every table, and ids beyond those that are left."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
        fill(url)
        yield url
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    with databases.fresh(migrated=False) as url:
        fill(url)
        yield url


def fill(url: str) -> None:
    """As the previous version left it."""
    engine = engine_of(make_url(url))
    with engine.connect() as connection:
        to_revision(connection, "0001")
        with connection.begin():
            for table, row in rows():
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608 -- our own
            for table, key in (
                ("plans", "plan_id"),
                ("outbox", "outbox_id"),
                ("inbox", "position"),
                ("drafts", "draft_id"),
            ):
                use_up_ids(connection, table, key)
    engine.dispose()


def to_revision(connection: Connection, revision: str) -> None:
    keep_references(connection, on=False)
    with connection.begin():
        if revision == "0001":
            command.upgrade(configuration(connection), revision)
        else:
            command.downgrade(configuration(connection), revision)
    keep_references(connection, on=True)


def use_up_ids(connection: Connection, table: str, key: str) -> None:
    """The database has counted to 50; the rows with higher ids than those above are gone."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"UPDATE sqlite_sequence SET seq = 50 WHERE name = '{table}'"))  # noqa: S608 -- our own
    else:
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), 50)"))


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of the first schema; the outbox in every state."""
    for user_id, equity in ((7, Decimal("10000.10")), (8, None)):
        kept = None if equity is None else str(equity)
        yield (
            "users",
            {
                "user_id": user_id,
                "chat_id": user_id * 10,
                "is_owner": user_id == 7,
                "equity": kept,
                "exchange": "bybit",
                "daily_hour": 9,
                "paused": user_id == 8,
            },
        )
    draft = {"step": "side", "answers": '{"market":"btc"}', "version": 3, "touched_at": 5}
    yield "drafts", {"draft_id": 2, "user_id": 7, "chat_id": 70, **draft}
    yield from plan_rows()
    for number, state in enumerate(STATES, 1):
        yield "outbox", outbox_row(number, state)
    yield "slots", {"chat_id": 70, "slot": "wizard", "message_id": 900}
    reminder = {"kind": "action", "subject": 3, "action": 1, "user_id": 7, "due_at": 99, "count": 2}
    yield "reminders", reminder
    yield "inbox", {"position": 1, "update_id": 100, "payload": None}
    yield "inbox", {"position": 2, "update_id": 101, "payload": '{"update_id": 101}'}
    yield "quotes", {"exchange": "binanceusdm", "symbol": PLAN.symbol, "price": "60000.10", "at": 40}
    yield "settings", {"name": "signing_key", "value": "abc ☑"}


def plan_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """One plan with its events and its fill, as the previous version wrote it: it knew no trigger price."""
    agreed = {name: value for name, value in plan_to_json(PLAN).items() if name != "trigger_price"}
    market = {"exchange": PLAN.exchange, "symbol": PLAN.symbol}
    stands = {"phase": Phase.OPEN.value, "sequence": len(EVENTS), "low": "59000.00", "high": None, "due_at": 77}
    whose = {"plan_id": 3, "user_id": 7, "number": 1, "chat_id": 70}
    yield "plans", {**whose, **market, **stands, "agreed": json.dumps(agreed)}
    for sequence, event in enumerate(EVENTS, 1):
        payload = json.dumps(event_to_json(event))
        row = {"plan_id": 3, "sequence": sequence, "name": event_name(event), "at": event.at, "payload": payload}
        yield "plan_events", row
    fill_row = {"price": str(FILL.price), "quantity": str(FILL.quantity), "action": 1, "at": 20, "assumed": False}
    yield "fills", {"plan_id": 3, "number": 1, "kind": FILL.kind.value, "index": 1, **fill_row}


def outbox_row(number: int, state: SendState) -> dict[str, Any]:
    moments = dict.fromkeys(("not_before", "created_at", "planned_at", "due_at"), number)
    said = {"text": f"<b>{state.value}</b>", "keyboard": "[]", "dedupe": state.value, "slot": None, "fresh": False}
    facts = {"plan_id": 3, "sequence": 1, "action": 0, "attempts": 1, "uncertain": False, "settled": False}
    ended = {"message_id": None, "sent_at": None, "why_dead": None}
    chat = {"outbox_id": number, "chat_id": 1_000 + number, "priority": int(Priority.ADD), "state": state.value}
    return {**chat, **said, **facts, **moments, **ended}


def test_everything_is_there_after_an_upgrade(old: str) -> None:
    """People, drafts, plans with their events and fills, reminders, updates and facts are those of before."""
    with open_database(old) as database, database.units() as unit:
        owner = User(7, 70, is_owner=True, equity=Decimal("10000.10"), exchange="bybit", daily_hour=9)
        assert unit.users.all() == [owner, User(8, 80, exchange="bybit", daily_hour=9, paused=True)]
        assert str(owner.equity) == str(unit.users.all()[0].equity)
        assert unit.drafts.of(7) == Draft(7, 70, "side", {"market": "btc"}, 2, 3, 5)
        record = unit.plans.record(3)
        assert record is not None
        assert (record.plan, record.events) == (PLAN, EVENTS)
        assert (record.row.interval, record.row.due_at) == (Interval(Decimal("59000.00"), None), 77)
        assert (str(record.row.interval.low), record.row.trigger_price) == ("59000.00", TriggerPrice.LAST)
        assert [str(fill.quantity) for fill in unit.plans.fills(3)] == ["0.0200"]
        assert unit.plans.fills(3) == [FILL]
        assert unit.reminders.due(99) == [Reminder(ReminderKind.ACTION, 3, 1, 7, 99, 2)]
        assert unit.inbox.waiting() == [StoredUpdate(101, '{"update_id": 101}')]
        assert unit.inbox.last_id() == 101
        assert unit.settings.get("signing_key") == "abc ☑"
        assert unit.outbox.slot_message(70, "wizard") == 900


def test_messages_of_every_state_go_on_as_they_were(old: str) -> None:
    """Queued ones leave, those under way are repeated with a mark, and what is over stays over and known."""
    with open_database(old) as database, database.units() as unit:
        assert unit.outbox.recover() == 1
        claimed = unit.outbox.claim(100, limit=9)
        assert [(one.message.text, one.uncertain) for one in claimed] == [
            ("<b>queued</b>", False),
            ("<b>sending</b>", True),
        ]
        for state in STATES:
            unit.outbox.add(OutMessage(5, "again", Priority.ADD, state.value), 100)
        assert unit.outbox.depth() == 2


def test_ids_are_not_used_again(old: str) -> None:
    """What buttons of old messages name is never somebody else's, also where the rows of the highest ids are gone."""
    with open_database(old) as database, database.units() as unit:
        known = unit.users.get(8)
        assert known is not None
        assert unit.plans.add(known, replace(PLAN, trigger_price=TriggerPrice.MARK)).plan_id == 51
        assert unit.drafts.put(Draft(8, 80, "side", {})).draft_id == 51
        unit.outbox.add(OutMessage(1, "new", Priority.STOP, "new"), 1)
        assert unit.outbox.claim(1)[0].outbox_id == 51


def test_prices_of_before_are_not_news(old: str) -> None:
    """They are asked for anew, for they do not say which of the two prices they are."""
    with open_database(old) as database, database.units() as unit:
        assert unit.quotes.get("binanceusdm", PLAN.symbol) is None
        assert unit.watermarks.all() == {}


def test_a_step_back_keeps_the_rows_too(old: str) -> None:
    """Down to the previous schema and up again: the plan is the same."""
    open_database(old).close()
    engine: Engine = engine_of(make_url(old))
    with engine.connect() as connection:
        to_revision(connection, "-1")
    engine.dispose()
    with open_database(old) as database, database.units() as unit:
        record = unit.plans.record(3)
        assert record is not None
        assert (record.plan, record.events) == (PLAN, EVENTS)
        assert unit.plans.fills(3) == [FILL]
