"""Alerts about entering: add, do not add, do not chase, answer, and entries that were overtaken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from chatbot.core.entries import after_add, tier_quantity
from chatbot.core.events import (
    EntryMissed,
    Filled,
    FillKind,
    MissCause,
    QuestionAsked,
    StopReason,
    TierBlocked,
    TierRearmed,
    TierSkipped,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.evolve import evolve
from chatbot.core.position import Position
from chatbot.core.state import ActionKind, PlanState, TierPhase
from chatbot.core.stops import held_risk, judged, least_gap, scale_in_candidates
from chatbot.core.triggers import levels_of
from chatbot.messages.buttons import added_command, answers, copies, copy_command, missed_answers, question_answers
from chatbot.messages.checklist import checklist_line
from chatbot.messages.guards import Offered, chasing, objection_words
from chatbot.messages.levels import next_line
from chatbot.messages.lines import (
    assumed_line,
    at_risk_of,
    average_line,
    exchange_line,
    filled_anyway,
    risk_words,
    scale_in_reason,
    stop_change,
    told,
)
from chatbot.messages.numbers import number, percent
from chatbot.messages.resting import targets_line
from chatbot.messages.values import Keyboard
from chatbot.messages.views import Episode, Figures, Spoken, bold, said
from chatbot.messages.words import trigger_words
from chatbot.records import Priority


def tier_triggered(episode: Episode, event: TierTriggered) -> Spoken:
    """Add now (or: did your order fill), with the stop, the risk and the average this leads to."""
    state, figures = episode.before, episode.figures
    rests = entry_rests(state, event)
    position, stop = after_add(state, event.tier, event.price, event.quantity)
    lines = told(
        bold(add_headline(figures, event, rests=rests)),
        f"{figures.title} · {planned_trigger(figures, event)}",
        said(event.evidence),
        "" if not rests else f"Your resting order: {add_words(figures, event)}. Not filled: tap so.",
        assumed_line(state.plan),
        add_stop_line(episode, event, position, stop),
        targets_line(episode),
        risk_words(figures, held_risk(state), at_risk_of(state.plan, position, stop)),
        average_line(figures, state.position, position),
        exchange_line(state, figures),
        next_line(once_filled(episode, event, stop), figures),
        checklist_line(episode.after, figures, 1 if event.tier == 1 else 2),
    )
    keyboard = add_keyboard(episode, event.action, stop, rests=rests)
    return Spoken(lines, Priority.ADD, keyboard, event.action)


def add_keyboard(episode: Episode, number_: int, stop: Decimal, *, rests: bool) -> Keyboard:
    """Answers while the add waits for one, and exact numbers to copy."""
    action = episode.final.action(number_)
    rows = () if action is None else answers(episode.figures, action, rests=rests)
    quantity = None if action is None else action.quantity
    return (*rows, *copies(episode.figures, quantity, stop))


def entry_rests(state: PlanState, event: TierTriggered) -> bool:
    """Only a level can rest as an order; what a candle or the user decided is done by hand."""
    return state.plan.resting.entries and not event.evidence


def add_headline(figures: Figures, event: TierTriggered, *, rests: bool) -> str:
    """The one line that must be read."""
    if rests:
        return f"Tier {event.tier} reached at {figures.price(event.price)}. Filled? At what price?"
    return f"Add tier {event.tier}: {add_words(figures, event)} near {figures.price(event.price)}"


def add_words(figures: Figures, event: TierTriggered) -> str:
    """`0.0207 BTC (25 % of margin, about 1 250 USDT)`."""
    weight = figures.plan.tiers[event.tier - 1].weight_pct
    about = f"{number(event.price * event.quantity, 0)} {figures.view.quote}"
    return f"{figures.quantity(event.quantity)} ({percent(weight)} of margin, about {about})"


def planned_trigger(figures: Figures, event: TierTriggered) -> str:
    """The tier's condition as it was agreed; what proved it has a line of its own."""
    return said(trigger_words(figures.plan.tiers[event.tier - 1].trigger, figures.plan.tick_size))


