"""Plans that can't be read or moved: their user is told, because nobody else watches their stop."""

from __future__ import annotations

import structlog

from chatbot.breakage import described
from chatbot.coach.desk import Desk
from chatbot.messages.feeds import plan_unwatched
from chatbot.records import OutMessage, Priority

log = structlog.get_logger(__name__)


class Unwatched:
    """Knows which plans fail. Runs on the database thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.failing: set[int] = set()
        """Logged and told already; they are tried again, each on its own, and hold up nobody."""

    def failed(self, plan_id: int, error: Exception) -> None:
        """Log it and tell the user. Never raises: other plans wait behind this one."""
        if plan_id in self.failing:
            return
        log.error("plan failed", plan=plan_id, error=described(error))
        try:
            self.tell(plan_id)
        except Exception as problem:  # noqa: BLE001 -- the named outermost place of a plan that can't even be told
            log.error("failed plan not told", plan=plan_id, error=described(problem))  # noqa: TRY400 -- private words
        else:
            self.failing.add(plan_id)

    def tell(self, plan_id: int) -> None:
        """Told once, however often it fails and the bot is started again, until the plan has moved."""
        with self.desk.work() as work:
            row = next((row for row in work.unit.plans.watched() if row.plan_id == plan_id), None)
            if row is not None:
                key = f"unwatched:{plan_id}:{row.sequence}"
                envelope = OutMessage(row.chat_id, "", Priority.STOP, key, plan_id=plan_id)
                self.desk.post(work, plan_unwatched(row.number), envelope)
