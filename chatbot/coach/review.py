"""From complete answers to a plan, what the checks say about it, and the card on which it is armed or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Final, TypeVar

from chatbot.coach.answers import DialogView, Entered, Incomplete, Refused, Step, entered, first_open
from chatbot.coach.steps.asking import reference
from chatbot.coach.steps.guarding import structure_fault
from chatbot.coach.steps.objecting import argued
from chatbot.coach.steps.size import allocation_of
from chatbot.coach.steps.terms import expiry_of
from chatbot.coach.summing_up import terms
from chatbot.core.checks import check, summary
from chatbot.core.figures import GAP
from chatbot.core.findings import Finding, Severity, warnings_in
from chatbot.core.money import ZERO
from chatbot.core.plan import Plan, Target, Tier
from chatbot.core.reading_rules import rules
from chatbot.core.reading_triggers import fixed, trigger
from chatbot.messages.findings import Wording, finding_sentence, marked
from chatbot.messages.fitting import LIMIT, Block, sparing
from chatbot.messages.numbers import utc_stamp
from chatbot.messages.review import review_text
from chatbot.messages.values import Button, Keyboard, Message, Press, Style, Verb
from chatbot.messages.wizard import assumptions

T = TypeVar("T")
CUT: Final = "the rest does not fit into one message"
ROOM: Final = 400
"""Characters kept free above a review for what was wrong with the last answer."""
KNOWN: Final = "know"
"""The argument of the arm button that says the warnings were read."""
EDITS: Final = (
    (("1 Allocation", "1"), ("2 Tiers", "2"), ("3 Triggers", "3")),
    (("4 Stop", "4"), ("5 Targets", "5"), ("6 Stop rules", "6")),
    (("Market", "market"), ("Side", "side"), ("Leverage", "leverage")),
    (("Equity", "equity"), ("Margin", "margin"), ("Timeframe", "timeframe")),
    (("Guards", "guards"), ("Expiry", "expiry"), ("Orders", "orders")),
)


def to_plan(view: DialogView) -> Plan:
    """The plan that was talked through, its directions fixed. Raises Incomplete while a question is open."""
    given, market = entered(view.draft.answers), view.instrument
    step = first_open(given)
    if step is not Step.REVIEW or given.symbol is None:
        raise Incomplete(step)
    return Plan(
        exchange=given.exchange,
        symbol=given.symbol,
        side=given.chosen_side,
        leverage=answered(given.leverage, Step.LEVERAGE),
        equity=answered(given.equity, Step.EQUITY),
        allocation_pct=allocation_of(given, reference(view, given)) or ZERO,
        tiers=tiers_of(given, view.market_price),
        stop=answered(given.stop, Step.STOP),
        targets=targets_of(given),
        margin_mode=given.margin,
        trigger_price=given.trigger_price,
        timeframe=given.timeframe,
        guards=given.guards,
        taker_pct=ZERO if market is None else market.taker_fee_pct,
        tick_size=None if market is None else market.tick_size,
        lot_size=None if market is None else market.lot_size,
        expires_at=expiry_of(given, view.now),
        follow=given.follow,
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
    return check(to_plan(view), view.context)


def ready(view: DialogView, argument: str = "") -> Plan | Refused:
    """The plan to arm, or why not: blocks never pass, warnings only with the button that says they are known."""
    plan = to_plan(view)
    found = check(plan, view.context)
    blocking = [finding for finding in found if finding.severity is Severity.BLOCK]
    if blocking:
        return Refused(f"{listed(blocking, wording_of(view))}\nFix it first, for example edit 4.")
    wrong = faults(view, entered(view.draft.answers))
    if wrong:
        return Refused("\n".join(wrong))
    if found and argument != KNOWN:
        return Refused(f"{listed(found, wording_of(view))}\nTap “I know – arm anyway”, or type for example: I know.")
    return plan


def listed(found: Sequence[Finding], wording: Wording) -> str:
    """One finding a line."""
    return "\n".join(marked(finding, wording) for finding in found)


def accepted(view: DialogView) -> tuple[str, ...]:
    """The warnings that arming now accepts, as plain text to be kept with the plan."""
    found = warnings_in(findings_of(view))
    return tuple(finding_sentence(finding, plain_wording(view)).replace(GAP, " ") for finding in found)


def plain_wording(view: DialogView) -> Wording:
    """How numbers of this market are written; base and quote as they are."""
    market = view.instrument
    if market is None:
        symbol = entered(view.draft.answers).symbol or ""
        return Wording(symbol.partition("/")[0], "USDT")
    return Wording(market.base, market.quote, market.tick_size, market.contract_size)


def wording_of(view: DialogView) -> Wording:
    """The same, safe in HTML."""
    plain = plain_wording(view)
    return replace(plain, base=escape(plain.base, quote=False), quote=escape(plain.quote, quote=False))


def review(view: DialogView) -> Message:
    """The whole plan with its findings; the arm button is there only where nothing blocks."""
    plan, given = to_plan(view), entered(view.draft.answers)
    found, words = check(plan, view.context), wording_of(view)
    text = review_text(plan, summary(plan, view.context), (), words, view.known.funding)
    wrong = faults(view, given)
    blocks = (
        Block(tuple(text.split("\n")), CUT),
        Block(tuple(terms(view, given)), ""),
        Block(tuple(assumptions(given.assumed)), CUT),
        Block(tuple(f"💡 {escape(one, quote=False)}" for one in argued(view, given)), CUT),
        Block((*wrong, *(marked(finding, words) for finding in found)), ""),
    )
    rows = () if wrong else arm_row(view, found)
    return Message(sparing(blocks, LIMIT - ROOM), (*rows, *edit_rows(view)))


def faults(view: DialogView, given: Entered) -> tuple[str, ...]:
    """What the plan's terms rule out, as HTML: a structure level no add could come after, an expiry that is over."""
    over = given.expires_at if given.expires_at is not None and given.expires_at <= view.now else None
    expired = (
        ()
        if over is None
        else (f"⛔ The plan would have expired at {utc_stamp(over)} already. Fix it first, for example expiry 24h.",)
    )
    return (*(f"⛔ {escape(one, quote=False)}" for one in structure_fault(view, given)), *expired)


def arm_row(view: DialogView, found: tuple[Finding, ...]) -> Keyboard:
    """Arm, arm anyway, or nothing."""
    if any(finding.severity is Severity.BLOCK for finding in found):
        return ()
    if found:
        return ((button(view, "I know – arm anyway", Verb.ARM, KNOWN, Style.MAIN),),)
    return ((button(view, "Arm", Verb.ARM, style=Style.GOOD),),)


def edit_rows(view: DialogView) -> Keyboard:
    """A button for everything that can be changed, and the way out."""
    rows = tuple(tuple(button(view, label, Verb.EDIT, item) for label, item in row) for row in EDITS)
    last = (button(view, "Fills", Verb.EDIT, "fills"), button(view, "Last or mark", Verb.EDIT, "price"))
    help_ = button(view, "Help", Verb.HELP)
    return (*rows, last, (help_, button(view, "Discard", Verb.DISCARD, style=Style.BAD)))


def button(view: DialogView, label: str, verb: Verb, argument: str = "", style: Style = Style.PLAIN) -> Button:
    """A button of this draft, as it stands."""
    return Button(label, Press(verb, view.draft.draft_id, view.draft.version, argument), style=style)
