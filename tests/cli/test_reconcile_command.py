"""`hydra reconcile --show`, and what cannot be meant: at a hydra that runs, and at what one has left."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from hydra.console.differences import lines_of
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from hydra.supervisor.desk_differences import DifferenceSheet, sheet_of
from tests.cli.served_desk import at_home, hydra, running
from tests.control.standing_desk import MONDAY, PAGES, SHEET, StandingDesk, book_of_pages

JOURNAL = Path("logs/hydra.db")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(tmp_path, monkeypatch)


def left_behind(*pages: Event) -> None:
    """The journal of a hydra that has stopped."""
    store = EventStore.open(JOURNAL, create=True)
    store.begin()
    for event in pages:
        store.append(event, MONDAY, 1, 1)
    store.commit()
    store.close()


def test_show_prints_every_difference_of_the_hydra_that_runs_and_exits_1_while_one_is_open() -> None:
    with running(StandingDesk()) as desk:
        result = hydra("reconcile", "--show")
    assert (1, "", "\n".join(lines_of(SHEET)) + "\n") == (result.exit_code, result.stderr, result.stdout)
    assert [] == desk.asked


def test_show_of_one_item_prints_that_one_and_exits_by_it() -> None:
    with running(StandingDesk()):
        ignored = hydra("reconcile", "--show", "cash")
        found = hydra("reconcile", "--show", "position/IBM")
    assert (0, False) == (ignored.exit_code, "position/IBM" in ignored.stdout)
    assert (1, False) == (found.exit_code, "cash: 8,000 apart" in found.stdout)


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    with running(StandingDesk()):
        result = hydra("reconcile", "--show", "position/IBMM")
    sentence = "No difference is called position/IBMM; there is position/IBM, cash.\n"
    assert (1, "", sentence) == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize("arguments", [("--show", "--json"), ("--json", "--show")])
def test_a_program_gets_the_whole_sheet_on_one_line(arguments: tuple[str, ...]) -> None:
    with running(StandingDesk()):
        result = hydra("reconcile", *arguments)
    assert (1, 1) == (result.exit_code, result.stdout.count("\n"))
    assert SHEET == msgspec.json.decode(result.stdout, type=DifferenceSheet)
    assert ["adopt", "ignore", "close"] == [one["how"] for one in json.loads(result.stdout)["rows"][0]["remedies"]]


def test_where_no_hydra_runs_the_journal_it_left_is_read_and_not_written() -> None:
    left_behind(*PAGES)
    before = JOURNAL.read_bytes()
    result = hydra("reconcile", "--show")
    first, _, *rest = result.stdout.splitlines()
    assert "As the journal logs/hydra.db has it at its end (no hydra runs on the journal logs/hydra.db)." == first
    assert (1, list(lines_of(SHEET))) == (result.exit_code, rest)
    assert before == JOURNAL.read_bytes()
    as_json = hydra("reconcile", "--show", "--json")
    assert (1, SHEET) == (as_json.exit_code, msgspec.json.decode(as_json.stdout, type=DifferenceSheet))


def test_where_nothing_differs_it_says_so_and_exits_0() -> None:
    left_behind(PAGES[1])
    result = hydra("reconcile", "--show")
    assert (0, True) == (result.exit_code, "differ in nothing that is known" in result.stdout)
    assert () == sheet_of(book_of_pages((PAGES[1],)).image()).rows


def test_without_a_journal_there_is_nothing_to_show_and_it_exits_2() -> None:
    result = hydra("reconcile", "--show")
    assert (2, "error: There is no journal logs/hydra.db.\n") == (result.exit_code, result.stderr)


@pytest.mark.parametrize("verb", ["--adopt", "--ignore", "--close"])
def test_where_no_hydra_runs_nothing_can_be_settled_and_it_exits_1(verb: str) -> None:
    left_behind(*PAGES)
    result = hydra("reconcile", verb, "cash")
    assert (1, "error: no hydra runs on the journal logs/hydra.db\n") == (result.exit_code, result.stderr)


WRONG: list[tuple[tuple[str, ...], str]] = [
    (("--adopt", "cash", "--ignore", "cash"), "--adopt, --ignore exclude each other: one at a time."),
    (("--close", "cash", "--show"), "--close, --show exclude each other: one at a time."),
    (("--json",), "--json goes with --show or --offline."),
    (("--adopt", "cash", "--json"), "--json goes with --show or --offline."),
    (("--adopt", ""), "--adopt needs the name of a difference, such as position/AAPL or cash."),
    (("--adopt",), "Option '--adopt' requires an argument."),
    (("--forget", "cash"), "No such option"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_what_cannot_be_meant_exits_2_with_a_sentence_and_nothing_happens(
    arguments: tuple[str, ...], sentence: str
) -> None:
    with running(StandingDesk()) as desk:
        result = hydra("reconcile", *arguments)
    assert (2, "", []) == (result.exit_code, result.stdout, desk.asked)
    assert sentence in result.stderr
