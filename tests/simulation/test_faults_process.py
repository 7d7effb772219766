"""The whole process ends, at any instant and of any kind; the next one finds journal and gateway, and nothing is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.errors import StartError
from hydra.journal.locks import hold, journal_claim
from hydra.messages.decisions import RunEnded, RunStarted
from hydra.simulation.faults.process import KINDS
from hydra.values import OrderState
from tests.drills.stage import Stage, orders_in, traded, working_at, works
from tests.simulation.mortal import Mortal, born, drawn, kind

KILL = kind(KINDS, "process.kill")
KILL_AT_JOURNAL = kind(KINDS, "process.kill_at_journal")
TORN_TAIL = kind(KINDS, "process.torn_tail")
POWER_LOSS = kind(KINDS, "process.power_loss_with_gateway")
SIGTERM = kind(KINDS, "process.sigterm")
SECOND_SIGTERM = kind(KINDS, "process.second_sigterm")
SECOND_SUPERVISOR = kind(KINDS, "process.second_supervisor")


def busy(mortal: Mortal) -> Stage:
    return mortal.stage.begin().until(traded(3)).until(works)


def goes_on(mortal: Mortal) -> Stage:
    """The next process trades, and in the end nothing is lost, doubled or left."""
    later = mortal.next().stage.begin()
    later.until(lambda book: book.session_live and book.tally.reconciliations > 0)
    later.until(traded(later.book.tally.fills + 2)).run(0.5)
    later.end_clean()
    return later


def test_what_chance_draws_is_sensible() -> None:
    for one, fault in drawn(KINDS):
        assert (one.name, True) == (fault.kind, 20 <= fault.at_s <= 3600)
        if one in (KILL_AT_JOURNAL, TORN_TAIL):
            assert fault.amount >= 1
            assert fault.amount == int(fault.amount)
            assert fault.for_s > 0
    assert 4 == len({fault.target for one, fault in drawn((KILL_AT_JOURNAL,))})


@pytest.mark.parametrize("loss", ["lost", "landing"])
def test_a_killed_process_is_followed_by_one_that_goes_on(tmp_path: Path, loss: str) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.suffer(KILL, target=loss)
        assert "kill -9" == mortal.died
        assert 2 == len(goes_on(mortal).told(RunStarted))


@pytest.mark.parametrize(
    ("nth", "side"),
    [
        *((1, "before lost"), (2, "after landing"), (3, "before landing"), (3, "after lost")),
        *((4, "before lost"), (5, "after landing"), (6, "before lost")),
    ],
)
def test_a_process_killed_between_any_two_statements_of_its_journal_loses_and_doubles_nothing(
    tmp_path: Path, nth: int, side: str
) -> None:
    with born(tmp_path) as mortal:
        mortal.stage.begin().until(traded(2)).until(lambda book: bool(orders_in(book, OrderState.INTENDED)))
        mortal.suffer(KILL_AT_JOURNAL, target=side, amount=nth)
        assert f"statement {nth} of the journal" in mortal.until_death()
        goes_on(mortal)


def test_a_process_killed_while_its_journal_is_being_made_leaves_a_file_that_the_next_one_takes(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        mortal.suffer(KILL_AT_JOURNAL, target="before lost", amount=10)
        mortal.stage.begin()
        assert mortal.died
        goes_on(mortal)


def test_a_trap_that_is_not_sprung_in_its_time_is_said_and_gone(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = mortal.stage.begin()
        undo = mortal.suffer(KILL_AT_JOURNAL, target="before lost", amount=100_000)
        stage.run(0.1)
        undo()
        assert ["the journal wrote too little"] == mortal.missed
        stage.end_clean()


@pytest.mark.parametrize(("nth", "loss"), [(1, "landing"), (2, "lost"), (5, "landing")])
def test_a_commit_that_a_power_cut_tears_never_was(tmp_path: Path, nth: int, loss: str) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.suffer(TORN_TAIL, target=loss, amount=nth)
        mortal.until_death()
        durable = mortal.stage.stored()[-1].seq
        assert ["the journal's last transaction is torn"] == mortal.notes
        torn = [stored.run for stored in goes_on(mortal).stored()[:durable]]
        assert 2 in torn  # the next run's first page took the numbers of what was torn


def test_a_gateway_that_dies_too_comes_back_from_its_store(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.suffer(POWER_LOSS, target="landing")
        goes_on(mortal)


@pytest.mark.parametrize("orders", ["leave orders", "cancel orders"])
def test_a_process_that_is_told_to_stop_ends_in_order_and_the_next_one_goes_on(tmp_path: Path, orders: str) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.suffer(SIGTERM, target=orders)
        mortal.end_as_told()
        assert ["SIGTERM"] == [event.reason for event in mortal.stage.told(RunEnded)]
        assert (orders == "leave orders") is bool(working_at(mortal.stage.ledger))
        goes_on(mortal)


@pytest.mark.parametrize("after_s", [0.0005, 0.001, 1.0])
def test_a_second_sigterm_in_the_middle_of_an_orderly_end_is_a_kill_like_any_other(tmp_path: Path, after_s: float) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.suffer(SECOND_SIGTERM, target="cancel orders", amount=after_s)
        mortal.end_as_told()
        assert (after_s < 1) is bool(mortal.died)
        goes_on(mortal)


def test_a_second_supervisor_under_our_client_id_is_turned_away_and_ours_trades_on(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        session = stage.book.session
        undo = mortal.suffer(SECOND_SUPERVISOR)
        stage.until(traded(stage.book.tally.fills + 2))
        undo()
        assert session == stage.book.session
        assert "326" in mortal.notes[0]
        stage.end_clean()


def test_a_second_supervisor_that_was_faster_holds_the_client_id_and_ours_waits_for_it(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        undo = mortal.suffer(SECOND_SUPERVISOR)
        mortal.stage.world.run_for(0.1)
        stage = mortal.stage.begin().run(1)
        assert ["a second supervisor has client id 7"] == mortal.notes
        assert ([], False) == (stage.ledger["orders"], stage.book.session_live)
        undo()
        stage.until(lambda book: book.session_live, 2).until(traded(2))
        stage.end_clean()


def test_a_second_supervisor_on_our_journal_does_not_start(tmp_path: Path) -> None:
    claim = journal_claim(tmp_path / "hydra.db")
    with hold(claim), pytest.raises(StartError, match="is in use by process"):
        hold(claim)
