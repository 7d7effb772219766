"""`hydra run` as a user types it, up to where the desk would begin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hydra.cli.embedded_gateway import start_gateway
from hydra.cli.run_command import adjusted
from hydra.config import Config, GatewayConfig
from hydra.journal.locks import hold, journal_claim
from tests.cli.served_desk import at_home, hydra

FIGURES = ("signals", "orders", "fills", "restarts", "reconciliations", "mismatches")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--for", "60"), "'60' is not a duration such as 60s, 5m, 2h or 1h30m"),
        (("--for", "0s"), "0s is not above zero"),
        (("--speed", "0"), "0.0 is not in the range 0<x<=600"),
        (("--seed", "-1"), "-1 is not in the range"),
        (("--config", "none.toml"), "There is no configuration file none.toml."),
        (("now",), "Got unexpected extra argument (now)"),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    result = hydra("run", *arguments)
    assert (2, "") == (result.exit_code, result.stdout)
    assert sentence in result.stderr


def test_a_real_gateway_has_no_speed_but_its_own() -> None:
    result = hydra("run", "--speed", "2", IB_GATEWAY_PORT="4002")
    assert 2 == result.exit_code
    assert "--speed 2 is for the embedded gateway; the one at 127.0.0.1:4002 keeps real time" in result.stderr


@pytest.mark.parametrize("port", ["4001", "7496"])
def test_a_live_port_exits_3_and_ends_with_json_if_asked(port: str) -> None:
    result = hydra("run", "--json", IB_GATEWAY_PORT=port)
    told = json.loads(result.stdout.splitlines()[-1])
    assert 3 == result.exit_code
    assert f"error: port {port} is the live port" in result.stderr
    assert ([0] * 6, {}) == ([told[figure] for figure in FIGURES], told["terminal"])
    assert f"port {port} is the live port" in told["exit_reason"]


def test_a_second_run_on_a_journal_exits_3_and_names_the_first() -> None:
    with hold(journal_claim(Config().journal.path)):
        result = hydra("run")
    assert (3, "") == (result.exit_code, result.stdout)
    assert "error: The journal logs/hydra.db is in use by process" in result.stderr


def test_a_gateway_store_in_use_exits_3_and_leaves_nothing_locked() -> None:
    gateway = start_gateway(GatewayConfig())
    try:
        result = hydra("run")
    finally:
        gateway.stop()
    assert 3 == result.exit_code
    assert "error: the embedded gateway ended with exit code 3" in result.stderr
    with hold(journal_claim(Config().journal.path)):
        assert not Path("logs/hydra.db").exists()


def test_the_command_line_wins_over_the_file() -> None:
    gateway = adjusted(Config(), speed=1.0, seed=9).gateway
    assert (1.0, 9) == (gateway.speed, gateway.seed)
    assert Config() == adjusted(Config(), speed=None, seed=None)
