"""Whatever happens to a plan, its messages can be sent and never claim what is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.core.inputs import Abandon, CancelTarget, ClockTick, Confirm, CorrectFill, InsistStop, ReportExit, Skip
from chatbot.core.plan import (
    BreakEven,
    Follow,
    Guards,
    Hold,
    LockR,
    ManualTrigger,
    Plan,
    PreviousTarget,
    Resting,
    StopRule,
    Target,
    Tier,
    Trail,
)
from chatbot.core.state import ActionKind
from chatbot.messages.alerts import repeat
from chatbot.messages.checklist import checklist, daily
from chatbot.messages.status import plan_card, status
from chatbot.messages.values import Message
from tests.messages.trading import MINUTE, VIEW, Trade, long_plan, short_plan

PAIRS = (("<b>", "</b>"), ("<code>", "</code>"))
DAY = 24 * 60 * MINUTE
WORDS = "why <b>not</b> & now? " * 60
RULES: tuple[StopRule, ...] = (
    BreakEven(),
    LockR(Decimal(1)),
    LockR(Decimal("0.2")),
    PreviousTarget(),
    Hold(),
    Trail(Decimal(1), step_pct=Decimal("0.25")),
    Trail(distance_r=Decimal("0.5")),
    Trail(distance_atr=Decimal(2)),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["jump", "jump", "jump", "done", "skip", "report"]), st.integers(0, 100)), max_size=25
)


def can_be_sent(message: Message) -> None:
    """At most 4096 characters, well-formed, and labels that are not empty."""
    tags = re.findall("<[^>]*>", message.text)
    assert all((start, end) in PAIRS for start, end in zip(tags[::2], tags[1::2], strict=True))
    assert 0 < len(message.text.encode("utf-16-le")) // 2 <= 4096
    assert all(button.label and len(button.copy or "") <= 256 for row in message.keyboard for button in row)


def step(trade: Trade, what: str, number: int) -> None:
    """One thing that may happen."""
    trade.at += MINUTE
    actions = trade.state.actions
    if what == "jump" or (what != "report" and not actions):
        trade.jump(str(56_000 + 80 * number))
    elif what == "done":
        market = Decimal(60_000) if number % 2 else None
        trade.give(Confirm(actions[number % len(actions)].number, trade.at, market=market))
    elif what == "skip":
        trade.give(Skip(actions[number % len(actions)].number, trade.at))
    else:
        report(trade, number)


def report(trade: Trade, number: int) -> None:
    """Something the user tells unasked, or a day that passes."""
    price = Decimal(59_000 + 20 * number)
    reports = (
        ReportExit(price, trade.at, quantity=Decimal("0.01")),
        InsistStop(price, WORDS, trade.at),
        CancelTarget(number % 3 + 1, WORDS, trade.at),
        CorrectFill(number % 3, price, Decimal("0.03"), trade.at),
        ClockTick(trade.at + DAY if number > 95 else trade.at),
        ReportExit(price, trade.at) if number > 90 else ClockTick(trade.at),
        Abandon(trade.at) if number > 97 else ClockTick(trade.at),
    )
    trade.give(reports[number % len(reports)])


def check(trade: Trade) -> None:
    """Every message about this state can be sent, and no unsure close is claimed."""
    for alert in trade.said:
        can_be_sent(alert.message)
        assert alert.sequence <= trade.state.sequence
    row = (trade.state, VIEW, Decimal(60_100))
    for message in (status([row]), plan_card(*row), checklist(trade.state, VIEW), daily([row])):
        if message is not None:
            can_be_sent(message)
    for action in trade.state.actions:
        message = repeat(trade.state, action.number, VIEW, Decimal(60_100), wanted=True)
        assert message is not None
        can_be_sent(message)
        earlier = [a for a in trade.state.actions if a.kind is ActionKind.CLOSE and a.index < action.index]
        assert not (earlier and action.kind is ActionKind.CLOSE) or "First: did TP" in message.text


def targets_of(plan: Plan, rules: list[StopRule]) -> tuple[Target, ...]:
    """A target for each rule, 700 apart, that close all of it in the end."""
    share = Decimal(100) / len(rules)
    step = Decimal(700 * plan.sign)
    return tuple(Target(60_300 + step * number, share, rule) for number, rule in enumerate(rules, 1))


@given(
    steps=STEPS,
    resting=st.builds(Resting, st.booleans(), st.booleans(), st.booleans()),
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=6),
    data=st.data(),
)
@settings(max_examples=100, deadline=None)
def test_every_message_of_any_trade_can_be_sent(
    steps: list[tuple[str, int]], resting: Resting, rules: list[StopRule], data: st.DataObject
) -> None:
    """Any order of prices, answers and reports, any targets and rules, long and short, assumed and confirmed."""
    make = data.draw(st.sampled_from([long_plan, short_plan]))
    follow = data.draw(st.sampled_from(list(Follow)))
    guards = Guards(add_after_first_target=data.draw(st.booleans()))
    tiers = (*make().tiers[:3], Tier(Decimal(20), ManualTrigger(WORDS)))
    targets = targets_of(make(), rules)
    trade = Trade(make(resting=resting, follow=follow, guards=guards, tiers=tiers, targets=targets))
    trade.jump("60000")
    for what, number in steps:
        step(trade, what, number)
        check(trade)


@given(
    rises=st.lists(st.tuples(st.integers(1, 130), st.booleans(), st.booleans()), min_size=1, max_size=8),
    resting=st.builds(Resting, st.booleans(), st.booleans(), st.booleans()),
    rules=st.lists(st.sampled_from(RULES), min_size=2, max_size=6),
    make=st.sampled_from([long_plan, short_plan]),
)
@example(
    rises=[(10, True, True), (100, False, False)], resting=Resting(), rules=[RULES[-3], Hold(), Hold()], make=long_plan
)
@settings(max_examples=150, deadline=None)
def test_every_way_through_the_targets_can_be_told(
    rises: list[tuple[int, bool, bool]], resting: Resting, rules: list[StopRule], make: Callable[..., Plan]
) -> None:
    """Price only goes the plan's way, in jumps of any size, answered or not: targets, their rules and trail steps."""
    trade = Trade(make(resting=resting, targets=targets_of(make(), rules)))
    trade.enter("60000")
    price = Decimal(60_950) if trade.plan.sign > 0 else Decimal(59_050)
    for size, close, move in rises:
        price += trade.plan.sign * 10 * size
        trade.jump(str(price))
        check(trade)
        for kind, answered in ((ActionKind.CLOSE, close), (ActionKind.MOVE_STOP, move)):
            if answered and trade.state.pending(kind):
                trade.done(kind)
                check(trade)
