"""`hydra bench` on a small count: every figure is there and stands beside what it is compared with."""

from __future__ import annotations

import json

from click.testing import CliRunner

from hydra.cli.bench_command import bench_command


def test_the_bench_measures_the_whole_way_its_parts_and_what_they_compare_with() -> None:
    result = CliRunner().invoke(bench_command, ["--orders", "20", "--worlds", "0", "--weeks", "0", "--json"])
    assert 0 == result.exit_code, result.output
    figures = json.loads(result.stdout.splitlines()[-1])
    assert {} == figures.pop("worlds")
    assert {"intent_to_wire", "gate", "journal_commit", "broker", "fdatasync", "raw_ib_async"} == set(figures)
    assert all(figure["n"] == 20 and 0 < figure["p50_ms"] <= figure["p99_ms"] for figure in figures.values())


def test_too_few_orders_are_wrong_usage() -> None:
    result = CliRunner().invoke(bench_command, ["--orders", "2"])
    assert (2, True) == (result.exit_code, "20<=x<=400" in result.output)


def test_the_restart_bench_kills_a_run_with_its_orders_at_work_and_waits_for_the_next_ones_first_order() -> None:
    arguments = ["restart", "--orders", "3", "--restarts", "1", "--events", "1500", "--json"]
    result = CliRunner().invoke(bench_command, arguments)
    assert 0 == result.exit_code, result.output
    figures = json.loads(result.stdout.splitlines()[-1])
    assert (3, [3]) == (figures["orders"], figures["unproven"])
    assert figures["events"][0] > 1500
    assert all(seconds > 0 for seconds in (figures["import_s"], *figures["restart_s"]))
