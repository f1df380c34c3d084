"""Alerts about the stop: it was hit, it moves, or price goes against tier 1.

What may already be closed is asked about, and an unsure quantity is told as a range.
"""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.events import ReassessAdvised, StopAdvised, StopHit, StopReason
from chatbot.core.exits import ALL_TARGETS, REASSESS_R, certainly_open
from chatbot.core.state import ActionKind, Phase, PlanState
from chatbot.core.stops import held_risk
from chatbot.messages.alerts_target import CLOSE_PART, MOVE_STOP, earlier_closes, last_advice, moment_after, trail_words
from chatbot.messages.buttons import Row, added_command, answers, close_answers, copies, copy_command
from chatbot.messages.checklist import checklist_line, stop_differs
from chatbot.messages.levels import next_line
from chatbot.messages.lines import BY_HAND, assumed_line, exchange_line, filled_anyway, risk_words, stop_change, told
from chatbot.messages.numbers import number
from chatbot.messages.values import Keyboard
from chatbot.messages.views import Episode, Figures, Spoken, bold
from chatbot.messages.words import STOP_WORDS, r_words
from chatbot.records import Priority


def stop_hit(episode: Episode, event: StopHit) -> Spoken:
    """All that is open goes; what is unsure is asked, never claimed."""
    state, figures = episode.before, episode.figures
    rests = stop_rests(state, event)
    lines = told(
        bold(stop_headline(episode, event, rests=rests)),
        f"{figures.title} · {stop_why(episode, event)}",
        unsure_line(moment_after(episode), figures),
        f"If anything is still open, exit by hand. {BY_HAND}" if rests else BY_HAND,
        entered_line(state, figures),
        exchange_line(state, figures),
        assumed_line(figures.plan),
        checklist_line(episode.after, figures, *exit_items(state)),
    )
    return Spoken(lines, Priority.STOP, stop_keyboard(episode, event, rests=rests), event.action)


def exit_items(state: PlanState) -> tuple[int, ...]:
    """An exit is no line of the checklist, but closes that wait for an answer are."""
    return (CLOSE_PART,) if earlier_closes(state, ALL_TARGETS) else ()


def stop_rests(state: PlanState, event: StopHit) -> bool:
    """Whether an order on the exchange should have filled: only if price reached the stop it is believed to hold."""
    if not state.plan.resting.stop or state.phase is Phase.CLOSING:
        return False
    return not stop_differs(state) or state.plan.touched(event.price, state.exchange_stop or state.stop)


def stop_headline(episode: Episode, event: StopHit, *, rests: bool) -> str:
    """Exit now, or: did the stop order fill."""
    state, figures = episode.before, episode.figures
    stop, at = figures.price(state.stop), figures.price(event.price)
    if rests:
        return f"Stop {stop} reached at {at}: {open_words(moment_after(episode), figures)}. Filled? At what price?"
    if state.phase is Phase.CLOSING:
        return f"Exit now: {open_words(moment_after(episode), figures)}. It is still open"
    return f"Exit now: {open_words(moment_after(episode), figures)}. Stop {stop} reached at {at}"


def open_words(state: PlanState, figures: Figures) -> str:
    """What is open: one quantity, or the range that an unanswered close leaves."""
    surely, at_most = certainly_open(state), state.position.quantity
    if surely == at_most:
        return figures.quantity(at_most)
    return f"{number(surely, 8)} to {figures.quantity(at_most)}"


def stop_why(episode: Episode, event: StopHit) -> str:
    """The rule: everything open goes at the stop."""
    state, figures = episode.before, episode.figures
    if state.phase is Phase.CLOSING:
        return f"the stop was reached at {figures.price(event.price)}"
    if earlier_closes(state, ALL_TARGETS):
        return "all that is open goes"
    asked = moment_after(episode).action(event.action)
    price = event.price if asked is None else asked.price
    result = state.plan.sign * (price - state.position.average) * state.position.quantity
    return f"all that is open goes, about {figures.signed(result)} on it before fees"


