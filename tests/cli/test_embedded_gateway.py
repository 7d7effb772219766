"""The embedded gateway as a real process: it comes, it goes, and it says why it went."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from hydra.cli.embedded_gateway import EmbeddedGateway, Listening, market_clock, start_gateway
from hydra.config import GatewayConfig
from hydra.errors import StartError


def config_in(folder: Path, **changes: object) -> GatewayConfig:
    return GatewayConfig.model_validate({"path": folder / "gateway.db", **changes})


def test_it_listens_as_configured_and_ends_when_its_lifeline_is_cut(tmp_path: Path) -> None:
    gateway = start_gateway(config_in(tmp_path, account="DU7654321", speed=3.0))
    try:
        listening = gateway.listening
        assert ("127.0.0.1", "DU7654321", 3.0, "") == (
            *(listening.host, listening.account, listening.speed, gateway.ended),
        )
        assert os.getpgid(listening.pid) != os.getpgid(0)
        socket.create_connection((listening.host, listening.port)).close()
    finally:
        gateway.stop()
    assert gateway.ended.startswith("the embedded gateway ended with exit code 0")


def test_a_second_one_on_the_same_store_is_refused_in_its_own_words(tmp_path: Path) -> None:
    gateway = start_gateway(config_in(tmp_path))
    try:
        with pytest.raises(StartError, match=r"ended with exit code 3: .*gateway\.db"):
            start_gateway(config_in(tmp_path))
        assert "" == gateway.ended
    finally:
        gateway.stop()


def test_a_killed_one_is_noticed(tmp_path: Path) -> None:
    gateway = start_gateway(config_in(tmp_path))
    os.kill(gateway.listening.pid, signal.SIGKILL)
    _wait(gateway)
    assert gateway.ended.startswith("the embedded gateway was killed by signal 9: it said nothing")
    gateway.stop()


def test_one_that_does_not_listen_in_time_is_given_up_and_killed(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="the embedded gateway did not listen within 0 s"):
        start_gateway(config_in(tmp_path), within_s=0)


def test_market_time_goes_on_from_what_the_gateway_said_at_its_speed() -> None:
    listening = Listening(
        host="h", port=1, market_us=1_000_000_000, wall_us=5_000_000, speed=0.001, account="DU1", pid=1
    )
    clock = market_clock(listening, wall_us=5_000_000 + 3_000_000_000)
    assert 0.001 == clock.speed
    assert 1_003 == clock.now_us() // 1_000_000


def _wait(gateway: EmbeddedGateway) -> None:
    os.waitid(os.P_PID, gateway.listening.pid, os.WEXITED | os.WNOWAIT)
