"""`hydra gateway`: what a person or a parent process sees of it."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from filelock import FileLock

from hydra.gateway.cli import gateway_command
from hydra.gateway.store import SqliteStore
from tests.gateway.raw_client import Desktop


def filled_store(path: Path) -> dict[str, object]:
    store = SqliteStore(path)
    desktop = Desktop(store)
    desktop.client().place(1, "BUY", 5, desktop.ask())
    ledger = desktop.gateway.ledger()
    store.close()
    return ledger


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(gateway_command, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_the_ledger_is_printed_as_json_and_as_tables(tmp_path: Path) -> None:
    db = tmp_path / "gateway.db"
    ledger = filled_store(db)
    code, out, _ = run("ledger", "--db", str(db), "--json")
    assert (0, ledger) == (code, json.loads(out))
    code, out, _ = run("ledger", "--db", str(db))
    assert 0 == code
    assert "DU1234567 at market time 20120604 09:30:05 US/Eastern" in out
    assert "ref-1      2126726144  7          AAPL    BUY   5" in out


def test_the_ledger_of_no_store_is_a_sentence_and_exit_3(tmp_path: Path) -> None:
    code, out, err = run("ledger", "--db", str(tmp_path / "none.db"))
    assert (3, "") == (code, out)
    assert "there is no such store" in err


def test_a_store_that_is_in_use_or_of_another_account_is_a_sentence_and_exit_3(tmp_path: Path) -> None:
    db = tmp_path / "gateway.db"
    filled_store(db)
    with FileLock(f"{db}.lock"):
        code, _, err = run("--db", str(db), "--port", "0")
    assert (3, True) == (code, "another gateway is running on" in err)
    code, _, err = run("--db", str(db), "--port", "0", "--account", "DU7654321")
    assert (3, True) == (code, "belongs to account DU1234567, not to DU7654321" in err)


def test_a_wrong_option_is_exit_2(tmp_path: Path) -> None:
    db = str(tmp_path / "gateway.db")
    for wrong in (("--cash", "-1"), ("--cash", "much"), ("--market-data", "some"), ("--day", "June"), ("--speed", "0")):
        assert 2 == run("--db", db, *wrong)[0], wrong
    assert not Path(db).exists()


def test_a_day_outside_the_recording_is_a_sentence_and_exit_3(tmp_path: Path) -> None:
    code, _, err = run("--db", str(tmp_path / "gateway.db"), "--port", "0", "--day", "2020-01-02")
    assert (3, True) == (code, "2020-01-02 is outside the recorded days, 2004-01-02 to 2013-03-01" in err)


def test_a_parent_reads_one_line_and_ends_its_gateway_by_closing_the_pipe_and_a_taken_port_is_exit_3(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "hydra.gateway", "--exit-with-parent", "--port", "0"]
    with subprocess.Popen(
        [*command, "--db", str(tmp_path / "gateway.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        hello = json.loads(process.stdout.readline())
        assert ["host", "port", "market_us", "wall_us", "speed", "account", "pid"] == list(hello)
        assert ("127.0.0.1", 60.0, "DU1234567", process.pid) == tuple(
            hello[name] for name in ("host", "speed", "account", "pid")
        )
        code, _, err = run("--db", str(tmp_path / "other.db"), "--port", str(hello["port"]))
        assert 3 == code
        assert f"cannot listen on 127.0.0.1 port {hello['port']}" in err
        process.stdin.close()
        assert "" == process.stdout.read()
        assert 0 == process.wait(timeout=10)
