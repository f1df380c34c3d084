"""Where every open plan stands, one plan in full, and the list of all plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from chatbot.core.events import FillKind
from chatbot.core.exits import asked_quantity, certainly_open
from chatbot.core.plan import Follow, Plan, TriggerPrice
from chatbot.core.portfolio import portfolio_of
from chatbot.core.state import Action, ActionKind, Phase, PlanState, TierPhase
from chatbot.core.stops import held_risk
from chatbot.messages.alerts_stop import open_words
from chatbot.messages.breaches import breach_lines, breaches_line
from chatbot.messages.buttons import hold_row
from chatbot.messages.checklist import stop_differs
from chatbot.messages.feeds import unreadable_line
from chatbot.messages.fitting import Block, fitted
from chatbot.messages.levels import next_line, pause_line, pause_words
from chatbot.messages.lines import average_line, held_words, share_words, told
from chatbot.messages.numbers import number, percent, r_multiple, utc_stamp, utc_time
from chatbot.messages.portfolio import allocation_line, sum_line
from chatbot.messages.values import Message
from chatbot.messages.views import Figures, PlanView, figures_of, said, sentence
from chatbot.messages.words import CLOSE_WORDS, PHASE_WORDS, TIER_WORDS, r_words, stop_rule_words, trigger_words
from chatbot.records import PlanRow

StatusRow = tuple[PlanState, PlanView, Decimal | None]


def status(states: Sequence[StatusRow], unreadable: Sequence[int] = ()) -> Message:
    """Every open plan in a few lines, what waits for an answer first; a view's `seen_at` tells how old its price is.

    `unreadable` are the numbers of plans that can't be shown.
    """
    if not states and not unreadable:
        return Message("No open plan. /new begins one.")
    title = f"Status · {utc_time(states[0][1].now)}" if states else "Status"
    shown = [status_block(*row) for row in states]
    lost = [Block((unreadable_line(number),), "") for number in unreadable]
    return Message(fitted(title, [*lost, *together_blocks([row[0] for row in states]), *shown]))


def together_blocks(states: Sequence[PlanState]) -> list[Block]:
    """What several open plans commit together; nothing for one."""
    if len(states) < 2:
        return []
    found = portfolio_of(states)
    lines = (allocation_line(found.allocation_pct), *(sum_line(one) for one in found.sums))
    return [Block(lines, "/portfolio for the rest")]


def status_block(state: PlanState, view: PlanView, price: Decimal | None) -> Block:
    """One plan's part of the status, the most important lines first."""
    figures = figures_of(state.plan, view)
    head = f"<b>{figures.title}</b> · {phase_words(state)} · {price_words(figures, price)}"
    position = (*position_lines(state, figures), *result_lines(state, figures, price))
    ahead = (next_line(state, figures, price), pause_line(state, view.now))
    lines = told(head, *open_lines(state, figures), *position, *ahead, breaches_line(state))
    return Block(lines, f"/plan {view.number} for the rest")


def phase_words(state: PlanState) -> str:
    """The phase, with how a closed plan ended."""
    if state.close_reason is None:
        return PHASE_WORDS[state.phase]
    return f"closed: {CLOSE_WORDS[state.close_reason]}"


def price_words(figures: Figures, price: Decimal | None) -> str:
    return "no price" if price is None else f"{mark_word(figures)}{figures.price_seen(price)}"


def mark_word(figures: Figures) -> str:
    """Before a price that is not the last one, so that nobody compares it with that."""
    return "mark " if figures.plan.trigger_price is TriggerPrice.MARK else ""


def open_lines(state: PlanState, figures: Figures) -> Iterator[str]:
    """What is not confirmed."""
    if state.actions:
        asked = ", ".join(action_words(figures, action, asked_quantity(state, action)) for action in state.actions)
        yield f"Unconfirmed: {asked}"


