"""What a network can do to bytes and connections, seen by a client and a peer that know nothing but bytes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.framing import frame
from hydra.simulation.faults.network_bytes import cut_at_random
from hydra.simulation.greetings import Door, Greeting
from hydra.simulation.network import SYN_AGAIN_S
from hydra.simulation.weather import Overlay
from tests.simulation.network_rig import Client, Rig

HELLO = b"API\0" + len(b"v174..178").to_bytes(4, "big") + b"v174..178"


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig(1)
    yield rig
    rig.loop.close()


def test_the_latest_layer_counts_and_lifting_one_leaves_the_others() -> None:
    overlay = Overlay(0)
    first, second = overlay.lay(1), overlay.lay(2)
    assert 2 == overlay.now
    first()
    first()
    assert 2 == overlay.now
    second()
    assert 0 == overlay.now


@pytest.mark.parametrize("way", ["outward", "inward"])
def test_a_direction_that_is_held_delivers_all_in_order_when_everybody_lets_go(rig: Rig, way: str) -> None:
    lane = getattr(rig.transport, way)
    lane.hold()
    lane.hold()
    for data in (b"1", b"2", b"3"):
        rig.say(data)
        rig.transport.write(data)
    rig.wait(60)
    lane.let_go()
    rig.wait(60)
    told, heard = bytes(rig.peer.got), b"".join(rig.client.got)
    assert (b"", b"123") == ((told, heard) if way == "outward" else (heard, told))
    lane.let_go()
    assert (b"123", b"123") == (bytes(rig.peer.got), b"".join(rig.client.got))


@pytest.mark.parametrize(("landing", "landed"), [(True, b"in flightin the buffer"), (False, b"")])
def test_a_reset_lets_what_was_written_land_or_not(rig: Rig, landing: bool, landed: bytes) -> None:
    rig.transport.write(b"in flight")
    rig.run(asyncio.sleep(0))
    rig.transport.write(b"in the buffer")
    rig.network.reset_all(landing=landing)
    rig.wait()
    assert (landed, 1) == (bytes(rig.peer.got), rig.peer.left_n)


def test_a_line_that_is_held_fills_up_until_the_client_is_paused(rig: Rig) -> None:
    rig.transport.outward.hold()
    for _ in range(20):
        rig.transport.write(b"x" * 10_000)
        rig.wait(0.01)
    assert ["pause"] == rig.client.flow
    rig.transport.outward.let_go()
    rig.wait()
    assert (200_000, ["pause", "resume"]) == (len(rig.peer.got), rig.client.flow)


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_over_a_held_line_the_gateway_hears_late_bytes_and_then_the_end(rig: Rig, ending: str) -> None:
    rig.transport.outward.hold()
    rig.transport.write(b"late")
    rig.wait(1)
    getattr(rig.transport, ending)()
    rig.wait(60)
    assert ([None], b"", 0) == (rig.client.lost, bytes(rig.peer.got), rig.peer.left_n)
    rig.transport.outward.let_go()
    assert (b"late", 1) == (bytes(rig.peer.got), rig.peer.left_n)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["outward", "inward"]), st.integers(0, 40), st.integers(1, 9))
def test_a_connection_torn_after_n_bytes_has_delivered_exactly_those(way: str, count: int, piece: int) -> None:
    rig = Rig(count)
    getattr(rig.transport, way).cut_off_after(count, lambda: rig.transport.reset(ConnectionResetError()))
    sent = bytes(range(45))
    for begin in range(0, len(sent), piece):
        rig.transport.write(sent[begin : begin + piece])
        rig.say(sent[begin : begin + piece])
        rig.wait(0.01)
    arrived = bytes(rig.peer.got) if way == "outward" else b"".join(rig.client.got)
    assert sent[:count] == arrived
    assert (1, [ConnectionResetError]) == (rig.peer.left_n, [type(error) for error in rig.client.lost])
    rig.loop.close()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 50), st.sampled_from([0.0, 0.01, 1.0]))
def test_pieces_and_heaps_change_no_byte(seed: int, piece_bytes_max: int, heap_s: float) -> None:
    rig = Rig(seed)
    rig.network.weather.cut.lay(cut_at_random(random.Random(seed), piece_bytes_max))
    rig.network.weather.heap_s.lay(heap_s)
    sent = [bytes([n]) * (n + 1) for n in range(60)]
    for data in sent:
        rig.transport.write(data)
        rig.say(data)
        rig.wait(0.003)
    rig.wait(3)
    assert b"".join(sent) == bytes(rig.peer.got) == b"".join(rig.client.got)
    assert heap_s or piece_bytes_max >= max(map(len, rig.client.got))
    rig.loop.close()


def test_what_is_due_within_a_heap_arrives_as_one_delivery(rig: Rig) -> None:
    rig.network.weather.heap_s.lay(0.5)
    for data in (b"1", b"2", b"3"):
        rig.say(data)
    rig.wait(0.6)
    assert [b"123"] == rig.client.got


def test_a_quick_delivery_waits_behind_a_slow_one(rig: Rig) -> None:
    latencies = iter([1.0, 0.1])
    rig.network.weather.latency.lay(lambda: next(latencies))
    rig.say(b"slow")
    rig.say(b"quick")
    rig.wait(0.9)
    assert [] == rig.client.got
    rig.wait(0.2)
    assert [b"slow", b"quick"] == rig.client.got


def test_pieces_without_a_gap_arrive_at_one_instant_one_by_one(rig: Rig) -> None:
    rig.network.weather.cut.lay(lambda data: ((0.0, data[n : n + 1]) for n in range(len(data))))
    rig.say(b"123")
    rig.wait()
    assert [b"1", b"2", b"3"] == rig.client.got


def test_who_is_not_answered_gives_up_like_a_kernel_or_is_served_after_the_next_knock(rig: Rig) -> None:
    lift = rig.network.door.lay(Door(greeting="swallow"))
    before_s = rig.loop.time()
    with pytest.raises(TimeoutError, match="127 s"):
        rig.dial()
    assert sum(SYN_AGAIN_S) <= rig.loop.time() - before_s
    rig.loop.call_later(2, lift)
    assert [] == rig.dial().lost
    assert 2 == rig.peer.came_n


def test_who_is_refused_at_the_door_is_told_so(rig: Rig) -> None:
    rig.network.door.lay(Door(greeting="refuse"))
    with pytest.raises(ConnectionRefusedError, match="nobody listens"):
        rig.dial()


def dialled(rig: Rig, greeting: Greeting, amount: int = 0) -> Client:
    """A second client that was met so, has said its hello and heard the answer, if there is one."""
    rig.network.door.lay(Door(greeting=greeting, amount=amount))
    client = rig.dial()
    rig.network.connections[-1].write(HELLO)
    rig.wait()
    rig.network.connections[-1].incoming(frame(("178", "20120604 09:30:00 EST")) + frame(("15", "1", "DU1")))
    rig.wait()
    return client


def test_who_is_met_by_silence_is_never_read(rig: Rig) -> None:
    client = dialled(rig, "silence")
    assert (b"", []) == (bytes(rig.peer.got), client.lost)


def test_who_is_sent_away_has_heard_that_many_bytes(rig: Rig) -> None:
    client = dialled(rig, "hang up", 7)
    assert (7, [None], 1) == (len(b"".join(client.got)), client.lost, rig.peer.left_n)


def test_an_announced_version_replaces_the_real_one_only(rig: Rig) -> None:
    client = dialled(rig, "announce", 163)
    assert frame(("163", "20120604 09:30:00 EST")) + frame(("15", "1", "DU1")) == b"".join(client.got)


@pytest.mark.parametrize(("amount", "spoken"), [(175, b"v174..175"), (100, b"v174..174"), (999, b"v174..178")])
def test_an_older_gateway_hears_a_shorter_range_of_versions(rig: Rig, amount: int, spoken: bytes) -> None:
    dialled(rig, "speak", amount)
    assert b"API\0\0\0\0\x09" + spoken == bytes(rig.peer.got)


def test_who_connects_to_a_mute_network_hears_nothing_before_it_speaks_again(rig: Rig) -> None:
    rig.network.mute()
    client = rig.dial()
    rig.network.connections[-1].incoming(b"welcome")
    rig.wait(60)
    assert [] == client.got
    rig.network.unmute()
    assert [b"welcome"] == client.got


def test_what_the_gateway_said_before_it_hung_up_still_arrives(rig: Rig) -> None:
    rig.transport.incoming(b"half a fr")
    rig.network.hang_up(rig.transport)
    rig.wait()
    assert ([b"half a fr"], [None], 1) == (rig.client.got, rig.client.lost, rig.peer.left_n)


def test_a_listener_hears_what_was_written_and_what_arrived_and_when(rig: Rig) -> None:
    heard: list[tuple[int, int, str, bytes]] = []
    rig.network.listener = lambda now_us, conn_id, way, data: heard.append((now_us, conn_id, way, data))
    rig.network.weather.latency.lay(lambda: 0.25)
    begin_us = rig.network.now_us()
    rig.transport.write(b"ask")
    rig.run(asyncio.sleep(0))
    rig.transport.outward.cut_off_after(2, lambda: None)
    rig.say(b"answer")
    rig.wait()
    assert [
        (begin_us, 1, "written", b"ask"),
        (begin_us + 250_001, 1, "outward", b"as"),
        (begin_us + 250_001, 1, "inward", b"answer"),
    ] == heard
