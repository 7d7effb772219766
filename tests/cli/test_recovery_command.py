"""`hydra bench recovery`: the matrix as a table and as JSON, and an exit code that says whether anything was wrong."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

import hydra.core.judging as judging
from hydra.cli.bench_command import bench_command
from hydra.cli.root import root
from hydra.messages.decisions import OrderEnded
from hydra.records import OrderRecord
from hydra.values import OrderState

COUNTS = ("duplicates", "lost_fills", "doubled_fills", "invented_orders", "wrong_terminal", "endless_signals")


def recovery(*arguments: str) -> Result:
    return CliRunner().invoke(bench_command, ["recovery", *arguments])


def test_the_matrix_ends_with_its_cells_as_json_and_says_what_cannot_be() -> None:
    result = recovery("--only", "filled / cancel / risk", "--jobs", "1", "--json")
    assert 0 == result.exit_code, result.output
    figures = json.loads(result.stdout.splitlines()[-1])
    assert (1, 0, 1) == (figures["cells_run"], figures["cells_wrong"], len(figures["impossible"]))
    (row,) = figures["cells"]
    assert ("partly filled", "cancel", "risk") == (row["crash_point"], row["venue_action"], row["victim"])
    assert dict.fromkeys(COUNTS, 0) == {count: row[count] for count in COUNTS}
    assert 0 < row["recovery_s"] < 60
    assert "filled" == figures["impossible"][0]["crash_point"]
    assert "   1 cells cannot be: nothing is left of a filled order" in result.stdout


def test_cells_on_several_processes_come_in_the_order_of_the_matrix() -> None:
    result = recovery("--only", "/ acknowledged / cancel", "--jobs", "2", "--json")
    assert 0 == result.exit_code, result.output
    victims = [row["victim"] for row in json.loads(result.stdout.splitlines()[-1])["cells"]]
    assert ["journal", "broker", "risk", "router", "monitor", "exit", "child", "link", "process"] == victims


def test_a_cell_with_something_wrong_is_told_in_a_sentence_and_by_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(order: OrderRecord, state: OrderState, evidence: str) -> OrderEnded:
        return OrderEnded(order_ref=order.order_ref, state="REJECTED", filled=order.filled, evidence=evidence)

    monkeypatch.setattr(judging, "ended", ended)
    result = recovery("--only", "/ acknowledged / cancel / process", "--jobs", "1")
    assert 1 == result.exit_code, result.output
    assert "WRONG  acknowledged / cancel / process: wrong_terminal: order drama.1.1 is REJECTED" in result.stdout
    assert "1 of 1 wrong" in result.stdout
    assert 'hydra bench recovery --trace --only "/ acknowledged / cancel / process /"' in result.stdout


def test_a_trace_shows_who_dies_what_the_venue_does_and_each_delivery() -> None:
    result = recovery("--only", "/ acknowledged / cancel / risk", "--trace")
    assert 0 == result.exit_code, result.output
    told = [line.partition("***")[2].strip() for line in result.stdout.splitlines() if "***" in line]
    assert ["acknowledged: risk dies", "the venue: cancel"] == told
    assert "|journal|risk|Reconciled|" in result.stdout


def test_a_text_that_no_cell_has_is_wrong_usage() -> None:
    result = CliRunner().invoke(root, ["bench", "recovery", "--only", "nowhere"])
    assert (2, True) == (result.exit_code, "no cell of the recovery matrix has nowhere in its name" in result.stderr)
