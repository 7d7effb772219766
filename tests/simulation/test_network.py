"""Tests of hydra/simulation/network.py: a byte-level peer in the gateway's place, on the virtual loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.gateway import Close, Send
from hydra.simulation.transport import WINDOW_BYTES
from tests.simulation.network_rig import Client, Rig


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
