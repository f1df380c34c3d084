"""The conversation that builds a plan, as a pure state machine over a draft's stored answers.

A button answers with the same text a person would type, so both go one way. A wrong answer changes nothing. Every
state is in the draft: the next answer continues wherever the last one left off, whatever happened in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Final

from chatbot.coach import assuming
from chatbot.coach.answers import (
    OPTIONAL,
    ORDER,
    Answered,
    Defaults,
    DialogView,
    Entered,
    Refused,
    Reply,
    Resolve,
    Step,
    Wanted,
    entered,
    first_open,
    is_open,
)
from chatbot.coach.choosing import chosen_text, keyboard
from chatbot.coach.review import CUT, KNOWN, review
from chatbot.coach.steps import exits, guarding, market, pace, size, stop, targets, terms, tiers
from chatbot.coach.steps.asking import Ask, Asking
from chatbot.coach.stored import Answers, exact
from chatbot.coach.summing_up import agreed, facts
from chatbot.core.reading import Unreadable, cleaned, quoted
from chatbot.core.timeframes import Timeframe
from chatbot.messages import wizard
from chatbot.messages.fitting import LIMIT, Block, length
from chatbot.messages.values import Message, Verb

STEPS: Final[dict[Step, Asking]] = {
    Step.SIDE: market.SIDE,
    Step.LEVERAGE: market.LEVERAGE,
    Step.EQUITY: size.EQUITY,
    Step.ALLOCATION: size.ALLOCATION,
    Step.WEIGHTS: tiers.WEIGHTS_STEP,
    Step.TRIGGER: tiers.TRIGGER_STEP,
    Step.STOP: stop.STOP_STEP,
    Step.TARGETS: targets.TARGETS_STEP,
    Step.CLOSES: exits.CLOSES_STEP,
    Step.RULES: exits.RULES_STEP,
    Step.RESTING: exits.RESTING_STEP,
    Step.TIMEFRAME: pace.TIMEFRAME_STEP,
    Step.MARGIN: terms.MARGIN_STEP,
    Step.TRIGGER_PRICE: terms.TRIGGER_PRICE_STEP,
    Step.GUARDS: guarding.GUARDS_STEP,
    Step.EXPIRY: terms.EXPIRY_STEP,
    Step.FOLLOWING: terms.FOLLOWING_STEP,
}
ITEMS: Final = {
    "1": Step.ALLOCATION, "allocation": Step.ALLOCATION, "risk": Step.ALLOCATION,
    "2": Step.WEIGHTS, "tiers": Step.WEIGHTS, "weights": Step.WEIGHTS,
    "3": Step.TRIGGER, "triggers": Step.TRIGGER,
    "4": Step.STOP, "stop": Step.STOP,
    "5": Step.TARGETS, "targets": Step.TARGETS, "closes": Step.CLOSES,
    "6": Step.RULES, "rules": Step.RULES,
    "market": Step.MARKET,
    "side": Step.SIDE,
    "leverage": Step.LEVERAGE,
    "equity": Step.EQUITY,
    "orders": Step.RESTING,
    "timeframe": Step.TIMEFRAME, "tf": Step.TIMEFRAME,
    "margin": Step.MARGIN,
    "price": Step.TRIGGER_PRICE,
    "guards": Step.GUARDS, "structure": Step.GUARDS, "pause": Step.GUARDS, "averaging": Step.GUARDS,
    "expiry": Step.EXPIRY,
    "following": Step.FOLLOWING, "fills": Step.FOLLOWING,
}  # fmt: skip
NAMED_WITHIN: Final = frozenset({"risk", "structure", "pause", "averaging"})
"""Items whose name is a part of the answer: `pause 15m` is what the step itself reads."""
COMMANDS: Final = {
    "help": Wanted(Verb.HELP),
    "?": Wanted(Verb.HELP),
    "cancel": Wanted(Verb.CANCEL),
    "discard": Wanted(Verb.DISCARD),
}
ARMING: Final = {
    "arm": Wanted(Verb.ARM),
    "i know": Wanted(Verb.ARM, KNOWN),
    "arm anyway": Wanted(Verb.ARM, KNOWN),
    "i know – arm anyway": Wanted(Verb.ARM, KNOWN),
    "i know - arm anyway": Wanted(Verb.ARM, KNOWN),
}
FRAME: Final = re.compile(r"(?:timeframe|tf)\s+\S.*", re.IGNORECASE)
EDIT: Final = re.compile(r"(?:edit\s+)?(?P<item>\w+)(?:\s*:?\s+(?P<answer>\S.*))?", re.IGNORECASE)
KEEP: Final = "keep"
REVIEW_HELP: Final = (
    "Read the plan once more. Arm starts the watch; I never place an order. To change something, tap its button, or "
    "type for example edit 4, or at once stop 59000, risk 1%, expiry 24h, margin cross, price mark, pause 15m."
)
MOVED_ON: Final = Refused("The chart has moved on since that was proposed. Here is what it shows now.")


def start(defaults: Defaults) -> Answers:
    """A new draft's answers: only what is known before the first question, which is the market."""
    equity = None if defaults.equity is None else exact(defaults.equity)
    return {"exchange": defaults.exchange, "remembered": equity, "timeframe": Timeframe.M15.value}


