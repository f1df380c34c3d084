"""Short answers: one sentence each, with what was wrong, what there is, and an example; users' words are escaped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.figures import GAP
from chatbot.core.inputs import CorrectFill
from chatbot.core.quiet import Interval
from chatbot.core.state import ActionKind, Phase
from chatbot.messages import feeds, replies
from chatbot.messages.values import Message
from chatbot.records import PlanRow
from tests.messages.trading import VIEW, Trade, long_plan, message_text

ROWS = tuple(
    PlanRow(n, n, 1, 1, "binanceusdm", symbol, Phase.OPEN, 1, Interval(None, None), None)
    for n, symbol in ((1, "BTC/USDT:USDT"), (2, "A<B/USDT:USDT"))
)


def entered() -> Trade:
    """Two tiers are in."""
    trade = Trade(long_plan())
    trade.enter("60000", "60300")
    return trade


def test_the_menu_names_every_command_once_and_briefly() -> None:
    """Telegram takes 32 characters of a name; one line of a phone takes a sentence this long."""
    names = [name for name, _ in replies.COMMANDS]
    assert len(set(names)) == len(names)
    assert all(len(what) <= 60 and name.replace("_", "").isalpha() for name, what in replies.COMMANDS)
    assert all(f"/{name} – " in replies.help_text().text for name in names)
    assert {"stop", "hold", "size", "portfolio"} <= set(names)


def test_the_welcome_says_what_the_bot_never_does() -> None:
    """It places no order, warns of leverage, and offers the first step."""
    text = message_text(replies.welcome())
    assert "never place an order" in text
    assert "Leverage multiplies losses" in text
    assert "(New plan: new 0/0)" in text
    assert "private bot" in replies.refused().text


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (replies.hint(), "I did not expect a text now."),
        (replies.not_understood("“<5>” is no price"), "✋ “&lt;5&gt;” is no price"),
        (replies.no_open_plan(), "You have no open plan."),
        (replies.nothing_to_cancel(), "There is no plan being built."),
        (replies.left_open(), "Left open: nothing was recorded."),
        (replies.plan_is_over(3), "Plan 3 is already closed."),
        (replies.nothing_to_change(3), "nothing was recorded"),
        (replies.stop_known(3, Decimal("59500.0")), "59500 is noted already as the stop of plan 3"),
        (replies.no_reason("<ok>", 2), "✋ “&lt;ok&gt;” is no reason to hold past TP2 yet; expected a few words"),
        (replies.which_plan(ROWS, "/stop 2"), "Open are 1 (BTC/USDT:USDT), 2 (A&lt;B/USDT:USDT)."),
        (replies.no_such_plan("<7>", ROWS, "/plan 2"), "You have no plan &lt;7&gt;; open are 1 (BTC/USDT:USDT)"),
        (replies.no_such_plan("7", (), "/plan 2"), "You have no plan 7; none is open."),
        (replies.daily_at(7), "every day at 07:00 UTC"),
        (replies.unknown_command("/fly<"), "There is no /fly&lt;."),
        (replies.dropped(), "was dropped"),
        (replies.armed(4, known=True), "Armed as plan 4. You armed it knowing its warnings."),
        (replies.armed(4, known=False), "Armed as plan 4. I watch it"),
        (feeds.unreadable(4), "Plan 4 can't be read and is NOT watched"),
        (feeds.plan_unwatched(4), "I can't read plan 4 any more, it is NOT watched."),
        (feeds.feed_silent("<b>", "BTC", 0), "No price of BTC since 00:00\u00a0UTC."),
    ],
)
def test_an_answer_says_what_it_is_about(message: Message, expected: str) -> None:
    """Each is one or two sentences."""
    assert expected in message.text


def test_the_fills_are_numbered_for_correcting() -> None:
    """One that was taken back says so; none at all is said too."""
    assert replies.fills(Trade(long_plan()).state, VIEW).text == "Plan 3 · BTC long has no fills yet."
    trade = entered()
    trade.give(CorrectFill(2, Decimal(60_300), Decimal(0), 1))
    text = replies.fills(trade.state, VIEW).text.replace(GAP, " ")
    assert "1. Tier 1 added: 0.0208 BTC at 60 000 · 1970-01-01 00:01 UTC" in text
    assert "2. Tier 2 added: taken back · " in text
    assert "/correct 3 1 60000 0.0208</code>. With a quantity of 0 it never was." in text


def test_leaving_a_plan_asks_how_its_position_was_left() -> None:
    """With the ways to say it."""
    text = message_text(replies.how_was_it_left(entered().state, VIEW))
    assert "still has 0.0415 BTC open. How was it left?" in text
    assert "(Stop following it: abandon 7/0)" in text


def test_leaving_a_plan_with_a_pending_entry_asks_whether_it_filled() -> None:
    """Only the user knows."""
    trade = Trade(long_plan())
    trade.jump("60000")
    action = trade.state.pending(ActionKind.ADD)
    assert action is not None
    assert "asked you for tier 1: 0.0208 BTC near 60 000. Were you filled?" in (
        message_text(replies.were_you_filled(trade.state, VIEW, action))
    )
    assert "<code>60000</code> or <code>60000 0.0208</code>" in replies.asks_real_fill(trade.state, VIEW, action).text
    assert "<code>60000</code>" in replies.asks_real_stop(trade.state, VIEW, action).text


def test_a_fill_taken_back_says_where_its_part_goes() -> None:
    """A close goes with the next target; an add is only gone; after the last target nothing follows."""
    trade = entered()
    assert "<b>Fill 2 taken back</b>" in trade.give(CorrectFill(2, Decimal(60_300), Decimal(0), 1))
    trade.jump("61000")
    trade.done(ActionKind.CLOSE)
    assert "<b>Fill 3 taken back: its part goes with TP2</b>" in (
        trade.give(CorrectFill(3, Decimal(61_000), Decimal(0), 1))
    )
