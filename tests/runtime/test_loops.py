"""The virtual loop by itself: time that jumps, timers that are late, and what asyncio may expect of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.runtime import loops
from hydra.runtime.loops import Livelock, VirtualLoop


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    asyncio.set_event_loop(None)
    made.close()


def test_time_jumps_to_just_after_the_next_timer(loop: VirtualLoop) -> None:
    fired: list[int] = []
    loop.call_later(3600.0, lambda: fired.append(loop.now_us()))
    loop.run(limit_s=None, done=None)
    assert [3_600_000_001] == fired


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 5_000_000), min_size=1, max_size=8))
def test_a_timer_fires_strictly_after_its_deadline_and_within_two_microseconds(delays_s: list[float]) -> None:
    loop = VirtualLoop()
    late_us: list[float] = []
    for delay_s in delays_s:
        loop.call_at(delay_s, lambda due_s=delay_s: late_us.append(loop.time() * 1e6 - due_s * 1e6))
    loop.run(limit_s=None, done=None)
    loop.close()
    asyncio.set_event_loop(None)
    assert len(delays_s) == len(late_us)
    assert all(0 < late <= 2.01 for late in late_us)


def test_a_timer_for_this_very_instant_is_late_too(loop: VirtualLoop) -> None:
    fired: list[int] = []
    loop.call_at(0.0, lambda: fired.append(loop.now_us()))
    loop.run(limit_s=None, done=None)
    assert [1] == fired


def test_the_throttle_of_ib_async_makes_progress(loop: VirtualLoop) -> None:
    """Its sendMsg pops a slot only if more than a second has passed, and re-arms for exactly one second."""
    times: list[float] = []
    sent: list[float] = []
    waiting = [*range(200)]

    def send() -> None:
        while waiting and (len(times) < 45 or loop.time() - times[0] > 1.0):
            if len(times) >= 45:
                times.pop(0)
            times.append(loop.time())
            sent.append(loop.time())
            waiting.pop()
        if waiting:
            loop.call_at(times[0] + 1.0, send)

    loop.call_soon(send)
    loop.run(limit_s=60, done=None)
    assert [45, 45, 45, 45, 20] == [sum(int(at) == second for at in sent) for second in range(5)]


def test_running_in_slices_gives_the_same_instants_as_running_at_once() -> None:
    def instants(slices: int) -> list[int]:
        loop = VirtualLoop()
        seen: list[int] = []

        async def walk() -> None:
            for step in range(1, 40):
                await asyncio.sleep(step / 7)
                seen.append(loop.now_us())

        task = loop.create_task(walk())
        for _ in range(slices):
            loop.run(limit_s=300 / slices, done=None)
        assert task.done()
        loop.close()
        asyncio.set_event_loop(None)
        return seen

    assert instants(1) == instants(97)


def test_a_run_ends_at_its_limit_with_timers_due_then_fired(loop: VirtualLoop) -> None:
    fired: list[str] = []
    loop.call_later(1.0, fired.append, "due")
    loop.call_later(1.1, fired.append, "not yet")
    loop.run(limit_s=1.0, done=None)
    assert (["due"], 1_000_001) == (fired, loop.now_us())


def test_without_anything_to_do_a_run_still_lasts_as_long_as_it_should(loop: VirtualLoop) -> None:
    loop.run(limit_s=5.0, done=None)
    assert 5_000_001 == loop.now_us()


def test_waiting_for_what_can_never_happen_ends_at_once(loop: VirtualLoop) -> None:
    assert not loop.run(limit_s=5.0, done=lambda: False)
    assert 0 == loop.now_us()


def test_done_ends_the_run_at_its_instant(loop: VirtualLoop) -> None:
    hit: list[int] = []
    loop.call_later(1.0, hit.append, 1)
    loop.call_later(2.0, hit.append, 2)
    assert loop.run(limit_s=5.0, done=lambda: bool(hit))
    assert ([1], 1_000_001) == (hit, loop.now_us())
    assert loop.run(limit_s=5.0, done=lambda: True)


def test_each_jump_is_told(loop: VirtualLoop) -> None:
    jumps: list[int] = []
    telling = VirtualLoop(jumps.append)
    telling.call_later(1.0, lambda: None)
    telling.call_later(2.0, lambda: None)
    telling.run(limit_s=3.0, done=None)
    telling.close()
    assert [1_000_001, 2_000_001, 3_000_001] == jumps


def test_callbacks_that_keep_each_other_busy_are_found(loop: VirtualLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "STEPS_PER_INSTANT_MAX", 1000)

    def again() -> None:
        loop.call_soon(again)

    loop.call_soon(again)
    with pytest.raises(Livelock, match="1001 steps at 0 us, limit 1000"):
        loop.run(limit_s=1.0, done=None)


def test_wait_for_call_soon_threadsafe_and_executors_work(loop: VirtualLoop) -> None:
    async def main() -> list[object]:
        event = asyncio.Event()
        loop.call_soon_threadsafe(event.set)
        await event.wait()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(loop.create_future(), 4.0)
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 // 0)
        return [await loop.run_in_executor(None, sum, (1, 2)), loop.time()]

    assert [3, 4.000001] == loop.run_until_complete(main())


def test_connections_go_through_the_network_that_was_set(loop: VirtualLoop) -> None:
    class Network:
        async def connect(self, protocol_factory: Any, host: str, port: int) -> tuple[str, object]:
            return f"{host}:{port}", protocol_factory()

    async def connect() -> object:
        return await loop.create_connection(asyncio.Protocol, "127.0.0.1", 4002)

    with pytest.raises(ConnectionRefusedError, match=r"nothing listens on 127\.0\.0\.1:4002"):
        loop.run_until_complete(connect())
    loop.network = Network()
    connected: Any = loop.run_until_complete(connect())
    assert ("127.0.0.1:4002", True) == (connected[0], isinstance(connected[1], asyncio.Protocol))


def test_a_registered_socket_is_never_waited_for(loop: VirtualLoop) -> None:
    ours, theirs = socket.socketpair()
    heard: list[str] = []
    loop.add_reader(ours, heard.append, "readable")
    theirs.send(b"x")
    loop.run(limit_s=1.0, done=None)
    assert [] == heard
    assert loop.remove_reader(ours)
    ours.close()
    theirs.close()
