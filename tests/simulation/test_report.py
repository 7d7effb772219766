"""Tests of hydra/simulation/report.py and outcome.py: what a person and a program are told of one and the same day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hydra.gateway.ledger import ledger_of
from hydra.journal.reading import JournalReader
from hydra.simulation.outcome import verdict_of
from hydra.simulation.report import CLEAN, figures, report
from hydra.simulation.world import SimulatedWorld, SimulationResult
from tests.simulation.worlds import plan

PROMISED = {"digest", "wall_s", "market_s", "orders", "fills", "signals", "restarts", "violations"}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[SimulatedWorld, SimulationResult]:
    simulated = SimulatedWorld(plan(tmp_path_factory.mktemp("day")))
    try:
        return simulated, simulated.run(lambda days: None)
    finally:
        simulated.world.stop()


Day = tuple[SimulatedWorld, SimulationResult]


def test_the_figures_have_every_promised_key_and_agree_with_the_ledger(day: Day) -> None:
    simulated, result = day
    told = figures(result, 2.0)
    ledger = ledger_of(simulated.venue.store)
    assert PROMISED <= told.keys()
    assert (len(ledger["orders"]), len(ledger["executions"])) == (told["orders"], told["fills"])
    assert (2.0, 86_400.0, [], []) == (told["wall_s"], told["market_s"], told["violations"], told["rss_mb_by_week"])


def test_the_money_adds_up_to_the_gateways_cash_and_the_positions_at_their_marks(day: Day) -> None:
    simulated, result = day
    account = result.verdict.account
    ledger = ledger_of(simulated.venue.store)
    assert Decimal(ledger["start_cash"]) == account.opening
    assert abs(Decimal(ledger["cash"]) - account.cash) < Decimal("0.01")
    assert sum(Decimal(execution["commission"]) for execution in ledger["executions"]) == account.commissions
    marks = {row.symbol: row.mark for row in simulated.desk.status().positions}
    held = sum(Decimal(row["quantity"]) * (marks[row["symbol"]] or 0) for row in ledger["positions"])
    assert abs(account.cash + held - result.equity) < Decimal("0.01")


def test_every_order_belongs_to_one_kind_of_child(day: Day) -> None:
    _, result = day
    assert ["PATIENCE", "TWAP"] == list(result.verdict.children)
    assert result.summary.orders == sum(child.orders for child in result.verdict.children.values())


def test_the_report_names_what_happened_and_where_it_lies(day: Day) -> None:
    simulated, result = day
    told = report(simulated.plan, replace(result, rss_mb_by_week=(101.0, 102.25)), 2.0)
    assert "1 day from 2012-06-04, seed 1, clock plain" in told
    assert "2.0 s, 43,200 market seconds in each" in told
    assert f"{result.summary.terminal['EXECUTED']} EXECUTED" in told
    assert "101.0, 102.2 MB resident at the end of each week" in told
    assert str(simulated.plan.directory / "hydra.db") in told
    assert told.endswith(CLEAN)


def test_a_broken_law_is_the_last_word_of_the_report(day: Day) -> None:
    simulated, result = day
    broken = replace(result, verdict=replace(result.verdict, violations=("S3: MSFT: journal 1, gateway 2",)))
    assert report(simulated.plan, broken, 2.0).endswith("BROKEN           S3: MSFT: journal 1, gateway 2")
    assert ["S3: MSFT: journal 1, gateway 2"] == figures(broken, 2.0)["violations"]


def test_a_verdict_needs_one_reading_of_the_journal(day: Day) -> None:
    simulated, result = day
    with JournalReader(simulated.journal_path) as reader:
        assert result.verdict == verdict_of(
            iter(reader.fold()), ledger_of(simulated.venue.store), simulated.plan.config
        )


@pytest.mark.parametrize(("days", "words"), [(7, "1 week "), (28, "4 weeks "), (10, "10 days ")])
def test_the_report_begins_with_its_length(day: Day, tmp_path: Path, days: int, words: str) -> None:
    _, result = day
    assert report(plan(tmp_path, days=days), result, 1.0).startswith(words)
