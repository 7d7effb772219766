"""A blocked actor on the one loop of a virtual world, and a world that was not run for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hydra.runtime.actor import Context, LoopActor
from hydra.runtime.spec import ChildSpec
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import Do, Performer, Say, Stage


def world_of(stage: Stage) -> VirtualWorld:
    assert isinstance(stage.world, VirtualWorld)
    return stage.world


class Ticker(LoopActor):
    """Counts seconds in a task of its own."""

    def __init__(self, context: Context, stage: Stage) -> None:
        super().__init__(context)
        self.stage = stage

    def on_start(self) -> None:
        self.context.spawn(self._tick(), name="tick")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.stage.note("ticker", self.context.loop.time() // 1)


def test_the_callbacks_of_a_stalled_loop_actor_wait_and_nobody_elses(virtual: Stage) -> None:
    ticker = ChildSpec(name="ticker", build=lambda context: Ticker(context, virtual), why="a test wants it")
    virtual.start(ticker, virtual.child("a"))
    world = world_of(virtual)
    world.run_for(2.5)
    resume = world.loop.stall("ticker")
    with pytest.raises(RuntimeError, match="a cannot be stalled while ticker is"):
        world.loop.stall("a")
    virtual.do("a", lambda actor: actor.context.after(1.0, Say(text="a goes on")))
    world.run_for(5.0)
    assert ([1.0, 2.0], ["a goes on"]) == (virtual.notes("ticker"), virtual.notes("a"))
    resume()
    world.run_for(2.0)
    assert [1.0, 2.0, 7.0, 8.0] == virtual.notes("ticker")


class Wire:
    """A network of one line: what is pushed into it reaches the client at once."""

    client: asyncio.Protocol

    async def connect(self, protocol_factory: Callable[[], asyncio.Protocol], host: str, port: int) -> tuple[None, object]:
        self.client = protocol_factory()
        return None, self.client


class Hearing(asyncio.Protocol):
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def data_received(self, data: bytes) -> None:
        self._stage.note("hearing", data)


class Client(LoopActor):
    """Connects, and hears what the wire brings."""

    def __init__(self, context: Context, stage: Stage) -> None:
        super().__init__(context)
        self.stage = stage

    def on_start(self) -> None:
        self.context.spawn(self._connect(), name="connect")

    async def _connect(self) -> None:
        _, protocol = await self.context.loop.create_connection(lambda: Hearing(self.stage), "there", 1)
        assert isinstance(protocol, Hearing)


def test_bytes_wait_while_their_reader_is_stalled_and_keep_their_order(virtual: Stage) -> None:
    world = world_of(virtual)
    wire = world.loop.network = Wire()
    virtual.start(ChildSpec(name="client", build=lambda context: Client(context, virtual), why="a test wants it"))
    world.run_for(1.0)
    wire.client.data_received(b"1")
    resume = world.loop.stall("client")
    for data in (b"2", b"3"):
        world.loop.call_later(1.0, wire.client.data_received, data)
    world.run_for(5.0)
    assert [b"1"] == virtual.notes("hearing")
    resume()
    world.loop.call_soon(wire.client.data_received, b"4")
    world.run_for(1.0)
    assert [b"1", b"2", b"3", b"4"] == virtual.notes("hearing")


def test_time_that_is_skipped_makes_late_what_was_due_meanwhile_in_its_order(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))
    world = world_of(virtual)

    def now_s() -> int:
        return world.loop.now_us() // 10**6

    def set_timers(actor: Performer) -> None:
        for second in (3, 1, 2, 100, 4000):
            actor.context.after(float(second), Do(act=lambda later, due=second: later.note((due, now_s()))))  # type: ignore[misc]

    virtual.do("a", set_timers)
    world.run_for(0.5)
    world.loop.skip(3600.0)
    world.run_for(10.0)
    assert [(1, 3600), (2, 3600), (3, 3600), (100, 3600)] == virtual.notes("a")
    assert 3600 == now_s()
    world.run_for(400.0)
    assert (4000, 4000) == virtual.notes("a")[-1]
