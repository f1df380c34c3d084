"""A desk over a database of its own, with clocks moved by hand; messages leave it when a test sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from chatbot.coach.desk import Desk, Work
from chatbot.coach.people import set_daily
from chatbot.coach.reminding import Reminding
from chatbot.coach.trades import Trades
from chatbot.core.evolve import history
from chatbot.core.inputs import Confirm, Input, Jump
from chatbot.core.market import Instrument, Resolution, Unknown
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from chatbot.core.state import ActionKind, PlanState
from chatbot.messages.values import Message
from chatbot.records import Draft, Outgoing, PlanRecord, User
from storage.database import open_database
from tests.messages.trading import BY_HAND, long_plan

NOW: Millis = 1_700_000_000_000
SAM = User(7, 70)


class NoMarkets:
    """No market is known."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:  # noqa: ARG002 -- the port's names
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:  # noqa: ARG002 -- the port's names
        return Unknown(text, ())


@dataclass
class Rig:
    """The coach's half of a bot, and what a test does with it."""

    desk: Desk
    now: list[Millis]
    plan_id: int = 0

    def __post_init__(self) -> None:
        self.trades = Trades(self.desk)
        self.reminding = Reminding(self.desk, draft_card)

    def arm(self, plan: Plan | None = None) -> None:
        with self.desk.work() as work:
            work.unit.users.put(SAM)
            set_daily(work, SAM, self.now[0])
            self.plan_id = self.trades.arm(work, SAM, plan or long_plan(resting=BY_HAND)).plan_id

    @property
    def record(self) -> PlanRecord:
        with self.desk.units() as unit:
            found = unit.plans.record(self.plan_id)
        assert found is not None
        return found

    @property
    def state(self) -> PlanState:
        return history(self.record.plan, self.record.events)

    def give(self, given: Input) -> None:
        """One input to the plan, a second later."""
        self.now[0] += 1_000
        record = self.record
        with self.desk.work() as work:
            self.trades.move(work, record, lambda _: given)

    def price(self, *prices: str) -> None:
        for price in prices:
            self.give(Jump(Decimal(price), self.now[0] + 1_000))

    def done(self, kind: ActionKind) -> None:
        """The oldest action of this kind is confirmed as it was asked."""
        action = self.state.pending(kind)
        assert action is not None, f"nothing of {kind} is asked"
        self.give(Confirm(action.number, self.now[0] + 1_000))

    def enter(self) -> None:
        """Tier 1 is offered and confirmed, and the chat has been told all of it."""
        self.price("60000")
        self.done(ActionKind.ADD)
        self.send()

    def claim(self) -> Outgoing:
        """The next message is under way."""
        with self.desk.units() as unit:
            (out,) = unit.outbox.claim(self.now[0])
        return out

    def fail(self, out: Outgoing) -> None:
        """It may have arrived or not, and is to be tried again."""
        with self.desk.units() as unit:
            unit.outbox.later(out.outbox_id, self.now[0], uncertain=True)

    def send(self) -> list[str]:
        """Everything leaves; the headlines."""
        said = []
        with self.desk.units() as unit:
            while claimed := unit.outbox.claim(self.now[0]):
                said.append(headline(claimed[0].message.text))
                unit.outbox.sent(claimed[0].outbox_id, 1, self.now[0])
        return said

    def later(self, by: Millis, *, looks: int = 1) -> None:
        """So much later, and what is due was looked at so many times on the way."""
        for _ in range(looks):
            self.now[0] += by // looks
            self.reminding.due()

    def pause(self, *, paused: bool) -> None:
        with self.desk.units() as unit:
            unit.users.pause(SAM.chat_id, paused=paused)

    def depth(self) -> int:
        with self.desk.units() as unit:
            return unit.outbox.depth()


def draft_card(_: Work, draft: Draft) -> Message:
    """An unfinished draft as a message."""
    return Message(f"draft at {draft.step}")


def headline(text: str) -> str:
    """The first line without its emphasis."""
    return text.splitlines()[0].replace("<b>", "").replace("</b>", "").replace("\xa0", " ")


@contextmanager
def rig_in(folder: Path) -> Iterator[Rig]:
    """A desk whose messages wait until they are sent."""
    now = [NOW]
    with open_database(f"sqlite:///{folder / 'coach.sqlite3'}") as database:
        yield Rig(Desk(database.units, lambda: now[0], lambda: now[0], b"key", NoMarkets()), now)
