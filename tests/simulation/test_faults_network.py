"""Each fault of the network, let loose in a whole hydra while an order is on its way: it comes back, and nothing is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hydra.messages.facts import SessionClosed, SessionOpened
from hydra.simulation.faults.base import Arena, Fault, Scope, Undo
from hydra.simulation.faults.network import KINDS
from hydra.simulation.network import MemoryNetwork, Way
from hydra.values import LinkState, OrderState
from tests.drills.stage import STAGES, Stage, orders_in, traded, works

NAMED = {kind.name.removeprefix("network."): kind for kind in KINDS}
BACK_WITHIN_S = 120.0
"""L2: so long after the last fault is over hydra is connected and has compared."""


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    yield
    while STAGES:
        STAGES.pop().world.stop()


class Wire:
    """What a network's listener heard: instants in seconds, and bytes, by way."""

    def __init__(self, network: MemoryNetwork) -> None:
        self.heard: dict[Way, list[tuple[float, int]]] = {"written": [], "outward": [], "inward": []}
        network.listener = lambda now_us, conn_id, way, data: self.heard[way].append((now_us / 1e6, len(data)))

    def arrivals(self) -> list[tuple[float, int]]:
        return [*self.heard["outward"], *self.heard["inward"]]

    def longest_way_s(self) -> float:
        """How long the slowest byte from the client to the gateway took, of one connection that lost none."""
        arrived = [at for at, count in self.heard["outward"] for _ in range(count)]
        written = [at for at, count in self.heard["written"] for _ in range(count)]
        return max(late - early for early, late in zip(written, arrived, strict=False))


class Hurt:
    """A stage with an order on its way, and the arena in which it suffers."""

    def __init__(self, directory: Path, seed: int = 1) -> None:
        self.stage = Stage(directory, seed).begin()
        self.stage.until(traded(2)).until(works)
        self.missed: list[str] = []
        self.said: list[str] = []
        self.arena = Arena(
            world=self.stage.world,
            desk=self.stage.desk,
            network=self.stage.network,
            venue=self.stage.sim.venue,
            kill_process=lambda reason, loss: None,
            note=lambda text: None,
            missed=self.missed.append,
            tools={},
        )

    def with_order(self, state: OrderState = OrderState.WRITTEN) -> Hurt:
        self.stage.until(lambda book: bool(orders_in(book, state)))
        return self

    def begin(self, name: str, for_s: float = 0.0, target: str = "", amount: float = 0.0) -> Undo | None:
        fault = Fault(kind=f"network.{name}", at_s=0.0, for_s=for_s, target=target, amount=amount)
        return NAMED[name].begin(self.arena, fault, Random(f"1/{fault}"))

    def suffer(self, name: str, for_s: float = 0.0, target: str = "", amount: float = 0.0) -> Hurt:
        """The fault from its begin to its end."""
        undo = self.begin(name, for_s, target, amount)
        self.stage.world.run_until(self._listen, limit_s=for_s)
        if undo is not None:
            undo()
        return self

    def comes_back(self) -> None:
        """Connected and compared in time; then it trades again, and all books agree."""
        stage = self.stage
        assert [] == self.missed
        assert stage.world.run_until(self._is_ready, limit_s=BACK_WITHIN_S), stage.picture()
        stage.until(traded(stage.book.tally.fills + 2)).end_clean()

    def _is_ready(self) -> bool:
        return LinkState.READY.value == self.stage.desk.status().link

    def sessions(self) -> int:
        return len(self.stage.told(SessionOpened))

    def _listen(self) -> bool:
        """Note what the broker says of its link, each time it says something else."""
        text = self.stage.desk.status().link_text
        if [text] != self.said[-1:]:
            self.said.append(text)
        return False


@pytest.mark.parametrize(
    ("name", "amount", "reason"),
    [
        ("refuse", 0, "refused the connection"),
        ("blackhole", 0, "no welcome within"),
        ("silent_handshake", 0, "no welcome within"),
        ("handshake_then_close", 20, "closed"),
        ("handshake_then_close", 70, "closed"),
        ("version_too_old", 163, "no welcome within"),
    ],
)
def test_at_a_door_that_serves_nobody_it_knocks_again_until_it_is_served(
    tmp_path: Path, name: str, amount: float, reason: str
) -> None:
    hurt = Hurt(tmp_path).with_order()
    hurt.suffer(name, 100, "reset", amount)
    assert 1 == hurt.sessions()
    assert 3 <= sum(reason in text for text in hurt.said), hurt.said
    hurt.comes_back()


