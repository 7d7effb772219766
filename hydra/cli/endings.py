"""How a run ends from outside: signals, the first in order and the second at once, and the end of a hung process."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from loguru import logger

EXIT_SIGNAL_BASE = 128
EXIT_HUNG = 70
"""Ours and the service manager's word for `restart me`: sysexits.h's EX_SOFTWARE."""
LAST_WORDS_WITHIN_S = 5.0
_STOPPING = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """While entered, the first SIGINT or SIGTERM is only noted and the second ends the process at once.

    A handler runs between two steps of the main thread, so it takes no lock: whoever waits looks at `heard`.
    """

    def __init__(self, end_at_once: Callable[[int], object] = os._exit) -> None:
        self.heard = ""
        self._end_at_once = end_at_once
        self._before: dict[signal.Signals, signal.Handlers | Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> StopSignals:
        self._before = {number: signal.signal(number, self._hear) for number in _STOPPING}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.heard:
            self._end_at_once(EXIT_SIGNAL_BASE + number)
        self.heard = signal.Signals(number).name


def die_hung(reason: str, *, log: Path, gateway_port: int) -> None:
    """The journal or the broker hangs: cut the link so that nothing more is sent, say why, and be gone.

    Called by the watchdog. Writing may hang as well, so a second thread ends the process whatever becomes of it.
    """
    threading.Thread(target=_end_after, args=(LAST_WORDS_WITHIN_S,), daemon=True).start()
    shut_connections_to(gateway_port)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"FATAL {reason}; the process ends with {EXIT_HUNG}, its threads were:\n")
        file.flush()
        faulthandler.dump_traceback(file, all_threads=True)
    logger.critical("{}; the process ends with {}", reason, EXIT_HUNG)
    os._exit(EXIT_HUNG)


def shut_connections_to(port: int) -> int:
    """Shut every TCP connection of this process to that port, by descriptor; returns how many there were."""
    shut = 0
    for name in os.listdir("/dev/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getpeername()[1] == port:
                    connection.shutdown(socket.SHUT_RDWR)
                    shut += 1
        except OSError:
            continue  # closed meanwhile, or a socket that has no peer
    return shut


def _end_after(seconds: float) -> None:
    threading.Event().wait(seconds)
    os._exit(EXIT_HUNG)
