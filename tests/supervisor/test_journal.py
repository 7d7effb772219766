"""The JournalActor on its file, in every world: one transaction a batch, nothing told before it, nothing lost with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.values import TradingState
from tests.core.books import signal, want
from tests.supervisor.journal_stage import KINDS, JournalStage, Work, events

logger.remove()  # crashes on purpose are no news


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalStage]:
    stage = JournalStage(request.param, tmp_path / "hydra.db").start()
    yield stage
    stage.gate.set()
    stage.world.stop()


def wish(n: int) -> c.SubmitSignal:
    return c.SubmitSignal(signal=signal(signal_id=f"s{n}"))


POISON = c.WantOrder(want=want())
"""The journal does not understand it: it dies of it in the middle of a transaction."""


def test_everybody_comes_alive_and_hears_everything_once_and_in_order(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.alive("exit")
    for n in range(20):
        stage.world.tell("journal", wish(n))
    stage.until(lambda: len(stage.status().book.signals) == 20)
    stage.until(lambda: all(stage.status().book.seq in stage.notes[name] for name in ("risk", "exit")))
    wishes = [one.seq for one in stage.stop() if isinstance(one.event, d.SignalReceived)]
    for name in ("risk", "exit"):
        heard = [note for note in stage.notes[name] if isinstance(note, int)]
        assert heard == list(range(heard[0], heard[-1] + 1))
        assert set(wishes) <= set(heard)


def test_a_run_and_a_session_bear_their_own_number_in_their_rows(stage: JournalStage) -> None:
    stage.alive("risk")
    stored = stage.stop()
    assert [(1, 0)] == [(one.run, one.session) for one in stored if isinstance(one.event, d.RunStarted)]
    assert [1] == [one.session for one in stored if isinstance(one.event, f.SessionOpened)]


def test_what_waits_together_is_committed_together(stage: JournalStage) -> None:
    stage.alive("risk")
    if stage.kind == "threads":  # on one virtual thread nobody else is running now
        stage.gate.clear()
        stage.world.tell("journal", Work(text="wait"))
    for n in range(40):
        stage.world.tell("journal", wish(n))
    stage.gate.set()
    assert 40 == len(events(stage.stop(), d.SignalReceived))
    assert max(stage.batches) >= 20


def test_a_crash_between_append_and_commit_leaves_nothing_told_and_loses_nothing(stage: JournalStage) -> None:
    stage.alive("risk")
    for message in (wish(1), POISON, wish(2)):
        stage.world.tell("journal", message)
    stage.until(lambda: len(stage.status().book.signals) == 2)
    stored = stage.stop()
    seqs = [one.seq for one in stored]
    assert seqs == list(range(1, len(seqs) + 1))
    assert ["s1", "s2"] == [one.signal.signal_id for one in events(stored, d.SignalReceived)]  # type: ignore[attr-defined]


def test_a_poisoned_envelope_is_recorded_and_pauses_trading(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.world.tell("journal", POISON)
    stage.until(lambda: stage.status().book.trading.state is TradingState.PAUSED)
    stored = stage.stop()
    assert ["poisoned"] == [
        one.kind  # type: ignore[attr-defined]
        for one in events(stored, d.ActorLifeChanged)
        if one.kind == "poisoned"  # type: ignore[attr-defined]
    ]
    assert "WantOrder" in str(events(stored, d.LawViolated)[0])


def test_a_batch_that_was_committed_and_comes_again_is_recorded_once(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.dies_after_commit = True
    stage.world.tell("journal", wish(1))
    stage.until(lambda: stage.incarnation("journal") == 2)
    stage.alive("risk", times=2)
    assert 1 == len(events(stage.stop(), d.SignalReceived))


def test_a_restart_makes_everybody_synchronise_again(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.alive("exit")
    stage.world.kill("journal", "a test wants it")
    stage.alive("risk", times=2)
    stage.alive("exit", times=2)
    stored = stage.stop()
    assert (1, 1) == (len(events(stored, d.RunStarted)), len(events(stored, f.SessionOpened)))


def test_a_restart_says_again_which_session_the_socket_is(stage: JournalStage) -> None:
    stage.alive("risk")
    accepted = len(stage.told(c.AcceptSession))
    stage.world.kill("journal", "a test wants it")
    stage.alive("risk", times=2)
    assert accepted < len(stage.told(c.AcceptSession))


def test_the_death_of_the_broker_ends_its_session_and_the_next_one_gets_the_next_number(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.world.kill("broker", "a test wants it")
    stage.until(lambda: stage.status().book.session == 2)
    closed = events(stage.stop(), f.SessionClosed)[0]
    assert "the broker actor ended: killed: a test wants it" == closed.reason  # type: ignore[attr-defined]


def test_another_process_goes_on_with_the_same_file(stage: JournalStage, tmp_path: Path) -> None:
    stage.alive("risk")
    stage.world.tell("journal", wish(1))
    before = stage.stop()
    again = JournalStage("virtual", tmp_path / "hydra.db").start()
    again.alive("risk")
    stored = again.stop()
    assert before == stored[: len(before)]
    assert ([1, 2], 2) == (
        [one.run for one in stored if isinstance(one.event, d.RunStarted)],
        stored[-1].session,
    )


def test_the_orderly_end_is_answered_when_it_is_on_file(stage: JournalStage) -> None:
    stage.alive("risk")
    answer = stage.world.ask("journal", lambda me: c.EndRun(reason="SIGTERM", reply_to=me), timeout_s=10.0)
    assert c.VerbAnswered(obeyed=True, text="SIGTERM") == answer
    assert [d.RunEnded(run=1, reason="SIGTERM")] == events(stage.stop(), d.RunEnded)


def test_the_outside_sees_the_committed_book(stage: JournalStage) -> None:
    stage.alive("risk")
    stage.world.tell("journal", wish(1))
    stage.until(lambda: bool(stage.status().book.signals))
    book = stage.status().book
    assert (1, True, ("s1",)) == (book.run, book.session_live, tuple(one.signal.signal_id for one in book.signals))
