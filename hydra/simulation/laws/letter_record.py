"""What became of every message of one process, overheard: sent, delivered, buried, and by whom. It judges nothing else."""

from __future__ import annotations

from collections import Counter

from hydra.messages.commands import LatchHalt
from hydra.runtime.envelope import Envelope
from hydra.runtime.listening import Listener
from hydra.runtime.reasons import StopReason
from hydra.runtime.signals import ChildDown, ChildStarted

ASK = "ask-"
NEWS_OF_A_LIFE = (ChildDown, ChildStarted)
"""What the runtime itself tells a supervisor in the name of the one that began or ended."""


class LetterRecord(Listener):
    """`stale` and `twice` are sentences without a law. `latched` is why the broker was last told to write no orders."""

    def __init__(self) -> None:
        self.waiting: dict[int, str] = {}
        self.unsettled: dict[int, str] = {}
        self.stale: list[str] = []
        self.twice: list[str] = []
        self.asks: dict[str, None] = {}
        self.latched = ""
        self._at_hand: dict[str, list[int]] = {}
        self._latest: dict[str, int] = {}
        self._over: dict[str, int] = {}

    def sent(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.waiting[envelope.number] = to
        sender, incarnation = envelope.sender, envelope.incarnation
        if 0 < incarnation <= self._over.get(sender, 0) and not isinstance(envelope.message, NEWS_OF_A_LIFE):
            self.stale.append(f"{sender} #{incarnation} was over when it told {to} {_kind(envelope)} at {now_us} us")
        reply_to = getattr(envelope.message, "reply_to", "")
        if reply_to.startswith(ASK):
            self.asks[reply_to] = None

    def merged(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.waiting.pop(envelope.number, None)

    def buried(self, now_us: int, to: str, envelope: Envelope, reason: str) -> None:
        self.waiting.pop(envelope.number, None)
        self.unsettled.pop(envelope.number, None)

    def dropped(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.waiting.pop(envelope.number, None)
        self.unsettled.pop(envelope.number, None)

    def delivered(self, now_us: int, to: str, incarnation: int, envelope: Envelope) -> None:
        number, sender = envelope.number, envelope.sender
        if self.waiting.pop(number, None) is None and self.unsettled.pop(number, None) is None:
            self.twice.append(f"{_kind(envelope)} from {sender} to {to or 'outside'} was delivered twice at {now_us} us")
        if not to:
            return
        self._at_hand.setdefault(to, []).append(number)
        if incarnation <= self._over.get(to, 0):
            self.stale.append(f"{_kind(envelope)} was delivered to {to} #{incarnation}, which was over, at {now_us} us")
        latest = self._latest.get(sender, 0)
        if envelope.message.BOUND_TO_SENDER and latest > envelope.incarnation:
            text = f"{_kind(envelope)} of {sender} #{envelope.incarnation}, when #{latest} lived, at {now_us} us"
            self.stale.append(f"{to} was delivered {text}")
        if isinstance(envelope.message, LatchHalt) and to == "broker":
            self.latched = (envelope.message.reason or "halted") if envelope.message.latched else ""

    def turn_ended(self, now_us: int, name: str, incarnation: int, crashed: bool) -> None:
        numbers = self._at_hand.pop(name, [])
        if crashed:
            self.unsettled.update(dict.fromkeys(numbers, name))

    def life_launched(self, now_us: int, name: str, incarnation: int, supervisor: str | None, restarts: int) -> None:
        """A name that was forgotten begins to count anew."""
        self._latest[name] = incarnation
        if incarnation <= self._over.get(name, 0):
            self._over[name] = incarnation - 1
        if name == "broker":
            self.latched = ""

    def life_ended(self, now_us: int, name: str, incarnation: int, reason: StopReason) -> None:
        self._over[name] = max(incarnation, self._over.get(name, 0))

    def lost(self, depths: dict[str, int]) -> tuple[str, ...]:
        """Addresses whose mailboxes do not hold what was sent and went nowhere else, in sentences."""
        waiting = Counter(self.waiting.values())
        unsettled = Counter(self.unsettled.values())
        unsettled.update({name: len(numbers) for name, numbers in self._at_hand.items()})
        return tuple(
            f"{name} has {depths.get(name, 0)} waiting, {waiting[name]} were sent and are nowhere else"
            for name in sorted(depths.keys() | waiting.keys())
            if not waiting[name] <= depths.get(name, 0) <= waiting[name] + unsettled[name]
        )


def _kind(envelope: Envelope) -> str:
    return type(envelope.message).__name__
