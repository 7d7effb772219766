"""The AlertsActor: says each alert in one line and runs the operator's alert command. Below the six; it may block.

Nothing waits for it: an alert sink that is down or slow never holds up trading.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hydra.messages.decisions import AlertRaised
from hydra.messages.sync import Recorded
from hydra.runtime.actor import Actor, Context
from hydra.runtime.message import Message

COMMAND_TIMEOUT_S = 20.0
REMEMBERED = 20
SINK_GONE = (OSError, ValueError)
"""What writing raises when nobody reads any more, or the stream was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentAlerts:
    """The newest alerts, oldest first."""

    alerts: tuple[tuple[datetime, AlertRaised], ...]


class AlertsActor(Actor):
    """Alert -> one line, and one process of `command` with HYDRA_ALERT_* set."""

    def __init__(self, context: Context, command: str, write_line: Callable[[str], None]) -> None:
        super().__init__(context)
        self.command = command
        self.write_line = write_line
        self.recent: deque[tuple[datetime, AlertRaised]] = deque(maxlen=REMEMBERED)

    def receive(self, message: Message) -> None:
        match message:
            case Recorded(event=AlertRaised() as alert, at=at):
                self.recent.append((at, alert))
                self.context.publish(RecentAlerts(alerts=tuple(self.recent)))
                self._say(f"ALERT {alert.severity} {alert.kind} {alert.about}: {alert.text}")
                if self.command:
                    self._run(alert)
            case _:
                raise TypeError(f"alerts does not understand {type(message).__name__}")

    def _say(self, line: str) -> None:
        """Nobody reads: no reason to die of it. The alert is in the journal, and the command may still reach somebody."""
        with contextlib.suppress(*SINK_GONE):
            self.write_line(line)

    def _run(self, alert: AlertRaised) -> None:
        """Hand the alert to the operator's command as arguments; what goes wrong with it is said, once per alert."""
        arguments = [*shlex.split(self.command), alert.severity, alert.kind, alert.about, alert.text]
        try:
            done = subprocess.run(arguments, capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self._say(f"ALERT COMMAND FAILED: {error}")
            return
        if done.returncode:
            said = done.stderr.decode(errors="replace")[:200]
            self._say(f"ALERT COMMAND FAILED: exit code {done.returncode}: {said}")
