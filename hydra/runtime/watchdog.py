"""Finds actors that take too long over one message, and fences them or reports them as fatal.

Late, never early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra.runtime.spec import ChildSpec
from hydra.runtime.timers import Timer

if TYPE_CHECKING:
    from hydra.runtime.crew import Crew
    from hydra.runtime.life import Life

WATCH_EVERY_S = 0.1


class Watchdog:
    """Runs on the timer thread. It remembers when it first saw the turn that each life is busy with."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._seen: dict[Life, tuple[int, int]] = {}  # life -> (turn, first seen at, monotonic us)
        self._reported: dict[Life, None] = {}
        self._leaked: dict[Life, None] = {}

    @property
    def leaked(self) -> int:
        return len(self._leaked)

    def leak(self, life: Life) -> None:
        """It was fenced while busy: its thread is lost until that turn ends."""
        self._leaked[life] = None

    def watch(self) -> None:
        due_us = self._crew.clock.monotonic_us() + round(WATCH_EVERY_S * 1e6)
        self._crew.timers.arm(Timer(due_us=due_us, fire=self._look, forget=lambda timer: None))

    def _look(self, timer: Timer) -> None:
        now_us = self._crew.clock.monotonic_us()
        self._leaked = {life: None for life in self._leaked if life.busy}
        seen: dict[Life, tuple[int, int]] = {}
        for life in list(self._crew.lives.values()):
            since_us = self._busy_since(life, now_us)
            if since_us is not None:
                seen[life] = (life.turns, since_us)
                self._judge(life, now_us - since_us)
        self._seen = seen
        self._reported = {life: None for life in self._reported if life in seen}
        self.watch()

    def _busy_since(self, life: Life, now_us: int) -> int | None:
        if not life.busy:
            if life.probe is not None:
                life.probe()
            return None
        turn, since_us = self._seen.get(life, (0, now_us))
        return since_us if turn == life.turns else now_us

    def _judge(self, life: Life, busy_us: int) -> None:
        spec = life.spec
        if not isinstance(spec, ChildSpec) or spec.hang_s is None or busy_us <= spec.hang_s * 1e6:
            return
        if not life.started or life in self._reported:
            return  # a start that hangs is its supervisor's matter
        reason = f"hung: over {spec.hang_s:g} s in one message"
        if spec.hang_is_fatal:
            self._reported[life] = None
            self._crew.fatal(f"{life.name}: {reason}")
        else:
            self._crew.fence(life.name, reason)


class WatchdogOnDemand(Watchdog):
    """Looks only while somebody is busy: between two turns of a virtual world that is who hangs."""

    def __init__(self, crew: Crew) -> None:
        super().__init__(crew)
        self._looks = False

    def begin(self) -> None:
        """Somebody hangs from now on."""
        if not self._looks:
            self.watch()

    def watch(self) -> None:
        self._looks = any(life.busy for life in self._crew.lives.values())
        if self._looks:
            super().watch()
