"""A world in a seed: the same seed gives the same run, whatever else differs."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time
from freezegun.api import FakeDatetime

from hydra.runtime.actor import Context
from hydra.runtime.spec import ChildSpec, Restart
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import QUICK, START_AT, Do, Performer, Say, Stage, boom, tree


def world(seed: int, *, policy: str = "random", on_jump: Callable[[datetime], None] | None = None) -> VirtualWorld:
    return VirtualWorld(
        seed=seed,
        start_at=START_AT,
        on_fatal=pytest.fail,
        on_escalation=pytest.fail,
        policy="random" if policy == "random" else "fifo",
        on_jump=on_jump,
    )


class Gossip(Performer):
    """Passes what it hears to two others a while later, and fails now and then."""

    def receive(self, message: object) -> None:
        assert isinstance(message, Say)
        chance = self.context.random("gossip")
        for other in chance.sample(["g0", "g1", "g2", "g3"], 2):
            if len(message.text) < 6:
                self.context.tell(other, Say(text=message.text + self.context.name[-1]))
        self.context.after(chance.random(), Say(text=message.text + "......"))
        if chance.random() < 0.02:
            raise ValueError("a slip of the tongue")


def gossip_digest(seed: int, *, policy: str = "random", frozen: bool = False, slices: int = 1) -> str:
    if frozen:
        with freeze_time(START_AT) as clock:
            return gossip(world(seed, policy=policy, on_jump=clock.move_to), slices)
    return gossip(world(seed, policy=policy), slices)


def gossip(made: VirtualWorld, slices: int) -> str:
    stage = object.__new__(Stage)
    stage.heard = []
    names = [f"g{number}" for number in range(4)]
    made.start(tree("root", *(stage.child(name, Gossip) for name in names), intensity=10**6))
    for name in names:
        made.tell(name, Say(text=name[-1]))
    for _ in range(slices):
        made.run_for(2.0 / slices)
    digest = made.digest()
    made.stop()
    return digest


@pytest.mark.parametrize("policy", ["fifo", "random"])
def test_the_same_seed_gives_the_same_digest_frozen_or_not_in_one_go_or_in_slices(policy: str) -> None:
    digests = [
        gossip_digest(5, policy=policy),
        gossip_digest(5, policy=policy),
        gossip_digest(5, policy=policy, frozen=True),
        gossip_digest(5, policy=policy, slices=7),
    ]
    assert 1 == len({*digests})


def test_different_seeds_give_different_digests() -> None:
    assert 5 == len({gossip_digest(seed) for seed in range(5)})


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_with_another_hash_seed_gives_the_same_digest(hash_seed: str) -> None:
    code = "from tests.runtime.test_virtual import gossip_digest; print(gossip_digest(5))"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "LOGURU_AUTOINIT": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert gossip_digest(5) == run.stdout.strip()


def order_heard_by_c(seed: int) -> list[str]:
    """A tells B, then C. B tells C when it hears from A."""
    made = world(seed)
    heard: list[str] = []

    class C(Performer):
        def receive(self, message: object) -> None:
            heard.append(message.text)  # type: ignore[attr-defined]

    class B(Performer):
        def receive(self, message: object) -> None:
            self.context.tell("c", Say(text="b's reaction"))

    stage = object.__new__(Stage)
    made.start(tree("root", stage.child("a"), stage.child("b", B), stage.child("c", C)))

    def tell_both(actor: Performer) -> None:
        actor.context.tell("b", Say(text="news"))
        actor.context.tell("c", Say(text="a's own word"))

    made.tell("a", Do(act=tell_both))
    assert made.run_until(lambda: len(heard) == 2, limit_s=1.0)
    made.stop()
    return heard


def test_a_reaction_may_overtake_the_word_that_caused_it_in_some_seeds_and_not_in_others() -> None:
    orders = [tuple(order_heard_by_c(seed)) for seed in range(30)]
    assert 2 == len({*orders})


def test_order_within_a_pair_holds_in_every_seed() -> None:
    for seed in range(10):
        stage = Stage("shuffled", seed=seed)
        stage.start(stage.child("a"), stage.child("b"), stage.child("c"))

        def spray(actor: Performer) -> None:
            for number in range(20):
                actor.context.tell("c", Say(text=f"{actor.context.name}{number}"))

        stage.do("a", spray)
        stage.do("b", spray)
        stage.until(lambda stage=stage: len(stage.notes("c")) == 40)  # type: ignore[misc]
        for name in "ab":
            mine = [text for text in stage.notes("c") if str(text).startswith(name)]
            assert [f"{name}{number}" for number in range(20)] == mine
        stage.world.stop()


def test_time_comes_only_from_the_loop_and_every_jump_is_a_naive_real_datetime() -> None:
    jumps: list[datetime] = []
    with freeze_time(START_AT):
        made = world(1, on_jump=jumps.append)
        seen: list[datetime] = []

        class Late(Performer):
            def on_start(self) -> None:
                self.context.after(86_400.0, Say(text="tomorrow"))

            def receive(self, message: object) -> None:
                seen.append(self.context.clock.now())

        made.start(tree("root", object.__new__(Stage).child("late", Late)))
        assert made.run_until(lambda: bool(seen), limit_s=100_000.0)
        made.stop()
    tomorrow = START_AT + timedelta(days=1, microseconds=1)
    assert tomorrow == seen[0]
    assert tomorrow.replace(tzinfo=None) == jumps[-1]
    assert [datetime] * (1 + len(jumps)) == [type(instant) for instant in (seen[0], *jumps)]
    assert FakeDatetime is not type(seen[0])


def test_timers_of_one_instant_fire_in_the_order_of_setting(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))

    def set_timers(actor: Performer) -> None:
        for number in range(20):
            actor.context.after(1.0, Say(text=str(number)))

    virtual.do("a", set_timers)
    virtual.until_noted("a", *(str(number) for number in range(20)))


def test_a_timer_is_late_and_never_early(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))

    def set_timers(actor: Performer) -> None:
        clock = actor.context.clock
        due = datetime(2026, 3, 2, 15, tzinfo=UTC)
        actor.context.at(due, Do(act=lambda later: later.note(clock.now() - due)))
        actor.context.at(START_AT, Do(act=lambda later: later.note(clock.now() - START_AT)))

    virtual.do("a", set_timers)
    virtual.world.run_until(lambda: len(virtual.notes("a")) == 2, limit_s=3600.0)
    assert [timedelta(microseconds=1)] * 2 == virtual.notes("a")


def test_two_timers_a_microsecond_apart_are_each_late(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))

    def set_timers(actor: Performer) -> None:
        now_us = actor.context.clock.monotonic_us
        began_us = now_us()
        for delay_us in (10, 11):
            late = Do(act=lambda later, due_us=began_us + delay_us: later.note(now_us() - due_us))  # type: ignore[misc]
            actor.context.after(delay_us / 1e6, late)

    virtual.do("a", set_timers)
    virtual.until_noted("a", 1, 1)


def test_a_fenced_actor_is_deaf_and_replaced_and_still_closes_what_it_holds(virtual: Stage) -> None:
    class Holder(Performer):
        def on_stop(self, reason: object) -> None:
            self.note("closed")
            self.context.tell("b", Say(text="zombie"))

    virtual.start(virtual.child("a", Holder), virtual.child("b"))
    assert virtual.world.fence("a", "a test said so")
    virtual.until(lambda: virtual.running("a", incarnation=2))
    assert (["closed"], []) == (virtual.notes("a"), virtual.notes("b"))
    assert "a #1 is over: fenced: a test said so" == virtual.world.dead_letters()[0].reason
    assert not virtual.world.fence("stranger", "nobody")


def test_ten_thousand_dynamic_children_and_timers_leave_nothing_behind() -> None:
    made = world(3, policy="fifo")
    left = [10_000]

    class Worker(Performer):
        def on_start(self) -> None:
            self.context.publish("busy")
            self.context.after(3600.0, Say(text="never"))
            self.context.after(0.001, Say(text="soon"))

        def receive(self, message: object) -> None:
            self.context.exit()

        def on_stop(self, reason: object) -> None:
            self.context.tell("boss", Say(text="next"))

    class Boss(Performer):
        def receive(self, message: object) -> None:
            left[0] -= 1
            if left[0] > 0:
                name = f"worker-{left[0]}"
                spec = ChildSpec(name=name, build=build, why="comes and goes", restart=Restart.TRANSIENT)
                self.context.start_child("pool", spec)

    stage = object.__new__(Stage)

    def build(context: Context) -> Worker:
        return Worker(context, stage)

    made.start(tree("root", stage.child("boss", Boss), tree("pool")))
    made.tell("boss", Say(text="begin"))
    counts = []
    for goal in (9_000, 5_000, 0):
        assert made.run_until(lambda goal=goal: left[0] <= goal, limit_s=1e6)  # type: ignore[misc]
        gc.collect()
        counts.append(len(gc.get_objects()))
    made.run_for(1.0)
    assert {} == made.published()
    assert ["root", "boss", "pool"] == [actor.name for actor in made.actors()]
    assert len(made.timers.heap) < 300
    made.stop()
    assert counts[2] - counts[0] < 2_000


def test_a_supervisor_in_a_crash_loop_costs_no_time_but_its_backoff(virtual: Stage) -> None:
    virtual.start(virtual.child("a"), intensity=100, backoff=QUICK)
    before_s = virtual.world.clock.monotonic_s()
    virtual.do("a", boom)
    virtual.until(lambda: virtual.running("a", incarnation=2))
    assert pytest.approx(0.01, abs=1e-5) == virtual.world.clock.monotonic_s() - before_s
