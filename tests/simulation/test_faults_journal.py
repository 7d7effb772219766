"""What the journal's disk and file suffer, and what follows: no order without a durable intent, and a refusal to trade."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hydra.errors import StartError
from hydra.messages.decisions import LawViolated
from hydra.simulation.disk import Refusal
from hydra.simulation.faults import actor_crashes
from hydra.simulation.faults.base import Kind
from hydra.simulation.faults.journal import KINDS, READ_ONLY, WRITING
from hydra.values import TradingState
from tests.drills.configs import restless
from tests.drills.stage import Stage, traded, works
from tests.simulation.mortal import Mortal, born, drawn, kind

LOCKED = kind(KINDS, "journal.locked")
FULL = kind(KINDS, "journal.full")
IO_ERROR = kind(KINDS, "journal.io_error")
COMMIT_UNKNOWN = kind(KINDS, "journal.commit_unknown")
FILE_READ_ONLY = kind(KINDS, "journal.read_only")
SECOND_WRITER = kind(KINDS, "journal.second_writer")
DELETED = kind(KINDS, "journal.deleted")
OLDER_COPY = kind(KINDS, "journal.older_copy")
INTENT_FAILS = kind(KINDS, "journal.intent_fails")
SLOW = kind(KINDS, "journal.slow")
CRASH_AT_WRITE = kind(actor_crashes.KINDS, "actor.crash_at_write")


def busy(mortal: Mortal) -> Stage:
    return mortal.stage.begin().until(traded(3)).until(works)


def until_restarted(stage: Stage) -> Stage:
    before = stage.incarnation("journal")
    return stage.until(lambda book: stage.incarnation("journal") > before, 5)


def test_what_chance_draws_lies_within_its_hour_and_names_what_it_hurts() -> None:
    for one, fault in drawn(KINDS):
        assert one.name == fault.kind
        assert 20 <= fault.at_s <= 3600
        assert (one.name not in ("journal.deleted", "journal.older_copy", "journal.second_writer")) is (fault.for_s > 0)
    assert {"BEGIN", "INSERT", "COMMIT", "ROLLBACK"} == {f.target for one, f in drawn((IO_ERROR,))}
    assert {1.0, 2.0, 3.0} == {f.amount for one, f in drawn((IO_ERROR,))}


@pytest.mark.parametrize("target", ["BEGIN", "INSERT", "COMMIT", "ROLLBACK"])
def test_a_statement_that_fails_costs_the_journal_its_life_and_nobody_a_fact(tmp_path: Path, target: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(IO_ERROR, target=target, amount=1)
        until_restarted(stage).until(traded(stage.book.tally.fills + 2))
        stage.end_clean()


def test_an_intent_that_is_not_durable_never_reaches_the_wire_and_the_order_is_sent_once_it_is(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(INTENT_FAILS, amount=2)
        stage.until(lambda book: stage.incarnation("journal") == 3, 5)
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


@pytest.mark.parametrize("target", ["BEGIN", "COMMIT"])
def test_a_disk_that_fails_again_while_the_journal_comes_back_costs_no_fact(tmp_path: Path, target: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(IO_ERROR, target=target, amount=3)
        stage.until(lambda book: stage.incarnation("journal") == 4, 5)
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


@pytest.mark.parametrize("what", [IO_ERROR, FULL])
def test_a_disk_that_fails_at_the_same_message_again_does_not_make_it_poisonous(tmp_path: Path, what: Kind) -> None:
    """Whatever failed alone was set aside: a full disk cost an execution each time the journal came back, and trading paused
    for a broken law."""
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(what, target="INSERT", amount=3)
        stage.until(lambda book: stage.incarnation("journal") == 4, 5)
        undo()
        stage.run(1)
        assert [] == stage.told(LawViolated)
        stage.end_clean()


@pytest.mark.parametrize("times", [1, 3])
def test_commits_that_are_durable_but_fail_are_neither_lost_nor_done_twice(tmp_path: Path, times: int) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(COMMIT_UNKNOWN, amount=times)
        stage.until(lambda book: stage.incarnation("journal") == 1 + times, 5)
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


def test_a_journal_that_another_writer_took_over_comes_back_as_the_latest(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(SECOND_WRITER)
        until_restarted(stage).until(traded(stage.book.tally.fills + 2))
        stage.end_clean()


@pytest.mark.parametrize(("what", "target"), [(LOCKED, ""), (FULL, "COMMIT"), (FILE_READ_ONLY, "")])
def test_while_nothing_can_be_written_no_order_leaves_and_beyond_the_intensity_the_tree_ends(
    tmp_path: Path, what: Kind, target: str
) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(what, target=target)
        orders = [order["order_ref"] for order in stage.ledger["orders"]]
        stage.world.run_until(lambda: bool(stage.desk.failed), limit_s=120)
        assert "limit 12; last: journal" in stage.desk.failed
        assert orders == [order["order_ref"] for order in stage.ledger["orders"]]
        undo()
        stage.end()
        later = mortal.next().stage.begin()
        assert TradingState.HALTED is later.run(1).book.trading.state
        assert later.desk.resume(by="drill", reason="the disk is back", force=False).obeyed
        later.until(traded(later.book.tally.fills + 2)).end_clean()


def test_a_tree_that_ends_of_its_disk_still_says_what_is_left_when_that_cannot_be_written_either(tmp_path: Path) -> None:
    """The last words went to the very disk that had ended the tree: the error kept `hydra run` from cancelling anything."""
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(FULL, target="COMMIT")
        stage.world.kill("journal", "a drill")
        stage.world.run_until(lambda: bool(stage.desk.failed), limit_s=120)
        unexplained = stage.end().unexplained
        assert 1 == sum("neither the escalation nor a halt is in the journal" in text for text in unexplained)
        working = [order.order_ref for order in stage.book.orders if not order.state.is_final]
        assert working
        for ref in working:
            assert any(f"order {ref} may still work at the broker" in text for text in unexplained)


def test_a_process_on_a_disk_that_takes_no_writes_does_not_start(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        busy(mortal)
        mortal.kill("kill -9", "lost")
        later = mortal.next()
        mortal.disk.begin(Refusal(WRITING, READ_ONLY))
        with pytest.raises(StartError, match="cannot be opened for writing: attempt to write a readonly database"):
            later.stage.begin()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6, 9, 31])
def test_a_journal_that_crashes_at_any_statement_comes_back_and_nothing_is_lost_or_doubled(
    tmp_path: Path, nth: int, side: str
) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(CRASH_AT_WRITE, target=side, amount=nth)
        until_restarted(stage)
        undo()
        assert ([f"journal crashes, {side} statement {nth}"], []) == (mortal.notes, mortal.missed)
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, 13))
def test_a_journal_that_crashes_at_any_statement_of_its_start_starts_again(tmp_path: Path, nth: int, side: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        before = stage.incarnation("journal")
        mortal.suffer(CRASH_AT_WRITE, target=side, amount=nth)
        stage.world.kill("journal", "a drill")
        stage.until(lambda book: stage.incarnation("journal") > before + 1, 5)
        assert [f"journal crashes, {side} statement {nth}"] == mortal.notes
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


def test_a_disk_that_only_others_write_to_springs_no_trap_of_the_journals(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(FULL, target="COMMIT")
        undo = mortal.suffer(CRASH_AT_WRITE, target="before", amount=100_000)
        stage.world.run_until(lambda: bool(stage.desk.failed), limit_s=120)
        undo()
        undo = mortal.suffer(CRASH_AT_WRITE, target="before", amount=1)
        stage.end()  # its last words are written by nobody's actor
        undo()
        assert ["the journal wrote too little"] * 2 == mortal.missed


def test_a_slow_disk_makes_everything_late_and_nothing_wrong(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        before = stage.book.seq
        undo = mortal.suffer(SLOW, amount=1.5)
        stage.world.run_for(30)
        commits = {stored.at for stored in stage.stored() if stored.seq > before}
        assert 1 < len(commits) <= 21
        undo()
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()


def test_a_world_without_a_disk_of_ours_is_missed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        mortal.stage.begin()
        del mortal.arena.tools["disk"]
        mortal.suffer(LOCKED)
        assert ["this world's journal lies on a disk that cannot be hurt"] == mortal.missed


@pytest.mark.parametrize("loss", ["lost", "landing"])
def test_without_its_journal_a_process_opens_nothing_before_a_person_has_looked(tmp_path: Path, loss: str) -> None:
    with born(tmp_path) as mortal:
        held = lambda book: works(book) and any(position.quantity for position in book.positions)  # noqa: E731
        mortal.stage.begin().until(traded(3)).until(held)
        orders = len(mortal.stage.ledger["orders"])
        mortal.suffer(DELETED, target=loss)
        later = mortal.next()
        stage = later.stage.begin().run(10)
        assert TradingState.PAUSED is stage.book.trading.state
        assert [] != stage.alerts("difference")
        assert [] == stage.intents()
        assert orders == len(stage.ledger["orders"])


@pytest.mark.parametrize("seed", [1, 3])
def test_with_an_older_journal_a_process_that_misses_trades_pauses_and_sends_none_twice(tmp_path: Path, seed: int) -> None:
    with born(tmp_path, seed=seed) as mortal:
        busy(mortal)
        mortal.suffer(OLDER_COPY, target="lost", amount=20)
        mortal.until_death()
        stage = mortal.next().stage.begin().run(4)
        assert TradingState.PAUSED is stage.book.trading.state
        assert [] == sent_twice(stage)
        forgotten = {order["order_ref"] for order in stage.ledger["orders"]} - set(stage.intents())
        assert forgotten


@pytest.mark.parametrize("seed", [2])
def test_an_older_journal_sends_no_name_twice_even_if_all_that_it_forgot_was_cancelled(tmp_path: Path, seed: int) -> None:
    """The copy knew attempt 1 of a slice. Attempt 2 had been sent and, by a halt, cancelled unfilled: no difference in
    positions or executions, so the next process went on as ACTIVE and sent attempt 2 once more under the same name."""
    slow = restless(routing={"patience_steps_s": (10, 300, 300), "twap_duration_s": 600})
    with born(tmp_path, seed=seed, config=slow) as mortal:
        mortal.stage.begin().until(works)
        mortal.suffer(OLDER_COPY, target="lost", amount=14)
        mortal.stage.world.run_for(13)
        assert mortal.stage.desk.halt(by="drill", reason="stop").obeyed
        mortal.until_death()
        stage = mortal.next().stage.begin().run(2)
        assert [] == sent_twice(stage)
        assert TradingState.PAUSED is stage.book.trading.state
        assert any("it is not the latest journal" in alert.text for alert in stage.alerts("difference"))
        assert stage.desk.resume(by="drill", reason="I know", force=True).obeyed
        stage.run(2)
        assert [] == sent_twice(stage)


def sent_twice(stage: Stage) -> list[str]:
    counted = Counter(order["order_ref"] for order in stage.ledger["orders"])
    return [ref for ref, count in counted.items() if count > 1]