def test_a_gateway_of_an_older_version_is_traded_at(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path).with_order()
    undo = hurt.begin("version_older", 60, "reset", 175)
    hurt.stage.until(lambda book: not book.session_live).until(lambda book: book.session_live)
    hurt.stage.until(traded(hurt.stage.book.tally.fills + 1))
    assert 175 == hurt.stage.told(SessionOpened)[-1].server_version
    assert undo is not None
    undo()
    hurt.comes_back()


@pytest.mark.parametrize("state", [OrderState.INTENDED, OrderState.WRITTEN])
@pytest.mark.parametrize("target", ["landing", "lost"])
def test_a_reset_under_an_order_on_its_way_is_settled_by_evidence(
    tmp_path: Path, state: OrderState, target: str
) -> None:
    hurt = Hurt(tmp_path, 2).with_order(state)
    hurt.suffer("reset", target=target).comes_back()
    assert 2 == hurt.sessions()


@pytest.mark.parametrize("way", ["outward", "inward"])
@pytest.mark.parametrize("amount", [1, 30, 700])
def test_a_reset_at_any_byte_delivers_the_fragment_and_is_settled_by_evidence(
    tmp_path: Path, way: Way, amount: int
) -> None:
    hurt = Hurt(tmp_path, 3).with_order(OrderState.INTENDED)
    wire = Wire(hurt.stage.network)
    assert hurt.begin("reset_after_bytes", 0.0, way, amount) is not None
    hurt.stage.until(lambda book: not book.session_live)
    assert amount == sum(count for _, count in wire.heard[way])
    hurt.comes_back()


def test_a_reset_that_waits_for_its_bytes_can_be_called_off(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 3).with_order()
    disarm = hurt.begin("reset_after_bytes", 0.0, "inward", 700)
    assert disarm is not None
    disarm()
    hurt.stage.run(5)
    assert 1 == hurt.sessions()
    hurt.stage.end_clean()


def test_a_line_that_flaps_is_reconnected_each_time(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 4).with_order()
    hurt.suffer("flapping", 120, amount=6).comes_back()
    assert 3 <= hurt.sessions()


@pytest.mark.parametrize("target", ["outward", "inward", "both"])
@pytest.mark.parametrize(("for_s", "sessions"), [(1.5, 1), (50.0, 2)])
def test_a_stall_costs_a_session_only_when_it_outlasts_a_deadline(
    tmp_path: Path, target: str, for_s: float, sessions: int
) -> None:
    hurt = Hurt(tmp_path, 5).with_order(OrderState.INTENDED)
    hurt.suffer("stall", for_s, target)
    hurt.comes_back()
    assert sessions == hurt.sessions()


@pytest.mark.parametrize("target", ["outward", "inward", "both"])
def test_a_stall_that_ends_in_a_reset_is_settled_by_evidence(tmp_path: Path, target: str) -> None:
    hurt = Hurt(tmp_path, 6).with_order(OrderState.INTENDED)
    hurt.suffer("stall_then_reset", 3, target).comes_back()
    assert 2 == hurt.sessions()


def test_while_the_gateway_holds_on_to_a_dead_client_the_same_client_id_is_tried_again(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 7).with_order(OrderState.INTENDED)
    hurt.suffer("half_open", 200, "both")
    assert 1 == hurt.sessions()
    assert 2 <= sum("326" in text for text in hurt.said), hurt.said
    hurt.comes_back()


def test_a_gateway_that_is_not_heard_any_more_is_given_up(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 8).with_order()
    hurt.suffer("mute_until_dead", 60, "inward")
    assert ["the gateway is mute"] == [closed.reason[:19] for closed in hurt.stage.told(SessionClosed)]
    hurt.comes_back()


@pytest.mark.parametrize(("for_s", "sessions"), [(2.0, 1), (90.0, 2)])
def test_through_a_partition_nothing_passes_and_afterwards_nothing_is_lost(
    tmp_path: Path, for_s: float, sessions: int
) -> None:
    hurt = Hurt(tmp_path, 9).with_order(OrderState.INTENDED)
    wire = Wire(hurt.stage.network)
    undo = hurt.begin("partition", for_s)
    hurt.stage.world.run_for(for_s)
    assert [] == wire.arrivals()
    assert undo is not None
    undo()
    hurt.comes_back()
    assert sessions == hurt.sessions()


def test_directions_that_clog_and_free_one_by_one_lose_nothing(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 10).with_order()
    (line,) = hurt.stage.network.connections
    undo = hurt.begin("swizzle", 8.0)
    assert hurt.stage.world.run_until(lambda: line.outward.is_held or line.inward.is_held, limit_s=4.0)
    assert hurt.stage.world.run_until(lambda: not line.outward.is_held and not line.inward.is_held, limit_s=8.0)
    assert undo is not None
    undo()
    hurt.with_order().suffer("swizzle", 40.0).comes_back()