def unsure_line(state: PlanState, figures: Figures) -> str:
    """Closes nobody answered: they decide how much there is to exit."""
    closes = earlier_closes(state, ALL_TARGETS)
    if not closes:
        return ""
    asked = ", ".join(f"TP{action.index} ({figures.quantity(action.quantity)})" for action in closes)
    return f"Not answered: {asked}. So {open_words(state, figures)} is open: look before you exit."


def entered_line(state: PlanState, figures: Figures) -> str:
    """An add that was offered and may be in."""
    pending = state.pending(ActionKind.ADD)
    if pending is None:
        return ""
    quantity = figures.quantity(pending.quantity)
    anyway = filled_anyway(figures, pending.price, pending.quantity)
    return f"Tier {pending.index} ({quantity}) is off: cancel its order. {anyway} and exit that too."


def stop_keyboard(episode: Episode, event: StopHit, *, rests: bool) -> Keyboard:
    """The exit's answer, then those of closes nobody answered."""
    figures, final = episode.figures, episode.final
    action = final.action(event.action)
    closes, pending = earlier_closes(final, ALL_TARGETS), episode.before.pending(ActionKind.ADD)
    unsure = unsure_exit(final)
    rows: list[Row] = [] if action is None else list(answers(figures, action, rests=rests, unsure=unsure))
    for close in closes:
        rows.extend(close_answers(figures, close))
    if action is not None and unsure is None:
        rows.extend(copies(figures, action.quantity, None))
    return (*rows, *copy_command("" if pending is None else added_command(figures, pending.price, pending.quantity)))


def unsure_exit(state: PlanState) -> Decimal | None:
    """What "done" would record of an exit while closes are unanswered; None where everything goes for certain."""
    if not earlier_closes(state, ALL_TARGETS):
        return None
    return certainly_open(state) or state.position.quantity


def stop_advised(episode: Episode, event: StopAdvised) -> Spoken:
    """Move the stop: a trail step, several on one price being one message, or the user's own tighter stop."""
    figures, before, after = episode.figures, episode.before, episode.after
    advised = last_advice(episode) or event
    own = advised.reason is StopReason.USER
    why = trail_words(after) if advised.reason is StopReason.TRAIL else STOP_WORDS[advised.reason]
    ahead = () if episode.overtaken else told(exchange_line(after, figures), next_line(after, figures))
    lines = told(
        bold(f"{'Your' if own else 'Move'} {stop_change(figures, before.stop, advised.stop)}"),
        f"{figures.title} · {why}",
        "" if earlier_closes(after, ALL_TARGETS) else risk_words(figures, held_risk(before), held_risk(after)),
        assumed_line(figures.plan),
        *ahead,
        checklist_line(after, figures, MOVE_STOP),
    )
    action = episode.final.action(advised.action)
    rows = () if action is None else answers(figures, action, rests=False)
    copied = copies(figures, None, advised.stop)
    return Spoken(lines, Priority.INFO if own else Priority.STOP_MOVE, (*rows, *copied), advised.action)


def reassess(episode: Episode, event: ReassessAdvised) -> Spoken:
    """Half an R against tier 1: reassess or exit."""
    state, figures = episode.before, episode.figures
    entry = state.entry or event.price
    against = state.plan.sign * (entry - event.price) / state.r
    lines = told(
        bold(f"Reassess or exit tier 1: {figures.price(event.price)} is {r_words(against)} against it"),
        f"{figures.title} · tier 1 at {figures.price(entry)}; the rule speaks at {r_words(REASSESS_R)}.",
        f"Open {figures.quantity(state.position.quantity)} · stop {figures.price(state.stop)}"
        f" · at risk {figures.money(held_risk(state))}",
        f"To exit by hand: {BY_HAND} Then /exited.",
        exchange_line(state, figures),
        next_line(episode.after, figures),
        checklist_line(episode.after, figures, 3),
    )
    copied = copies(figures, state.position.quantity, None)
    return Spoken(lines, Priority.STOP_MOVE, copied)
