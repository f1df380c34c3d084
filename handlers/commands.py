"""The everyday commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from telegram import Update

from chatbot.coach.confirmations import forget
from chatbot.coach.desk import MarketsUnknown, Work
from chatbot.core.market import FundingRate
from chatbot.messages import replies
from chatbot.records import User
from handlers.guards import Speaker, argument_of, said_in
from handlers.use import Use

WithText = Callable[[Work, User, str], None]


async def run(use: Use, update: Update, work: WithText) -> None:
    """A command with what stands after it; a number that was waited for before it is not any more."""
    said = said_in(update)
    if said is not None:
        text = argument_of(said.text)

        def obeyed(under_way: Work, user: User) -> None:
            forget(under_way, user)
            work(under_way, user, text)

        await use.serve(said.speaker, obeyed, payload="")


async def start(use: Use, update: Update) -> None:
    """What this is; an owner's link lets its first user in."""
    said = said_in(update)
    if said is not None:

        def welcomed(work: Work, user: User) -> None:
            forget(work, user)
            use.desk.reply(work, user, replies.welcome())

        await use.serve(said.speaker, welcomed, payload=argument_of(said.text))


async def help_(use: Use, update: Update) -> None:
    """What the bot can do."""
    await run(use, update, lambda work, user, _: use.desk.reply(work, user, replies.help_text()))


async def status(use: Use, update: Update) -> None:
    """Every open plan."""
    await run(use, update, lambda work, user, _: use.commands.status(work, user))


async def plans(use: Use, update: Update) -> None:
    """All plans."""
    await run(use, update, lambda work, user, _: use.commands.plans(work, user))


async def plan(use: Use, update: Update) -> None:
    """One plan in full."""
    await run(use, update, use.commands.plan)


async def checklist(use: Use, update: Update) -> None:
    """Before and during the trade."""
    await run(
        use, update, lambda work, user, _: use.commands.checklist(work, user, use.conversation.checklist(work, user))
    )


async def exited(use: Use, update: Update) -> None:
    """Out by hand."""
    await run(use, update, use.commands.reported.exited)


async def stopped(use: Use, update: Update) -> None:
    """Out by the stop order."""
    await run(use, update, lambda work, user, text: use.commands.reported.exited(work, user, text, by_stop=True))


async def added(use: Use, update: Update) -> None:
    """An add outside the plan."""
    await run(use, update, use.commands.reported.added)


async def correct(use: Use, update: Update) -> None:
    """A fill as it really was."""
    await run(use, update, use.commands.reported.correct)


async def stop(use: Use, update: Update) -> None:
    """Where the stop stands."""
    await run(use, update, use.commands.reported.stop)


async def hold(use: Use, update: Update) -> None:
    """Hold past a target."""
    await run(use, update, use.commands.reported.hold)


async def portfolio(use: Use, update: Update) -> None:
    """All open plans together."""
    await run(use, update, lambda work, user, _: use.commands.portfolio(work, user))


async def size(use: Use, update: Update) -> None:
    """How much to trade for a risk; a coin's exchange is asked for its markets first, and for its funding."""
    told = said_in(update)
    if told is None:
        return
    text, exchange = argument_of(told.text), use.conversation.exchange
    market = await market_of(use, told.speaker, text)
    funding = None if market is None else await costs_of(use, *market)

    def sized(work: Work, user: User, _: str) -> None:
        use.commands.calculator.size(work, user, text, exchange, funding)

    try:
        await run(use, update, sized)
    except MarketsUnknown as unknown:
        asked = unknown.exchange
        problem = await use.lookups.prepare(asked)
        await run(use, update, sized if problem is None else silent_exchange(use, asked))


def silent_exchange(use: Use, exchange: str) -> WithText:
    """What is answered where an exchange does not."""
    return lambda work, user, _: use.commands.calculator.unanswered(work, user, exchange)


async def market_of(use: Use, speaker: Speaker, text: str) -> tuple[str, str] | None:
    """The market a calculation is about, its exchange asked for its list where that is needed."""

    def named(work: Work, user: User) -> tuple[str, str] | None:
        return use.commands.calculator.named(work, user, text, use.conversation.exchange)

    try:
        return await use.look(speaker, named)
    except MarketsUnknown as unknown:
        problem = await use.lookups.prepare(unknown.exchange)
    return None if problem is not None else await use.look(speaker, named)


async def costs_of(use: Use, exchange: str, symbol: str) -> FundingRate | None:
    """The market's funding rate, and its brackets learned, as far as the exchange answers in time."""
    try:
        async with asyncio.timeout(use.lookups.patience):
            await use.lookups.brackets(exchange, symbol)
            return await use.lookups.funding(exchange, symbol)
    except TimeoutError:
        return None


async def cancel_plan(use: Use, update: Update) -> None:
    """Stop following a plan."""
    await run(use, update, use.commands.cancel_plan)


async def daily(use: Use, update: Update) -> None:
    """The hour of the daily checklist."""
    await run(use, update, use.commands.daily)