def add_stop_line(episode: Episode, event: TierTriggered, position: Position, stop: Decimal) -> str:
    """Where the stop goes once the add is in, and by which rule."""
    state, figures = episode.before, episode.figures
    if event.tier == 1:
        return f"Then set the stop at {figures.price(stop)}: the initial stop of the plan."
    weight = state.filled_weight + state.tier(event.tier).weight_pct
    if stop == state.stop:
        return f"Stop stays at {figures.price(stop)}: {why_stop_stays(episode, event, position, weight)}."
    reason = scale_in_reason(state, event.price, position, weight, stop)
    return f"Then move {stop_change(figures, state.stop, stop)}: {reason}."


def why_stop_stays(episode: Episode, event: TierTriggered, position: Position, weight: Decimal) -> str:
    """Whether a tighter stop lacks room, or none of the candidates is tighter."""
    state, figures = episode.before, episode.figures
    candidates = scale_in_candidates(state, event.price, position, weight)
    stops = [judged(state, event.price, candidate, StopReason.SCALE_IN).stop for candidate in candidates]
    tighter = [stop for stop in stops if state.plan.favours(stop, state.stop)]
    if not tighter:
        return "no scale-in rule gives a tighter one"
    nearest = min(tighter, key=lambda stop: state.plan.sign * stop)
    room = figures.price(least_gap(state.plan, state.r))
    return f"the tighter {figures.price(nearest)} is too close to the market, a stop keeps {room} of room"


def once_filled(episode: Episode, event: TierTriggered, stop: Decimal) -> PlanState:
    """The state to tell the next levels from: the add and its stop move counted as done."""
    after = episode.after
    if after.tiers[event.tier - 1].phase is not TierPhase.PENDING:
        return after
    fill = Filled(FillKind.TIER, event.tier, event.price, event.quantity, event.action, event.at)
    return replace(evolve(after, fill), stop=stop)


def tier_blocked(episode: Episode, event: TierBlocked) -> Spoken:
    """Do not add: by how much, by which rule, and what comes instead."""
    state, figures = episode.before, episode.figures
    off, command = off_lines(state, figures, event.tier, event.price)
    words = objection_words(state, figures, event.reason, judged_offer(state, event))
    lines = told(
        bold(f"Do not add tier {event.tier} at {figures.price(event.price)}: {words.number}"),
        f"{figures.title} · {words.rule}",
        f"Tier {event.tier} is off for good.",
        *off,
        exchange_line(episode.after, figures),
        next_line(episode.after, figures),
        checklist_line(episode.after, figures, 1 if event.tier == 1 else 2),
    )
    return Spoken(lines, Priority.ADD, copy_command(command))


def judged_offer(state: PlanState, event: TierBlocked) -> Offered:
    """What the guard judged: the quantity that was offered, or that would be at this price."""
    tier = state.tiers[event.tier - 1]
    waits = tier.phase is TierPhase.PENDING
    quantity = tier.quantity if waits else tier_quantity(state, event.tier, event.price)
    return Offered(event.tier, event.price, quantity)


def off_lines(state: PlanState, figures: Figures, tier: int, price: Decimal) -> tuple[tuple[str, ...], str]:
    """What to do about an entry that was offered or rests, and what to send if it filled all the same."""
    planned = state.tiers[tier - 1]
    if planned.phase is TierPhase.PENDING:
        cancel = f"The earlier offer of tier {tier} no longer counts: cancel its order."
        price, quantity = planned.price, planned.quantity
    else:
        cancel, quantity = resting_off(state, tier), tier_quantity(state, tier, price)
    if not cancel or not quantity:
        return told(cancel), ""
    return (cancel, filled_anyway(figures, price, quantity)), added_command(figures, price, quantity)


def resting_off(state: PlanState, tier: int) -> str:
    """A resting entry that must not fill any more; only a level can rest as an order."""
    rests = state.plan.resting.entries and any(levels_of(state.plan, state.tier(tier).trigger, state.entry))
    return f"Cancel the resting order of tier {tier}." if rests else ""


