"""Short answers to what a user typed or tapped: clear sentences, each with what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.events import Filled, FillKind
from chatbot.core.exits import asked_quantity
from chatbot.core.state import Action, PlanState
from chatbot.messages.buttons import missed_answers, plain
from chatbot.messages.numbers import utc_stamp
from chatbot.messages.values import Button, Message, Press, Style, Verb
from chatbot.messages.views import Figures, PlanView, figures_of, said
from chatbot.records import PlanRow

SHOWN: Final = 60
LEAVES_OPEN: Final = "/cancel leaves it open."
NEW_PLAN: Final = (Button("New plan", Press(Verb.NEW), style=Style.MAIN),)
COMMANDS: Final = (
    ("new", "Build a plan, or paste one behind it"),
    ("status", "Open plans: position, stop, result, what is unconfirmed"),
    ("plans", "All plans"),
    ("plan", "One plan in full, e.g. /plan 2"),
    ("checklist", "Before and during the trade"),
    ("exited", "I exited, e.g. /exited 60100"),
    ("stopped", "My stop filled, e.g. /stopped 59000"),
    ("stop", "My stop stands at, e.g. /stop 59500"),
    ("hold", "Hold past a target, e.g. /hold 2"),
    ("added", "I added outside the plan, e.g. /added 60300 0.01"),
    ("correct", "Correct a fill, e.g. /correct 1 60010 0.02"),
    ("size", "Size for a risk, e.g. /size 1% 60000 59000 10x"),
    ("portfolio", "All open plans together"),
    ("cancel_plan", "Stop following a plan, e.g. /cancel_plan 2"),
    ("cancel", "Drop the plan being built"),
    ("daily", "Hour of the daily checklist (UTC), e.g. /daily 8"),
    ("invite", "A link that lets one person in (owner only)"),
    ("export", "Everything I hold about you, as a file"),
    ("forget_me", "Delete everything I hold about you"),
    ("help", "What I can do"),
)


def welcome() -> Message:
    """The answer to /start."""
    return Message(
        "<b>Tierwise</b> coaches you through a leveraged futures trade: you enter in tiers, each on an objective "
        "trigger, you leave at targets, and the stop moves by rule.\n\n"
        "I watch prices and tell you what your plan says to do. <b>I never place an order</b> and never ask for a key "
        "that could. You act on the exchange, then tell me what you really did.\n\n"
        "⚠ Leverage multiplies losses as it does gains; you can lose all the margin of a trade, and fast. Nothing here "
        "is financial advice. Alerts can be late when Telegram or the exchange is: keep your stop resting on the "
        "exchange.\n\n"
        "Begin with /new: six questions, each with buttons. Or paste a signal as you found it. /help lists the rest.",
        (NEW_PLAN,),
    )


def refused() -> Message:
    """To somebody who is not let in."""
    return Message("Sorry, this is a private bot. Tierwise is open source: you can run one of your own.")


def help_text() -> Message:
    """The answer to /help."""
    lines = "\n".join(f"/{name} – {escape(what)}" for name, what in COMMANDS)
    return Message(
        f"{lines}\n\nAn alert's buttons say what you really did. “Other price” takes a price, or price and quantity: "
        "<code>60310</code> or <code>60310 0.02</code>."
    )


def hint() -> Message:
    """To a text nobody asked for."""
    return Message(
        "I did not expect a text now. Build a plan with /new, paste a signal with coin, entry, stop and targets, see "
        "open plans with /status, or /help."
    )


def not_understood(sentence: str) -> Message:
    """A wrong answer, said in one sentence; nothing else changes."""
    return Message(f"✋ {said(sentence)}")


def no_open_plan() -> Message:
    """There is nothing to show yet."""
    return Message("You have no open plan. /new builds one in six questions.", (NEW_PLAN,))


def nothing_to_cancel() -> Message:
    """No draft."""
    return Message("There is no plan being built. To stop following an armed plan: /cancel_plan 2.")


def left_open() -> Message:
    """The number that was asked for will not be typed."""
    return Message("Left open: nothing was recorded. The buttons above still answer it.")


def plan_is_over(number: int) -> Message:
    """A closed plan can't be cancelled."""
    return Message(f"Plan {number} is already closed. /plan {number} shows how it went.")


def nothing_to_change(number: int) -> Message:
    """A report that does not fit the plan's state."""
    return Message(
        f"Plan {number} has no open position that this could change: nothing was recorded. "
        f"/plan {number} shows where it stands."
    )


def stop_known(number: int, stop: Decimal) -> Message:
    """A stop that was reported before."""
    return Message(f"{plain(stop)} is noted already as the stop of plan {number}: nothing was changed.")


def no_reason(text: str, target: int) -> Message:
    """A reason was asked for, and this is none; it is still waited for."""
    return Message(
        f"✋ “{said(text[:SHOWN])}” is no reason to hold past TP{target} yet; expected a few words, for example "
        "<code>daily close above the range</code>. Keep it, or /cancel, leaves the target as planned."
    )


def which_plan(rows: Sequence[PlanRow], example: str) -> Message:
    """Several plans are open."""
    return Message(f"Which plan? Open are {numbers_of(rows)}. Name it, for example <code>{escape(example)}</code>.")


