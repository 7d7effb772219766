"""A running hydra on a terminal: a table that redraws itself, or lines where there is no terminal.

Both write to stderr, so that stdout keeps the summary alone.
"""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.live import Live

from hydra.console.lines import progress
from hydra.console.picture import render
from hydra.supervisor.desk_status import DeskStatus

TABLE_EVERY_S = 0.25
LINE_EVERY_S = 5.0


class LiveTable:
    """While entered, everything else that is printed appears above the table."""

    every_s = TABLE_EVERY_S

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, status: DeskStatus) -> None:
        self._live.update(render(status), refresh=True)


class PlainLines:
    """One line now and then."""

    every_s = LINE_EVERY_S

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A line needs no end."""

    def show(self, status: DeskStatus) -> None:
        print(progress(status), file=sys.stderr, flush=True)


def view_for(*, table: bool) -> LiveTable | PlainLines:
    """A table if it is wanted and stderr is a terminal that can redraw."""
    console = Console(stderr=True)
    return LiveTable(console) if table and console.is_terminal and not console.is_dumb_terminal else PlainLines()
