"""Faults on demand: the next calls of a method are refused, delayed, executed and not answered, or cut off."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from chatbot.sandbox.telegram.wire import Fields, Parameters, Refused

DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class WrongFault(ValueError):
    """A fault that cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to matching calls.

    Without ``code``, ``drop`` and ``body`` the call is only delayed. ``after`` executes it first; if no code says
    otherwise its answer is lost: held back for ``delay`` seconds, then the connection is cut. ``body`` is
    answered as it stands, with ``code`` or 200, as a proxy might. ``times`` is None for a fault that stays until
    it is taken away.
    """

    method: str = "*"
    code: int | None = None
    description: str = ""
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    times: int | None = 1
    contains: str = ""
    delay: float = 0.0
    after: bool = False
    drop: bool = False
    body: str | None = None

    def concerns(self, method: str, parameters: Parameters) -> bool:
        if self.method not in {"*", method.lower()}:
            return False
        return not self.contains or any(self.contains in value for value in parameters.values.values())

    @property
    def refusal(self) -> Refused | None:
        if self.code is None:
            return None
        extra = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        given = {name: value for name, value in extra.items() if value is not None}
        description = self.description or DESCRIPTIONS.get(self.code, "Bad Request")
        if self.retry_after is not None and not self.description:
            description = f"{description}: retry after {self.retry_after}"
        return Refused(description, self.code, given)

    @property
    def cuts(self) -> bool:
        """Whether the connection ends without an answer."""
        return self.drop or (self.after and self.code is None and self.body is None)

    def fields(self) -> Fields:
        return {name: getattr(self, name) for name in Fault.__dataclass_fields__}


def read_fault(fields: Fields) -> Fault:
    """The fault a person asked for; raises WrongFault with a sentence for one that makes no sense."""
    unknown = sorted(set(fields) - set(Fault.__dataclass_fields__))
    if unknown:
        raise WrongFault(f"unknown field {unknown[0]}; known are {', '.join(Fault.__dataclass_fields__)}")
    for name, kinds in KINDS.items():
        value = fields.get(name)
        if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            raise WrongFault(f"{name} is {json.dumps(value)}, which is not a {kinds[0].__name__}")
    given = {name: value for name, value in fields.items() if value is not None or name == "times"}
    given["method"] = str(given.get("method", "*")).lower()
    fault = Fault(**given)
    if fault.code is None and fault.retry_after is not None:
        fault = replace(fault, code=429)
    if fault.code is None and fault.body is None and not (fault.drop or fault.after or fault.delay > 0):
        raise WrongFault("a fault needs code, retry_after, delay, after, drop or body")
    return fault


KINDS: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "code": (int,),
    "description": (str,),
    "retry_after": (int,),
    "migrate_to_chat_id": (int,),
    "times": (int,),
    "contains": (str,),
    "delay": (float, int),
    "after": (bool,),
    "drop": (bool,),
    "body": (str,),
}


class Faults:
    """The faults that wait for a call, the oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, parameters: Parameters) -> Fault | None:
        """The fault of this call; one that was to happen a number of times is used up by it."""
        for index, fault in enumerate(self.waiting):
            if fault.concerns(method, parameters):
                self.use_up(index)
                return fault
        return None

    def use_up(self, index: int) -> None:
        fault = self.waiting[index]
        if fault.times is None:
            return
        if fault.times <= 1:
            del self.waiting[index]
        else:
            self.waiting[index] = replace(fault, times=fault.times - 1)
