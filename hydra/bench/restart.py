"""How soon a process that was killed trades again: from exec to the first permitted order, with real processes.

The gateway is another process and lives on. `hydra run` is killed while its orders work, and started anew; what is waited
for is the first intent of the new run in the journal, which nothing but a permit of its own risk can have put there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hydra.errors import StartError
from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.messages.decisions import OperatorActed

HYDRA = (sys.executable, "-c", "import sys; from hydra.cli import main; sys.exit(main())", "run")
IMPORTS = (sys.executable, "-c", "import hydra.cli.run_command")
LOOK_EVERY_S = 0.002
WITHIN_S = 60.0
FILLING_GROUP = 1_000
JOURNAL = Path("logs/hydra.db")

CONFIG = """
[gateway]
embedded = false
[broker]
host = "{host}"
port = {port}
[supervision]
crashed_runs_max = 100
[risk]
working_orders_max = 500
[routing]
patience_steps_s = [600, 600, 600]
[[strategy]]
name = "eager"
class = "hydra.strategies.eager:Eager"
symbols = ["MSFT"]
params = {{ wishes = {orders} }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """Seconds from exec to the first permitted order of each restart, with the orders that then worked or were in doubt and
    the events in the journal; `import_s` is what importing hydra's own modules costs a new interpreter."""

    orders: int
    restart_s: tuple[float, ...]
    unproven: tuple[int, ...]
    events: tuple[int, ...]
    import_s: float


def measure_restarts(directory: Path, host: str, port: int, *, orders: int, restarts: int, events: int) -> Restarts:
    """Kill and start again so many times; the journal begins with so many events. Raises StartError when a run does not
    trade."""
    (directory / JOURNAL).parent.mkdir(parents=True)
    (directory / "supervisor.toml").write_text(CONFIG.format(host=host, port=port, orders=orders), encoding="utf-8")
    _fill(directory / JOURNAL, events)
    taken: list[float] = []
    counts: list[int] = []
    _first_order_s(directory, 1, orders)
    for run in range(2, restarts + 2):
        counts.append(_events_n(directory))
        taken.append(_first_order_s(directory, run, orders))
    return Restarts(
        orders=orders,
        restart_s=tuple(taken),
        unproven=tuple(n * orders for n in range(1, restarts + 1)),
        events=tuple(counts),
        import_s=_import_s(),
    )


def _first_order_s(directory: Path, run: int, orders: int) -> float:
    """Of a run that is killed when the broker has spoken of all its orders: one in doubt would have its symbol wait."""
    with _running(directory) as began_s:
        first_s = _wait_for(directory, lambda: _has_intended(directory, run), "an order") - began_s
        _wait_for(directory, lambda: _acknowledged_n(directory, run, orders) >= orders, f"{orders} orders at work")
    return round(first_s, 3)


@contextmanager
def _running(directory: Path) -> Iterator[float]:
    """`hydra run` from its exec, whose instant this is, until it is killed."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("IB_", "IBKR_"))}
    with (directory / "run.out").open("wb") as out:
        began_s = time.monotonic()
        process = subprocess.Popen(
            HYDRA, cwd=directory, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield began_s
    finally:
        process.kill()
        process.wait()


def _wait_for(directory: Path, done: Callable[[], bool], what: str) -> float:
    """The monotonic instant at which the journal showed it."""
    give_up_s = time.monotonic() + WITHIN_S
    while time.monotonic() < give_up_s:
        if (directory / JOURNAL).exists() and done():
            return time.monotonic()
        time.sleep(LOOK_EVERY_S)
    said = (directory / "run.out").read_text(encoding="utf-8", errors="replace")[-500:]
    raise StartError(f"there was not {what} within {WITHIN_S:g} s; hydra said: {said}")


def _has_intended(directory: Path, run: int) -> bool:
    return any(stored.run == run for stored in _latest(directory, 1, "OrderIntended"))


def _acknowledged_n(directory: Path, run: int, orders: int) -> int:
    """How many orders of this run the broker has spoken of."""
    told = _latest(directory, 4 * orders, "OrderStatusReported")
    return len({stored.event.subject for stored in told if stored.run == run})


def _latest(directory: Path, count: int, kind: str) -> Sequence[StoredEvent]:
    try:
        with JournalReader(directory / JOURNAL) as reader:
            return reader.tail(count, kind=kind)
    except JournalDamaged:  # it is being made at this moment
        return []


def _events_n(directory: Path) -> int:
    with JournalReader(directory / JOURNAL) as reader:
        (last,) = reader.tail(1)
        return last.seq


def _fill(journal: Path, events: int) -> None:
    """A journal of the past, in which nothing that matters has happened."""
    if not events:
        return
    store = EventStore.open(journal, create=True)
    for first in range(0, events, FILLING_GROUP):
        store.begin()
        for n in range(first, min(first + FILLING_GROUP, events)):
            store.append(OperatorActed(verb="reconcile", by="bench", text=str(n)), datetime.now(UTC), 0, 0)
        store.commit()
    store.close()


def _import_s() -> float:
    began_s = time.monotonic()
    subprocess.run(IMPORTS, check=True)
    return round(time.monotonic() - began_s, 3)
