"""The wire in memory: real ib_async on one end, a sans-I/O gateway on the other, seeded latency between, virtual time.

It knows bytes and connections only. Each direction keeps its order; a reset loses what was still in a buffer or in flight.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, Literal

from hydra.gateway.gateway import Close, Gateway, Send
from hydra.runtime.loops import VirtualLoop
from hydra.simulation.greetings import Door, meet
from hydra.simulation.transport import MemoryTransport
from hydra.simulation.weather import Overlay, Weather

SYN_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""How long a kernel waits for an answer before it knocks again, and at last gives up (Linux: tcp_syn_retries 6)."""

Way = Literal["written", "outward", "inward"]
WireListener = Callable[[int, int, Way, bytes], object]
"""Hears market microseconds, connection id, way and bytes: `written` what a client handed to its socket, `outward` what
reached the gateway, `inward` what reached a client; cut anywhere."""


class MemoryNetwork:
    """One listening gateway; `connect` is what a VirtualLoop's create_connection calls.

    `refusing` says why nobody can connect, `door` how everybody else is met.
    """

    def __init__(
        self, loop: VirtualLoop, gateway: Gateway, *, now_us: Callable[[], int], rng: random.Random
    ) -> None:
        self.loop = loop
        self.gateway = gateway
        self.now_us = now_us
        self.weather = Weather(rng)
        self.door = Overlay(Door())
        self.listener: WireListener | None = None
        self.refusing = ""
        self._wires: dict[int, MemoryTransport] = {}
        self._is_mute = False
        self._muted: list[MemoryTransport] = []
        self._timer: asyncio.TimerHandle | None = None
        self._due_us: int | None = None

    @property
    def connections(self) -> tuple[MemoryTransport, ...]:
        """Those whose end the gateway has not seen, in order; the client of one may be gone."""
        return tuple(self._wires.values())

    async def connect(
        self, protocol_factory: Callable[[], Any], host: Any, port: Any
    ) -> tuple[MemoryTransport, Any]:
        """A connection as loop.create_connection makes it: after a round trip, refused, or never answered."""
        await asyncio.sleep(self.weather.latency.now())
        await self._knock(f"{host}:{port}")
        door = self.door.now
        if self.refusing or door.greeting == "refuse":
            raise ConnectionRefusedError(f"{host}:{port} refused the connection: {self.refusing or 'nobody listens'}")
        protocol = protocol_factory()
        conn_id = self.gateway.connect(self.now_us())
        transport = MemoryTransport(self, conn_id, protocol)
        self._wires[conn_id] = transport
        if self._is_mute:
            self._muffle(transport)
        meet(transport, door)
        protocol.connection_made(transport)
        return transport, protocol

    async def _knock(self, where: str) -> None:
        for wait_s in SYN_AGAIN_S:
            if self.refusing or self.door.now.greeting != "swallow":
                return
            await asyncio.sleep(wait_s)
        raise TimeoutError(f"{where} did not answer within {sum(SYN_AGAIN_S):g} s")

    def cut(self, *, refusing: str = "", landing: bool = False) -> None:
        """Reset every connection; refuse new ones while `refusing` says why."""
        self.refusing = refusing
        self.reset_all(landing=landing)

    def reset_all(self, *, landing: bool) -> None:
        """Reset every connection.

        What is in flight is lost, as when a router dies; or, `landing`, what the client had written still reaches the
        gateway, as when the kernel of a killed process sends its buffers.
        """
        for transport in self.connections:
            if landing:
                transport.land_everything()
            transport.reset(ConnectionResetError("connection reset by peer"))

    def end(self) -> None:
        """The process on this side is gone, and its sockets with it; nobody here hears anything more. The gateway's tape
        has played to this instant, so that whoever comes next does not begin before it."""
        self.gateway.advance(self.now_us())
        for conn_id in tuple(self._wires):
            self.gateway.disconnect(conn_id, self.now_us())
        self._wires.clear()
        self.gateway.drain()

    def accept(self) -> None:
        """Accept connections again."""
        self.refusing = ""

    def mute(self) -> None:
        """The gateway's bytes do not arrive any more, and no end of the connection is seen: half-open."""
        if not self._is_mute:
            self._is_mute = True
            for transport in self.connections:
                self._muffle(transport)

    def unmute(self) -> None:
        """What was held back arrives now, in order."""
        self._is_mute = False
        muted, self._muted = self._muted, []
        for transport in muted:
            transport.inward.let_go()

    def _muffle(self, transport: MemoryTransport) -> None:
        transport.inward.hold()
        self._muted.append(transport)

    def hang_up(self, transport: MemoryTransport) -> None:
        """The gateway ends this connection; what it sent before still arrives."""
        self.left(transport.conn_id)
        transport.peer_closed()

    def written(self, conn_id: int, data: bytes) -> None:
        """A client hands bytes to its socket."""
        if self.listener is not None:
            self.listener(self.now_us(), conn_id, "written", data)

    def heard(self, conn_id: int, data: bytes) -> None:
        """Bytes reach a client."""
        if self.listener is not None:
            self.listener(self.now_us(), conn_id, "inward", data)

    def arrived(self, conn_id: int, data: bytes) -> None:
        """Bytes of a client reach the gateway."""
        if conn_id in self._wires:
            if self.listener is not None:
                self.listener(self.now_us(), conn_id, "outward", data)
            self.gateway.receive(conn_id, data, self.now_us())
            self.settle()

    def left(self, conn_id: int) -> None:
        """A client's end is gone."""
        if self._wires.pop(conn_id, None) is not None:
            self.gateway.disconnect(conn_id, self.now_us())
            self.settle()

    def _play(self) -> None:
        self._timer = None
        self.gateway.advance(self.now_us())
        self.settle()

    def settle(self) -> None:
        """Put on the wire what the gateway has to say, and come back when it has something to do. Call it after the
        gateway was touched from outside."""
        for output in self.gateway.drain():
            transport = self._wires.get(output.conn_id)
            match output:
                case Send(data=data) if transport is not None:
                    transport.incoming(data)
                case Close(conn_id=conn_id) if transport is not None:
                    del self._wires[conn_id]
                    transport.peer_closed()
        due_us = self.gateway.next_due_us()
        if self._timer is not None and self._due_us == due_us:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due_us = due_us
        if due_us is not None:
            wait_s = max(0, due_us - self.now_us()) / 1e6
            self._timer = self.loop.call_later(wait_s, self._play)
