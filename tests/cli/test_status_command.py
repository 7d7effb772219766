"""`hydra status` for people and for programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hydra.supervisor.desk_status import DeskStatus
from tests.cli.served_desk import at_home, hydra, running
from tests.control.standing_desk import STATUS, SUMMARY, StandingDesk, status_with


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(tmp_path, monkeypatch)


def test_a_person_sees_trading_state_restarts_and_why() -> None:
    with running(StandingDesk()):
        result = hydra("status")
    assert (0, "") == (result.exit_code, result.stderr)
    for part in ("PAUSED by ada: lunch", "killed: killed by ada", "AAPL-1.0.1", "the link was down for 7 minutes"):
        assert part in result.stdout


def test_a_program_gets_the_whole_picture_on_one_line() -> None:
    with running(StandingDesk()):
        result = hydra("status", "--json")
    assert 1 == result.stdout.count("\n")
    assert STATUS == msgspec.json.decode(result.stdout, type=DeskStatus)


@pytest.mark.parametrize(
    "status",
    [
        status_with(differences=("AAPL: broker 100, book 0",)),
        status_with(summary=replace(SUMMARY, violations=1)),
        status_with(summary=replace(SUMMARY, unexplained=("x",))),
    ],
)
def test_what_is_violated_or_unexplained_exits_1(status: DeskStatus) -> None:
    with running(StandingDesk(picture=status)):
        assert 1 == hydra("status").exit_code


def test_where_no_hydra_runs_it_says_so_and_exits_1() -> None:
    result = hydra("status", "--json")
    assert (1, "", "error: no hydra runs on the journal logs/hydra.db\n") == (
        *(result.exit_code, result.stdout, result.stderr),
    )