def tier_withdrawn(episode: Episode, event: TierWithdrawn) -> Spoken:
    """Do not chase: by how much price is too far, and where the tier counts again."""
    state, figures = episode.before, episode.figures
    off, command = off_lines(state, figures, event.tier, event.price)
    tier = state.tiers[event.tier - 1]
    start = tier.price if tier.phase is TierPhase.PENDING else event.level
    words = chasing(state, figures, event.tier, event.price, start)
    lines = told(
        bold(f"Do not chase tier {event.tier}: {words.number}"),
        f"{figures.title} · {words.rule}",
        *off,
        f"Tier {event.tier} is armed again once price returns to {figures.price(event.level)}.",
        checklist_line(episode.after, figures, 1 if event.tier == 1 else 2),
    )
    return Spoken(lines, Priority.ADD, copy_command(command))


def tier_rearmed(episode: Episode, event: TierRearmed) -> Spoken:
    """Price came back: the tier counts again."""
    figures = episode.figures
    headline = f"Tier {event.tier} is armed again: price is back at {figures.price(event.price)}"
    return Spoken(told(bold(headline), figures.title, next_line(episode.after, figures)), Priority.INFO)


def tier_skipped(episode: Episode, event: TierSkipped) -> Spoken:
    """The user passed on a tier."""
    figures = episode.figures
    cancel = resting_off(episode.before, event.tier)
    what = "skipped" if episode.before.missed is None else "was not entered"
    lines = told(bold(f"Tier {event.tier} {what}"), figures.title, cancel, next_line(episode.after, figures))
    return Spoken(lines, Priority.INFO)


def question_asked(episode: Episode, event: QuestionAsked) -> Spoken:
    """A manual trigger needs the user's eyes."""
    figures = episode.figures
    lines = told(
        bold(f"Tier {event.tier}: {said(event.question)}"),
        f"{figures.title} · yes offers tier {event.tier} at the price of that moment, after the guards.",
        next_line(episode.after, figures),
        checklist_line(episode.after, figures, 1 if event.tier == 1 else 2),
    )
    return Spoken(lines, Priority.ADD, question_answers(figures, event.action), event.action)


def entry_missed(episode: Episode, event: EntryMissed) -> Spoken:
    """The entry was overtaken before it was confirmed: the user may be in, and must hear it first."""
    figures = episode.figures
    action = episode.final.pending(ActionKind.ADD)
    lines = told(
        bold(f"{missed_headline(episode, event)} {missed_order(event.cause)}"),
        f"{figures.title} · tier 1 was not confirmed.",
        f"If you entered: {missed_advice(event)} Check the exchange first, use reduce-only.",
        "No answer within 24 h counts as not entered.",
        checklist_line(episode.after, figures, 1),
    )
    keyboard = () if action is None else missed_answers(figures, action)
    return Spoken(lines, Priority.STOP, keyboard, 0 if action is None else action.number)


def missed_headline(episode: Episode, event: EntryMissed) -> str:
    """What overtook the entry."""
    plan, figures = episode.before.plan, episode.figures
    at = figures.price(event.price)
    match event.cause:
        case MissCause.STOP:
            return f"Stop {figures.price(plan.stop)} reached at {at}."
        case MissCause.TARGET:
            return f"TP1 {figures.price(plan.targets[0].price)} reached at {at}."
        case MissCause.EXPIRY:
            return "The plan expired."
        case unknown:
            assert_never(unknown)


def missed_order(cause: MissCause) -> str:
    """What to do about it, in one breath."""
    order = {
        MissCause.STOP: "exit",
        MissCause.TARGET: "take the target",
        MissCause.EXPIRY: "say so",
    }[cause]
    return f"If you entered: {order}. Cancel a resting entry."


def missed_advice(event: EntryMissed) -> str:
    """What follows from a yes."""
    return {
        MissCause.STOP: "exit all of it now.",
        MissCause.TARGET: "close the part planned for TP1 now.",
        MissCause.EXPIRY: "the plan follows the trade to its end.",
    }[event.cause]
