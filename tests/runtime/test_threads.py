"""What only real threads can show: affinity, hangs, zombies, a clock that is re-anchored."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from hydra.runtime.actor import StopReason
from hydra.runtime.clock import MarketClock
from hydra.runtime.threads import ThreadWorld
from hydra.runtime.world import StartFailed
from tests.runtime.stage import Announcer, Do, Performer, Say, Stage, boom, tree
from tests.runtime.test_loop_actor import Linked


class Gate:
    """Holds a thread up until the test lets it go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def stay(self, actor: Performer) -> None:
        self.reached.set()
        self.opened.wait(10)


def leaked(stage: Stage) -> int:
    assert isinstance(stage.world, ThreadWorld)
    return stage.world.leaked_threads


def test_an_actor_starts_hears_and_ends_on_one_daemon_thread_of_its_own_built_by_its_supervisors(
    threads: Stage,
) -> None:
    class Traveller(Performer):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.mark()

        def mark(self) -> None:
            thread = threading.current_thread()
            self.note((thread.name, thread.daemon))

        def on_start(self) -> None:
            self.mark()

        def on_stop(self, reason: StopReason) -> None:
            self.mark()

    threads.start(threads.child("a", Traveller))
    threads.do("a", Traveller.mark)
    threads.until(lambda: len(threads.notes("a")) == 3)
    threads.world.stop()
    assert [("root#1", True), *[("a#1", True)] * 3] == threads.notes("a")


def test_a_hung_actor_is_fenced_replaced_and_counted_and_what_it_tells_later_is_dead(threads: Stage) -> None:
    gate = Gate()
    threads.start(threads.child("a", Announcer, hang_s=0.15), threads.child("b"))

    def hang_then_tell(actor: Performer) -> None:
        gate.stay(actor)
        actor.context.tell("b", Say(text="zombie"))

    threads.do("a", hang_then_tell)
    threads.until(lambda: threads.running("a", incarnation=2))
    assert 1 == leaked(threads)
    gate.opened.set()
    threads.until(lambda: threads.notes("a") == ["start", "start", "stop fenced"])
    threads.until(lambda: leaked(threads) == 0)
    assert [] == threads.notes("b")
    reasons = [letter.reason for letter in threads.world.dead_letters() if letter.to == "b"]
    assert ["a #1 is over: fenced: hung: over 0.15 s in one message"] == reasons
    assert ["started", "down", "restarting", "started"] == threads.kinds("a")


def test_what_waited_for_a_hung_actor_is_heard_by_its_successor_and_what_hung_it_is_not(threads: Stage) -> None:
    gate = Gate()
    threads.start(threads.child("a", hang_s=0.15))
    threads.do("a", gate.stay)
    threads.world.tell("a", Say(text="patience"))
    threads.until_noted("a", "patience")
    gate.opened.set()
    assert "a #1 died of it: fenced: hung: over 0.15 s in one message" == threads.world.dead_letters()[0].reason


def test_a_hang_that_is_fatal_is_reported_once_and_nobody_is_replaced(threads: Stage) -> None:
    gate = Gate()
    threads.start(threads.child("a", hang_s=0.1, hang_is_fatal=True), threads.child("b", hang_s=0.4))
    threads.do("a", gate.stay)
    threads.do("b", gate.stay)
    threads.until(lambda: threads.running("b", incarnation=2))
    gate.opened.set()
    assert ["a: hung: over 0.1 s in one message"] == threads.fatal
    assert ["started"] == threads.kinds("a")


def test_many_short_messages_are_no_hang(threads: Stage) -> None:
    threads.start(threads.child("a", hang_s=0.15))
    busy = threading.Event()

    def again(actor: Performer) -> None:
        if not busy.wait(0.001):
            actor.context.tell("a", Do(act=again))

    threads.do("a", again)
    assert not threads.world.run_until(lambda: "down" in threads.kinds("a"), limit_s=0.5)
    busy.set()


def test_a_hung_first_start_fails_the_tree_in_time(threads: Stage) -> None:
    gate = Gate()

    class Stuck(Performer):
        def on_start(self) -> None:
            gate.stay(self)

    with pytest.raises(StartFailed, match=r"b did not start: did not start within 0\.1 s"):
        threads.start(threads.child("a"), threads.child("b", Stuck, start_timeout_s=0.1, hang_is_fatal=True))
    gate.opened.set()
    assert (["down"], []) == (threads.kinds("b"), threads.fatal)


