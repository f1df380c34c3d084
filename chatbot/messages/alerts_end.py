"""The end of a plan: its result in money and R, what went in and out, and what of it is only assumed."""

from __future__ import annotations

from chatbot.core.events import CloseReason, FillCorrected, Filled, PlanClosed
from chatbot.core.money import ZERO
from chatbot.core.overdue import COOL_DOWN
from chatbot.core.plan import Follow
from chatbot.core.position import ENTRIES
from chatbot.core.state import PlanState
from chatbot.messages.breaches import breaches_line
from chatbot.messages.lines import LEFTOVERS, told
from chatbot.messages.numbers import r_multiple, utc_time
from chatbot.messages.views import Episode, Figures, Spoken, bold
from chatbot.messages.words import CLOSE_WORDS
from chatbot.records import Priority


def plan_closed(episode: Episode, event: PlanClosed) -> Spoken:
    """The result in money and R, what happened, and what is only assumed."""
    figures, after = episode.figures, episode.after
    entered = after.position.entered > 0
    result = f"{figures.signed(event.realised_pnl)}, {r_multiple(event.r_multiple)}" if entered else "nothing entered"
    lines = told(
        bold(f"Plan {figures.view.number} closed: {result}"),
        f"{figures.title} · {CLOSE_WORDS[event.reason]}.",
        history_line(after, figures) if entered else "",
        closed_by_assumption(after, event),
        breaches_line(after),
        cool_down_line(episode, event),
        LEFTOVERS,
    )
    return Spoken(lines, Priority.INFO)


def cool_down_line(episode: Episode, event: PlanClosed) -> str:
    """After a stop: until when a new plan of the same kind is questioned, counted from the stop, not its answer."""
    corrected = isinstance(episode.moments[0].event, FillCorrected)
    until = (episode.after.closing_since or event.at) + COOL_DOWN
    if event.reason is not CloseReason.STOPPED or corrected or event.at >= until:
        return ""
    figures = episode.figures
    what = f"a new {figures.view.base} {figures.plan.side.value}"
    return f"Cool-down until {utc_time(until)}: {what} before then is asked about first."


def history_line(state: PlanState, figures: Figures) -> str:
    """What went in and out, each at its average price."""
    into = [fill for fill in state.fills if fill.kind in ENTRIES and fill.quantity]
    out = [fill for fill in state.fills if fill.kind not in ENTRIES and fill.quantity]
    told_out = f" · out {side_words(out, figures)}" if out else ""
    return f"In {side_words(into, figures)}{told_out}"


def side_words(fills: list[Filled], figures: Figures) -> str:
    """The sum of some fills and their average price."""
    quantity = sum((fill.quantity for fill in fills), ZERO)
    worth = sum((fill.quantity * fill.price for fill in fills), ZERO)
    several = f" on average, {len(fills)} fills" if len(fills) > 1 else ""
    return f"{figures.quantity(quantity)} at {figures.price(worth / quantity)}{several}"


def closed_by_assumption(state: PlanState, event: PlanClosed) -> str:
    """What nobody confirmed is marked so."""
    if state.plan.follow is Follow.ASSUMED:
        return "All fills are assumed, at the price of their event."
    guessed = event.assumed or any(fill.assumed for fill in state.fills)
    return "Assumed: not every close was confirmed. Correct it with /correct." if guessed else ""
