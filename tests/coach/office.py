"""The coach over real storage, without Telegram and without an exchange: a market, two clocks and a user by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Final

from chatbot.coach.commands import Commands
from chatbot.coach.confirmations import Confirmations
from chatbot.coach.conversation import Conversation
from chatbot.coach.courses import Courses
from chatbot.coach.desk import Desk, Work
from chatbot.coach.reminding import Reminding
from chatbot.coach.trades import Trades
from chatbot.core.evolve import history
from chatbot.core.figures import GAP
from chatbot.core.market import Instrument, Quote, Resolution
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, Plan, TriggerPrice
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told, Units
from chatbot.records import Outgoing, PlanRecord, PlanRow, User
from tests.messages.trading import BY_HAND, long_plan

SAM: Final = User(1001, 1001)
EXCHANGE: Final = "binanceusdm"
BTC: Final = Instrument(
    EXCHANGE, "BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT",
    Decimal("0.1"), Decimal("0.0001"), Decimal("0.001"), Decimal(5), Decimal(1), Decimal("0.05"), Decimal(125),
)  # fmt: skip
SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60_000
NOON: Final[Millis] = 1_700_000_000_000


class Shelf:
    """One market is listed."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        return replace(BTC, exchange=exchange) if symbol == BTC.symbol else None

    def resolve(self, exchange: str, _: str, /) -> Resolution:
        return replace(BTC, exchange=exchange)


@dataclass
class Office:
    """What a test does: move prices and time, say and tap, and read what is answered."""

    units: Units
    at: Millis = NOON
    wall: Millis = NOON
    heard: list[Outgoing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = Desk(self.units, lambda: self.at, lambda: self.wall, b"k" * 32, Shelf())
        self.trades = Trades(self.desk)
        self.courses = Courses(self.trades)
        self.commands = Commands(self.desk, self.trades)
        self.confirmations = Confirmations(self.desk, self.trades)
        self.conversation = Conversation(self.desk, self.trades, EXCHANGE, (EXCHANGE,))
        self.reminding = Reminding(self.desk, self.conversation.shown)
        with self.units() as unit:
            unit.users.put(SAM)

    def arm(self, plan: Plan | None = None) -> PlanRow:
        """A plan of Sam's, everything done by hand unless told otherwise."""
        chosen = plan or long_plan(follow=Follow.CONFIRMED, resting=BY_HAND)
        with self.desk.work() as work:
            row = self.trades.arm(work, SAM, chosen)
        self.read()
        return row

    def later(self, by: Millis) -> None:
        """Both clocks move on."""
        self.at += by
        self.wall += by

    def price(self, price: str) -> str:
        """A second later the market trades here; what that makes the bot say."""
        self.later(SECOND)
        with self.units() as unit:
            plan_ids = [row.plan_id for row in unit.plans.watched()]
        quote = Quote(BTC.symbol, Decimal(price), self.at)
        self.trades.keep(EXCHANGE, [quote], TriggerPrice.LAST)
        self.courses.standing(quote, plan_ids)
        return self.read()

    def enter(self, *prices: str) -> None:
        """Tiers at these prices, each confirmed, each stop moved."""
        for price in prices:
            self.price(price)
            self.tap(Verb.DONE, self.pending(ActionKind.ADD).number)
            move = self.state().pending(ActionKind.MOVE_STOP)
            if move is not None:
                self.tap(Verb.DONE, move.number)
        self.read()

    def tap(self, verb: Verb, action: int = 0, number: int = 1, argument: str = "") -> Told:
        """A button under an alert of one of Sam's plans."""
        plan_id = self.record(number).row.plan_id
        with self.desk.work() as work:
            return self.confirmations.press(work, SAM, Press(verb, plan_id, action, argument))

    def sam(self) -> User:
        """Sam, as stored."""
        with self.units() as unit:
            return unit.users.get(SAM.user_id) or SAM

    def type(self, text: str) -> str:
        """A text, as the bot takes it: the number it asked for, else an answer to the draft. What is answered."""
        with self.desk.work() as work:
            expected = self.confirmations.expected(work, SAM)
            if expected is None:
                return "nothing was asked"
            self.confirmations.typed(work, SAM, expected, text)
        return self.read()

    def command(self, line: str) -> str:
        """A command with what stands after it; what is answered."""
        name, _, text = line.removeprefix("/").partition(" ")
        known: dict[str, Callable[[Work, User, str], None]] = {
            "exited": self.commands.reported.exited,
            "stopped": partial(self.commands.reported.exited, by_stop=True),
            "added": self.commands.reported.added,
            "correct": self.commands.reported.correct,
            "stop": self.commands.reported.stop,
            "hold": self.commands.reported.hold,
            "cancel_plan": self.commands.cancel_plan,
            "plan": self.commands.plan,
            "status": lambda work, user, _: self.commands.status(work, user),
            "portfolio": lambda work, user, _: self.commands.portfolio(work, user),
            "checklist": lambda work, user, _: self.commands.checklist(work, user, None),
            "size": lambda work, user, text: self.commands.calculator.size(work, user, text, EXCHANGE),
        }
        user = self.sam()
        with self.desk.work() as work:
            known[name](work, user, text)
        return self.read()

    def remind(self) -> str:
        """What is due is said."""
        self.reminding.due()
        return self.read()

    def read(self) -> str:
        """All that was queued since the last time, the most urgent first, as one text with plain spaces."""
        said: list[Outgoing] = []
        # Without an update of Telegram's, it is the moment that tells one reply from another.
        self.wall += 1
        while True:
            with self.units() as unit:
                rows = unit.outbox.claim(self.wall)
                for row in rows:
                    unit.outbox.sent(row.outbox_id, None, self.wall)
            if not rows:
                self.heard.extend(said)
                return "\n\n".join(out.message.text for out in said).replace(GAP, " ")
            said.extend(rows)

    def labels(self) -> list[str]:
        """The buttons of the last message that was read."""
        keyboard = self.heard[-1].message.keyboard
        return [button["text"].replace(GAP, " ") for row in keyboard for button in row]

    def record(self, number: int = 1) -> PlanRecord:
        with self.units() as unit:
            found = unit.plans.of_user(SAM.user_id, number)
        assert found is not None, f"no plan {number}"
        return found

    def state(self, number: int = 1) -> PlanState:
        record = self.record(number)
        return history(record.plan, record.events)

    def pending(self, kind: ActionKind) -> Action:
        action = self.state().pending(kind)
        assert action is not None, f"no {kind}"
        return action
