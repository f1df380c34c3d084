"""Whatever happens to a plan, its messages can be sent and never claim what is not known."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core.inputs import Abandon, CancelTarget, ClockTick, Confirm, CorrectFill, InsistStop, ReportExit, Skip
from chatbot.core.plan import Follow, Guards, ManualTrigger, Resting, Tier
from chatbot.core.state import ActionKind
from chatbot.messages.alerts import repeat
from chatbot.messages.checklist import checklist, daily
from chatbot.messages.status import plan_card, status
from chatbot.messages.values import Message
from tests.messages.trading import MINUTE, VIEW, Trade, long_plan, short_plan

DAY = 24 * 60 * MINUTE
WORDS = "why <b>not</b> & now? " * 60
STEPS = st.lists(
    st.tuples(st.sampled_from(["jump", "jump", "jump", "done", "skip", "report"]), st.integers(0, 100)), max_size=25
)


def can_be_sent(message: Message) -> None:
    """At most 4096 characters, well-formed, and labels that are not empty."""
    tags = re.findall("<[^>]*>", message.text)
    assert tags == ["<b>", "</b>"] * (len(tags) // 2)
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


@given(steps=STEPS, resting=st.builds(Resting, st.booleans(), st.booleans(), st.booleans()), data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_message_of_any_trade_can_be_sent(
    steps: list[tuple[str, int]], resting: Resting, data: st.DataObject
) -> None:
    """Any order of prices, answers and reports, long and short, assumed and confirmed."""
    make = data.draw(st.sampled_from([long_plan, short_plan]))
    follow = data.draw(st.sampled_from(list(Follow)))
    guards = Guards(add_after_first_target=data.draw(st.booleans()))
    tiers = (*make().tiers[:3], Tier(Decimal(20), ManualTrigger(WORDS)))
    trade = Trade(make(resting=resting, follow=follow, guards=guards, tiers=tiers))
    trade.jump("60000")
    for what, number in steps:
        step(trade, what, number)
        check(trade)
