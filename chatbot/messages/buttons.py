"""The buttons under an alert: what was done, at which price, or not; and exact values to copy."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.state import Action, ActionKind
from chatbot.messages.numbers import number
from chatbot.messages.values import Button, Keyboard, Press, Style, Verb
from chatbot.messages.views import Figures

Row = tuple[Button, ...]


def plain(value: Decimal) -> str:
    """The digits alone, as an exchange's order form takes them."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def press(figures: Figures, verb: Verb, action: int) -> Press:
    """What a button says of an action of this plan."""
    return Press(verb, figures.view.plan_id, action)


def answers(figures: Figures, action: Action, *, rests: bool, unsure: Decimal | None = None) -> tuple[Row, ...]:
    """The rows that answer one action; a quantity that other answers may change (`unsure`) is named on the button."""
    label = done_label(figures, action, rests=rests, unsure=unsure)
    done = Button(label, press(figures, Verb.DONE, action.number), style=Style.GOOD)
    other = Button("Other price", press(figures, Verb.OTHER_PRICE, action.number))
    skip = Button(skip_label(action, rests=rests), press(figures, Verb.SKIP, action.number))
    later = Button("Remind me in 5 min", press(figures, Verb.SNOOZE, action.number))
    # An exit can be late but never left out.
    return ((done, other), (later,) if action.kind is ActionKind.EXIT else (skip, later))


def skip_label(action: Action, *, rests: bool) -> str:
    """An order that rests may not have filled; a later target left undone by hand is held past."""
    if rests:
        return "Not filled"
    return f"Hold past TP{action.index}…" if action.kind is ActionKind.CLOSE and action.index > 1 else "Skip"


def hold_row(figures: Figures, target: int) -> tuple[Row, ...]:
    """A row that asks to hold past a target; why, or whether, is asked next."""
    return ((Button(f"Hold past TP{target}…", Press(Verb.HOLD, figures.view.plan_id, 0, str(target))),),)


def price_only(figures: Figures, action: Action) -> tuple[Row, ...]:
    """The answers where an order filled at a price only the user knows."""
    return (
        (Button("Filled: type the price", press(figures, Verb.OTHER_PRICE, action.number), style=Style.GOOD),),
        (Button("Remind me in 5 min", press(figures, Verb.SNOOZE, action.number)),),
    )


def done_label(figures: Figures, action: Action, *, rests: bool, unsure: Decimal | None) -> str:
    """What the user confirms with one tap."""
    price = figures.price(action.price)
    if action.kind is ActionKind.MOVE_STOP:
        return f"Stop is at {price}"
    done = "Filled" if rests else "Done"
    return f"{done} at {price}" if unsure is None else f"{done}: {figures.in_base(unsure)} at {price}"


def stop_answers(figures: Figures, action: Action) -> tuple[Row, ...]:
    """One row for the stop move that goes with a close or a fill; the reminder belongs to the main action."""
    return (
        (
            Button(f"Stop is at {figures.price(action.price)}", press(figures, Verb.DONE, action.number)),
            Button("Other stop", press(figures, Verb.OTHER_PRICE, action.number)),
            Button("Skip stop", press(figures, Verb.SKIP, action.number)),
        ),
    )


def close_answers(figures: Figures, action: Action) -> tuple[Row, ...]:
    """The rows that settle an earlier target's close, named so that it is not mistaken for the newer one."""
    name = f"TP{action.index}"
    done = Button(f"{name} closed at {figures.price(action.price)}", press(figures, Verb.DONE, action.number))
    return (
        (done, Button(f"{name} other price", press(figures, Verb.OTHER_PRICE, action.number))),
        (Button(f"{name} not closed", press(figures, Verb.SKIP, action.number)),),
    )


def missed_answers(figures: Figures, action: Action) -> Keyboard:
    """Whether the entry that was overtaken is in."""
    return (
        (
            Button("I entered", press(figures, Verb.DONE, action.number), style=Style.BAD),
            Button("Entered, other price", press(figures, Verb.OTHER_PRICE, action.number)),
        ),
        (
            Button("Not entered", press(figures, Verb.SKIP, action.number), style=Style.GOOD),
            Button("Remind me in 5 min", press(figures, Verb.SNOOZE, action.number)),
        ),
    )


def question_answers(figures: Figures, action: int) -> Keyboard:
    """Yes, skip, or later."""
    return (
        (
            Button("Yes", press(figures, Verb.YES, action), style=Style.GOOD),
            Button("Skip", press(figures, Verb.SKIP, action)),
        ),
        (Button("Remind me in 5 min", press(figures, Verb.SNOOZE, action)),),
    )


def copies(figures: Figures, quantity: Decimal | None, stop: Decimal | None) -> tuple[Row, ...]:
    """A row that copies the quantity and the stop price."""
    row: list[Button] = []
    if quantity:
        row.append(Button(f"Copy {number(quantity, 8)}", copy=plain(quantity)))
    if stop is not None:
        row.append(Button(f"Copy stop {figures.price(stop)}", copy=plain(stop)))
    return (tuple(row),) if row else ()


def added_command(figures: Figures, price: Decimal, quantity: Decimal) -> str:
    """What the user sends if an entry filled although its offer had ended."""
    return f"/added {figures.view.number} {plain(price)} {plain(quantity)}"


def copy_command(command: str) -> tuple[Row, ...]:
    """A row that copies a command; none without one."""
    return ((Button(f"Copy {command}", copy=command),),) if command else ()