def test_a_hung_restart_of_one_whose_hang_is_fatal_is_reported_and_not_replaced(threads: Stage) -> None:
    gate = Gate()
    first = iter([True])

    class Stuck(Performer):
        def on_start(self) -> None:
            if not next(first, False):
                gate.stay(self)

    threads.start(threads.child("a", Stuck, start_timeout_s=0.1, hang_is_fatal=True))
    threads.do("a", boom)
    threads.until(lambda: bool(threads.fatal))
    assert (["a: did not start within 0.1 s"], "starting") == (threads.fatal, threads.state("a"))
    gate.opened.set()
    threads.until(lambda: threads.running("a", incarnation=2))


def test_a_hung_stop_does_not_hold_up_the_end_for_longer_than_its_shutdown_time(threads: Stage) -> None:
    gate = Gate()
    threads.start(threads.child("a", Announcer), threads.child("b", shutdown_s=0.1))
    threads.do("b", gate.stay)
    assert gate.reached.wait(10)
    threads.world.stop()
    gate.opened.set()
    assert ["start", "stop shutdown"] == threads.notes("a")
    assert "fenced: did not stop within 0.1 s" == threads.lifecycles("b")[1].reason


def test_a_hang_in_on_stop_is_found_too(threads: Stage) -> None:
    gate = Gate()

    class Clinger(Performer):
        def on_stop(self, reason: StopReason) -> None:
            gate.stay(self)

    threads.start(threads.child("a", Clinger, hang_s=0.1))
    threads.do("a", boom)
    threads.until(lambda: threads.running("a", incarnation=2))
    gate.opened.set()
    assert ["started", "down", "restarting", "started"] == threads.kinds("a")


def test_timers_at_market_instants_follow_the_clock_when_it_is_re_anchored() -> None:
    morning = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    clock = MarketClock(market_at=morning)
    stage = Stage("threads")
    world = ThreadWorld(seed=1, clock=clock, on_fatal=stage.fatal.append, on_escalation=stage.escalated.append)
    world.start(tree("root", stage.child("a")))
    closing = morning + timedelta(hours=6)

    def set_timer(actor: Performer) -> None:
        actor.context.at(closing, Say(text="close"))
        actor.note("set")

    world.tell("a", Do(act=set_timer))
    assert world.run_until(lambda: stage.notes("a") == ["set"], limit_s=10)
    world.clock.reanchor(closing - timedelta(seconds=10), 1000.0)
    assert world.run_until(lambda: stage.notes("a") == ["set", "close"], limit_s=10)
    assert closing <= world.clock.now()
    world.stop()
    stage.world.stop()


def test_many_senders_at_once_lose_nothing_and_keep_their_order(threads: Stage) -> None:
    threads.start(threads.child("sink", mailbox_max=100_000), *(threads.child(f"s{n}") for n in range(4)))

    def spray(actor: Performer) -> None:
        for number in range(500):
            actor.context.tell("sink", Say(text=f"{actor.context.name}:{number}"))

    for number in range(4):
        threads.do(f"s{number}", spray)
    threads.until(lambda: len(threads.notes("sink")) == 2000)
    for name in ("s0", "s1", "s2", "s3"):
        mine = [text for text in threads.notes("sink") if str(text).startswith(name)]
        assert [f"{name}:{number}" for number in range(500)] == mine


def test_three_killed_at_once_come_back_and_nobody_else_notices(threads: Stage) -> None:
    names = [f"a{number}" for number in range(6)]
    threads.start(*(threads.child(name) for name in names))
    for name in names[:3]:
        assert threads.world.kill(name, "chaos")
    threads.until(lambda: all(threads.running(name, incarnation=2) for name in names[:3]))
    assert [1, 1, 1] == [actor.incarnation for actor in threads.world.actors() if actor.name in names[3:]]


def test_the_watchdog_does_not_mistake_an_idle_loop_or_actor_for_a_hung_one(threads: Stage) -> None:
    threads.start(threads.child("a", hang_s=0.1), threads.child("b", Linked, hang_s=0.1))
    assert not threads.world.run_until(lambda: "down" in threads.kinds("a") + threads.kinds("b"), limit_s=0.5)
