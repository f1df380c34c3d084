"""Building a plan by talking: the draft is stored with every answer, so the next one continues wherever it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final, assert_never

from chatbot.coach import dialog
from chatbot.coach.acknowledging import forget_shown, is_unseen, remember_shown
from chatbot.coach.allowance import UNLIMITED, Allowance
from chatbot.coach.answers import (
    Answered,
    Defaults,
    DialogView,
    Refused,
    Reply,
    Step,
    Wanted,
    entered,
    first_open,
    market_of,
)
from chatbot.coach.confirmations import OUTDATED, awaited, forget
from chatbot.coach.desk import Desk, Work
from chatbot.coach.listing import readable
from chatbot.coach.outlook import UNKNOWN, Outlook, Sought
from chatbot.coach.reminding import draft_slot
from chatbot.coach.review import accepted, ready
from chatbot.coach.steps import pace
from chatbot.coach.stored import Answers
from chatbot.coach.trades import Trades
from chatbot.core.events import CloseReason, Event, PlanClosed, StopHit
from chatbot.core.money import ZERO, Millis
from chatbot.core.overdue import COOL_DOWN
from chatbot.core.plan import Plan
from chatbot.core.planned import CheckContext
from chatbot.core.repeats import draft_reminder_after
from chatbot.core.state import Phase
from chatbot.messages import replies
from chatbot.messages.values import Message, Press, Verb
from chatbot.ports import Told, Unit
from chatbot.records import Draft, PlanRecord, Reminder, ReminderKind, User

RECENT_PLANS: Final = 10
SCROLLED: Final = 4
"""Messages below the card from which on it is sent anew: editing what nobody sees tells nobody anything."""
NO_PRICE: Final = Refused(
    "I can't see a price of this market right now, so I can't watch it. Try arming again in a moment."
)


BEING_BUILT: Final = Refused(
    "A plan is being built already. Arm or discard it first, then send the new one again, for example: discard."
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the user typed, or tapped with its text, and the draft's market as it stands once that is answered."""

    text: str
    outlook: Outlook = UNKNOWN
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Answers known before the first question, as a draft stores them, and what had to be assumed for them."""

    answers: Answers = field(default_factory=dict)
    assumed: tuple[str, ...] = ()


class Conversation:
    """Talks a plan through. At most one draft a user."""

    def __init__(
        self, desk: Desk, trades: Trades, exchange: str, exchanges: tuple[str, ...], allowance: Allowance = UNLIMITED
    ) -> None:
        self.desk, self.trades, self.allowance = desk, trades, allowance
        self.exchange, self.exchanges = exchange, exchanges

    def sought(self, work: Work, user: User, text: str = "", *, tapped: bool = False) -> Sought | None:
        """The market and timeframe the draft will look at once this is answered: what an outlook is needed of.

        Raises MarketsUnknown.
        """
        draft = work.unit.drafts.of(user.user_id)
        if draft is None:
            return None
        given = entered(draft.answers)
        known = None if given.symbol is None else self.desk.instruments.get(given.exchange, given.symbol)
        view = DialogView(draft, CheckContext(known), self.exchanges, now=self.desk.clock())
        take = dialog.tapped if tapped else dialog.answer
        reply = take(view, text, self.desk.instruments.resolve) if text else None
        return market_of(reply.answers if isinstance(reply, Answered) else draft.answers)

    def begin(self, work: Work, user: User, outlook: Outlook) -> None:
        """A new draft, or the one already begun: nothing that was entered is thrown away unasked."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None:
            draft = self.store(work, Draft(user.user_id, user.chat_id, Step.MARKET, self.blank(user)))
        self.show(work, user, draft, outlook, fresh=True)

    def begin_with(self, work: Work, user: User, prefilled: Prefilled, outlook: Outlook) -> None:
        """A draft with answers that are known already, at the first question still open, and from there to the next.

        One that was begun by hand stays as it is, and the user is told so.
        """
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is not None and is_begun(draft):
            self.refuse(work, user, draft, BEING_BUILT, outlook)
            return
        begun = draft or Draft(user.user_id, user.chat_id, Step.MARKET, self.blank(user))
        filled = replace(begun, answers={**begun.answers, **prefilled.answers, "assumed": list(prefilled.assumed)})
        answers = pace.paced(self.view(work.unit, filled, outlook), filled.answers)
        at = dialog.arrived({**answers, "editing": "yes"}, first_open(entered(answers)))
        stored = self.store(work, replace(filled, answers=at.answers, step=at.step))
        self.show(work, user, stored, outlook, fresh=True)

    def blank(self, user: User) -> Answers:
        """The answers of a new draft."""
        return dialog.start(Defaults(user.exchange or self.exchange, user.equity))

    def said(self, work: Work, user: User, spoken: Spoken) -> None:
        """A typed answer to the draft's question; without a draft, a hint."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None:
            self.desk.reply(work, user, replies.hint())
            return
        self.take(work, user, draft, spoken)

    def press(self, work: Work, user: User, press: Press, outlook: Outlook) -> Told:
        """A button of the draft's card, as the draft stands now; an older one changes nothing."""
        forget(work, user)
        draft = work.unit.drafts.of(user.user_id)
        if draft is None or (draft.draft_id, draft.version) != (press.subject, press.version):
            return OUTDATED
        view, spoken = self.view(work.unit, draft, outlook), Spoken("", outlook)
        match press.verb:
            case Verb.CHOOSE:
                chosen = dialog.tapped(view, press.argument, self.desk.instruments.resolve)
                self.obey(work, user, draft, chosen, spoken)
            case Verb.BACK:
                self.obey(work, user, draft, dialog.back(view), spoken)
            case Verb.EDIT:
                self.obey(work, user, draft, dialog.edit(view, press.argument), spoken)
            case _:
                self.obey(work, user, draft, Wanted(press.verb, press.argument), spoken)
        return Told()

    def take(self, work: Work, user: User, draft: Draft, spoken: Spoken) -> None:
        """One typed answer."""
        view = self.view(work.unit, draft, spoken.outlook)
        self.obey(work, user, draft, dialog.answer(view, spoken.text, self.desk.instruments.resolve), spoken)

    def obey(self, work: Work, user: User, draft: Draft, reply: Reply, spoken: Spoken) -> None:
        """Store what counts, show the card; a refused answer leaves everything as it was."""
        match reply:
            case Answered(answers=answers, step=step):
                stored = self.store(work, replace(draft, answers=answers, step=step))
                self.show(work, user, stored, spoken.outlook, fresh=self.is_scrolled(work, stored, spoken))
            case Refused():
                self.refuse(work, user, draft, reply, spoken.outlook)
            case Wanted(verb=verb, argument=argument):
                self.want(work, user, draft, Press(verb, argument=argument), spoken.outlook)
            case unknown:
                assert_never(unknown)

    def want(self, work: Work, user: User, draft: Draft, wanted: Press, outlook: Outlook) -> None:
        """Help, cancel, discard, arm."""
        if wanted.verb is Verb.HELP:
            self.desk.reply(work, user, Message(dialog.help_text(Step(draft.step))))
        elif wanted.verb is Verb.ARM:
            self.arm(work, user, draft, wanted.argument, outlook)
        else:
            self.drop(work, user, draft, replies.dropped())

    def arm(self, work: Work, user: User, draft: Draft, argument: str, outlook: Outlook) -> None:
        """From draft to watched plan, if the checks let it pass."""
        view = self.view(work.unit, draft, outlook)
        counted = "" if view.market_price is not None and is_unseen(work, user, view) else argument
        asked = NO_PRICE if view.market_price is None else ready(view, counted)
        made = self.allowance.passed(work, user, asked)
        if isinstance(made, Refused):
            self.refuse(work, user, draft, made, outlook)
            return
        plan, known = replace(made, armed_at=view.now), accepted(view)
        work.unit.users.put(replace(user, equity=plan.equity, exchange=plan.exchange))
        row = self.trades.arm(work, user, plan, known)
        self.drop(work, user, draft, replies.armed(row.number, known=bool(known)))

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
        forget_shown(work, user)
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

    def show(self, work: Work, user: User, draft: Draft, outlook: Outlook, *, fresh: bool) -> None:
        """The card, in place or at the bottom."""
        view = self.view(work.unit, draft, outlook)
        remember_shown(work, user, view)
        self.desk.reply(work, user, dialog.question(view), slot=draft_slot(draft), fresh=fresh)

    def refuse(self, work: Work, user: User, draft: Draft, refused: Refused, outlook: Outlook) -> None:
        """What was wrong stands on the card, right below the wrong answer."""
        view = self.view(work.unit, draft, outlook)
        remember_shown(work, user, view)
        self.desk.reply(work, user, dialog.question(view, refused), slot=draft_slot(draft), fresh=True)

    def unanswered(self, work: Work, user: User, sentence: str) -> None:
        """An exchange that did not answer: said on the card, nothing lost."""
        draft = work.unit.drafts.of(user.user_id)
        if draft is not None:
            self.refuse(work, user, draft, Refused(escape(sentence, quote=False)), UNKNOWN)

    def is_scrolled(self, work: Work, draft: Draft, spoken: Spoken) -> bool:
        """Whether the card has gone up out of sight."""
        card = work.unit.outbox.slot_message(draft.chat_id, draft_slot(draft))
        return None not in (card, spoken.message_id) and (spoken.message_id or 0) - (card or 0) > SCROLLED

    def shown(self, work: Work, draft: Draft) -> Message:
        """The card of a draft nobody touched for a while."""
        return dialog.question(self.view(work.unit, draft, UNKNOWN))

    def checklist(self, work: Work, user: User) -> Message | None:
        """The draft's card, if there is a draft."""
        draft = work.unit.drafts.of(user.user_id)
        return None if draft is None else dialog.question(self.view(work.unit, draft, UNKNOWN))

    def view(self, unit: Unit, draft: Draft, outlook: Outlook) -> DialogView:
        """The draft with what lies outside it."""
        given = entered(draft.answers)
        known = None if given.symbol is None else self.desk.instruments.get(given.exchange, given.symbol)
        records = recent(unit, User(draft.user_id, draft.chat_id))
        around = CheckContext(
            instrument=known,
            open_allocation_pct=sum((r.plan.allocation_pct for r in records if r.row.phase is not Phase.CLOSED), ZERO),
            cool_down=any(self.just_stopped(record, draft) for record in records),
        )
        return DialogView(draft, around, self.exchanges, outlook, self.desk.clock())

    def just_stopped(self, record: PlanRecord, draft: Draft) -> bool:
        """Whether the same symbol and side was stopped within the last half hour."""
        given, last = entered(draft.answers), last_stop(record.events)
        return (
            last is not None
            and self.desk.clock() - last < COOL_DOWN
            and same_trade(record.plan, given.symbol, given.chosen_side)
        )


def is_begun(draft: Draft) -> bool:
    """Whether anything was answered beyond where and on which candles: what is thrown away only when asked to."""
    return any(value for name, value in draft.answers.items() if name not in ("exchange", "remembered", "timeframe"))


def last_stop(events: Sequence[Event]) -> Millis | None:
    """When a plan was last stopped: by a price, or by its user's word. Confirming or correcting it later is none."""
    hits = [event.at for event in events if isinstance(event, StopHit)]
    told = [event.at for event in events if isinstance(event, PlanClosed) and event.reason is CloseReason.STOPPED]
    return max(hits) if hits else min(told, default=None)


def same_trade(plan: Plan, symbol: str | None, side: object) -> bool:
    """Whether a plan is on this symbol and side."""
    return plan.symbol == symbol and plan.side is side


def recent(unit: Unit, user: User) -> list[PlanRecord]:
    """The user's open plans, and the last few of all."""
    latest = sorted(unit.plans.all_of(user.user_id), key=lambda row: -row.number)[:RECENT_PLANS]
    plan_ids = {row.plan_id for row in (*unit.plans.open_of(user.user_id), *latest)}
    return [record for plan_id in sorted(plan_ids) if (record := readable(unit, user, plan_id)) is not None]
