"""The conversation that builds a plan: read, hand to the coach, and look up what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from telegram import Update

from chatbot.coach.confirmations import FOREIGN
from chatbot.coach.conversation import Spoken
from chatbot.coach.desk import MarketsUnknown, Work
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told, User
from handlers.guards import Said, Speaker, Tapped, said_in
from handlers.use import Use

T = TypeVar("T")


async def new(use: Use, update: Update) -> None:
    """Begin a plan, or continue the one begun."""
    told = said_in(update)
    if told is not None:
        await begin(use, told.speaker)


async def begin(use: Use, speaker: Speaker) -> None:
    """The card at the bottom of the chat."""
    price = await price_for(use, speaker)
    await use.serve(speaker, lambda work, user: use.conversation.begin(work, user, price))


async def cancel(use: Use, update: Update) -> None:
    """Drop the plan being built."""
    told = said_in(update)
    if told is not None:
        await use.serve(told.speaker, use.conversation.cancel)


async def said(use: Use, told: Said) -> None:
    """A typed answer."""
    price = await price_for(use, told.speaker)
    spoken = Spoken(told.text, price, told.message_id)
    await with_markets(use, told.speaker, lambda work, user: use.conversation.said(work, user, spoken))


async def pressed(use: Use, tap: Tapped, press: Press) -> Told:
    """A button of the card."""
    if press.verb is Verb.NEW:
        await begin(use, tap.speaker)
        return Told()
    price = await price_for(use, tap.speaker)
    told = await with_markets(use, tap.speaker, lambda work, user: use.conversation.press(work, user, press, price))
    return told or FOREIGN


async def price_for(use: Use, speaker: Speaker) -> Decimal | None:
    """The price of the draft's market, if there is a draft with one and the exchange answers."""
    market = await use.look(speaker, use.conversation.market)
    return None if market is None else await use.lookups.price(*market)


async def with_markets(use: Use, speaker: Speaker, work: Callable[[Work, User], T]) -> T | None:
    """Run a use case; where it needs an exchange's list of markets first, load it and run it again."""
    try:
        return await use.serve(speaker, work)
    except MarketsUnknown as unknown:
        problem = await use.lookups.prepare(unknown.exchange)
    if problem is None:
        return await use.serve(speaker, work)
    sentence = problem
    await use.serve(speaker, lambda under_way, user: use.conversation.unanswered(under_way, user, sentence))
    return None
