"""Alerts about targets: what to close, what stays open, and where the stop goes then.

A second close of what may already be closed is never suggested: an unanswered close is asked about first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from chatbot.core.events import Filled, FillKind, StopAdvised, TargetHit
from chatbot.core.evolve import evolve, without_action
from chatbot.core.exits import closed_by_hand, missing_before, target_quantity
from chatbot.core.state import Action, ActionKind, Phase, PlanState
from chatbot.core.stops import after_target
from chatbot.messages.buttons import Row, added_command, answers, close_answers, copies, copy_command, stop_answers
from chatbot.messages.checklist import checklist_line
from chatbot.messages.levels import next_line
from chatbot.messages.lines import (
    BY_HAND,
    LEFTOVERS,
    assumed_line,
    at_risk_of,
    exchange_line,
    filled_anyway,
    held_words,
    kept_stop_line,
    share_words,
    stop_change,
    taken_line,
    told,
)
from chatbot.messages.numbers import percent
from chatbot.messages.values import Keyboard
from chatbot.messages.views import Episode, Spoken, bold
from chatbot.records import Priority

CLOSE_PART: Final = 4
MOVE_STOP: Final = 5


def target_hit(episode: Episode, event: TargetHit) -> Spoken:
    """Close the planned part, then move the stop; an earlier close without an answer is asked about first."""
    figures = episode.figures
    earlier = earlier_close(episode.final, event.target)
    state = judged_state(episode)
    items = (CLOSE_PART, MOVE_STOP) if stop_matters(episode, event) else (CLOSE_PART,)
    lines = told(
        bold(target_headline(episode, event, earlier)),
        f"{figures.title} · {part_words(episode, event, earlier)} · reached at {figures.price(event.price)}",
        *target_orders(episode, event, earlier),
        assumed_line(figures.plan),
        *stop_lines(episode, event, state),
        entry_off_line(episode),
        *ahead_lines(episode, event),
        checklist_line(episode.after, figures, *items),
    )
    return Spoken(lines, Priority.TARGET, target_keyboard(episode, event, earlier), head_action(episode, event))


def stop_matters(episode: Episode, event: TargetHit) -> bool:
    """Whether a stop is still to be moved: something stays open, and no exit came with the same update."""
    return event.remaining > 0 and episode.final.phase is Phase.OPEN


def ahead_lines(episode: Episode, event: TargetHit) -> tuple[str, ...]:
    """Which stop the exchange holds and what comes next, unless a later message of this update says it."""
    if episode.overtaken or not stop_matters(episode, event):
        return ()
    return told(exchange_line(episode.final, episode.figures), next_line(episode.after, episode.figures))


def part_words(episode: Episode, event: TargetHit, earlier: Action | None) -> str:
    """The part of all entered that goes here, with that of earlier targets which did not close it."""
    targets = episode.figures.plan.targets
    own = targets[event.target - 1].close_pct
    left = [] if earlier is not None or event.quantity == 0 else left_over(episode.before, event.target)
    if not left or missing_before(episode.before, event.target) <= 0:
        return share_words(own)
    if closed_by_hand(episode.before):
        return f"{share_words(own)}, and what is left of {' and '.join(f'TP{number}' for number in left)}'s part"
    share = own + sum(targets[number - 1].close_pct for number in left)
    names = " and ".join(f"TP{number}'s" for number in left)
    return f"{share_words(share)}: {names} part with it"


def left_over(state: PlanState, target: int) -> list[int]:
    """The earlier targets that had something to close and closed nothing."""
    closed = {fill.index for fill in state.fills if fill.kind is FillKind.TARGET and fill.quantity}
    planned = enumerate(state.plan.targets[: target - 1], 1)
    return [number for number, earlier in planned if earlier.close_pct and number not in closed]


def earlier_close(state: PlanState, target: int) -> Action | None:
    """The oldest close of an earlier target that nobody answered."""
    return next(iter(earlier_closes(state, target)), None)


def earlier_closes(state: PlanState, target: int) -> list[Action]:
    """The closes of earlier targets that nobody answered."""
    return [a for a in state.actions if a.kind is ActionKind.CLOSE and a.index < target]


def judged_state(episode: Episode) -> PlanState:
    """The state the target's stop rule was decided on: after the hit and its assumed fill, before the advice."""
    before_advice = [moment for moment in episode.moments if not isinstance(moment.event, StopAdvised)]
    return before_advice[-1].after


def head_action(episode: Episode, event: TargetHit) -> int:
    """The action the message is about: the close, or the stop move where nothing is to be closed."""
    if event.action:
        return event.action
    advised = last_advice(episode)
    return 0 if advised is None else advised.action


def last_advice(episode: Episode) -> StopAdvised | None:
    """The newest stop of the message."""
    advice = [moment.event for moment in episode.moments if isinstance(moment.event, StopAdvised)]
    return advice[-1] if advice else None


def target_headline(episode: Episode, event: TargetHit, earlier: Action | None) -> str:
    """What to do, with its number; never a number that is not certain."""
    figures, plan = episode.figures, episode.figures.plan
    name = f"TP{event.target} {figures.price(plan.targets[event.target - 1].price)}"
    if earlier is not None:
        return f"{name} reached. First: did TP{earlier.index} close {figures.quantity(earlier.quantity)}?"
    if event.quantity == 0:
        return f"{name} reached: nothing to close"
    if plan.resting.targets:
        return f"{name} reached: {figures.quantity(event.quantity)}. Filled? At what price?"
    return f"Close {figures.quantity(event.quantity)} at {name}"


