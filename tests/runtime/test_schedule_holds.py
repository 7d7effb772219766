"""A run under any schedule can be written down as holds of channels, and the holds make the same run again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hydra.runtime.actor import BatchActor
from hydra.runtime.message import Message
from hydra.runtime.schedule import Hold
from hydra.runtime.spec import ChildSpec
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import START_AT, Do, Performer, Say, Stage, tree

CHANCY = ("random", "starve:d", "pct:1", "pct:3")


class Drum(BatchActor):
    """Takes batches; what it heard goes back in one word, so that the size of a batch matters."""

    BATCH_MAX = 5

    def receive_all(self, messages: Sequence[Message]) -> None:
        words = "".join(message.text[-1] for message in messages if isinstance(message, Say))
        self.context.tell("g0", Say(text=f"......{len(words)}"))


class Gossip(Performer):
    """Passes what it hears to two others and the drum, and some time later to itself; fails now and then."""

    def receive(self, message: Message) -> None:
        assert isinstance(message, Say)
        chance = self.context.random("gossip")
        for other in chance.sample(["g0", "g1", "g2"], 2):
            if len(message.text) < 5:
                self.context.tell(other, Say(text=message.text + self.context.name[-1]))
                self.context.tell("d", message)
        timer = self.context.after(chance.random(), Say(text=message.text + "......"))
        if chance.random() < 0.2:
            timer.cancel()
        if chance.random() < 0.02:
            raise ValueError("a slip of the tongue")


def run(policy: str, seed: int, holds: tuple[Hold, ...] = (), *, recording: bool = False) -> tuple[str, tuple[Hold, ...]]:
    made = VirtualWorld(
        seed=seed,
        start_at=START_AT,
        on_fatal=pytest.fail,
        on_escalation=pytest.fail,
        policy=policy,
        holds=holds,
        recording=recording,
    )
    stage = object.__new__(Stage)
    stage.heard = []
    drum = ChildSpec(name="d", build=Drum, why="a test wants it")
    made.start(tree("root", *(stage.child(name, Gossip) for name in ("g0", "g1", "g2")), drum, intensity=10**6))
    for name in ("g0", "g1", "g2"):
        made.tell(name, Say(text=name[-1]))
    made.run_for(1.5)
    digest, taken = made.digest(), made.holds() if recording else ()
    made.stop()
    return digest, taken


@pytest.mark.parametrize("policy", CHANCY)
@pytest.mark.parametrize("seed", range(2))
def test_the_holds_of_a_run_make_the_same_run_again(policy: str, seed: int) -> None:
    digest, holds = run(policy, seed, recording=True)
    assert digest == run(policy, seed)[0]
    assert digest == run("hold", seed, holds)[0]
    assert digest != run("fifo", seed)[0]


def test_batches_that_were_cut_short_are_among_the_holds() -> None:
    digest, holds = run("random", 3, recording=True)
    without = tuple(hold for hold in holds if not hold.batch)
    assert len(without) < len(holds)
    assert digest != run("hold", 3, without)[0]


@pytest.mark.parametrize("seed", range(2))
def test_without_holds_it_is_the_order_of_sending_which_needs_none(seed: int) -> None:
    digest, holds = run("fifo", seed, recording=True)
    assert () == holds
    assert digest == run("hold", seed)[0]


def test_holds_can_be_left_out_one_by_one() -> None:
    digest, holds = run("pct:2", 1, recording=True)
    digests = [run("hold", 1, (*holds[:n], *holds[n + 1 :]))[0] for n in range(0, len(holds), len(holds) // 6)]
    assert any(digest != other for other in digests)


def heard_by_c(*holds: Hold) -> list[object]:
    """What c hears of a and b, who tell it three words each at one instant, a first."""
    made = VirtualWorld(
        seed=1, start_at=START_AT, on_fatal=pytest.fail, on_escalation=pytest.fail, policy="hold", holds=holds
    )
    stage = object.__new__(Stage)
    stage.heard = []
    made.start(tree("root", *(stage.child(name) for name in "abc")))

    def spray(actor: Performer) -> None:
        for number in range(3):
            actor.context.tell("c", Say(text=f"{actor.context.name}{number}"))

    for name in "ab":
        made.tell(name, Do(act=spray))
    made.run_for(1.0)
    made.stop()
    return stage.notes("c")


def test_a_held_channel_waits_its_steps_and_not_longer() -> None:
    assert ["a0", "a1", "a2", "b0", "b1", "b2"] == heard_by_c()
    singles = [Hold(sender="a", receiver="c", from_step=step, steps=1) for step in range(100)]
    begins = next(hold.from_step for hold in singles if heard_by_c(hold) != heard_by_c())
    held = Hold(sender="a", receiver="c", from_step=begins, steps=2)
    assert ["b0", "b1", "a0", "a1", "a2", "b2"] == heard_by_c(held)


def test_a_channel_is_not_held_when_nothing_else_can_be_delivered() -> None:
    forever = [Hold(sender=sender, receiver="c", from_step=0, steps=10**6) for sender in "ab"]
    assert ["a0", "a1", "a2", "b0", "b1", "b2"] == heard_by_c(*forever)
    assert ["b0", "b1", "b2", "a0", "a1", "a2"] == heard_by_c(forever[0])


def test_a_world_that_did_not_record_says_so() -> None:
    made = VirtualWorld(seed=1, start_at=START_AT, on_fatal=pytest.fail, on_escalation=pytest.fail)
    with pytest.raises(RuntimeError, match="was not recording"):
        made.holds()
    made.stop()
