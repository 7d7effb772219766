"""halt, resume, flatten, kill-actor, reconcile: from the shell to the desk, over the real socket."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from hydra.cli.options import who
from hydra.control.socket import listen, private_folder, socket_path
from tests.cli.served_desk import at_home, hydra, running
from tests.control.standing_desk import STATUS, StandingDesk, status_with

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path, monkeypatch)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("halt",), ("halt", ME, "by hand")),
        (("halt", "--reason", "fire"), ("halt", ME, "fire")),
        (("resume", "--force"), ("resume", ME, "by hand", True)),
        (("flatten", "--yes", "--reason", "r"), ("flatten", ME, "r")),
        (("kill-actor", "risk"), ("kill", ME, "risk")),
        (("reconcile",), ("reconcile", ME, "by hand")),
        (("reconcile", "--adopt", "position/IBM"), ("resolve", "adopt", "position/IBM", ME, "by hand")),
        (("reconcile", "--ignore", "cash", "--reason", "r"), ("resolve", "ignore", "cash", ME, "r")),
        (("reconcile", "--close", "order/77", "--reason", "r"), ("resolve", "close", "order/77", ME, "r")),
    ],
)
def test_each_command_reaches_the_desk_in_the_name_of_the_user(
    arguments: tuple[str, ...], asked: tuple[object, ...]
) -> None:
    with running(StandingDesk()) as desk:
        result = hydra(*arguments)
    assert (0, f"obeyed: {asked[0]}\n", "") == (result.exit_code, result.stdout, result.stderr)
    assert [asked] == desk.asked


def test_what_is_refused_is_said_on_stderr_and_exits_1() -> None:
    with running(StandingDesk()) as desk:
        result = hydra("resume")
    assert (1, "") == (result.exit_code, result.stdout)
    assert "AAPL: 100 shares at the broker, 0 in the book: accept by --force\n" == result.stderr
    assert [] == desk.asked


def test_flatten_names_what_it_would_close_and_does_nothing_without_a_yes() -> None:
    with running(StandingDesk()) as desk:
        result = hydra("flatten", typed="n\n")
        assert "Cancel every working order and close 120 AAPL by limit orders?" in result.stdout
        assert (1, []) == (result.exit_code, desk.asked)
        assert 0 == hydra("flatten", typed="y\n").exit_code
    assert [("flatten", ME, "by hand")] == desk.asked


def test_flatten_says_when_there_is_nothing_to_close() -> None:
    flat = (STATUS.positions[0].__class__(**{**_fields(), "quantity": STATUS.cash * 0}),)
    with running(StandingDesk(picture=status_with(positions=flat))):
        assert "close nothing by limit orders?" in hydra("flatten", typed="n\n").stdout


def _fields() -> dict[str, object]:
    position = STATUS.positions[0]
    return {name: getattr(position, name) for name in position.__slots__}


@pytest.mark.parametrize("arguments", [("halt",), ("resume",), ("flatten", "--yes"), ("kill-actor", "x"), ("reconcile",)])
def test_where_no_hydra_runs_each_command_says_so_and_exits_1(arguments: tuple[str, ...]) -> None:
    result = hydra(*arguments)
    assert (1, "error: no hydra runs on the journal logs/hydra.db\n") == (result.exit_code, result.stderr)


def test_what_a_dead_hydra_left_is_not_taken_for_a_running_one() -> None:
    path = socket_path(private_folder(os.environ, os.getuid()), Path("logs/hydra.db"))
    listen(path).close()
    result = hydra("halt")
    assert (1, f"error: no hydra listens on {path}\n") == (result.exit_code, result.stderr)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("kill-actor",), "Missing argument 'NAME'"),
        (("halt", "now"), "Got unexpected extra argument (now)"),
        (("resume", "--forced"), "No such option"),
        (("halt", "--config", "none.toml"), "There is no configuration file none.toml."),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    result = hydra(*arguments)
    assert 2 == result.exit_code
    assert sentence in result.stderr


def test_the_name_of_the_user_is_the_systems_and_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "mallory")
    monkeypatch.setenv("USER", "mallory")
    assert ME == who()


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert "user 4000000000" == who()
