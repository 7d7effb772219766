"""`hydra chaos`, `hydra replay` and `hydra simulate --faults` as a user types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hydra.simulation.chaos.options import plan_of
from hydra.simulation.chaos.plan import Record, encode, read
from hydra.simulation.faults.base import Fault
from hydra.simulation.laws import table
from hydra.simulation.laws.evidence import Evidence
from tests.cli.served_desk import at_home, hydra

PROMISED = {"seeds", "failed", "virtual_h_per_wall_h", "faults", "sometimes", "never"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("chaos", "--seeds", "0"), "0 is not in the range"),
        (("chaos", "--faults", "some"), "'some' is not one of 'none', 'light', 'heavy'"),
        (("chaos", "--hours", "0"), "0.0 is not in the range"),
        (("replay",), "hydra replay shows one world: give a FILE or --seed, and not both"),
        (("replay", "x.json", "--seed", "1"), "give a FILE or --seed, and not both"),
        (("replay", "x.json"), "the plan x.json cannot be read: No such file or directory"),
        (("replay", "--seed", "1", "--until", "soon"), "'soon' is not a duration such as 60s"),
        (("simulate", "--faults", "some", "--days", "1"), "the plan some cannot be read: No such file or directory"),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    result = hydra(*words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert sentence in result.stderr


def test_a_hunt_ends_with_a_summary_and_one_object() -> None:
    result = hydra("chaos", "--seeds", "2", "--hours", "0.1", "--jobs", "1", "--json")
    assert 0 == result.exit_code, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert PROMISED <= told.keys()
    assert (2, 0) == (told["seeds"], told["failed"])
    assert "2 worlds, " in result.stdout


def _nobody_trades(evidence: Evidence) -> Iterator[str]:
    """T1: nobody trades."""
    if evidence.story.intents:
        yield f"T1: {len(evidence.story.intents)} orders were intended"


def test_a_world_that_breaks_a_law_is_kept_small_and_the_command_that_is_printed_shows_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = table.Law(law_id="T1", when="always", judge=_nobody_trades)
    monkeypatch.setattr(table, "LAWS", {**table.LAWS, "T1": law})
    result = hydra("chaos", "--seeds", "1", "--from", "3", "--hours", "0.5", "--jobs", "1")
    assert 1 == result.exit_code, result.output
    assert "BROKEN    T1: " in result.stdout
    (command,) = (line for line in result.stdout.splitlines() if line.startswith("replay it: "))
    words = command.removeprefix("replay it: hydra ").split()
    assert ["replay", "logs/chaos/seed-3.json"] == words
    assert () == read(tmp_path / words[1]).plan.faults
    again = hydra(*words)
    assert 1 == again.exit_code
    assert "as in the file" in again.stdout


def test_a_replay_shows_interventions_each_delivery_if_wanted_and_keeps_the_journals(tmp_path: Path) -> None:
    kill = Fault(kind="process.kill", at_s=60.0, target="lost")
    plan = replace(plan_of(3, "none"), minutes=2.0, faults=(kill,))
    Path("plan.json").write_bytes(encode(Record(plan=plan)))
    short = hydra("replay", "plan.json", "--keep", "kept")
    assert 0 == short.exit_code, short.output
    assert "*** the process dies" in short.stdout
    assert "every law held; digest " in short.stdout
    assert ["1/hydra.db", "2/hydra.db"] == sorted(
        str(path.relative_to(tmp_path / "kept")) for path in (tmp_path / "kept").rglob("hydra.db")
    )
    stepwise = hydra("replay", "plan.json", "--trace", "--until", "30s")
    assert " broker -> journal  SessionOpened(" in stepwise.stdout
    assert "stopped before its end: the laws were not asked" in stepwise.stdout


def test_a_simulation_with_faults_reports_as_one_without_and_counts_them(tmp_path: Path) -> None:
    result = hydra("simulate", "--days", "1", "--faults", "light", "--quote-interval", "60", "--json")
    assert 0 == result.exit_code, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert ([], True) == (told["violations"], told["market_s"] > 86_400)
    assert result.stdout.startswith("faults           ")
    assert (tmp_path / "logs/simulations/seed-1/hydra.db").exists()
    assert [path.name for path in (tmp_path / "logs/simulations/seed-1/artifacts/json").iterdir()] == ["2012-06-04.json"]
