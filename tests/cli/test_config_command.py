"""`hydra config`, through the root command as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hydra.cli.root import root
from hydra.config import Config, fingerprint
from hydra.config.sources import parse_config

NO_ENVIRONMENT = {"IB_GATEWAY_HOST": None, "IB_GATEWAY_PORT": None, "IBKR_PAPER_ACCOUNT_ID": None}
WRONG = "[broker]\nport = 0\n[risk]\nquantity = 5\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hydra(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(root, arguments, env={**NO_ENVIRONMENT, **environ}, prog_name="hydra")


def test_without_a_file_the_built_in_defaults_are_checked() -> None:
    result = hydra("config", "check")
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("built-in defaults: no mistakes.\n")
    assert fingerprint(Config()) in result.stdout


def test_every_mistake_is_printed_and_the_exit_code_is_2(folder: Path) -> None:
    (folder / "supervisor.toml").write_text(WRONG)
    result = hydra("config", "check")
    expected = (
        "error: supervisor.toml has 2 mistakes:\n"
        "  line 2: broker.port = 0: expected a whole number from 1 to 65535\n"
        "  line 4: risk.quantity = 5: expected a key that exists, perhaps quantity_max\n"
    )
    assert (2, "", expected) == (result.exit_code, result.stdout, result.stderr)


def test_the_last_line_is_json_when_asked_mistakes_or_not(folder: Path) -> None:
    (folder / "wrong.toml").write_text(WRONG)
    told = json.loads(hydra("config", "check", "--config", "wrong.toml", "--json").stdout.splitlines()[-1])
    problem = {"key": "broker.port", "line": 2, "value": "0", "expected": "a whole number from 1 to 65535"}
    assert (False, "wrong.toml", problem) == (told["ok"], told["source"], told["problems"][0])
    told = json.loads(hydra("config", "check", "--json").stdout.splitlines()[-1])
    mark = fingerprint(Config())
    assert {"ok": True, "source": "built-in defaults", "fingerprint": mark, "problems": []} == told


def test_a_missing_file_is_one_sentence_and_exit_code_2() -> None:
    result = hydra("config", "check", "--config", "none.toml")
    assert (2, "error: There is no configuration file none.toml.\n") == (result.exit_code, result.stderr)


def test_the_environment_is_part_of_what_is_checked() -> None:
    result = hydra("config", "check", IB_GATEWAY_PORT="paper")
    assert 2 == result.exit_code
    assert "IB_GATEWAY_PORT = paper: expected a whole number from 1 to 65535" in result.stderr
    result = hydra("config", "check", IB_GATEWAY_PORT="7497")
    assert "gateway      127.0.0.1:7497, client id 7\n" in result.stdout
    assert "environment  IB_GATEWAY_PORT\n" in result.stdout


def test_what_is_shown_is_a_file_that_means_what_is_in_force(folder: Path) -> None:
    (folder / "supervisor.toml").write_text("[exit]\nclose_flat = true\n")
    result = hydra("config", "show", IB_GATEWAY_PORT="7497")
    shown = parse_config(result.stdout, name="shown")
    assert (True, 7497, False) == (shown.exit.close_flat, shown.broker.port, shown.gateway.embedded)
