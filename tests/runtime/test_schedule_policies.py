"""Every schedule keeps the order within a channel and loses nothing; what it may do beyond that is its purpose."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from hydra.runtime.channels import Candidate
from hydra.runtime.envelope import Envelope
from hydra.runtime.listening import Listener
from hydra.runtime.message import Message
from hydra.runtime.policies import ROUND_STEPS, Pct, policy_of
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import START_AT, Do, Performer, Say, Stage, tree

POLICIES = ("fifo", "random", "starve:c", "pct:1", "pct:2", "pct:3", "pct:4", "hold")
CHAIN = 8


def world_of(policy: str, seed: int) -> VirtualWorld:
    return VirtualWorld(seed=seed, start_at=START_AT, on_fatal=pytest.fail, on_escalation=pytest.fail, policy=policy)


class Order(Listener):
    """Who was delivered to, one name a delivery, and how much waited for whom then."""

    def __init__(self) -> None:
        self.to: list[str] = []
        self.waiting: list[int] = []
        self._waits: Counter[str] = Counter()

    def sent(self, now_us: int, to: str, envelope: Envelope) -> None:
        self._waits[to] += 1

    def delivered(self, now_us: int, to: str, incarnation: int, envelope: Envelope) -> None:
        self._waits[to] -= 1
        self.to.append(to)
        self.waiting.append(self._waits["c"])


class Chatter(Performer):
    """Answers each word with a shorter one, so that there is much to deliver at one instant."""

    def receive(self, message: Message) -> None:
        if isinstance(message, Say):
            self.note(message.text)
            if message.reply_to and len(message.text) > 1:
                self.context.tell(message.reply_to, Say(text=message.text[1:], reply_to=self.context.name))
        else:
            super().receive(message)


def chat(policy: str, seed: int) -> tuple[Stage, Order]:
    """a and b chat with each other for 300 words and spray 40 numbered ones at c."""
    stage = object.__new__(Stage)
    stage.heard = []
    order = Order()
    stage.world = world_of(policy, seed)
    stage.world.start(tree("root", *(stage.child(name, Chatter) for name in "abc")))
    stage.world.listen(order)
    for name in "ab":

        def spray(actor: Performer, other: str) -> None:
            for number in range(40):
                actor.context.tell("c", Say(text=f"{actor.context.name}{number}"))
            actor.context.tell(other, Say(text="x" * 300, reply_to=actor.context.name))

        other = "b" if name == "a" else "a"
        stage.world.tell(name, Do(act=lambda actor, other=other: spray(actor, other)))  # type: ignore[misc]
    stage.world.run_for(1.0)
    stage.world.stop()
    return stage, order


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", [1, 2])
def test_order_within_a_channel_is_kept_and_nothing_is_lost(policy: str, seed: int) -> None:
    stage, _ = chat(policy, seed)
    for name in "ab":
        mine = [text for text in stage.notes("c") if str(text).startswith(name)]
        assert [f"{name}{number}" for number in range(40)] == mine
    assert 600 == len(stage.notes("a")) + len(stage.notes("b"))


def test_a_starved_receiver_waits_for_long_stretches_while_others_go_on() -> None:
    longest: dict[str, int] = {}
    for policy in ("random", "starve:c"):
        _, order = chat(policy, 1)
        run = best = 0
        for to, waiting in zip(order.to, order.waiting, strict=True):
            run = run + 1 if to != "c" and waiting else 0
            best = max(best, run)
        longest[policy] = best
    assert longest["starve:c"] > 5 * longest["random"]


class Link(Performer):
    """Hands a word on, unless it is the last one."""

    def receive(self, message: Message) -> None:
        if isinstance(message, Say) and message.reply_to:
            number = int(message.reply_to[1:]) + 1
            onward = f"l{number}" if number < CHAIN else ""
            self.context.tell(onward or "c", Say(text=message.text, reply_to=onward))
        else:
            super().receive(message)


def is_overtaken(policy: str, seed: int) -> bool:
    """Whether a word over a chain of eight reaches c before one that was told to c directly, and earlier."""
    stage = object.__new__(Stage)
    stage.heard = []
    made = world_of(policy, seed)
    links = [stage.child(f"l{number}", Link) for number in range(CHAIN)]
    made.start(tree("root", stage.child("a"), stage.child("c"), *links))

    def tell_both(actor: Performer) -> None:
        actor.context.tell("c", Say(text="direct"))
        actor.context.tell("l0", Say(text="roundabout", reply_to="l0"))

    made.tell("a", Do(act=tell_both))
    made.run_for(1.0)
    made.stop()
    assert 2 == len(stage.notes("c"))
    return stage.notes("c")[0] == "roundabout"


def test_priorities_that_change_find_an_order_that_fifo_never_takes_and_chance_hardly_ever() -> None:
    found = {policy: sum(is_overtaken(policy, seed) for seed in range(30)) for policy in ("fifo", "random", "pct:2")}
    assert 0 == found["fifo"]
    assert found["pct:2"] > 2 * found["random"]
    assert found["pct:2"] >= 2


class Reading:
    """A receiver that always has something to read."""

    name = "c"
    lane = ()
    waiting = 1


def switches(depth: int, seed: int) -> int:
    """How often the favoured one of four channels changes in the shortest round there is."""
    policy: Pct[Reading] = Pct(depth, random.Random(seed))
    candidates = [Candidate((0, 0, place), Reading(), sender, place) for place, sender in enumerate("abcd")]
    picked = []
    for _ in range(ROUND_STEPS[0]):
        policy.step += 1
        picked.append(policy.pick(candidates))
    return sum(one != other for one, other in itertools.pairwise(picked))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_in_a_round_priorities_change_at_most_depth_less_one_times(depth: int) -> None:
    assert depth - 1 == max(switches(depth, seed) for seed in range(300))


@pytest.mark.parametrize("text", ["", "fair", "fifo:1", "starve", "starve:", "pct", "pct:0", "pct:5", "pct:x", "hold:3"])
def test_an_unknown_schedule_is_refused_with_the_names_of_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="there are fifo, random, starve:NAME, pct:1 to pct:4, hold"):
        policy_of(text, seed=1)


def test_schedules_draw_from_their_own_stream_only() -> None:
    before = random.getstate()
    chat("pct:3", 1)
    chat("starve:c", 1)
    assert before == random.getstate()
