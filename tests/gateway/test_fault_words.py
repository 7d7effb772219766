"""`hydra gateway --fault` and `hydra gateway faults`: what a person writes and reads of faults."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from hydra.gateway.cli import gateway_command
from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.fault_words import fault_of
from hydra.gateway.faults import GatewayFault

SECOND_US = 1_000_000
WITHIN_S = 30.0


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(gateway_command, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ack_lost@30s", GatewayFault(kind="ack_lost", at_us=30 * SECOND_US)),
        ("ack_lost@5m+1.5h", GatewayFault(kind="ack_lost", at_us=300 * SECOND_US, for_us=5400 * SECOND_US)),
        ("bust:IBM@0s", GatewayFault(kind="bust", at_us=0, target="IBM")),
        ("status_late=0.5@1s", GatewayFault(kind="status_late", at_us=SECOND_US, amount=0.5)),
        ("manual_trade:AAPL=-7@1s", GatewayFault(kind="manual_trade", at_us=SECOND_US, target="AAPL", amount=-7.0)),
    ],
)
def test_a_fault_is_written_as_kind_target_amount_start_and_length(text: str, fault: GatewayFault) -> None:
    assert fault == fault_of(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ack_lost", "'ack_lost' is not of the form KIND[:TARGET][=AMOUNT]@START[+FOR]"),
        ("ack_lost@30", "'30' is not a duration as 30s, 5m or 1.5h"),
        ("ack_lost@1s+x", "'x' is not a duration"),
        ("ack_lost:IBM@1s", "ack_lost has no target, so 'IBM' means nothing"),
        ("ack_lost=3@1s", "ack_lost has no amount, so '3' means nothing"),
        ("status_late@1s", "status_late needs an amount: status_late=SECONDS-OF-DELAY@START"),
        ("status_late=much@1s", "the amount 'much' is not a number"),
        ("cancel_refused:5@1s", "cancel_refused has no target '5'; there are 10147, 10148"),
        ("bust@1s+1m", "bust is an instant, so it cannot last 1m"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_exit_2(tmp_path: Path, text: str, sentence: str) -> None:
    code, _, err = run("--db", str(tmp_path / "gateway.db"), "--fault", text)
    assert (2, True) == (code, sentence in err), err
    assert not (tmp_path / "gateway.db").exists()


def test_an_unknown_kind_is_answered_with_all_there_are() -> None:
    code, _, err = run("--fault", "nonsense@1s")
    assert (2, True) == (code, "no fault is called 'nonsense'" in err)
    assert [] == [kind for kind in FAULTS if f"  {kind} " not in err]


def test_the_table_tells_of_every_kind_what_it_does_for_people_and_for_programs() -> None:
    code, out, _ = run("faults")
    assert 0 == code
    assert [] == [kind for kind in FAULTS if f"  {kind} " not in out]
    code, out, _ = run("faults", "--json")
    rows = json.loads(out)["faults"]
    assert (0, list(FAULTS)) == (code, [row["kind"] for row in rows])
    assert {"kind", "lasts", "target", "choices", "amount", "sentence"} == {name for row in rows for name in row}
    assert [] == [row["sentence"] for row in rows if not row["sentence"][0].isupper() or row["sentence"][-1] not in ".)"]


def test_a_gateway_process_suffers_the_fault_when_its_time_comes(tmp_path: Path) -> None:
    db = str(tmp_path / "gateway.db")
    command = [sys.executable, "-m", "hydra.gateway", "--exit-with-parent", "--port", "0", "--db", db]
    faults = ["--fault", "manual_trade:AAPL=7@5s", "--fault", "manual_trade:IBM=-3@1h"]
    with subprocess.Popen([*command, *faults], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        assert "market_us" in json.loads(process.stdout.readline())
        deadline = time.monotonic() + WITHIN_S
        while not (executions := json.loads(run("ledger", "--db", db, "--json")[1])["executions"]):
            assert time.monotonic() < deadline, "the fault did not happen"
        process.stdin.close()
        assert 0 == process.wait(WITHIN_S)
    assert [(0, "AAPL", "BUY", "7")] == [
        tuple(row[name] for name in ("client_id", "symbol", "side", "quantity")) for row in executions
    ]
