"""When the next message may leave: 30 a second overall, one a second in a chat, 20 a minute in a group, and pauses.

Pure: the time comes in as data and nothing here waits. One sender per bot token keeps one `Pace`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chatbot.core.money import Millis
from chatbot.records import Priority


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Telegram takes; spans in milliseconds."""

    overall: int = 30
    overall_span: Millis = 1_000
    kept_for_replies: int = 5
    """So many of `overall` are left to stops and answers, however many other alerts wait."""
    chat_burst: int = 3
    chat_every: Millis = 1_000
    group: int = 20
    group_span: Millis = 60_000
    chats_until_overall: int = 3
    """So many chats refused at the same time mean that all are meant."""
    calm_after: Millis = 60_000
    """So long after a refusal a chat gets what waits for it in one message rather than a burst."""

    @property
    def alerts(self) -> int:
        return self.overall - self.kept_for_replies


class Window:
    """The times of the newest sends."""

    def __init__(self, most: int, span: Millis) -> None:
        self.times: deque[Millis] = deque(maxlen=most)
        self.span = span

    def ready_at(self, room: int, now: Millis) -> Millis:
        """The first moment with fewer than `room` sends in the span before it."""
        return now if len(self.times) < room else max(now, self.times[-room] + self.span)

    def count(self, now: Millis) -> int:
        return sum(at + self.span > now for at in self.times)


class Pace:
    """Remembers what was sent and what was refused; says when a chat may be written to again.

    A pause is what Telegram asked for and is kept. A trouble is a wait of our own choosing after a failure:
    when it befell many chats at once, the first success lifts it for all.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.sends = Window(self.limits.overall, self.limits.overall_span)
        self.groups: dict[int, Window] = {}
        self.spent_until: dict[int, Millis] = {}
        """When a chat's allowance is whole again: each send adds `chat_every`."""
        self.pauses: dict[int, Millis] = {}
        self.troubles: dict[int, Millis] = {}
        self.refused: dict[int, Millis] = {}
        """Until when a chat gets one message instead of several."""
        self.paused_until: Millis = 0
        self.troubled_until: Millis = 0
        self.looked_at: Millis = 0

    def look(self, now: Millis) -> None:
        """Call before asking: a clock that was set back takes every moment remembered along, or all would wait."""
        if now < self.looked_at:
            self.shift(now - self.looked_at)
        self.looked_at = now

    def shift(self, by: Millis) -> None:
        for ends in (self.spent_until, self.pauses, self.troubles, self.refused):
            ends.update({chat_id: until + by for chat_id, until in ends.items()})
        for window in (self.sends, *self.groups.values()):
            window.times = deque((at + by for at in window.times), window.times.maxlen)
        self.paused_until += by
        self.troubled_until += by

    def ready_at(self, chat_id: int, priority: Priority, now: Millis) -> Millis:
        """The first moment at which a message of this priority may go to this chat, `now` if at once."""
        return max(self.overall_ready_at(priority, now), self.chat_ready_at(chat_id, now))

    def overall_ready_at(self, priority: Priority, now: Millis) -> Millis:
        room = self.limits.overall if priority <= Priority.REPLY else self.limits.alerts
        return max(self.sends.ready_at(room, now), self.paused_until, self.troubled_until)

    def chat_ready_at(self, chat_id: int, now: Millis) -> Millis:
        limits = self.limits
        burst = (limits.chat_burst - 1) * limits.chat_every
        group = self.groups.get(chat_id)
        return max(
            now,
            self.spent_until.get(chat_id, 0) - burst,
            self.pauses.get(chat_id, 0),
            self.troubles.get(chat_id, 0),
            group.ready_at(limits.group, now) if group is not None else now,
        )

    def at_once(self, chat_id: int, now: Millis) -> int:
        """How many messages this chat takes in a row from now on; at least the one that waited for its turn, and no
        more than that after a refusal, or while over all chats much of what Telegram takes is used."""
        is_busy = 2 * self.sends.count(now) >= self.limits.alerts
        if is_busy or max(self.refused.get(chat_id, 0), self.crowded_until) > now:
            return 1
        spent = max(0, self.spent_until.get(chat_id, 0) - now)
        return max(1, self.limits.chat_burst - -(-spent // self.limits.chat_every))

    def room_for_alerts(self, now: Millis) -> int:
        """How many messages that are neither stops nor replies may leave right now, over all chats."""
        if max(self.paused_until, self.troubled_until) > now:
            return 0
        return max(0, self.limits.alerts - self.sends.count(now))

    def held(self, now: Millis) -> dict[int, Millis]:
        """The chats that may not be written to yet, each with the moment it may."""
        self.forget(now)
        ready = {chat_id: self.chat_ready_at(chat_id, now) for chat_id in self.known_chats()}
        return {chat_id: at for chat_id, at in ready.items() if at > now}

    def took(self, chat_id: int, now: Millis, calls: int = 1) -> None:
        """Counts what is sent to a chat at this moment."""
        spent = max(now, self.spent_until.get(chat_id, 0))
        self.spent_until[chat_id] = spent + calls * self.limits.chat_every
        self.sends.times.extend([now] * calls)
        if chat_id < 0:
            window = self.groups.setdefault(chat_id, Window(self.limits.group, self.limits.group_span))
            window.times.extend([now] * calls)

    @property
    def crowded_until(self) -> Millis:
        """As `refused`, for every chat: after a silence of the whole bot."""
        return self.paused_until + self.limits.calm_after if self.paused_until else 0

    def pause(self, chat_id: int | None, until: Millis) -> None:
        """Telegram asked for silence in a chat, or everywhere (None)."""
        if chat_id is None:
            self.paused_until = max(self.paused_until, until)
        else:
            self.pauses[chat_id] = max(self.pauses.get(chat_id, 0), until)

    def flooded(self, chat_id: int, until: Millis, now: Millis) -> None:
        """A send to this chat was refused as too many; refused in many chats at once, it holds for the whole bot.

        The bot waits for the first of them only: one chat's long silence is its own, and where all are still meant,
        the next refusal prolongs it.
        """
        self.pause(chat_id, until)
        self.refused[chat_id] = until + self.limits.calm_after
        if self.is_widespread(self.pauses, now):
            self.pause(None, min(ends for ends in self.pauses.values() if ends > now))

    def troubled(self, chat_id: int, until: Millis, now: Millis) -> None:
        """A send to this chat failed; failing in many chats at once, it holds for the whole bot."""
        self.troubles[chat_id] = max(self.troubles.get(chat_id, 0), until)
        if self.is_widespread(self.troubles, now):
            self.troubled_until = max(self.troubled_until, until)

    def relieved(self) -> None:
        """A send worked: a failure of the whole way to Telegram is over."""
        if self.troubled_until:
            self.troubled_until = 0
            self.troubles.clear()

    def is_widespread(self, waits: Mapping[int, Millis], now: Millis) -> bool:
        return sum(until > now for until in waits.values()) >= self.limits.chats_until_overall

    def known_chats(self) -> Iterator[int]:
        return iter({*self.spent_until, *self.pauses, *self.troubles, *self.groups})

    def forget(self, now: Millis) -> None:
        """Drops what has no effect any more, so that memory does not grow with the number of chats."""
        for ends in (self.spent_until, self.pauses, self.troubles, self.refused):
            for chat_id in [chat_id for chat_id, until in ends.items() if until <= now]:
                del ends[chat_id]
        for chat_id in [chat_id for chat_id, window in self.groups.items() if not window.count(now)]:
            del self.groups[chat_id]
