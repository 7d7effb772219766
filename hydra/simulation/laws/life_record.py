"""Every life of one process, overheard: who began under whom, who ended and why, what supervisors said. It judges little."""

from __future__ import annotations

from dataclasses import dataclass

from hydra.runtime.envelope import Envelope
from hydra.runtime.listening import Listener
from hydra.runtime.message import Lifecycle
from hydra.runtime.reasons import StopReason
from hydra.runtime.signals import StopChild, Terminate
from hydra.simulation.laws.otp import Happened, What

ANNOUNCED = {"restarting": What.RESTARTING, "gave_up": What.GAVE_UP, "escalated": What.ESCALATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """An incarnation that has not ended. `started_us` is None until its on_start has returned."""

    incarnation: int
    started_us: int | None


class LifeRecord(Listener):
    """`happened` is the whole story for the reference model; `overlaps` are sentences without a law. `root` is who has no
    supervisor; `escalated_us` when it gave up, None while it has not."""

    def __init__(self) -> None:
        self.happened: list[Happened] = []
        self.overlaps: list[str] = []
        self.living: dict[str, Living] = {}
        self.root = ""
        self.escalated_us: int | None = None
        self._last: dict[str, int] = {}

    def life_launched(self, now_us: int, name: str, incarnation: int, supervisor: str | None, restarts: int) -> None:
        if supervisor is None:
            self.root = name
        if name in self.living:
            old = self.living[name].incarnation
            self.overlaps.append(f"{name} #{incarnation} was launched at {now_us} us while #{old} lived")
        if incarnation not in (1, self._last.get(name, 0) + 1):
            self.overlaps.append(f"{name} #{incarnation} was launched at {now_us} us after #{self._last.get(name, 0)}")
        self.living[name] = Living(incarnation=incarnation, started_us=None)
        self._last[name] = incarnation
        self._add(now_us, What.LAUNCHED, name, incarnation, supervisor=supervisor or "")

    def life_started(self, now_us: int, name: str, incarnation: int) -> None:
        self.living[name] = Living(incarnation=incarnation, started_us=now_us)
        self._add(now_us, What.STARTED, name, incarnation)

    def life_ended(self, now_us: int, name: str, incarnation: int, reason: StopReason) -> None:
        known = self.living.get(name)
        if known is None or known.incarnation != incarnation:
            self.overlaps.append(f"{name} #{incarnation} ended at {now_us} us, but it was not alive")
        else:
            del self.living[name]
        self._add(now_us, What.ENDED, name, incarnation, kind=reason.kind, text=reason.text)

    def delivered(self, now_us: int, to: str, incarnation: int, envelope: Envelope) -> None:
        match envelope.message:
            case Terminate():
                self._add(now_us, What.TOLD_TO_END, to, incarnation)
            case StopChild(name=child):
                self._add(now_us, What.TOLD_TO_STOP, child, 0)

    def announced(self, now_us: int, lifecycle: Lifecycle) -> None:
        what = ANNOUNCED.get(lifecycle.kind)
        if what is not None:
            self._add(now_us, what, lifecycle.name, lifecycle.incarnation, text=lifecycle.reason)
        if what is What.ESCALATED and lifecycle.name == self.root:
            self.escalated_us = now_us

    def _add(
        self, now_us: int, what: What, name: str, incarnation: int, *, supervisor: str = "", kind: str = "", text: str = ""
    ) -> None:
        self.happened.append(
            Happened(
                now_us=now_us,
                what=what,
                name=name,
                incarnation=incarnation,
                supervisor=supervisor,
                kind=kind,
                text=text,
            )
        )
