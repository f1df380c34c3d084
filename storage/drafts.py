"""Plans being talked through, at most one a user."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import delete, select, update

from chatbot.records import Draft
from storage.tables import DRAFTS
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """Drafts, by user. Answers are kept as JSON."""

    work: Work

    def of(self, user_id: int) -> Draft | None:
        row = self.work.run(select(DRAFTS).where(DRAFTS.c.user_id == user_id)).first()
        if row is None:
            return None
        answers = json.loads(row.answers)
        return Draft(row.user_id, row.chat_id, row.step, answers, row.draft_id, row.version, row.touched_at)

    def put(self, draft: Draft) -> Draft:
        """Store with `version` + 1. A draft not stored yet takes the place of the user's old one, under a new id."""
        stored = replace(draft, version=draft.version + 1)
        values = {
            "user_id": stored.user_id,
            "chat_id": stored.chat_id,
            "step": stored.step,
            "answers": json.dumps(dict(stored.answers), separators=(",", ":")),
            "version": stored.version,
            "touched_at": stored.touched_at,
        }
        mine = (DRAFTS.c.draft_id == draft.draft_id) & (DRAFTS.c.user_id == draft.user_id)
        if draft.draft_id and self.work.run(update(DRAFTS).where(mine).values(values)).rowcount:
            return stored
        self.drop(draft.user_id)
        return replace(stored, draft_id=self.work.insert_one(DRAFTS, values))

    def drop(self, user_id: int) -> None:
        self.work.run(delete(DRAFTS).where(DRAFTS.c.user_id == user_id))
