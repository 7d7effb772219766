"""Letters between actors of the model: first in, first out per pair, control before user, otherwise in any order.

A letter stays where it is when its receiver dies; which letters die with whom is as in `hydra/runtime/mailbox.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.messages.sync import Recorded
from hydra.runtime.message import Lane, Lifecycle, Message, WhenFull


@dataclass(frozen=True, slots=True)
class Letter:
    """`incarnation` is the sender's; `is_timer` letters are for one incarnation of their receiver."""

    sender: str
    incarnation: int
    to: str
    message: Message
    is_timer: bool = False


@dataclass
class Mail:
    """All letters under way, by (sender, receiver)."""

    pairs: dict[tuple[str, str], list[Letter]] = field(default_factory=dict)

    def send(self, letter: Letter) -> None:
        waiting = self.pairs.setdefault((letter.sender, letter.to), [])
        if letter.message.WHEN_FULL is WhenFull.LATEST:
            waiting[:] = [one for one in waiting if type(one.message) is not type(letter.message)]
        waiting.append(letter)

    def next_of(self, pair: tuple[str, str], *, held: bool) -> Letter | None:
        """What its receiver would read next from this pair."""
        waiting = self.pairs[pair]
        urgent = next((letter for letter in waiting if letter.message.LANE is Lane.CONTROL), None)
        if urgent is not None or held:
            return urgent
        return waiting[0] if waiting else None

    def take(self, letter: Letter) -> None:
        self.pairs[letter.sender, letter.to].remove(letter)

    def receiver_restarted(self, name: str) -> None:
        """Its timers and what is not kept are gone."""
        for (_, to), waiting in self.pairs.items():
            if to == name:
                waiting[:] = [one for one in waiting if one.message.KEPT and not one.is_timer]

    def drop_all(self) -> None:
        self.pairs.clear()

    def drop_to(self, name: str) -> None:
        """Nobody of this name will ever read again."""
        for pair in tuple(self.pairs):
            if pair[1] == name:
                del self.pairs[pair]


def said(message: object) -> str:
    """A message in a few words, for the trace."""
    match message:
        case Recorded(seq=seq, event=event):
            return f"Recorded {seq} {said(event)}"
        case Lifecycle(kind=kind, name=name):
            return f"{name} is {kind}"
    ref = getattr(message, "order_ref", "") or getattr(getattr(message, "want", None), "order_ref", "")
    ref = ref or getattr(getattr(getattr(message, "intent", None), "want", None), "order_ref", "")
    more = (getattr(message, name, "") for name in ("status", "state", "session", "sync_n", "request_n"))
    return " ".join(word for word in (type(message).__name__, ref, *map(str, more)) if word)
