"""The everyday commands."""

from __future__ import annotations

from collections.abc import Callable

from telegram import Update

from chatbot.coach.confirmations import forget
from chatbot.coach.desk import Work
from chatbot.messages import replies
from chatbot.ports import User
from handlers.guards import argument_of, said_in
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
    await run(use, update, use.commands.exited)


async def stopped(use: Use, update: Update) -> None:
    """Out by the stop order."""
    await run(use, update, lambda work, user, text: use.commands.exited(work, user, text, by_stop=True))


async def added(use: Use, update: Update) -> None:
    """An add outside the plan."""
    await run(use, update, use.commands.added)


async def correct(use: Use, update: Update) -> None:
    """A fill as it really was."""
    await run(use, update, use.commands.correct)


async def cancel_plan(use: Use, update: Update) -> None:
    """Stop following a plan."""
    await run(use, update, use.commands.cancel_plan)


async def daily(use: Use, update: Update) -> None:
    """The hour of the daily checklist."""
    await run(use, update, use.commands.daily)
