"""What a hunted world leaves behind, as values; and who hears of it while it is lived through. Nothing here acts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hydra.runtime.schedule import Hold
from hydra.simulation.chaos.plan import ChaosPlan

TAIL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosResult:
    """What came of a plan. `violations` are whole sentences, empty when every law held; `tail` the last lines of the trace;
    `broke_at_s` the run's time at its end or at the step that could not be taken. `injected` and `missed` count by kind."""

    plan: ChaosPlan
    violations: tuple[str, ...]
    digest: str
    broke_at_s: float
    processes: int
    orders: int
    fills: int
    injected: Counter[str]
    missed: Counter[str]
    reached: tuple[str, ...]
    tail: tuple[str, ...]
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Who hears of a run: each line of its trace, each jump of its time (see VirtualWorld), how far it is now and then."""

    on_trace: Callable[[str], object] | None = None
    on_jump: Callable[[datetime], None] | None = None
    on_progress: Callable[[float], object] | None = None


SILENT = Hearing()


class Telling:
    """The trace of a run for people: each delivery and, marked with ***, each intervention; the last lines are kept."""

    def __init__(self, hearing: Hearing) -> None:
        self._tail: deque[str | tuple[float, str]] = deque(maxlen=TAIL)
        self._hear = hearing.on_trace

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines."""
        return tuple(line if isinstance(line, str) else _spelled(*line) for line in self._tail)

    def intervened(self, now_s: float, text: str) -> None:
        """Somebody outside hydra did something: a fault, the service manager, the operator."""
        self._say(f"{now_s:13.6f}  *** {text}")

    def delivered(self, began_s: float, line: str) -> None:
        """A line of a process's trace, see Trace; `began_s` is the run's time at which that process began."""
        if self._hear is None:
            self._tail.append((began_s, line))  # most lines are never read
        else:
            self._say(_spelled(began_s, line))

    def _say(self, line: str) -> None:
        self._tail.append(line)
        if self._hear is not None:
            self._hear(line)


def _spelled(began_s: float, line: str) -> str:
    now_us, sender, to, _, message = line.rstrip().split("|", 4)
    return f"{began_s + int(now_us) / 1e6:13.6f}  {sender} -> {to}  {message}"