def target_orders(episode: Episode, event: TargetHit, earlier: Action | None) -> tuple[str, ...]:
    """How to close, what stays open after it, or what depends on the answer that is missing."""
    figures, plan = episode.figures, episode.figures.plan
    if earlier is not None:
        return told(unsure_line(episode, event), BY_HAND)
    if event.quantity == 0:
        return told("Its share rounds down to nothing at this size; the stop rule still applies.")
    left = f"Remaining {figures.quantity(event.remaining)}." if event.remaining else "Nothing stays open after that."
    if not plan.resting.targets:
        return told(f"{left} {BY_HAND}")
    return told(f"{left} {LEFTOVERS}" if event.remaining == 0 else left)


def unsure_line(episode: Episode, event: TargetHit) -> str:
    """The quantities the missing answers decide between: targets fill in order, so the last ones may be undone."""
    figures, state = episode.figures, moment_after(episode)
    earlier = earlier_closes(state, event.target)
    counts = range(len(earlier), -1, -1)
    closes = [target_quantity(answered(state, earlier, count), event.target) for count in counts]
    cases = [
        f"{figures.quantity(quantity)} {case_words(earlier, count)}"
        for quantity, count in zip(closes, counts, strict=True)
    ]
    names = ", ".join(f"TP{action.index}" for action in earlier)
    gap = "\n" if len(earlier) > 1 else " "
    return f"Not answered: {names}.{gap}TP{event.target} closes {', '.join(cases)}: answer first."


def answered(state: PlanState, closes: Sequence[Action], count: int) -> PlanState:
    """The state if the first `count` of these closes were done and the others were not."""
    for close in closes[:count]:
        fill = Filled(FillKind.TARGET, close.index, close.price, close.quantity, close.number, close.at)
        state = evolve(state, fill)
    return without_actions(state, closes[count:])


def case_words(closes: Sequence[Action], count: int) -> str:
    """`if only TP1 was`: the first `count` of these closes were done."""
    if count == len(closes):
        return "if that was closed" if count == 1 else "if they were closed"
    if count == 0:
        return "if not" if len(closes) == 1 else "if none was"
    names = ", ".join(f"TP{close.index}" for close in closes[:count])
    return f"if only {names} {'was' if count == 1 else 'were'}"


def without_actions(state: PlanState, actions: Sequence[Action]) -> PlanState:
    """The state if these had not been asked."""
    for action in actions:
        state = without_action(state, action.number)
    return state


def moment_after(episode: Episode) -> PlanState:
    """The state right after the head of the message."""
    return episode.moments[0].after


def stop_lines(episode: Episode, event: TargetHit, state: PlanState) -> tuple[str, ...]:
    """The new stop with its rule, or why the stop stays."""
    figures = episode.figures
    if not stop_matters(episode, event):
        return ()
    tested = after_target(state, event.price, event.target)
    advised = last_advice(episode)
    if advised is None:
        return told(kept_stop_line(state, figures, event.target, tested))
    if advised.stop != episode.final.stop:
        return told("The stop follows in the next message.")
    risk = rest_line(episode, event, advised.stop)
    if not tested or advised.stop != tested[-1].stop:
        change = stop_change(figures, state.stop, advised.stop)
        return told(f"Then move {change}: {trail_words(episode.after)}.", risk)
    return told(taken_line(state, figures, event.target, tested), risk)


def rest_line(episode: Episode, event: TargetHit, stop: Decimal) -> str:
    """What the new stop keeps of what stays open; silent where an earlier close is unsure."""
    before = episode.before
    if earlier_closes(before, event.target):
        return ""
    left = replace(before.position, quantity=event.remaining)
    return f"On what stays open: {held_words(episode.figures, at_risk_of(before.plan, left, stop))}"


def trail_words(state: PlanState) -> str:
    """The trail in % of price."""
    return "trail" if state.trailing is None else f"trail {percent(state.trailing.distance_pct)} of price"


def entry_off(episode: Episode) -> Action | None:
    """The pending add that this target ended, if there was one."""
    pending = episode.before.pending(ActionKind.ADD)
    return None if pending is None or episode.after.action(pending.number) is not None else pending


def entry_off_line(episode: Episode) -> str:
    """What to do about an add that this target ended."""
    off = entry_off(episode)
    if off is None:
        return ""
    anyway = filled_anyway(episode.figures, off.price, off.quantity)
    return f"Tier {off.index} is off: cancel its order. {anyway}"


def target_keyboard(episode: Episode, event: TargetHit, earlier: Action | None) -> Keyboard:
    """The earlier close's answer first, then this one's, then the stop's."""
    figures, final = episode.figures, episode.final
    close, off = final.action(event.action), entry_off(episode)
    rows: list[Row] = []
    if earlier is not None:
        for asked in earlier_closes(final, event.target + 1):
            rows.extend(close_answers(figures, asked))
    elif close is not None:
        rows.extend(answers(figures, close, rests=figures.plan.resting.targets))
    move = stop_move(episode, event)
    if move is not None:
        rows.extend(stop_answers(figures, move))
    quantity = None if earlier is not None else event.quantity
    rows.extend(copies(figures, quantity, None if move is None else move.price))
    return (*rows, *copy_command("" if off is None else added_command(figures, off.price, off.quantity)))


def stop_move(episode: Episode, event: TargetHit) -> Action | None:
    """The stop move of the message, while it waits for its answer and a stop still matters."""
    advised = last_advice(episode)
    return episode.final.action(advised.action) if advised is not None and stop_matters(episode, event) else None
