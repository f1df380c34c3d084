"""The conversation that builds a plan: read, hand to the coach, and look up what it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Update

from chatbot.coach.confirmations import FOREIGN, OUTDATED
from chatbot.coach.conversation import Spoken
from chatbot.coach.desk import MarketsUnknown
from chatbot.coach.outlook import UNKNOWN, Outlook
from chatbot.coach.pasted_plans import Paste, PastedPlans
from chatbot.messages.pasted import INSTEAD
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told
from chatbot.signals.signal import read_signal
from handlers.guards import Said, Speaker, Tapped, argument_of, said_in
from handlers.use import Use

T = TypeVar("T")


async def new(use: Use, update: Update) -> None:
    """Begin a plan, or continue the one begun; with a text behind it, the plan it says."""
    told = said_in(update)
    text = "" if told is None else argument_of(told.text)
    if told is not None and text:
        await paste(use, told.speaker, text)
    elif told is not None:
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


async def pasted(use: Use, told: Said) -> None:
    """A text that looks like a plan: an answer to the draft's question if it can be one, else a plan of its own."""

    async def is_answer() -> bool | None:
        plans = PastedPlans(use.conversation)
        return await use.look(told.speaker, lambda work, user: plans.is_answer(work, user, told.text))

    if await with_markets(use, told.speaker, is_answer):
        await said(use, told)
    else:
        await paste(use, told.speaker, told.text)


async def paste(use: Use, speaker: Speaker, text: str, over: int = 0) -> None:
    """A plan from a text, in the place of the draft `over` if that is still the one being built."""
    plans = PastedPlans(use.conversation)

    async def taken() -> None:
        # Read beside the database thread, where it would hold up everybody, and remembered until it is asked for there.
        await asyncio.to_thread(read_signal, text)
        sought = await use.look(speaker, lambda work, user: plans.sought(work, user, text))
        outlook = UNKNOWN if sought is None else await use.lookups.outlook(sought)
        await asyncio.to_thread(read_signal, text, outlook.price)
        await use.serve(speaker, lambda work, user: plans.take(work, user, Paste(text, outlook, over)))

    try:
        await taken()
    except MarketsUnknown as unknown:
        asked = unknown.exchange
        if await use.lookups.prepare(asked) is None:
            await taken()
        else:
            await use.serve(speaker, lambda work, user: plans.unanswered(work, user, asked))


async def pressed_new(use: Use, tap: Tapped, press: Press) -> Told:
    """A new plan, or the pasted one that waits for this."""
    if press.argument != INSTEAD:
        await begin(use, tap.speaker)
        return Told()
    plans = PastedPlans(use.conversation)
    text = await use.look(tap.speaker, lambda work, user: plans.kept(work, user, press.version))
    if text is None:
        return OUTDATED
    await paste(use, tap.speaker, text, press.subject)
    return Told()


async def pressed(use: Use, tap: Tapped, press: Press) -> Told:
    """A button of the card."""
    if press.verb is Verb.NEW:
        return await pressed_new(use, tap, press)

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
