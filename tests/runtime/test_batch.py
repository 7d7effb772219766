"""Group commit: batches, and what becomes of one that fails, in every world."""

from __future__ import annotations

from collections.abc import Sequence

from hydra.runtime.actor import BatchActor, Context
from hydra.runtime.message import Message
from hydra.runtime.spec import ChildSpec
from tests.runtime.stage import Bound, DoNow, Performer, Say, Stage, boom


class Ledger(BatchActor):
    """Commits texts; "bad" always fails, "flaky" fails the first time it is met."""

    def __init__(self, context: Context, stage: Stage, met: list[str]) -> None:
        super().__init__(context)
        self._stage = stage
        self._met = met

    def receive_all(self, messages: Sequence[Message]) -> None:
        texts = [message.text for message in messages if isinstance(message, Say | Bound)]
        for text in texts:
            if text == "bad" or (text == "flaky" and text not in self._met):
                self._met.append(text)
                raise OSError(f"cannot write {text}")
        for text in texts:
            self._stage.note(self.context.name, text)
        self._stage.note("batches", len(messages))


def ledger(stage: Stage) -> ChildSpec:
    met: list[str] = []
    return ChildSpec(name="ledger", build=lambda context: Ledger(context, stage, met), why="under test")


def tell_at_once(stage: Stage, *messages: Message) -> None:
    """One step of one actor tells them all."""

    def tell(actor: Performer) -> None:
        for message in messages:
            actor.context.tell("ledger", message)

    stage.do("teller", tell)


def said(*texts: str) -> list[Message]:
    return [Say(text=text) for text in texts]


def test_what_waits_together_is_received_together_in_order() -> None:
    stage = Stage("virtual")
    stage.start(ledger(stage), stage.child("teller"))
    tell_at_once(stage, *said(*(str(n) for n in range(100))))
    stage.until(lambda: len(stage.notes("ledger")) == 100)
    assert [str(n) for n in range(100)] == stage.notes("ledger")
    assert [64, 36] == stage.notes("batches")
    stage.world.stop()


def test_a_failed_batch_is_presented_again_one_by_one_and_nothing_is_lost(stage: Stage) -> None:
    stage.start(ledger(stage), stage.child("teller"))
    tell_at_once(stage, *said("one", "flaky", "three"))
    stage.until_noted("ledger", "one", "flaky", "three")
    assert 0 == stage.world.dead_letter_total


def test_one_that_fails_alone_is_set_aside_reported_and_the_rest_goes_on(stage: Stage) -> None:
    stage.start(ledger(stage), stage.child("teller"))
    tell_at_once(stage, *said("one", "bad", "three"))
    stage.until_noted("ledger", "one", "three")
    (letter,) = stage.world.dead_letters()
    assert Say(text="bad") == letter.message
    assert "set aside, it failed alone: Say: OSError: cannot write bad" == letter.reason
    (poisoned,) = (event for event in stage.lifecycles("ledger") if event.kind == "poisoned")
    assert letter.reason == poisoned.reason


def test_a_killed_batch_actor_loses_nothing(stage: Stage) -> None:
    stage.start(ledger(stage), stage.child("teller"))
    for text in "abc":
        stage.world.tell("ledger", Say(text=text))
    stage.world.kill("ledger", "chaos")
    stage.until(lambda: stage.running("ledger", incarnation=2))
    stage.until_noted("ledger", "a", "b", "c")


def test_it_reads_all_that_waits_before_an_orderly_end(stage: Stage) -> None:
    stage.start(ledger(stage), stage.child("teller"))
    for text in "abc":
        stage.world.tell("ledger", Say(text=text))
    stage.world.stop()
    assert ["a", "b", "c"] == stage.notes("ledger")


def test_a_command_in_a_failed_batch_dies_if_its_sender_is_replaced_meanwhile() -> None:
    stage = Stage("virtual")
    stage.start(ledger(stage), stage.child("teller"))
    stage.world.tell("teller", DoNow(act=lambda actor: actor.context.tell("ledger", Bound(text="flaky"))))
    stage.do("teller", boom)
    stage.until(lambda: stage.running("teller", incarnation=2) and stage.running("ledger", incarnation=2))
    assert [] == stage.notes("ledger")
    assert Bound(text="flaky") in [letter.message for letter in stage.world.dead_letters()]
    stage.world.stop()
