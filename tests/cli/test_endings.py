"""Signals, and the end of a hung process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hydra.cli.endings import EXIT_HUNG, StopSignals, shut_connections_to


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_second_ends_at_once(number: signal.Signals) -> None:
    codes: list[int] = []
    with StopSignals(codes.append) as signals:
        assert "" == signals.heard
        signal.raise_signal(signal.SIGTERM)
        assert ("SIGTERM", []) == (signals.heard, codes)
        signal.raise_signal(number)
    assert [128 + number] == codes


def test_afterwards_signals_mean_what_they_meant() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopSignals():
        assert before != signal.getsignal(signal.SIGINT)
    assert before == signal.getsignal(signal.SIGINT)


def test_only_connections_to_the_gateway_are_shut() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as gateway,
        socket.create_server(("127.0.0.1", 0)) as other,
        socket.create_connection(gateway.getsockname()) as link,
        socket.create_connection(other.getsockname()) as web,
        gateway.accept()[0] as far,
        other.accept()[0] as web_far,
    ):
        assert 1 == shut_connections_to(gateway.getsockname()[1])
        assert b"" == far.recv(1)
        with pytest.raises(BrokenPipeError):
            link.sendall(b"an order")
        web.sendall(b"x")
        assert b"x" == web_far.recv(1)


def test_a_hung_process_says_what_its_threads_did_and_ends_with_70(tmp_path: Path) -> None:
    log = tmp_path / "hydra.log"
    program = (
        "import threading; from pathlib import Path; from hydra.cli.endings import die_hung\n"
        "def the_journal_hangs(): threading.Event().wait()\n"
        "threading.Thread(target=the_journal_hangs).start()\n"
        f"die_hung('journal: hung: over 30 s in one message', log=Path({str(log)!r}), gateway_port=1)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=30)
    assert EXIT_HUNG == run.returncode
    text = log.read_text()
    assert text.startswith("FATAL journal: hung: over 30 s in one message; the process ends with 70")
    assert "in the_journal_hangs" in text
