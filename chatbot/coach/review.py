"""From complete answers to a plan, what the checks say about it, and the card on which it is armed or changed."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TypeVar

from chatbot.coach.answers import Answers, DialogView, Entered, Incomplete, Refused, Step, entered, first_open
from chatbot.core.checks import check, summary
from chatbot.core.findings import Finding, Severity
from chatbot.core.market import Instrument
from chatbot.core.plan import Follow, Plan, Target, Tier
from chatbot.core.reading_rules import rules
from chatbot.core.reading_triggers import fixed, trigger
from chatbot.messages.findings import Wording, marked
from chatbot.messages.review import review_text
from chatbot.messages.values import Button, Keyboard, Message, Press, Style, Verb

T = TypeVar("T")
KNOWN = "know"
"""The argument of the arm button that says the warnings were read."""

EDITS = (
    (("1 Allocation", "1"), ("2 Tiers", "2"), ("3 Triggers", "3")),
    (("4 Stop", "4"), ("5 Targets", "5"), ("6 Stop rules", "6")),
    (("Market", "market"), ("Side", "side"), ("Leverage", "leverage")),
    (("Equity", "equity"), ("Orders", "orders"), ("Timeframe", "timeframe")),
)


def to_plan(answers: Answers, instrument: Instrument | None, market_price: Decimal | None) -> Plan:
    """The plan that was talked through, its directions fixed. Raises Incomplete while a question is open."""
    given = entered(answers)
    step = first_open(given)
    if step is not Step.REVIEW or given.symbol is None:
        raise Incomplete(step)
    return Plan(
        exchange=given.exchange,
        symbol=given.symbol,
        side=given.chosen_side,
        leverage=answered(given.leverage, Step.LEVERAGE),
        equity=answered(given.equity, Step.EQUITY),
        allocation_pct=answered(given.allocation, Step.ALLOCATION),
        tiers=tiers_of(given, market_price),
        stop=answered(given.stop, Step.STOP),
        targets=targets_of(given),
        timeframe=given.timeframe,
        taker_pct=Decimal(0) if instrument is None else instrument.taker_fee_pct,
        tick_size=None if instrument is None else instrument.tick_size,
        lot_size=None if instrument is None else instrument.lot_size,
        follow=Follow.CONFIRMED,
        resting=answered(given.resting, Step.RESTING),
    )


def answered(value: T | None, step: Step) -> T:
    """An answer that is there."""
    if value is None:
        raise Incomplete(step)
    return value


def tiers_of(given: Entered, market_price: Decimal | None) -> tuple[Tier, ...]:
    """Weights with their triggers."""
    read = (fixed(trigger(text), given.chosen_side, market_price) for text in given.triggers)
    return tuple(Tier(weight, one) for weight, one in zip(given.weights, read, strict=True))


def targets_of(given: Entered) -> tuple[Target, ...]:
    """Prices with their closes and stop rules."""
    after = rules(given.rules or "", len(given.targets))
    return tuple(Target(*parts) for parts in zip(given.targets, given.closes, after, strict=True))


def findings_of(view: DialogView) -> tuple[Finding, ...]:
    """What the checks say about the complete draft."""
    return check(to_plan(view.draft.answers, view.instrument, view.market_price), view.context)


def ready(view: DialogView, argument: str = "") -> Plan | Refused:
    """The plan to arm, or why not: blocks never pass, warnings only with the button that says they are known."""
    plan = to_plan(view.draft.answers, view.instrument, view.market_price)
    found = check(plan, view.context)
    blocking = [finding for finding in found if finding.severity is Severity.BLOCK]
    words = wording_of(view)
    if blocking:
        listed = "\n".join(marked(finding, words) for finding in blocking)
        return Refused(f"{listed}\nFix it first, for example edit 4.")
    if found and argument != KNOWN:
        listed = "\n".join(marked(finding, words) for finding in found)
        return Refused(f"{listed}\nTap “I know – arm anyway”, or type for example: I know.")
    return plan


def wording_of(view: DialogView) -> Wording:
    """How numbers of this market are written."""
    market = view.instrument
    if market is None:
        symbol = entered(view.draft.answers).symbol or ""
        return Wording(escape(symbol.partition("/")[0], quote=False), "USDT")
    return Wording(escape(market.base, quote=False), escape(market.quote, quote=False), market.tick_size)


def review(view: DialogView) -> Message:
    """The whole plan with its findings; the arm button is there only where nothing blocks."""
    plan = to_plan(view.draft.answers, view.instrument, view.market_price)
    found = check(plan, view.context)
    text = review_text(plan, summary(plan, view.context), found, wording_of(view))
    discard = button(view, "Discard", Verb.DISCARD, style=Style.BAD)
    return Message(text, (*arm_row(view, found), *edit_rows(view), (discard,)))


def arm_row(view: DialogView, found: tuple[Finding, ...]) -> Keyboard:
    """Arm, arm anyway, or nothing."""
    if any(finding.severity is Severity.BLOCK for finding in found):
        return ()
    if found:
        return ((button(view, "I know – arm anyway", Verb.ARM, KNOWN, Style.MAIN),),)
    return ((button(view, "Arm", Verb.ARM, style=Style.GOOD),),)


def edit_rows(view: DialogView) -> Keyboard:
    """A button for everything that can be changed."""
    return tuple(tuple(button(view, label, Verb.EDIT, item) for label, item in row) for row in EDITS)


def button(view: DialogView, label: str, verb: Verb, argument: str = "", style: Style = Style.PLAIN) -> Button:
    """A button of this draft, as it stands."""
    return Button(label, Press(verb, view.draft.draft_id, view.draft.version, argument), style=style)
