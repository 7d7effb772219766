"""Tests of hydra/simulation/network.py: a byte-level peer in the gateway's place, on the virtual loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.gateway import Close, Output, Send
from hydra.runtime.loops import VirtualLoop
from hydra.simulation.network import WINDOW_BYTES, MemoryNetwork, MemoryTransport


class Peer:
    """Sans-I/O like the gateway: keeps what it got, says what it is told to."""

    def __init__(self) -> None:
        self.got = bytearray()
        self.left_n = 0
        self.outputs: list[Output] = []

    def connect(self, now_us: int) -> int:
        return 1

    def disconnect(self, conn_id: int, now_us: int) -> None:
        self.left_n += 1

    def receive(self, conn_id: int, data: bytes, now_us: int) -> None:
        self.got += data

    def advance(self, now_us: int) -> None:
        """Nothing happens by itself."""

    def drain(self) -> list[Output]:
        outputs, self.outputs = self.outputs, []
        return outputs

    def next_due_us(self) -> int | None:
        return None


class Client(asyncio.Protocol):
    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.flow: list[str] = []
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.got.append(data)

    def pause_writing(self) -> None:
        self.flow.append("pause")

    def resume_writing(self) -> None:
        self.flow.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)


class Rig:
    def __init__(self, seed: int) -> None:
        self.loop = VirtualLoop()
        self.peer = Peer()
        gateway: Any = self.peer
        self.network = MemoryNetwork(
            self.loop, gateway, now_us=self.loop.now_us, rng=random.Random(seed)
        )
        self.loop.network = self.network
        self.client = Client()
        self.transport: MemoryTransport = self.run(self.loop.create_connection(lambda: self.client, "h", 1))[0]

    def run(self, awaitable: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(awaitable)

    def wait(self, seconds: float = 1.0) -> None:
        self.run(asyncio.sleep(seconds))

    def say(self, data: bytes) -> None:
        self.peer.outputs.append(Send(1, data))
        self.network.settle()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig(1)
    yield rig
    rig.loop.close()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32))
def test_each_direction_keeps_its_order_whatever_the_latencies(seed: int) -> None:
    rig = Rig(seed)
    sent = [bytes([n]) for n in range(100)]
    for data in sent:
        rig.say(data)
        rig.transport.write(data)
    rig.wait()
    assert rig.client.got == sent
    assert bytes(rig.peer.got) == b"".join(sent)
    rig.loop.close()


def test_beyond_the_window_bytes_wait_in_the_buffer_until_there_is_room(rig: Rig) -> None:
    rig.transport.set_write_buffer_limits(high=0)
    rig.transport.write(b"x" * (3 * WINDOW_BYTES))
    assert rig.client.flow == ["pause"]
    rig.run(asyncio.sleep(0))
    assert rig.transport.get_write_buffer_size() == 2 * WINDOW_BYTES
    rig.wait()
    assert rig.transport.get_write_buffer_size() == 0
    assert rig.client.flow == ["pause", "resume"]
    assert len(rig.peer.got) == 3 * WINDOW_BYTES


def test_a_reset_loses_what_was_buffered_and_in_flight_on_both_ends(rig: Rig) -> None:
    rig.transport.write(b"x" * (2 * WINDOW_BYTES))
    rig.say(b"y")
    rig.network.cut()
    rig.wait()
    assert (bytes(rig.peer.got), rig.client.got) == (b"", [])
    assert [type(error) for error in rig.client.lost] == [ConnectionResetError]
    assert rig.peer.left_n == 1


def test_a_refused_connection_raises_and_an_accepted_one_comes_after_a_round_trip(rig: Rig) -> None:
    rig.network.refusing = "restart"
    with pytest.raises(ConnectionRefusedError, match="restart"):
        rig.run(rig.loop.create_connection(Client, "h", 1))
    rig.network.accept()
    before_s = rig.loop.time()
    rig.run(rig.loop.create_connection(Client, "h", 1))
    assert rig.loop.time() > before_s


def test_a_mute_wire_holds_the_gateways_bytes_and_tells_nobody(rig: Rig) -> None:
    rig.network.mute()
    rig.say(b"1")
    rig.say(b"2")
    rig.wait(60)
    assert (rig.client.got, rig.client.lost) == ([], [])
    rig.network.unmute()
    assert rig.client.got == [b"1", b"2"]


def test_what_the_gateway_sent_before_it_closed_still_arrives(rig: Rig) -> None:
    rig.peer.outputs += [Send(1, b"326"), Close(1)]
    rig.network.settle()
    rig.wait()
    assert (rig.client.got, rig.client.lost) == ([b"326"], [None])


def test_an_orderly_close_delivers_what_was_written_and_an_abort_does_not(rig: Rig) -> None:
    rig.transport.write(b"x" * (2 * WINDOW_BYTES))
    rig.transport.close()
    rig.wait()
    assert (len(rig.peer.got), rig.peer.left_n, rig.client.lost) == (2 * WINDOW_BYTES, 1, [None])
    other = Rig(2)
    other.transport.write(b"lost")
    other.transport.abort()
    other.wait()
    assert (bytes(other.peer.got), other.peer.left_n, other.client.lost) == (b"", 1, [None])
    other.loop.close()
