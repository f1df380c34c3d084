"""Which reduce-only orders the targets need on the exchange for the position as it is, told whenever that changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.events import Filled, FillKind
from chatbot.core.evolve import evolve
from chatbot.core.exits import target_quantity
from chatbot.core.state import Phase, PlanState
from chatbot.messages.views import Episode, Figures


def target_orders(state: PlanState) -> dict[int, Decimal]:
    """What each target still ahead closes, if those before it close as planned; one that closes nothing is left out."""
    orders: dict[int, Decimal] = {}
    number = state.next_target
    while number is not None:
        orders[number] = target_quantity(state, number)
        state = closed_at(state, number, orders[number])
        number = state.next_target
    return {number: quantity for number, quantity in orders.items() if quantity}


def closed_at(state: PlanState, number: int, quantity: Decimal) -> PlanState:
    """The state once target `number` was reached and closed `quantity`."""
    fill = Filled(FillKind.TARGET, number, state.target(number).price, quantity, 0, 0)
    return replace(evolve(state, fill), targets_hit=number)


def targets_line(episode: Episode) -> str:
    """`Rest now, reduce-only: TP1 0.0052 BTC at 61 000 · …`; `instead` of earlier orders; empty if nothing changed."""
    before, after = episode.before, episode.after
    if not after.plan.resting.targets or after.phase is not Phase.OPEN or episode.overtaken:
        return ""
    held, due = target_orders(before), target_orders(after)
    if not due or due == {number: held.get(number) for number in due}:
        return ""
    orders = " · ".join(order_words(after, episode.figures, number, due[number]) for number in due)
    return f"Rest now{' instead' if held else ''}, reduce-only: {orders}."


def order_words(state: PlanState, figures: Figures, number: int, quantity: Decimal) -> str:
    """`TP1 0.0052 BTC at 61 000`."""
    return f"TP{number} {figures.quantity(quantity)} at {figures.price(state.target(number).price)}"
