"""Actors that live on an asyncio loop: their own in production, the virtual one in simulation."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

from hydra.runtime.actor import LoopActor, StopReason
from hydra.runtime.spec import Restart
from tests.runtime.stage import Announcer, Performer, Say, Stage, boom


class Linked(LoopActor, Performer):
    """Performs on a loop."""


class Sleeper(LoopActor, Announcer):
    """Has a task from its start on."""

    def on_start(self) -> None:
        super().on_start()
        self.context.spawn(self.sleep(), name="sleeping")

    async def sleep(self) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            self.note("task ended")


async def fail() -> None:
    await asyncio.sleep(0.001)
    raise ValueError("boom")


def test_messages_are_callbacks_of_its_loop_which_is_the_running_and_the_policys_loop(stage: Stage) -> None:
    stage.start(stage.child("a", Linked))

    def look(actor: Performer) -> None:
        loop = actor.context.loop
        actor.note((loop is asyncio.get_running_loop(), loop is asyncio.get_event_loop_policy().get_event_loop()))

    stage.do("a", look)
    stage.until_noted("a", (True, True))


def test_what_a_task_does_reaches_the_actor_as_messages(stage: Stage) -> None:
    stage.start(stage.child("a", Linked))

    async def fetch(actor: Performer) -> None:
        await asyncio.sleep(0.001)
        actor.context.tell("a", Say(text="fetched"))

    stage.do("a", lambda actor: actor.context.spawn(fetch(actor)))
    stage.until_noted("a", "fetched")


def test_many_messages_arrive_in_order_between_callbacks_of_the_loop(stage: Stage) -> None:
    stage.start(stage.child("a", Linked))
    for number in range(50):
        stage.world.tell("a", Say(text=str(number)))
    stage.until_noted("a", *(str(number) for number in range(50)))


def test_a_failing_task_crashes_its_actor_once_and_the_other_tasks_are_cancelled(stage: Stage) -> None:
    stage.start(stage.child("a", Sleeper))
    stage.do("a", lambda actor: actor.context.spawn(fail()))
    stage.until(lambda: stage.running("a", incarnation=2))
    assert ["started", "down", "restarting", "started"] == stage.kinds("a")
    assert "ValueError: boom" == stage.lifecycles("a")[1].reason
    assert ["start", "stop crashed", "task ended", "start"] == stage.notes("a")


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), MemoryError()], ids=lambda e: type(e).__name__)
def test_a_task_that_wants_to_exit_ends_only_its_actor(stage: Stage, error: BaseException) -> None:
    stage.start(stage.child("a", Linked), stage.child("sibling"))

    async def leave() -> None:
        raise error

    stage.do("a", lambda actor: actor.context.spawn(leave()))
    stage.until(lambda: stage.running("a", incarnation=2))
    assert ["started"] == stage.kinds("sibling")


def test_a_failing_callback_that_nobody_owns_crashes_the_only_loop_actor(stage: Stage) -> None:
    stage.start(stage.child("a", Linked), stage.child("b"))
    stage.do("a", lambda actor: actor.context.loop.call_soon(boom, actor))
    stage.until(lambda: stage.running("a", incarnation=2))
    assert ("ValueError: boom", []) == (stage.lifecycles("a")[1].reason, stage.fatal)


def test_a_kill_takes_effect_at_the_next_callback_and_on_stop_may_use_the_loop(stage: Stage) -> None:
    class Closer(Sleeper):
        def on_stop(self, reason: StopReason) -> None:
            self.context.loop.call_soon(self.note, "socket closed")
            super().on_stop(reason)

    stage.start(stage.child("a", Closer))
    stage.world.kill("a", "chaos")
    stage.until(lambda: stage.running("a", incarnation=2))
    assert ["start", "stop killed", "socket closed", "task ended", "start"] == stage.notes("a")


def test_tasks_are_over_before_the_world_has_stopped(stage: Stage) -> None:
    stage.start(stage.child("a", Sleeper))
    stage.world.stop()
    assert ["start", "stop shutdown", "task ended"] == stage.notes("a")


def test_a_task_cancelled_before_its_first_step_leaves_no_warning(stage: Stage) -> None:
    class LateSpawner(LoopActor, Performer):
        def on_stop(self, reason: StopReason) -> None:
            self.context.spawn(fail())

    stage.start(stage.child("a", LateSpawner, restart=Restart.TEMPORARY))
    stage.do("a", lambda actor: actor.context.exit())
    stage.until_kinds("a", "started", "stopped")
    gc.collect()


def test_messages_told_while_it_ends_wait_for_the_next_incarnation(stage: Stage) -> None:
    class Slow(Sleeper):
        async def sleep(self) -> None:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.stage.world.tell("a", Say(text="between"))
                await asyncio.sleep(0.01)
                raise

    stage.start(stage.child("a", Slow))
    stage.do("a", boom)
    stage.until_noted("a", "start", "stop crashed", "start", "between")


def test_it_can_hold_and_release(stage: Stage) -> None:
    stage.start(stage.child("a", Linked))

    def hold(actor: Performer) -> None:
        actor.context.hold()
        actor.context.tell("a", Say(text="held"))
        actor.context.loop.call_later(0.001, release, actor)

    def release(actor: Performer) -> None:
        actor.note("release")
        actor.context.release()

    stage.do("a", hold)
    stage.until_noted("a", "release", "held")


def test_in_production_it_has_a_thread_of_its_own(threads: Stage) -> None:
    threads.start(threads.child("a", Linked), threads.child("b", Linked))
    for name in ("a", "b"):
        threads.do(name, lambda actor: actor.note(threading.current_thread().name))
    threads.until_noted("a", "a#1")
    threads.until_noted("b", "b#1")


def test_on_the_shared_loop_a_failing_callback_that_two_could_own_is_fatal(virtual: Stage) -> None:
    virtual.start(virtual.child("a", Linked), virtual.child("b", Linked))
    virtual.do("a", lambda actor: actor.context.loop.call_soon(boom, actor))
    virtual.until(lambda: bool(virtual.fatal))
    assert ["a callback of the virtual loop failed, 2 could own it: ValueError: boom"] == virtual.fatal


def test_a_callback_that_wants_to_exit_ends_only_its_actor_in_production(threads: Stage) -> None:
    threads.start(threads.child("a", Sleeper))

    def leave() -> None:
        raise SystemExit(1)

    threads.do("a", lambda actor: actor.context.loop.call_soon(leave))
    threads.until(lambda: threads.running("a", incarnation=2))
    assert "SystemExit: 1" == threads.lifecycles("a")[1].reason
    assert ["start", "stop crashed", "task ended", "start"] == threads.notes("a")


def test_a_loop_that_is_blocked_by_a_callback_is_found_hung_and_fenced(threads: Stage) -> None:
    gate = threading.Event()
    threads.start(threads.child("a", Linked, hang_s=0.2))
    threads.do("a", lambda actor: actor.context.loop.call_soon(gate.wait, 10))
    threads.until(lambda: threads.running("a", incarnation=2))
    assert "fenced: hung: over 0.2 s in one message" == threads.lifecycles("a")[1].reason
    gate.set()
    threads.until(lambda: threads.world.leaked_threads == 0)  # type: ignore[attr-defined]
    assert ["started", "down", "restarting", "started"] == threads.kinds("a")
