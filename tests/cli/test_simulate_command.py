"""`hydra simulate` as a user types it; that its digest is the same elsewhere stands in tests/simulation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hydra.cli import simulate_command
from hydra.core.book import Book
from hydra.journal.reading import JournalReader
from hydra.messages.decisions import ActorLifeChanged
from hydra.simulation.outcome import Account, Verdict
from hydra.simulation.world import SimulationResult
from hydra.supervisor.picture import summary
from hydra.values import ZERO
from tests.cli.served_desk import at_home, hydra

LAW = "S3: MSFT: journal 100, gateway 99"
BROKEN = SimulationResult(
    digest="0f",
    market_s=2_419_200.0,
    summary=summary(Book().image(), exit_reason="the simulated time is over"),
    verdict=Verdict(children={}, account=Account(opening=ZERO, cash=ZERO, commissions=ZERO), violations=(LAW,)),
    equity=ZERO,
    rss_mb_by_week=(),
)
PROMISED = {"digest", "wall_s", "market_s", "orders", "fills", "signals", "restarts", "violations"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--weeks", "0"), "0 is not in the range 1<=x<=52"),
        (("--weeks", "1", "--days", "1"), "--weeks 1 and --days 1 both say how long; give one of them"),
        (("--weeks", "52"), "364 days from 2012-06-04 end on 2013-06-03, the recorded prices on 2013-03-01"),
        (("--seed", "x"), "'x' is not a valid integer"),
        (("--clock", "sundial"), "'sundial' is not one of 'freezegun', 'plain'"),
        (("--quote-interval", "7"), "'7' is not one of"),
        (("--trace", "none/trace.txt", "--days", "1"), "the trace none/trace.txt cannot be written"),
        (("--config", "none.toml"), "There is no configuration file none.toml."),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(options: tuple[str, ...], sentence: str) -> None:
    result = hydra("simulate", *options)
    assert (2, "") == (result.exit_code, result.stdout)
    assert sentence in result.stderr


def test_a_day_ends_with_a_report_then_json_and_leaves_its_own_journal_and_artifact(tmp_path: Path) -> None:
    left = tmp_path / "logs/simulations/seed-1"
    (left / "artifacts/json").mkdir(parents=True)
    (left / "artifacts/json/2011-01-03.json").write_text("of an earlier run")
    (left / "hydra.db").write_text("of an earlier run")
    result = hydra("simulate", "--days", "1", "--clock", "plain", "--json")
    *lines, last = result.stdout.splitlines()
    told = json.loads(last)
    assert (0, [], 86_400.0) == (result.exit_code, told["violations"], told["market_s"])
    assert PROMISED <= told.keys()
    assert f"digest           {told['digest']}" in lines
    assert "1/1 days" in result.stderr
    assert ["artifacts", "hydra.db"] == sorted(path.name for path in left.iterdir() if path.stat().st_size)
    assert ["2012-06-04.json"] == [path.name for path in (left / "artifacts/json").iterdir()]
    assert 0 == hydra("journal", "verify", "--journal", str(left / "hydra.db")).exit_code


def test_an_account_that_may_not_be_traded_exits_3_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "supervisor.toml").write_text('[gateway]\naccount = "U1234567"\n')
    result = hydra("simulate", "--days", "1", "--clock", "plain")
    assert (3, "") == (result.exit_code, result.stdout)
    assert "error: the simulation of seed 1 could not go on: " in result.stderr
    assert "U1234567" in result.stderr


def test_a_broken_law_is_said_as_a_sentence_and_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_command, "simulate", lambda *_: BROKEN)
    result = hydra("simulate", "--json")
    assert 1 == result.exit_code
    assert f"BROKEN           {LAW}" in result.stdout.splitlines()
    assert [LAW] == json.loads(result.stdout.splitlines()[-1])["violations"]


def test_a_signal_ends_it_after_the_day_and_no_actor_takes_it_for_a_crash(tmp_path: Path) -> None:
    config = '[[strategy]]\nname = "pressed"\nclass = "tests.cli.interrupting:Interrupting"\nsymbols = ["IBM"]\n'
    (tmp_path / "supervisor.toml").write_text(config, encoding="utf-8")
    result = hydra("simulate", "--days", "3")
    assert (1, True) == (result.exit_code, "Aborted" in result.output)
    with JournalReader(tmp_path / "logs/simulations/seed-1/hydra.db") as reader:
        lives = [stored.event for stored in reader.fold() if isinstance(stored.event, ActorLifeChanged)]
    assert [] == [life for life in lives if life.kind == "down"]
