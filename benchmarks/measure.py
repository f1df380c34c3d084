"""Speed and memory of the paths that matter, printed; nothing here passes or fails. Run with `make bench`."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks.closes import measure_closes
from chatbot.app import signing_key
from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk
from chatbot.coach.trades import Trades
from chatbot.core.candles import Candle
from chatbot.core.market import Instrument, Quote, Resolution, Unknown
from chatbot.core.plan import Follow
from chatbot.core.plan_format import plan_from_format
from chatbot.core.quiet import Interval
from chatbot.core.replay import replay
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.records import User
from chatbot.watch.index import QuietIndex
from storage.database import open_database

PLAN = Path(__file__).parent.parent / "tests" / "tapes" / "worked_example.json"
BARS = 43_200
WATCHED = 100_000
TICKS = 200_000
PLANS = 1_000


class NoInstruments:
    """No exchange is asked here."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:  # noqa: ARG002 -- the port's shape
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:  # noqa: ARG002 -- the port's shape
        return Unknown(text, ())


def timed(name: str, count: int, unit: str, work: Callable[[], object]) -> None:
    """One line: how long, and how many a second."""
    begin = time.perf_counter()
    work()
    took = time.perf_counter() - begin
    sys.stdout.write(f"{name}: {took:.3f} s, {count / took:,.0f} {unit}/s\n")


def month_of_bars() -> list[Candle]:
    """A random walk of minutes that stays inside the worked example's first quiet interval for most of the time."""
    random, price, bars = Random(1), Decimal(60050), []
    for minute in range(BARS):
        close = min(Decimal(60900), max(Decimal(59100), price + Decimal(random.randrange(-300, 301)) / 10))
        low, high = min(price, close) - 5, max(price, close) + 5
        bars.append(Candle(minute * MINUTE, price, high, low, close, Decimal(1)))
        price = close
    return bars


def measure_replay() -> None:
    """A month of 1-minute bars, busy and quiet."""
    bars = month_of_bars()
    # Later tiers out of reach, so that the trade stays open for the whole month.
    far = {"kind": "price", "level": "60990", "direction": "up"}
    written = json.loads(PLAN.read_text())
    written["tiers"] = [written["tiers"][0], *({**tier, "trigger": far} for tier in written["tiers"][1:])]
    plan = plan_from_format(written)
    timed("replay, a month of 1m bars", BARS, "bars", lambda: list(replay(plan, bars, Timeframe.M1, indicate)))


def measure_index() -> None:
    """Ticks that concern nobody, with many plans watched on one market."""
    index, random = QuietIndex(), Random(2)
    for number in range(WATCHED):
        away = Decimal(random.randrange(1, 5_000))
        index.put(number, Interval(60_000 - away, 60_000 + away))
    price = Decimal(60_000)
    timed(
        f"index, {WATCHED:,} plans, quiet ticks", TICKS, "ticks", lambda: [index.touched(price) for _ in range(TICKS)]
    )


def measure_storage() -> None:
    """Arm plans, then one price that triggers all of them: events, alerts and reminders durable."""
    plan = replace(plan_from_format(json.loads(PLAN.read_text())), follow=Follow.CONFIRMED)
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/bench.sqlite3") as database:
        desk = Desk(database.units, lambda: 1_000, lambda: 1_000, signing_key(database.units), NoInstruments())
        trades, user = Trades(desk), User(1, 1)

        def arm() -> None:
            with desk.work() as work:
                work.unit.users.put(user)
                for _ in range(PLANS):
                    trades.arm(work, user, plan)

        timed(f"arm {PLANS:,} plans", PLANS, "plans", arm)
        quote = Quote(plan.symbol, Decimal(60_000), 1_000)
        touched = [one.row.plan_id for one in trades.all_watched()]
        courses = Courses(trades)
        timed("restart: read all watched plans", PLANS, "plans", trades.all_watched)
        timed("one price triggers them all", PLANS, "plans", lambda: courses.standing(quote, touched))


def main() -> None:
    """Every measurement, then the memory it took."""
    measure_replay()
    measure_index()
    measure_storage()
    measure_closes(plan_from_format(json.loads(PLAN.read_text())), PLANS)
    sys.stdout.write(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB\n")


if __name__ == "__main__":
    main()