def question(view: DialogView, refusal: Refused | None = None) -> Message:
    """The card as it stands: progress, the question at hand, answers to tap; the refusal of the last answer on top."""
    given = entered(view.draft.answers)
    step = current(view, given)
    if step is Step.REVIEW:
        shown = review(view)
        return Message(refused_above(refusal.sentence, shown.text), shown.keyboard) if refusal else shown
    ask = ask_of(step)(view, given)
    reasons = wizard.reasons([choice.reason for row in ask.choices for choice in row if choice.why])
    blocks = (
        Block(tuple(facts(view, given)), ""),
        Block(tuple(wizard.assumptions(given.assumed)), CUT),
        Block(tuple(wizard.progress(agreed(view, given), item_of(step))), CUT),
        Block(tuple(asked(ask, refusal)), ""),
        Block(tuple(reasons), CUT),
    )
    return wizard.card("New plan", blocks, keyboard(view, ask, kept=has_answer(step, given), refusal=refusal))


def refused_above(sentence: str, shown: str) -> str:
    """The refusal above a review; where both are too long, its last line: what it lists stands below as well."""
    whole = f"{sentence}\n\n{shown}"
    return whole if length(whole) <= LIMIT else f"{sentence.splitlines()[-1]}\n\n{shown}"


def asked(ask: Ask, refusal: Refused | None) -> list[str]:
    """What was wrong, what the chart advises, the question."""
    lines = [] if refusal is None else [f"❗ {refusal.sentence}"]
    lines += [f"💡 {escape(advice, quote=False)}" for advice in ask.advice]
    return [*lines, f"<b>{escape(ask.question, quote=False)}</b>", f"<i>{escape(ask.why, quote=False)}</i>"]


def current(view: DialogView, given: Entered) -> Step:
    """The step the draft stands at; a review is only shown once nothing is open."""
    return first_open(given) if view.step is Step.REVIEW else view.step


def ask_of(step: Step) -> Callable[[DialogView, Entered], Ask]:
    """Who puts the question."""
    return market.ask_market if step is Step.MARKET else STEPS[step].ask


def item_of(step: Step) -> int:
    """The checklist's item a step belongs to; 0 for what is on none."""
    return STEPS[step].item if step in STEPS else 0


def has_answer(step: Step, given: Entered) -> bool:
    """Whether there is an answer to keep at this step."""
    if step is Step.TRIGGER:
        return given.tier <= len(given.triggers)
    return step in OPTIONAL or not is_open(step, given)


def tapped(view: DialogView, argument: str, resolve: Resolve) -> Reply:
    """What a tapped answer does: the same as its text, typed."""
    given = entered(view.draft.answers)
    step = current(view, given)
    offered = () if step is Step.REVIEW else ask_of(step)(view, given).choices
    text = chosen_text(argument, offered)
    return MOVED_ON if text is None else answer(view, text, resolve)


def answer(view: DialogView, text: str, resolve: Resolve) -> Reply:
    """What a typed text, or the text of a tapped button, does at the draft's step."""
    try:
        words = cleaned(text, len(text)).casefold()
        reply = command(view, words, resolve) or read(view, text, words, resolve)
    except market.NoMarket as none:
        return Refused(escape(none.sentence, quote=False), none.suggestions)
    except Unreadable as unreadable:
        return Refused(escape(unreadable.sentence, quote=False))
    return replace(reply, answers=pace.paced(view, reply.answers)) if isinstance(reply, Answered) else reply


