"""Building a plan by talking: the draft is stored with every answer, so the next one continues wherever it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Final, assert_never

from chatbot.coach import dialog
from chatbot.coach.answers import Answered, Defaults, DialogView, Refused, Reply, Step, Wanted, entered
from chatbot.coach.confirmations import OUTDATED, awaited, forget
from chatbot.coach.desk import Desk, Work
from chatbot.coach.reminding import draft_slot
from chatbot.coach.review import KNOWN, findings_of, ready
from chatbot.coach.trades import Trades
from chatbot.core.events import CloseReason, Event, PlanClosed, StopHit
from chatbot.core.money import ZERO, Millis
from chatbot.core.plan import Plan
from chatbot.core.planned import CheckContext
from chatbot.core.repeats import draft_reminder_after
from chatbot.core.state import Phase
from chatbot.messages import replies
from chatbot.messages.values import Message, Press, Verb
from chatbot.ports import Draft, PlanRecord, Reminder, ReminderKind, Told, Unit, User

COOL_DOWN: Final[Millis] = 30 * 60_000
RECENT_PLANS: Final = 10
SCROLLED: Final = 4
"""Messages below the card from which on it is sent anew: editing what nobody sees tells nobody anything."""
NO_PRICE: Final = Refused(
    "I can't see a price of this market right now, so I can't watch it. Try arming again in a moment."
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the user typed, or tapped with its text; `price` is the market's now, if the exchange gave one."""

    text: str
    price: Decimal | None
    message_id: int | None = None


