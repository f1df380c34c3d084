"""Alerts about rules broken on purpose: a looser stop, holding past a target, an add outside the plan (RULES 5)."""

from __future__ import annotations

from typing import assert_never

from chatbot.core.events import BreachKind, BreachRecorded, Filled, FillKind, TargetCancelled
from chatbot.core.plan import Hold
from chatbot.core.position import money_at_risk
from chatbot.messages.alerts_target import CLOSE_PART, MOVE_STOP
from chatbot.messages.breaches import guard_of, reason_of
from chatbot.messages.checklist import checklist_line
from chatbot.messages.guards import Offered, objection_words
from chatbot.messages.levels import next_line
from chatbot.messages.lines import exchange_line, held_words, share_words, told
from chatbot.messages.resting import targets_line
from chatbot.messages.views import Episode, Spoken, bold, said
from chatbot.messages.words import stop_rule_words
from chatbot.records import Priority


def breach_of(episode: Episode) -> BreachRecorded | None:
    """The breach that belongs to this report, if it is one."""
    return next((m.event for m in episode.moments if isinstance(m.event, BreachRecorded)), None)


def breach_line(episode: Episode) -> str:
    """That a breach was recorded, with the user's reason."""
    breach = breach_of(episode)
    if breach is None:
        return ""
    reason = reason_of(breach)
    return f"Recorded as a breach of the plan: {said(reason)}" if reason else "Recorded as a breach of the plan."


def guard_lines(episode: Episode, event: Filled) -> tuple[str, ...]:
    """What a guard would have said of an add outside the plan, with its numbers."""
    breach, state, figures = breach_of(episode), episode.before, episode.figures
    if breach is None or event.kind is not FillKind.OUTSIDE:
        return ()
    if state.targets_hit and not state.plan.guards.add_after_first_target:
        return (f"As a tier it would be refused: the scale-in ended with TP{state.targets_hit}.",)
    guard = guard_of(breach)
    if guard is None:
        return ()
    words = objection_words(state, figures, guard, Offered(0, event.price, event.quantity))
    return (f"As a tier it would be refused: {words.number}. {words.rule}",)


def target_cancelled(episode: Episode, event: TargetCancelled) -> Spoken:
    """A target that will not be taken: what stays open there, and what goes with it."""
    figures = episode.figures
    lines = told(
        bold(held_headline(episode, event.target)),
        f"{figures.title}{passed_over(episode, event.target)}",
        order_off_line(episode, event.target),
        targets_line(episode),
        next_line(episode.after, figures),
    )
    return Spoken(lines, Priority.INFO)


def held_headline(episode: Episode, target: int) -> str:
    """`TP2 62 500 held past: 35 % of all entered stays open until TP3 64 000`."""
    figures, after, plan = episode.figures, episode.after, episode.figures.plan
    planned, later = plan.targets[target - 1], range(target + 1, len(plan.targets) + 1)
    following = next((number for number in later if number not in after.cancelled_targets), None)
    until = "the stop" if following is None else f"TP{following} {figures.price(plan.targets[following - 1].price)}"
    share = share_words(planned.close_pct)
    return f"TP{target} {figures.price(planned.price)} held past: {share} stays open until {until}"


def passed_over(episode: Episode, target: int) -> str:
    """The stop rule that goes with the target."""
    rule = episode.figures.plan.targets[target - 1].stop_rule
    return "" if isinstance(rule, Hold) else f" · its stop rule goes with it ({stop_rule_words(rule)})."


def order_off_line(episode: Episode, target: int) -> str:
    """The order that must not fill any more."""
    return f"Cancel the resting order of TP{target}." if episode.figures.plan.resting.targets else ""


def breach_recorded(episode: Episode, event: BreachRecorded) -> Spoken:
    """A rule was broken on purpose; the plan's own stop or target is said again."""
    figures, after = episode.figures, episode.after
    cancelled = next((m.event for m in episode.moments if isinstance(m.event, TargetCancelled)), None)
    lines = told(
        bold(breach_headline(episode, event)),
        figures.title if cancelled is None else f"{figures.title}{passed_over(episode, cancelled.target)}",
        breach_line(episode),
        "" if cancelled is None else order_off_line(episode, cancelled.target),
        targets_line(episode),
        exchange_line(after, figures),
        next_line(after, figures),
        checklist_line(after, figures, MOVE_STOP if event.kind is BreachKind.LOOSENED_STOP else CLOSE_PART),
    )
    return Spoken(lines, Priority.INFO)


def breach_headline(episode: Episode, event: BreachRecorded) -> str:
    """Which rule, with what the plan says."""
    match event.kind:
        case BreachKind.LOOSENED_STOP:
            return loosened_headline(episode)
        case BreachKind.GREEDY_HOLD:
            return held_headline(episode, held_target(episode))
        case BreachKind.OUTSIDE_ADD:
            return "Added outside the plan"
        case unknown:
            assert_never(unknown)


def loosened_headline(episode: Episode) -> str:
    """Both stops, and what the looser one puts at risk."""
    figures, after = episode.figures, episode.after
    held = after.exchange_stop or after.stop
    at_risk = held_words(figures, money_at_risk(after.plan, after.position, held))
    return f"Looser stop noted: {figures.price(held)}, {at_risk}. The plan's stop stays {figures.price(after.stop)}"


def held_target(episode: Episode) -> int:
    """The target that is held past: one that was cancelled ahead, else the one whose close was dropped."""
    cancelled = [m.event.target for m in episode.moments if isinstance(m.event, TargetCancelled)]
    return cancelled[0] if cancelled else episode.after.targets_hit
