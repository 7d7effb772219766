"""The number of a session on its facts. Until the journal has numbered a socket, its facts wait here, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hydra.messages.base import Event

UNNUMBERED_MAX = 16


class Stamp:
    """One socket: `token` is ours and never used twice, `session` the journal's number, 0 while it has none."""

    def __init__(self, token: int) -> None:
        self.token = token
        self.session = 0
        self._held: list[Event] = []

    def stamp(self, fact: Event) -> tuple[Event, ...]:
        """The fact with its session, or nothing yet. An alert has no session and never waits."""
        if not hasattr(fact, "session"):
            return (fact,)
        if not self.session:
            self._held.append(fact)
            return ()
        return (_numbered(fact, self.session),)

    def accept(self, session: int) -> tuple[Event, ...]:
        """The journal's number; what was held comes out with it. A repetition yields nothing."""
        self.session = session
        held, self._held = self._held, []
        return tuple(_numbered(fact, session) for fact in held)


class Unnumbered:
    """Sockets that ended before the journal had numbered them. At most 16: a journal that is silent for longer hears of
    the executions by a listing."""

    def __init__(self) -> None:
        self._stamps: dict[int, Stamp] = {}

    def keep(self, stamp: Stamp) -> None:
        """Remember one that was announced; those with a number need no memory."""
        if stamp.session:
            return
        self._stamps[stamp.token] = stamp
        while len(self._stamps) > UNNUMBERED_MAX:
            del self._stamps[next(iter(self._stamps))]

    def pop(self, token: int) -> Stamp | None:
        """The one with this token, which is forgotten by this."""
        return self._stamps.pop(token, None)


def _numbered(fact: Event, session: int) -> Event:
    numbered: Any = fact
    event: Event = replace(numbered, session=session)
    return event
