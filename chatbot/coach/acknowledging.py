"""Which warnings a user has been shown, so that "I know" accepts those and never one that came up afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chatbot.coach.answers import DialogView, Step, entered, first_open
from chatbot.coach.desk import Work
from chatbot.coach.review import findings_of
from chatbot.core.findings import Finding, warnings_in
from chatbot.records import User


def remember_shown(work: Work, user: User, view: DialogView) -> None:
    """The warnings on the card that is about to be shown; a card that is no review shows none."""
    named = names_of(warnings_in(findings_of(view))) if is_review(view) else []
    work.unit.settings.put(shown_to(user), json.dumps([view.draft.draft_id, named]))


def is_review(view: DialogView) -> bool:
    """Whether the card shows the whole plan."""
    return view.step is Step.REVIEW and first_open(entered(view.draft.answers)) is Step.REVIEW


def is_unseen(work: Work, user: User, view: DialogView) -> bool:
    """Whether there is a warning now that the draft's last card did not have. Its numbers may have moved."""
    stored = work.unit.settings.get(shown_to(user))
    draft_id, shown = (0, []) if stored is None else json.loads(stored)
    known = shown if draft_id == view.draft.draft_id else []
    return any(name not in known for name in names_of(warnings_in(findings_of(view))))


def forget_shown(work: Work, user: User) -> None:
    """The draft is over."""
    work.unit.settings.drop(shown_to(user))


def names_of(found: Sequence[Finding]) -> list[str]:
    """What each warning is about, whatever its numbers."""
    return [f"{one.code.value}:{one.index or ''}:{one.kind}" for one in found]


def shown_to(user: User) -> str:
    """Where it is kept."""
    return f"shown:{user.user_id}"