def action_words(figures: Figures, action: Action, quantity: Decimal) -> str:
    """A pending action in a few words."""
    names = {
        ActionKind.ADD: f"add tier {action.index} ({figures.quantity(quantity)})",
        ActionKind.CLOSE: f"close TP{action.index} ({figures.quantity(quantity)})",
        ActionKind.MOVE_STOP: f"stop to {figures.price(action.price)}",
        ActionKind.EXIT: "exit",
        ActionKind.ANSWER: f"question of tier {action.index}",
    }
    return names[action.kind]


def position_lines(state: PlanState, figures: Figures) -> Iterator[str]:
    """Tiers, size, average, stop and what it risks."""
    tiers = f"Tiers {state.tiers_filled} of {len(state.tiers)} in"
    if state.position.quantity == 0:
        yield f"{tiers} · stop {figures.price(state.stop)}"
        return
    weight = percent(state.filled_weight)
    size = f"{open_words(state, figures)} at {figures.price(state.position.average)} on average"
    yield f"{tiers} ({weight} of margin) · {size}"
    unsure = state.pending(ActionKind.CLOSE) is not None
    held = "at risk depends on the unanswered close" if unsure else held_words(figures, held_risk(state))
    yield f"Stop {stop_words(state, figures)} · {held} · {r_line(state, figures)}"


def stop_words(state: PlanState, figures: Figures) -> str:
    """The plan's stop, and the exchange's where that is believed to be another."""
    stop = figures.price(state.stop)
    if stop_differs(state) and state.exchange_stop is not None:
        return f"{stop} (exchange believed to hold {figures.price(state.exchange_stop)})"
    return stop


def r_line(state: PlanState, figures: Figures) -> str:
    """R in price and money."""
    return f"R {figures.price(state.r)} in price = {figures.money(state.r_money)}"


def result_lines(state: PlanState, figures: Figures, price: Decimal | None) -> Iterator[str]:
    """Unrealised where a price is known, and realised, in money and R."""
    if state.position.entered == 0:
        return
    realised = f"realised {figures.signed(state.position.realised)} ({r_multiple(state.r_multiple)})"
    if price is None or state.position.quantity == 0:
        yield sentence(realised)
        return
    yield f"Unrealised {unrealised_words(state, figures, price)} before fees · {realised}"


def unrealised_words(state: PlanState, figures: Figures, price: Decimal) -> str:
    """What is open at this price, before fees; two sums where a close is not answered."""
    each = state.plan.sign * (price - state.position.average)
    gain, surely = each * state.position.quantity, each * certainly_open(state)
    if gain != surely:
        return f"{figures.signed(surely)} to {figures.signed(gain)}"
    return f"{figures.signed(gain)} ({r_multiple(gain / state.r_money)})" if state.r_money else figures.signed(gain)


def plan_card(state: PlanState, view: PlanView, price: Decimal | None) -> Message:
    """The full plan as agreed, and where it stands."""
    figures = figures_of(state.plan, view)
    plan = state.plan
    heading = f"{figures.title} · {phase_words(state)}"
    priced = "no price yet" if price is None else f"{mark_word(figures)}price {figures.price_seen(price)}"
    lines = told(
        f"{escape(plan.symbol)} on {escape(plan.exchange)} · {priced}",
        *open_lines(state, figures),
        *position_lines(state, figures),
        *result_lines(state, figures, price),
        average_line(figures, state.position, state.position) if state.position.quantity else "",
        next_line(state, figures, price),
        pause_line(state, view.now),
        *breach_lines(state),
        "Tiers",
        *(tier_line(state, figures, tier) for tier in range(1, len(state.tiers) + 1)),
        "Targets",
        *(target_line(state, figures, target) for target in range(1, len(plan.targets) + 1)),
        *rule_lines(state, figures),
        *(f"You know: {said(sentence)}" for sentence in state.accepted),
    )
    text = fitted(heading, [Block(lines, "the rest does not fit into one message")])
    target = state.next_target if state.phase is Phase.OPEN else None
    return Message(text, () if target is None else hold_row(figures, target))