def test_latencies_of_a_second_are_waited_for(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 11).with_order(OrderState.INTENDED)
    wire = Wire(hurt.stage.network)
    hurt.suffer("latency", 60, amount=1.0)
    assert 0.1 < wire.longest_way_s() < 1.0
    hurt.comes_back()


def test_latencies_beyond_every_deadline_are_survived(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 11).with_order(OrderState.INTENDED)
    hurt.suffer("latency", 120, amount=30.0)
    hurt.comes_back()
    assert 2 <= hurt.sessions()


def test_pieces_of_a_few_bytes_are_put_together(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 11).with_order(OrderState.INTENDED)
    wire = Wire(hurt.stage.network)
    hurt.suffer("chunking", 30, amount=7)
    assert 7 == max(count for _, count in wire.arrivals())
    hurt.comes_back()


def test_heaps_of_messages_are_taken_apart(tmp_path: Path) -> None:
    hurt = Hurt(tmp_path, 11).with_order(OrderState.INTENDED)
    hurt.stage.world.run_for(0.1)
    wire = Wire(hurt.stage.network)
    hurt.suffer("coalescing", 60, amount=0.5)
    assert [] == [at for at, _ in wire.arrivals() if at % 0.5 > 2e-6]
    hurt.comes_back()


@pytest.mark.parametrize(
    ("name", "target", "amount", "ends"),
    [
        ("garbage", "framed", 40, []),
        ("garbage", "raw", 3, ["the gateway is mute: gateway time: no answer within 4 s"]),
        ("unknown_message", "", 9_999, []),
        ("unreadable_message", "", 11, ["message 11 of the gateway could not be read"]),
        ("truncated_frame", "", 30, ["the gateway closed the connection"]),
        ("absurd_length", "", 0, ["the gateway is mute: gateway time: no answer within 4 s"]),
    ],
)
def test_bytes_that_are_no_message_cost_a_session_at_most(
    tmp_path: Path, name: str, target: str, amount: float, ends: list[str]
) -> None:
    hurt = Hurt(tmp_path, 12).with_order()
    hurt.suffer(name, 0, target, amount)
    hurt.stage.world.run_for(45)
    assert ends == [closed.reason for closed in hurt.stage.told(SessionClosed)]
    hurt.comes_back()
    assert (1 + len(ends), 1) == (hurt.sessions(), hurt.stage.incarnations("broker"))


def bare(value: Any) -> Any:
    """An event without its instants and what is computed from them."""
    if isinstance(value, datetime):
        return None
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.name not in ("order_hash", "skew_s")]
        return (type(value).__name__, *(bare(getattr(value, name)) for name in names))
    if isinstance(value, tuple):
        return tuple(map(bare, value))
    return value


def test_how_bytes_are_cut_changes_no_fact(tmp_path: Path) -> None:
    told: list[list[Any]] = []
    for directory, is_cut in ((tmp_path / "whole", False), (tmp_path / "bytes", True)):
        stage = Stage(directory, 3)
        weather = stage.network.weather
        weather.latency.lay(lambda: 0.001)
        if is_cut:
            weather.cut.lay(lambda data: ((0.0, data[n : n + 1]) for n in range(len(data))))
        stage.begin().run(3).end_clean()
        told.append([bare(stored.event) for stored in stage.stored()])
    assert 100 < len(told[0])
    assert told[0] == told[1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_chance_draws_is_within_its_scope_and_drawn_again_from_the_same_seed(kind: Any) -> None:
    scope = Scope(from_s=100.0, until_s=4_000.0, symbols=("AAPL",))
    drawn = [kind.draw(Random(seed), scope) for seed in range(50)]
    assert drawn == [kind.draw(Random(seed), scope) for seed in range(50)]
    assert [] == [fault for fault in drawn if not (fault.kind == kind.name and 100 <= fault.at_s <= 4_000)]
    assert [] == [fault for fault in drawn if not 0 <= fault.for_s <= 900]


@pytest.mark.parametrize("name", ["reset", "reset_after_bytes", "stall", "half_open", "swizzle", "garbage"])
def test_a_fault_of_a_connection_says_so_when_nobody_is_connected(tmp_path: Path, name: str) -> None:
    hurt = Hurt(tmp_path, 13)
    hurt.stage.network.cut(refusing="the line is cut")
    hurt.suffer(name, 1.0, amount=1)
    assert [f"network.{name}: nobody is connected"] == hurt.missed


def test_every_network_row_of_the_catalogue_has_a_kind() -> None:
    assert set(range(11, 18)) == {row for kind in KINDS for row in kind.rows}