class Conversation:
    """Talks a plan through. At most one draft a user."""

    def __init__(self, desk: Desk, trades: Trades, exchange: str, exchanges: tuple[str, ...]) -> None:
        self.desk, self.trades = desk, trades
        self.exchange, self.exchanges = exchange, exchanges

    def market(self, work: Work, user: User) -> tuple[str, str] | None:
        """The market of the user's draft, to look its price up before the next answer."""
        draft = work.unit.drafts.of(user.user_id)
        given = None if draft is None else entered(draft.answers)
        return None if given is None or given.symbol is None else (given.exchange, given.symbol)

    def begin(self, work: Work, user: User, price: Decimal | None) -> None:
        """A new draft, or the one already begun: nothing that was entered is thrown away unasked."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None:
            defaults = Defaults(user.exchange or self.exchange, user.equity)
            answers = dialog.start(defaults)
            draft = self.store(work, Draft(user.user_id, user.chat_id, Step.MARKET, answers))
        self.show(work, user, draft, price, fresh=True)

    def said(self, work: Work, user: User, spoken: Spoken) -> None:
        """A typed answer to the draft's question; without a draft, a hint."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None:
            self.desk.reply(work, user, replies.hint())
            return
        self.take(work, user, draft, spoken)

    def press(self, work: Work, user: User, press: Press, price: Decimal | None) -> Told:
        """A button of the draft's card, as the draft stands now; an older one changes nothing."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None or (draft.draft_id, draft.version) != (press.subject, press.version):
            return OUTDATED
        match press.verb:
            case Verb.CHOOSE:
                self.take(work, user, draft, Spoken(press.argument, price))
            case Verb.BACK:
                self.obey(work, user, draft, dialog.back(self.view(work.unit, draft, price)), Spoken("", price))
            case Verb.EDIT:
                edited = dialog.edit(self.view(work.unit, draft, price), press.argument)
                self.obey(work, user, draft, edited, Spoken("", price))
            case _:
                self.obey(work, user, draft, Wanted(press.verb, press.argument), Spoken("", price))
        return Told()

    def take(self, work: Work, user: User, draft: Draft, spoken: Spoken) -> None:
        """One answer, typed or tapped: both are the same text."""
        view = self.view(work.unit, draft, spoken.price)
        self.obey(work, user, draft, dialog.answer(view, spoken.text, self.desk.instruments.resolve), spoken)

    def obey(self, work: Work, user: User, draft: Draft, reply: Reply, spoken: Spoken) -> None:
        """Store what counts, show the card; a refused answer leaves everything as it was."""
        match reply:
            case Answered(answers=answers, step=step):
                stored = self.store(work, replace(draft, answers=answers, step=step))
                self.show(work, user, stored, spoken.price, fresh=self.is_scrolled(work, stored, spoken))
            case Refused():
                self.refuse(work, user, draft, reply, spoken.price)
            case Wanted(verb=verb, argument=argument):
                self.want(work, user, draft, Press(verb, argument=argument), spoken.price)
            case unknown:
                assert_never(unknown)

    def want(self, work: Work, user: User, draft: Draft, wanted: Press, price: Decimal | None) -> None:
        """Help, cancel, discard, arm."""
        if wanted.verb is Verb.HELP:
            self.desk.reply(work, user, Message(dialog.help_text(Step(draft.step))))
        elif wanted.verb is Verb.ARM:
            self.arm(work, user, draft, wanted.argument, price)
        else:
            self.drop(work, user, draft, replies.dropped())

    def arm(self, work: Work, user: User, draft: Draft, argument: str, price: Decimal | None) -> None:
        """From draft to watched plan, if the checks let it pass."""
        view = self.view(work.unit, draft, price)
        made = NO_PRICE if price is None else ready(view, argument)
        if isinstance(made, Refused):
            self.refuse(work, user, draft, made, price)
            return
        plan = replace(made, armed_at=self.desk.clock())
        work.unit.users.put(replace(user, equity=plan.equity, exchange=plan.exchange))
        row = self.trades.arm(work, user, plan)
        warned = argument == KNOWN and bool(findings_of(view))
        self.drop(work, user, draft, replies.armed(row.number, known=warned))

    def cancel(self, work: Work, user: User) -> None:
        """Leave open what a number was asked for; where none was, drop the draft, if there is one."""
        asked, draft = awaited(work, user, self.desk.wall()), work.unit.drafts.of(user.user_id)
        forget(work, user)
        if asked is not None:
            self.desk.reply(work, user, replies.left_open())
        elif draft is None:
            self.desk.reply(work, user, replies.nothing_to_cancel())
        else:
            self.drop(work, user, draft, replies.dropped())

    def drop(self, work: Work, user: User, draft: Draft, last: Message) -> None:
        """The draft is over; its card says how."""
        work.unit.drafts.drop(user.user_id)
        work.unit.reminders.drop(ReminderKind.DRAFT, draft.draft_id)
        self.desk.reply(work, user, last, slot=draft_slot(draft))

    def store(self, work: Work, draft: Draft) -> Draft:
        """Keep the draft, and bring it up again if it is left unfinished."""
        stored = work.unit.drafts.put(replace(draft, touched_at=self.desk.wall()))
        wait = draft_reminder_after(0)
        if wait is not None:
            due = stored.touched_at + wait
            work.unit.reminders.put(Reminder(ReminderKind.DRAFT, stored.draft_id, 0, stored.user_id, due))
        return stored

    def show(self, work: Work, user: User, draft: Draft, price: Decimal | None, *, fresh: bool) -> None:
        """The card, in place or at the bottom."""
        message = dialog.question(self.view(work.unit, draft, price))
        self.desk.reply(work, user, message, slot=draft_slot(draft), fresh=fresh)

    def refuse(self, work: Work, user: User, draft: Draft, refused: Refused, price: Decimal | None) -> None:
        """What was wrong stands on the card, right below the wrong answer."""
        message = dialog.question(self.view(work.unit, draft, price), refused)
        self.desk.reply(work, user, message, slot=draft_slot(draft), fresh=True)

    def unanswered(self, work: Work, user: User, sentence: str) -> None:
        """An exchange that did not answer: said on the card, nothing lost."""
        draft = work.unit.drafts.of(user.user_id)
        if draft is not None:
            self.refuse(work, user, draft, Refused(escape(sentence, quote=False)), None)

    def is_scrolled(self, work: Work, draft: Draft, spoken: Spoken) -> bool:
        """Whether the card has gone up out of sight."""
        card = work.unit.outbox.slot_message(draft.chat_id, draft_slot(draft))
        return None not in (card, spoken.message_id) and (spoken.message_id or 0) - (card or 0) > SCROLLED

    def shown(self, work: Work, draft: Draft) -> Message:
        """The card of a draft nobody touched for a while."""
        return dialog.question(self.view(work.unit, draft, None))

    def checklist(self, work: Work, user: User) -> Message | None:
        """The draft's card, if there is a draft."""
        draft = work.unit.drafts.of(user.user_id)
        return None if draft is None else dialog.question(self.view(work.unit, draft, None))

    def view(self, unit: Unit, draft: Draft, price: Decimal | None) -> DialogView:
        """The draft with what lies outside it."""
        given = entered(draft.answers)
        known = None if given.symbol is None else self.desk.instruments.get(given.exchange, given.symbol)
        records = recent(unit, draft.user_id)
        context = CheckContext(
            instrument=known,
            open_allocation_pct=sum((r.plan.allocation_pct for r in records if r.row.phase is not Phase.CLOSED), ZERO),
            cool_down=any(self.just_stopped(record, draft) for record in records),
            market_price=price,
        )
        return DialogView(draft, context, self.exchanges)

    def just_stopped(self, record: PlanRecord, draft: Draft) -> bool:
        """Whether the same symbol and side was stopped within the last half hour."""
        given, last = entered(draft.answers), last_stop(record.events)
        return (
            last is not None
            and self.desk.clock() - last < COOL_DOWN
            and same_trade(record.plan, given.symbol, given.chosen_side)
        )


def last_stop(events: Sequence[Event]) -> Millis | None:
    """When a plan was last stopped: by a price, or by its user's word. Confirming or correcting it later is none."""
    hits = [event.at for event in events if isinstance(event, StopHit)]
    told = [event.at for event in events if isinstance(event, PlanClosed) and event.reason is CloseReason.STOPPED]
    return max(hits) if hits else min(told, default=None)


def same_trade(plan: Plan, symbol: str | None, side: object) -> bool:
    """Whether a plan is on this symbol and side."""
    return plan.symbol == symbol and plan.side is side


def recent(unit: Unit, user_id: int) -> list[PlanRecord]:
    """The user's open plans, and the last few of all."""
    latest = sorted(unit.plans.all_of(user_id), key=lambda row: -row.number)[:RECENT_PLANS]
    plan_ids = {row.plan_id for row in (*unit.plans.open_of(user_id), *latest)}
    return [record for plan_id in sorted(plan_ids) if (record := unit.plans.record(plan_id)) is not None]