def tier_line(state: PlanState, figures: Figures, tier: int) -> str:
    """One tier: weight, trigger, what became of it."""
    planned, now = state.tier(tier), state.tiers[tier - 1]
    words = said(trigger_words(planned.trigger, figures.plan.tick_size))
    return f"{tier} · {percent(planned.weight_pct)} of margin · {words} · {tier_words(state, figures, tier, now.phase)}"


def tier_words(state: PlanState, figures: Figures, tier: int, phase: TierPhase) -> str:
    """What became of a tier, with its numbers."""
    now = state.tiers[tier - 1]
    if phase is TierPhase.FILLED:
        fill = next(f for f in state.fills if f.kind is FillKind.TIER and f.index == tier and f.quantity)
        return f"in: {figures.quantity(fill.quantity)} at {figures.price(fill.price)}"
    if phase is TierPhase.PENDING:
        return f"to confirm: {figures.quantity(now.quantity)} near {figures.price(now.price)}"
    if phase is TierPhase.ARMED and now.paused_until > figures.view.now:
        return f"paused until {utc_time(now.paused_until)}"
    if now.blocked is not None:
        return f"blocked: {now.blocked.value.replace('_', ' ')}"
    return TIER_WORDS[phase]


def target_line(state: PlanState, figures: Figures, target: int) -> str:
    """One target: price, share, stop rule, what became of it."""
    planned = state.target(target)
    reached = " · reached" if target <= state.targets_hit else ""
    gone = " · held past" if target in state.cancelled_targets else reached
    rule = stop_rule_words(planned.stop_rule)
    return f"TP{target} {figures.price(planned.price)} · closes {share_words(planned.close_pct)} · {rule}{gone}"


def rule_lines(state: PlanState, figures: Figures) -> tuple[str, ...]:
    """Margin, stop, guards and orders."""
    plan, guards = state.plan, state.plan.guards
    level = guards.structure_level
    structure = "" if level is None else f" · no add beyond {figures.price(level)}"
    adding = "adding goes on after TP1" if guards.add_after_first_target else "no adding after TP1"
    down = f"averaging down at most {r_words(guards.averaging_down_r)}"
    pause = f" · {pause_words(plan)}" if guards.min_pause_minutes else ""
    return told(
        f"Initial stop {figures.price(plan.stop)} · margin {figures.money(plan.margin)}"
        f" ({percent(plan.allocation_pct)} of equity {figures.money(plan.equity)}) × {number(plan.leverage)}"
        f" {plan.margin_mode.value}",
        watched_line(plan),
        f"Guards: {down} · {adding}{structure}{pause}",
        f"Resting orders: {resting_words(state)}",
        f"Fills: {'assumed' if plan.follow is Follow.ASSUMED else 'as you confirm them'}",
        "" if plan.expires_at is None else f"Expires {utc_stamp(plan.expires_at)} without an entry",
    )


def watched_line(plan: Plan) -> str:
    """Which price decides, where it is not the last one."""
    return "Decided by the mark price" if plan.trigger_price is TriggerPrice.MARK else ""


def resting_words(state: PlanState) -> str:
    """Which orders the plan believes on the exchange."""
    resting = state.plan.resting
    named = (("entries", resting.entries), ("stop", resting.stop), ("targets", resting.targets))
    return ", ".join(name for name, rests in named if rests) or "none"


def plan_list(rows: Sequence[PlanRow]) -> Message:
    """All plans, the newest first, the open ones before the others."""
    if not rows:
        return Message("No plans yet. /new begins one.")
    ordered = sorted(rows, key=lambda row: (row.phase is Phase.CLOSED, -row.number))
    lines = [f"{row.number} · {escape(row.symbol)} · {PHASE_WORDS[row.phase]} · /plan {row.number}" for row in ordered]
    return Message(fitted("Plans", [Block((line,), "") for line in lines], gap="\n"))
