"""Updates nobody agreed on: what fuzzing people could send, tap, forge or break, from one seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Fields = dict[str, Any]

FIRST_FUZZER: Final = 7001
FUZZERS: Final = tuple(range(FIRST_FUZZER, FIRST_FUZZER + 24))
TALKERS, WILD = FUZZERS[:4], FUZZERS[4:]
"""Some mostly give the answer that is due, so that plans get built among the noise."""
COMMANDS: Final = [
    "start",
    "new",
    "cancel",
    "status",
    "plans",
    "plan",
    "checklist",
    "exited",
    "stopped",
    "stop",
    "hold",
    "added",
    "correct",
    "size",
    "portfolio",
    "cancel_plan",
    "daily",
    "help",
    "invite",
    "export",
    "forget_me",
    "nonsense",
]
GARBAGE: Final = (
    "",
    "0",
    "-1",
    "1",
    "2",
    "3",
    "999999999999999999999999",
    "1e400",
    "NaN",
    "Infinity",
    "0.0000000000000000000000001",
    "-0",
    "½",
    "١٢٣",
    "1 2000",
    "1 2000 0.5",
    "1 all",
    "1 1900 because I feel like it",
    "1 tp2 I am greedy",
    "2 3100 100000000",
    "1 1 0",
    "1 2000 -5",
    "25",
    "off",
    "8",
    "btc 60000 59000 1%",
    "eth long 2000 1900 2%",
    "' OR 1=1 --",
    "<b>bold</b> & <script>",
    "{}[]()%s%d{0}",
    "\\x00\\u0000",
    "a" * 5000,
    "9" * 4096,
    "/" * 300,
    "👩‍👩‍👧‍👦" * 200,
    "\u202e\u2066evil\u2069",
    "\u0000\u0007\u001b[31m",
    "Z̷̢̛a̸l̵g̶o" * 40,
    "\ufeff\u200b\u00ad",
    "\n" * 500,
    "\t ",
    "ＢＴＣ ６００００",
    "1,000.5.7",
    "--,,..",
    "10%%",
)
LONE_HALF: Final = "\ud83d"
"""Half a character: JSON can carry it, UTF-8 can't."""
ANSWERS: Final = (
    "eth",
    "long",
    "10x",
    "10k",
    "5%",
    "25/25/30/20",
    "below 2000",
    "+0,5%",
    ">2020",
    "> 2 030",
    "1960",
    "2040 2090 2150",
    "25/35/30",
    "default",
    "none",
    "arm",
    "i know",
    "short",
    "50x",
    "100%",
    "rsi(14) 15m crosses 30 up",
    "ema 50 15m retest",
    "closes above 2020 on 15m",
    "manual: is the news out?",
    "yes",
    "no",
    "2000",
    "0.5",
    "all",
)
SIGNALS: Final = (
    "#ETH/USDT LONG\nLeverage: 10x\nEntry: 2000 - 1990\nTargets: 2040 2090 2150\nStop: 1960",
    "ETHUSDT SHORT\nEntry 2010\nTP1 1980\nTP2 1950\nSL 2050\nlev 5x",
    "Long ETH\nEntry: 2000\nTargets: 1, 2, 3\nStop: 99999999",
    "SELL GOLD @ 2400\nTP 2390\nSL 2410",
    "🔥🔥 #ETH LONG cross 125x\nEntry: now\nTargets: 🚀\nSL: none",
    "buy eth 2000 sl 1950 tp 2100 risk 1000%",
)
OTHER_KINDS: Final = [
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "purchased_paid_media",
    "managed_bot",
    "an_unknown_kind",
]
JUNK: Final[tuple[Callable[[], Any], ...]] = (
    lambda: None,
    lambda: True,
    lambda: -1,
    lambda: 0,
    lambda: 2**70,
    lambda: -(2**63),
    lambda: 3.5,
    lambda: 1e308,
    lambda: "",
    lambda: "1001",
    lambda: LONE_HALF,
    lambda: "x" * 20_000,
    list,
    dict,
    lambda: [[[[[]]]]],
    lambda: {"id": {"id": {"id": []}}},
    lambda: [None, 1, "two", {}],
)


