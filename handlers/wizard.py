"""The conversation that builds a plan: read, hand to the coach, and look up what it lacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Update

from chatbot.coach.confirmations import FOREIGN
from chatbot.coach.conversation import Spoken
from chatbot.coach.desk import MarketsUnknown
from chatbot.coach.outlook import UNKNOWN, Outlook
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told
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
    outlook = await outlook_for(use, speaker)
    await use.serve(speaker, lambda work, user: use.conversation.begin(work, user, outlook))


async def cancel(use: Use, update: Update) -> None:
    """Drop the plan being built."""
    told = said_in(update)
    if told is not None:
        await use.serve(told.speaker, use.conversation.cancel)


async def said(use: Use, told: Said) -> None:
    """A typed answer."""

    async def answer() -> None:
        outlook = await outlook_for(use, told.speaker, told.text)
        spoken = Spoken(told.text, outlook, told.message_id)
        await use.serve(told.speaker, lambda work, user: use.conversation.said(work, user, spoken))

    await with_markets(use, told.speaker, answer)


async def pressed(use: Use, tap: Tapped, press: Press) -> Told:
    """A button of the card."""
    if press.verb is Verb.NEW:
        await begin(use, tap.speaker)
        return Told()

    async def answer() -> Told | None:
        chosen = press.argument if press.verb is Verb.CHOOSE else ""
        outlook = await outlook_for(use, tap.speaker, chosen, tapped=True)
        return await use.serve(tap.speaker, lambda work, user: use.conversation.press(work, user, press, outlook))

    return await with_markets(use, tap.speaker, answer) or FOREIGN


async def outlook_for(use: Use, speaker: Speaker, text: str = "", *, tapped: bool = False) -> Outlook:
    """The outlook of the market the draft will stand at once this is answered. Raises MarketsUnknown."""
    sought = await use.look(speaker, lambda work, user: use.conversation.sought(work, user, text, tapped=tapped))
    return UNKNOWN if sought is None else await use.lookups.outlook(sought)


async def with_markets(use: Use, speaker: Speaker, answer: Callable[[], Awaitable[T]]) -> T | None:
    """Answer; where an exchange's list of markets is needed first, load it and answer then."""
    try:
        return await answer()
    except MarketsUnknown as unknown:
        problem = await use.lookups.prepare(unknown.exchange)
    if problem is None:
        return await answer()
    sentence = problem
    await use.serve(speaker, lambda work, user: use.conversation.unanswered(work, user, sentence))
    return None
