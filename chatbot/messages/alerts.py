"""What happened to a plan, told as alerts: consecutive events that belong together are one message.

Pure: it reads states and events and decides nothing; the events are the core's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from chatbot.core.events import (
    ActionDropped,
    BreachRecorded,
    EntryMissed,
    Event,
    FillCorrected,
    Filled,
    PlanArmed,
    PlanClosed,
    QuestionAsked,
    ReassessAdvised,
    RiskExceeded,
    StopAdvised,
    StopHit,
    StopMoved,
    TargetCancelled,
    TargetHit,
    TierBlocked,
    TierRearmed,
    TierSkipped,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.evolve import evolve
from chatbot.core.state import PlanState
from chatbot.messages import alerts_breach, alerts_end, alerts_entry, alerts_report, alerts_stop, alerts_target
from chatbot.messages.repeats import repeat
from chatbot.messages.values import Message
from chatbot.messages.views import Alert, Episode, Moment, PlanView, Spoken, figures_of

__all__ = ["Alert", "PlanView", "alerts", "repeat"]

FOLLOWERS: Final[dict[type[Event], tuple[type[Event], ...]]] = {
    TierTriggered: (Filled, StopAdvised),
    TierRearmed: (),
    TierBlocked: (PlanClosed,),
    TierSkipped: (PlanClosed,),
    Filled: (Filled, StopAdvised, RiskExceeded, BreachRecorded, PlanClosed),
    FillCorrected: (RiskExceeded, PlanClosed),
    TargetHit: (Filled, StopAdvised),
    StopHit: (Filled,),
    StopAdvised: (StopAdvised, StopMoved),
    BreachRecorded: (StopMoved, TargetCancelled, ActionDropped),
}
"""What joins the message of the event before it."""
OFFERS: Final = (TierTriggered, TierBlocked, TierWithdrawn)


def alerts(before: PlanState, after: PlanState, events: tuple[Event, ...], view: PlanView) -> tuple[Alert, ...]:
    """One alert for each thing that happened between the two states, in the order it happened."""
    figures = figures_of(after.plan, view)
    episodes = [Episode(moments, after, figures) for moments in grouped(list(moments_of(before, events)))]
    return tuple(alert_of(episode) for episode in episodes)


def moments_of(before: PlanState, events: tuple[Event, ...]) -> Iterator[Moment]:
    """Each event with the states it leads from and to."""
    state = before
    for event in events:
        moment = Moment(event, state, evolve(state, event))
        state = moment.after
        yield moment


def grouped(moments: list[Moment]) -> Iterator[tuple[Moment, ...]]:
    """Runs of moments that are one message; a tier armed again and offered at once is only offered."""
    group: list[Moment] = []
    for moment in moments:
        if group and not joins(group[0].event, moment.event):
            yield tuple(group)
            group = []
        if group and isinstance(group[0].event, TierRearmed):
            group = []
        group.append(moment)
    if group:
        yield tuple(group)


def joins(head: Event, event: Event) -> bool:
    """Whether `event` belongs to the message that `head` began."""
    if isinstance(head, TierRearmed):
        return isinstance(event, OFFERS) and event.tier == head.tier
    return isinstance(event, FOLLOWERS.get(type(head), ()))


def alert_of(episode: Episode) -> Alert:
    """The message of one episode, numbered by the event it begins with."""
    spoken = spoken_of(episode)
    message = Message("\n".join(spoken.lines), spoken.keyboard)
    return Alert(message, spoken.priority, episode.moments[0].after.sequence, spoken.action)


def spoken_of(episode: Episode) -> Spoken:
    """The head decides; where the plan closed with it, the result comes first."""
    head, last = episode.moments[0].event, episode.moments[-1].event
    spoken = spoken_head(episode, head)
    if not isinstance(last, PlanClosed) or head is last:
        return spoken
    closed = alerts_end.plan_closed(episode, last)
    cause = spoken.lines[0].removeprefix("<b>").removesuffix("</b>")
    causes = alerts_report.fills_told(episode) or (cause,)
    return Spoken((*closed.lines[:2], *causes, *closed.lines[2:]), closed.priority)


def spoken_head(episode: Episode, event: Event) -> Spoken:
    """Every kind of event has one voice."""
    match event:
        case TierTriggered():
            return alerts_entry.tier_triggered(episode, event)
        case TierBlocked():
            return alerts_entry.tier_blocked(episode, event)
        case TierWithdrawn():
            return alerts_entry.tier_withdrawn(episode, event)
        case TierRearmed():
            return alerts_entry.tier_rearmed(episode, event)
        case TierSkipped():
            return alerts_entry.tier_skipped(episode, event)
        case QuestionAsked():
            return alerts_entry.question_asked(episode, event)
        case EntryMissed():
            return alerts_entry.entry_missed(episode, event)
        case TargetHit():
            return alerts_target.target_hit(episode, event)
        case StopHit():
            return alerts_stop.stop_hit(episode, event)
        case StopAdvised():
            return alerts_stop.stop_advised(episode, event)
        case ReassessAdvised():
            return alerts_stop.reassess(episode, event)
        case _:
            return spoken_report(episode, event)


def spoken_report(
    episode: Episode,
    event: Filled
    | FillCorrected
    | StopMoved
    | TargetCancelled
    | BreachRecorded
    | RiskExceeded
    | ActionDropped
    | PlanArmed
    | PlanClosed,
) -> Spoken:
    """What follows a report of the user, and the two ends of a plan."""
    match event:
        case Filled():
            return alerts_report.filled(episode, event)
        case FillCorrected():
            return alerts_report.fill_corrected(episode, event)
        case StopMoved():
            return alerts_report.stop_moved(episode, event)
        case TargetCancelled():
            return alerts_breach.target_cancelled(episode, event)
        case BreachRecorded():
            return alerts_breach.breach_recorded(episode, event)
        case RiskExceeded():
            return alerts_report.risk_exceeded(episode, event)
        case ActionDropped():
            return alerts_report.action_dropped(episode, event)
        case PlanArmed():
            return alerts_report.plan_armed(episode, event)
        case PlanClosed():
            return alerts_end.plan_closed(episode, event)
        case unknown:
            assert_never(unknown)