def command(view: DialogView, words: str, resolve: Resolve) -> Reply | None:
    """Words that mean the same at every step, or at the review."""
    given = entered(view.draft.answers)
    if words == "back":
        return back(view)
    if words in COMMANDS:
        return COMMANDS[words]
    step = current(view, given)
    if FRAME.fullmatch(words) and step is not Step.TIMEFRAME:
        framed = {**view.draft.answers, **pace.read_timeframe(view, given, words)}
        return Answered(assuming.answered(framed, Step.TIMEFRAME, given.tier), step)
    if step is not Step.REVIEW:
        return None
    if words in ARMING:
        return ARMING[words]
    found = EDIT.fullmatch(words)
    if found and found["item"] in ITEMS:
        return edited(view, found, resolve)
    raise Unreadable(f"{quoted(words)} is nothing I can do here; type arm, discard, or for example edit 4.")


def edited(view: DialogView, found: re.Match[str], resolve: Resolve) -> Reply:
    """`edit 4`, `stop 59000`: one item opened, and answered at once where the answer stands there as well."""
    item, rest = found["item"], found["answer"]
    opened = edit(view, item)
    if rest is None or not isinstance(opened, Answered):
        return opened
    text = f"{item} {rest}" if item in NAMED_WITHIN else rest
    draft = replace(view.draft, answers=opened.answers, step=opened.step)
    return read(replace(view, draft=draft), text, text, resolve)


def read(view: DialogView, text: str, words: str, resolve: Resolve) -> Answered:
    """The answer to the question at hand."""
    given = entered(view.draft.answers)
    step = current(view, given)
    if words == KEEP and has_answer(step, given):
        changes: Answers = {"tier": str(given.tier + 1)} if step is Step.TRIGGER else {}
    elif step is Step.MARKET:
        changes = market.read_market(view, given, text, resolve)
    else:
        changes = STEPS[step].read(view, given, text)
    said = {**view.draft.answers, **changes}
    return follow(said if words == KEEP else assuming.answered(said, step, given.tier), step)


def follow(answers: Answers, step: Step) -> Answered:
    """The step after an answer: the next tier, the next question, or back to the review after an edit."""
    given = entered(answers)
    if step is Step.MARKET and given.symbol is None:
        return Answered(answers, Step.MARKET)
    if step is Step.TRIGGER and given.tier <= len(given.weights):
        return Answered(answers, Step.TRIGGER)
    if given.editing and step is Step.TARGETS:
        return Answered(answers, Step.CLOSES)
    following = first_open(given) if given.editing or step in OPTIONAL else ORDER[ORDER.index(step) + 1]
    return arrived(answers, following)


def arrived(answers: Answers, step: Step) -> Answered:
    """The answers as the step finds them: triggers begin with the first that is open; a review ends the editing."""
    given = entered(answers)
    if step is Step.REVIEW:
        rest = {name: value for name, value in answers.items() if name != "editing"}
        return Answered(rest, Step.REVIEW)
    if step is Step.TRIGGER:
        tier = len(given.triggers) + 1 if is_open(step, given) else 1
        return Answered({**answers, "tier": str(tier)}, step)
    return Answered(answers, step)


def back(view: DialogView) -> Answered:
    """One question back, nothing forgotten; out of an edit, to the review."""
    answers, given = view.draft.answers, entered(view.draft.answers)
    step = current(view, given)
    if step is Step.TRIGGER and given.tier > 1:
        return Answered({**answers, "tier": str(given.tier - 1)}, step)
    if step in OPTIONAL or (given.editing and first_open(given) is Step.REVIEW):
        return arrived(answers, Step.REVIEW)
    before = ORDER[max(0, ORDER.index(step) - 1)]
    if before is Step.TRIGGER:
        return Answered({**answers, "tier": str(max(1, len(given.weights)))}, before)
    return Answered(answers, before)


def edit(view: DialogView, item: str) -> Reply:
    """Go to one item of the finished plan and come back to the review; "1" to "6", or market, side and so on."""
    step = ITEMS.get(item)
    if step is None:
        return Refused(f"There is no item {escape(quoted(item), quote=False)}; items are 1 to 6, for example edit 4.")
    return Answered({**view.draft.answers, "editing": "yes", "tier": "1"}, step)


def help_text(step: Step) -> str:
    """More about a question, as HTML."""
    words = {Step.MARKET: market.MARKET_HELP, Step.REVIEW: REVIEW_HELP}.get(step) or STEPS[step].help
    return escape(words, quote=False)