@dataclass
class Chaos:
    """Makes updates. `victims` are people who did nothing; `seen` is callback data that was ever on a screen."""

    seed: int
    victims: Sequence[int]
    seen: list[tuple[int, str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """Update ids given out so far."""
    talk_at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def batch(self, size: int, newest: int) -> list[Fields]:
        """So many updates with ids above `newest`, some of them repeated, out of order or from long ago."""
        made = []
        for number in range(newest + 1, newest + size + 1):
            update = {"update_id": number, **self.update()}
            self.numbers.append(number)
            made.append(update)
            if self.random.random() < 0.03:
                made.append({"update_id": self.random.choice(self.numbers), **self.update()})
            if self.random.random() < 0.03 and len(made) > 2:
                made[-1], made[-2] = made[-2], made[-1]
        return [*made[: size - 1], {"update_id": newest + size + 1, **self.message(self.fuzzer(), {"text": "/help"})}]

    def update(self) -> Fields:
        """One update without its id."""
        kinds = (
            (self.command, 18),
            (self.talk, 22),
            (self.tap_seen, 20),
            (self.tap_forged, 8),
            (self.garbage, 10),
            (self.captioned, 3),
            (self.elsewhere, 5),
            (self.other_kind, 5),
            (self.edited, 2),
            (self.membership, 1),
            (self.impostor, 3),
        )
        make = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        made = make()
        return self.mutated(made) if self.random.random() < 0.2 else made

    def fuzzer(self) -> int:
        return self.random.choice(TALKERS if self.random.random() < 0.02 else WILD)

    def number(self) -> int:
        return self.random.randint(1, 100_000)

    def message(self, user_id: int, more: Fields, kind: str = "message") -> Fields:
        """A message in a private chat."""
        text = more.get("text", "")
        if isinstance(text, str) and text.startswith("/"):
            more = {**more, "entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]}
        made = {
            "message_id": self.number(),
            "date": 1_790_000_000,
            "chat": chat(user_id),
            "from": user(user_id),
            **more,
        }
        return {kind: made}

    def command(self) -> Fields:
        words = [f"/{self.random.choice(COMMANDS)}"]
        if self.random.random() < 0.1:
            words[0] += "@tierwise_sandbox_bot" if self.random.random() < 0.5 else "@some_other_bot"
        if self.random.random() < 0.7:
            words.append(self.random.choice((*GARBAGE, *ANSWERS, *SIGNALS)))
        return self.message(self.fuzzer(), {"text": " ".join(words)})

    def talk(self) -> Fields:
        """Often the answer that is due, sometimes any."""
        user_id = self.random.choice(TALKERS)
        at = self.talk_at.get(user_id, 0)
        self.talk_at[user_id] = at + 1
        script = ("/new", *ANSWERS[:17])
        due = script[at % len(script)]
        text = due if self.random.random() < 0.97 else self.random.choice((*ANSWERS, *SIGNALS))
        return self.message(user_id, {"text": text})

    def garbage(self) -> Fields:
        text = self.random.choice(GARBAGE) or " "
        if self.random.random() < 0.3:
            text = "".join(map(self.character, range(60)))
        if self.random.random() < 0.02:
            text += LONE_HALF
        return self.message(self.fuzzer(), {"text": text})

    def character(self, _: int) -> str:
        """Any character there is."""
        return chr(
            self.random.randint(32, 0xD7FF) if self.random.random() < 0.5 else self.random.randint(0xE000, 0x10FFFF)
        )

    def captioned(self) -> Fields:
        """A picture forwarded from a channel."""
        picture = {"file_id": "p", "file_unique_id": "p", "width": 10, "height": 10}
        origin = {"type": "channel", "chat": chat(-100123, "channel"), "message_id": 1, "date": 1_790_000_000}
        caption = self.random.choice(SIGNALS)
        return self.message(self.fuzzer(), {"photo": [picture], "caption": caption, "forward_origin": origin})

    def tap_seen(self) -> Fields:
        """Any button of any time: mostly one's own, sometimes another's."""
        if not self.seen:
            return self.tap_forged()
        owner, data = self.random.choice(self.seen[-300:] if self.random.random() < 0.7 else self.seen)
        return tap(owner if owner in FUZZERS and self.random.random() < 0.8 else self.fuzzer(), data, self.number())

    def tap_forged(self) -> Fields:
        """A button somebody made up, or one whose bytes were changed."""
        data = self.random.choice(
            ("", "1|d|1|1||AAAAAAAAAAA", "x" * 64, "|" * 9, "2|a|1|1||", LONE_HALF, "1|?|zz|-1||x")
        )
        if self.seen and self.random.random() < 0.8:
            _, real = self.random.choice(self.seen)
            place = self.random.randrange(len(real))
            data = real[:place] + chr(self.random.randint(33, 0x2FF)) + real[place + 1 :]
        return tap(self.fuzzer(), data, self.number())

    def elsewhere(self) -> Fields:
        """Said in a group or a channel, or by a bot."""
        kind = self.random.choice(("group", "supergroup", "channel", "an unknown kind"))
        text = self.random.choice(("/status", "/new", *SIGNALS, "hello"))
        made = self.message(self.fuzzer(), {"text": text})
        made["message"]["chat"] = chat(-self.number(), kind)
        if self.random.random() < 0.3:
            made["message"]["from"] = {**user(self.fuzzer()), "is_bot": True}
        if self.random.random() < 0.2:
            del made["message"]["from"]
        return made

    def impostor(self) -> Fields:
        """A fuzzer in a victim's chat: Telegram would never send it."""
        made = self.message(self.fuzzer(), {"text": self.random.choice(("/cancel_plan 1", "/exited 1", "/status"))})
        made["message"]["chat"] = chat(self.random.choice(self.victims))
        return made

    def edited(self) -> Fields:
        return self.message(self.fuzzer(), {"text": "/cancel_plan 1", "edit_date": 1_790_000_001}, "edited_message")

    def membership(self) -> Fields:
        status = self.random.choice(("member", "kicked", "left", "restricted", "administrator", "creator", "a new one"))
        bot = {"id": 1, "is_bot": True, "first_name": "Tierwise"}
        member = {"user": bot, "status": "member"}
        user_id = self.fuzzer()
        body = {"chat": chat(user_id), "from": user(user_id), "date": 1_790_000_000, "old_chat_member": member}
        return {"my_chat_member": {**body, "new_chat_member": {"user": bot, "status": status, "until_date": 0}}}

    def other_kind(self) -> Fields:
        kind = self.random.choice(OTHER_KINDS)
        user_id = self.fuzzer()
        body = {
            "id": str(self.number()),
            "from": user(user_id),
            "user": user(user_id),
            "chat": chat(user_id),
            "query": "x",
            "offset": "",
            "message_id": self.number(),
            "date": 1_790_000_000,
            "text": "/status",
        }
        return {kind: body}

    def mutated(self, update: Fields) -> Fields:
        """One to three fields of it lost, or of another kind."""
        changed: Fields = copy.deepcopy(update)
        for _ in range(self.random.randint(1, 3)):
            places = list(places_in(changed))
            if not places:
                break
            holder, key = self.random.choice(places)
            if isinstance(holder, dict) and self.random.random() < 0.3:
                del holder[key]
            else:
                holder[key] = self.random.choice(JUNK)()
        return harmless(changed, self.victims)


def user(user_id: int) -> Fields:
    return {"id": user_id, "is_bot": False, "first_name": "F<b>&", "username": "f", "language_code": "xx"}


def chat(chat_id: int, kind: str = "private") -> Fields:
    return {"id": chat_id, "type": kind, "title" if kind != "private" else "first_name": "T"}


def tap(user_id: int, data: str, message_id: int) -> Fields:
    message = {"message_id": message_id, "date": 0, "chat": chat(user_id)}
    body = {"id": f"{user_id}{message_id}", "from": user(user_id), "chat_instance": "c", "message": message}
    return {"callback_query": {**body, "data": data}}


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) of a JSON value, however deep."""
    if isinstance(value, dict):
        return [*((value, key) for key in value), *(place for each in value.values() for place in places_in(each))]
    if isinstance(value, list):
        here = [(value, index) for index in range(len(value))]
        return [*here, *(place for each in value for place in places_in(each))]
    return []


def harmless(update: Fields, victims: Sequence[int]) -> Fields:
    """A mutation may not happen to speak as a victim: that would be theirs to say."""
    for holder, key in places_in(update):
        if key == "id" and holder[key] in victims:
            holder[key] = FIRST_FUZZER
    return update
