"""How an actor comes alive: it holds the user lane, asks until it is answered, and takes each event once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hydra.messages import commands as c
from hydra.messages.decisions import SignalReceived
from hydra.messages.sync import Reconciled, Recorded
from hydra.records import BookImage
from tests.core.books import signal
from tests.supervisor.journal_stage import KINDS, Act, Folder, JournalStage, Work


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalStage]:
    stage = JournalStage(request.param, tmp_path / "hydra.db")
    yield stage
    stage.world.stop()


def test_while_it_is_unsynchronised_only_the_control_lane_is_read(stage: JournalStage) -> None:
    stage.answers = False
    stage.start()
    looked: list[bool] = []
    stage.world.tell("risk", Work(text="wait"))
    stage.world.tell("risk", Act(act=lambda actor: looked.append(getattr(actor, "synced", True))))
    stage.until(lambda: looked == [False])
    assert [] == stage.notes.get("risk", [])
    stage.answers = True
    stage.until(lambda: "wait" in stage.notes.get("risk", []))
    assert ["alive", "wait"] == [note for note in stage.notes["risk"] if isinstance(note, str)]


def test_it_asks_again_until_it_is_answered(stage: JournalStage) -> None:
    stage.answers = False
    stage.start()
    stage.until(lambda: len(stage.told(c.FetchSnapshot)) >= 1)
    asked = len(stage.told(c.FetchSnapshot))
    stage.until(lambda: len(stage.told(c.FetchSnapshot)) > asked)
    stage.answers = True
    stage.alive("risk")


def seen(stage: JournalStage) -> list[object]:
    return [note for note in stage.notes["risk"] if isinstance(note, int)]


def state_of(stage: JournalStage) -> tuple[int, int, BookImage]:
    """Sync number, last event and book of risk."""
    found: list[tuple[int, int, BookImage]] = []

    def look(actor: object) -> None:
        assert isinstance(actor, Folder)
        found.append((actor.sync_n, actor.book.seq, actor.book.image()))

    stage.world.tell("risk", Act(act=look))
    stage.until(lambda: bool(found))
    return found[0]


def test_an_event_that_it_knows_is_dropped(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    stage.world.tell("journal", c.SubmitSignal(signal=signal()))
    stage.until(lambda: bool(seen(stage)) and seen(stage)[-1] == stage.status().book.seq)
    _, seq, _ = state_of(stage)
    for old in (seq, seq - 1, 1):
        stage.world.tell("risk", Recorded(seq=old, at=signal().at, event=SignalReceived(signal=signal())))
    stage.world.tell("risk", Work(text="after them"))
    stage.until(lambda: "after them" in stage.notes["risk"])
    assert (1, 0) == (seen(stage).count(seq), seen(stage).count(1))


def test_an_answer_to_an_older_question_is_not_taken(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    sync_n, seq, book = state_of(stage)
    for old in (sync_n - 1, sync_n):
        stage.world.tell("risk", Reconciled(sync_n=old, seq=seq + 100, book=book))
    assert state_of(stage)[1] < seq + 100
    assert 1 == stage.notes["risk"].count("alive")


def test_its_questions_rise_over_its_deaths_and_the_journal_s(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    first = state_of(stage)[0]
    stage.world.kill("journal", "a test wants it")
    stage.alive("risk", times=2)
    second = state_of(stage)[0]
    stage.world.kill("risk", "a test wants it")
    stage.alive("risk", times=3)
    assert first < second < state_of(stage)[0]


def test_after_its_death_what_waited_for_it_is_read_once_it_is_alive(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    stage.answers = False
    stage.world.kill("risk", "a test wants it")
    stage.until(lambda: stage.incarnation("risk") == 2)
    stage.world.tell("risk", Work(text="waited"))
    assert "waited" not in stage.notes["risk"]
    stage.answers = True
    stage.until(lambda: "waited" in stage.notes["risk"])
    words = [note for note in stage.notes["risk"] if isinstance(note, str)]
    assert ["alive", "alive", "waited"] == words


def test_its_book_is_the_journal_s(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    for n in range(5):
        stage.world.tell("journal", c.SubmitSignal(signal=signal(signal_id=f"s{n}")))
    stage.until(lambda: len(seen(stage)) >= 5)
    _, seq, book = state_of(stage)
    stage.until(lambda: stage.status().book.seq >= seq)
    assert stage.status().book == book or stage.status().book.seq > seq


def test_a_message_that_nobody_expects_is_an_error(stage: JournalStage) -> None:
    stage.start()
    stage.alive("risk")
    stage.world.tell("risk", c.EndRun(reason="", reply_to=""))
    stage.until(lambda: stage.incarnation("risk") == 2)
    stage.alive("risk", times=2)