def no_such_plan(named: str, rows: Sequence[PlanRow], example: str) -> Message:
    """A number that is none of the user's plans."""
    known = f"open are {numbers_of(rows)}" if rows else "none is open"
    return Message(f"You have no plan {said(named)}; {known}. For example <code>{escape(example)}</code>.")


def numbers_of(rows: Sequence[PlanRow]) -> str:
    """`1 (BTC/USDT:USDT), 3 (…)`."""
    return ", ".join(f"{row.number} ({escape(row.symbol)})" for row in rows)


def how_was_it_left(state: PlanState, view: PlanView) -> Message:
    """A plan with an open position is to be cancelled."""
    figures, number = figures_of(state.plan, view), view.number
    abandon = Press(Verb.ABANDON, view.plan_id, argument=str(state.sequence))
    return Message(
        f"{figures.title} still has {figures.quantity(state.position.quantity)} open. How was it left?\n"
        f"• You closed it: <code>/exited {number} PRICE</code>\n"
        f"• Your stop filled: <code>/stopped {number} PRICE</code>\n"
        "• It is still open, and I shall stop following it: then its stop is yours to watch.",
        (
            (Button("Stop following it", abandon, style=Style.BAD),),
            (Button("Keep following", Press(Verb.KEEP, view.plan_id), style=Style.GOOD),),
        ),
    )


def were_you_filled(state: PlanState, view: PlanView, entry: Action) -> Message:
    """A plan whose entry was asked for and not answered is to be cancelled: its user may be in."""
    figures = figures_of(state.plan, view)
    entered, _ = missed_answers(figures, entry)
    out = Button("Not entered", Press(Verb.SKIP, view.plan_id, entry.number), style=Style.GOOD)
    keep = Button("Keep following", Press(Verb.KEEP, view.plan_id, entry.number))
    return Message(
        f"{figures.title} asked you for tier 1: {figures.quantity(entry.quantity)} near {figures.price(entry.price)}. "
        "Were you filled?\n"
        "• If you entered, I follow the trade to its end; get out, then tell me with "
        f"<code>/exited {view.number} PRICE</code>.\n"
        "• If not, cancel a resting entry: then the plan is over.",
        (entered, (out, keep)),
    )


def fills(state: PlanState, view: PlanView) -> Message:
    """The fills of a plan, numbered for /correct."""
    figures = figures_of(state.plan, view)
    if not state.fills:
        return Message(f"{figures.title} has no fills yet.")
    lines = [fill_line(figures, number, fill) for number, fill in enumerate(state.fills, 1)]
    example = f"/correct {view.number} 1 {state.fills[0].price:f} {state.fills[0].quantity:f}"
    return Message(
        f"<b>{figures.title}: fills</b>\n" + "\n".join(lines) + f"\n\nTo correct one: <code>{example}</code>. "
        "With a quantity of 0 it never was."
    )


def fill_line(figures: Figures, number: int, fill: Filled) -> str:
    """One fill under its number."""
    name = FILL_NAMES[fill.kind].format(index=fill.index)
    what = f"{figures.quantity(fill.quantity)} at {figures.price(fill.price)}" if fill.quantity else "taken back"
    return f"{number}. {name}: {what}{' (assumed)' if fill.assumed else ''} · {utc_stamp(fill.at)}"


FILL_NAMES: Final = {
    FillKind.TIER: "Tier {index} added",
    FillKind.TARGET: "TP{index} closed",
    FillKind.EXIT: "Exit",
    FillKind.OUTSIDE: "Added outside the plan",
}


def asks_real_fill(state: PlanState, view: PlanView, action: Action) -> Message:
    """Ask for the real price, and maybe quantity."""
    figures, price = figures_of(state.plan, view), plain(action.price)
    return Message(
        f"{figures.title}: at what price did it fill? Type the price, or price and quantity, for example "
        f"<code>{price}</code> or <code>{price} {plain(asked_quantity(state, action))}</code>. {LEAVES_OPEN}"
    )


def asks_real_stop(state: PlanState, view: PlanView, action: Action) -> Message:
    """Ask where the stop really stands."""
    figures = figures_of(state.plan, view)
    return Message(
        f"{figures.title}: where does your stop stand on the exchange? Type its price, for example "
        f"<code>{plain(action.price)}</code>. {LEAVES_OPEN}"
    )


def daily_at(hour: int) -> Message:
    """The new hour of the daily checklist."""
    return Message(f"The checklist of each open plan comes every day at {hour:02d}:00 UTC.")


def unknown_command(name: str) -> Message:
    """A command there is not."""
    return Message(f"There is no {said(name)}. /help lists what I can do.")


def dropped() -> Message:
    """The draft is gone."""
    return Message("The plan being built was dropped; nothing is watched. /new begins another.", (NEW_PLAN,))


def armed(number: int, *, known: bool) -> Message:
    """What the card says once its plan is armed."""
    warned = " You armed it knowing its warnings." if known else ""
    return Message(f"✅ Armed as plan {number}.{warned} I watch it from now on; /plan {number} shows it.")
