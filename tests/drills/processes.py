"""Real processes under drill: `hydra run` and gateways in a directory of their own, ended with their test.

Waiting is always for something: a process, its journal, its status. Each wait has a deadline and tells what it saw.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hydra.control.client import ControlClient, NotRunning, Unanswered
from hydra.control.socket import find_socket
from hydra.core.book import Book
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.simulation.laws.judging import broken_laws
from hydra.supervisor.desk_status import DeskStatus, Summary

HYDRA = (sys.executable, "-c", "import sys; from hydra.cli import main; sys.exit(main())")
LOOK_EVERY_S = 0.05
WITHIN_S = 40.0

RESTLESS = """
[broker]
settle_s = 2.0
[exit]
target_fraction = 0.001
stop_fraction = 0.002
hold_max_s = 180
[routing]
twap_slices = 4
twap_duration_s = 200
patience_steps_s = [40, 20, 10]
[monitor]
reconcile_interval_s = 60
[[strategy]]
name = "restless"
class = "hydra.strategies.mean_reversion:MeanReversion"
symbols = ["AAPL", "IBM", "MSFT"]
params = { notional = 12000, window = 3, sample_s = 10, entry_z = 0.3, cooldown_s = 60, shorts = true }
"""
"""As tests/drills/configs.py: some order works at nearly every instant."""


class Place:
    """A directory in which hydra runs, and what is run in it. `environ` is added to a clean environment; `launcher` starts
    what goes on."""

    def __init__(self, directory: Path, **environ: str) -> None:
        self.directory = directory
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("IB_", "IBKR_"))}
        (directory / "run").mkdir(mode=0o700)
        self.environ = {**kept, "XDG_RUNTIME_DIR": str(directory / "run"), **environ}
        self.journal = directory / "logs" / "hydra.db"
        self.store = directory / "logs" / "gateway.db"
        self.started: list[Running] = []
        self.launcher = HYDRA

    def restless(self) -> Place:
        """Trade all the time."""
        (self.directory / "supervisor.toml").write_text(RESTLESS, encoding="utf-8")
        return self

    def hydra(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return subprocess.run(
            [*HYDRA, *arguments],
            cwd=self.directory,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )

    def start(self, *arguments: str, **environ: str) -> Running:
        """A command that goes on."""
        running = Running(self, arguments, {**self.environ, **environ})
        self.started.append(running)
        return running

    def ledger(self) -> dict[str, Any]:
        """What `hydra gateway ledger --json` prints."""
        said = self.hydra("gateway", "ledger", "--db", str(self.store), "--json")
        assert 0 == said.returncode, said.stderr
        found: dict[str, Any] = json.loads(said.stdout)
        return found

    def stored(self) -> list[StoredEvent]:
        """The journal as it is now, its chain verified on the way."""
        with JournalReader(self.journal) as reader:
            return list(reader.fold())

    def events(self) -> list[Event]:
        return [stored.event for stored in self.stored()]

    def count(self, kind: type[Event], subject: str | None = None) -> int:
        """How many events of a class the journal holds, about one subject or all; cheap."""
        if not self.journal.exists():
            return 0
        with JournalReader(self.journal) as reader:
            return len(reader.events(kind=kind.__name__, subject=subject))

    def broken(self) -> tuple[str, ...]:
        """The laws that journal and ledger break together, of a run that has ended."""
        book = Book()
        for stored in self.stored():
            book.apply(stored.seq, stored.at, stored.event)
        return broken_laws(self.stored(), book, self.ledger())

    def clear(self) -> None:
        """End what is still running."""
        for running in self.started:
            running.destroy()


class Running:
    """One process, its output in files of its own."""

    def __init__(self, place: Place, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
        self.place = place
        name = f"{len(place.started)}-{arguments[0]}"
        self.out, self.err = place.directory / f"{name}.out", place.directory / f"{name}.err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [*place.launcher, *arguments],
                cwd=place.directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def until(self, done: Callable[[], object], within_s: float = WITHIN_S) -> None:
        """Wait until it is so, while the process lives."""
        give_up_at = time.monotonic() + within_s
        while not done():
            assert time.monotonic() < give_up_at, f"not within {within_s:g} s:\n{self.said()}"
            assert self.lives_on(), f"it ended with {self.process.returncode}:\n{self.said()}"

    def lives_on(self, seconds: float = LOOK_EVERY_S) -> bool:
        """Let so long pass; False as soon as the process has ended."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def client(self) -> ControlClient | None:
        """The control surface, as the commands use it; None before it is there."""
        path = find_socket(self.place.journal, self.place.environ, os.getuid())
        return None if path is None else ControlClient(path)

    def status(self) -> DeskStatus | None:
        """What `hydra status` would show; None while the process does not answer yet."""
        client = self.client()
        try:
            return None if client is None else client.status()
        except (NotRunning, Unanswered):
            return None

    def kill_at_once(self, *names: str) -> tuple[bool, ...]:
        """Kill actors one right after the other, without a command's start between; says which of them lived."""
        client = self.client()
        assert client is not None, self.said()
        return tuple(client.kill_actor(name, by="drill").obeyed for name in names)

    def until_status(self, done: Callable[[DeskStatus], object], within_s: float = WITHIN_S) -> DeskStatus:
        """Wait until the status is so; returns it."""
        seen: list[DeskStatus] = []

        def is_so() -> bool:
            status = self.status()
            if status is not None and done(status):
                seen.append(status)
            return bool(seen)

        self.until(is_so, within_s)
        return seen[0]

    def until_traded(self, fills: int) -> DeskStatus:
        """Wait for so many more fills than now."""
        before = self.until_status(lambda status: True).summary.fills
        return self.until_status(lambda status: status.summary.fills >= before + fills)

    def until_working(self) -> DeskStatus:
        """Wait until an acknowledged order works."""
        return self.until_status(lambda status: any(order.state == "WORKING" for order in status.orders))

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM, within_s: float = WITHIN_S) -> int:
        """Signal, and wait for the exit code."""
        self.send(number)
        return self.wait(within_s)

    def wait(self, within_s: float = WITHIN_S) -> int:
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"it did not end within {within_s:g} s:\n{self.said()}") from late

    def summary(self) -> Summary:
        """The JSON object on the last line."""
        return msgspec.json.decode(self.out.read_bytes().strip().splitlines()[-1], type=Summary)

    def first_line(self) -> dict[str, Any]:
        """The first line of its output, JSON, as soon as it is there."""
        self.until(lambda: b"\n" in self.out.read_bytes())
        line: dict[str, Any] = json.loads(self.out.read_bytes().splitlines()[0])
        return line

    def said(self) -> str:
        """The end of what it said."""
        parts = (path.read_text(encoding="utf-8", errors="replace")[-2500:] for path in (self.out, self.err))
        return "\n".join(parts)

    def destroy(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
