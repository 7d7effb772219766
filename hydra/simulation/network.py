"""The wire in memory: real ib_async on one end, a sans-I/O gateway on the other, seeded latency between, virtual time.

It knows bytes and connections only. Each direction keeps its order; a reset loses what was still in a buffer or in flight.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from hydra.gateway.gateway import Close, Gateway, Send
from hydra.runtime.loops import VirtualLoop

LATENCY_MIN_S = 0.0002
LATENCY_MAX_S = 0.0012
INSTANT_S = 1e-6
WINDOW_BYTES = 65_536
"""What may be in flight one way; what is written beyond waits in the transport's buffer, as with a real socket."""


class MemoryNetwork:
    """One listening gateway; `connect` is what a VirtualLoop's create_connection calls."""

    def __init__(
        self, loop: VirtualLoop, gateway: Gateway, *, now_us: Callable[[], int], rng: random.Random
    ) -> None:
        self.loop = loop
        self.gateway = gateway
        self.now_us = now_us
        self.rng = rng
        self.refusing = ""
        self.is_mute = False
        self._wires: dict[int, MemoryTransport] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def connect(
        self, protocol_factory: Callable[[], Any], host: Any, port: Any
    ) -> tuple[MemoryTransport, Any]:
        """A connection as loop.create_connection makes it: after a round trip, or refused."""
        await asyncio.sleep(self.latency_s())
        if self.refusing:
            raise ConnectionRefusedError(f"{host}:{port} refused the connection: {self.refusing}")
        protocol = protocol_factory()
        conn_id = self.gateway.connect(self.now_us())
        transport = MemoryTransport(self, conn_id, protocol)
        self._wires[conn_id] = transport
        protocol.connection_made(transport)
        return transport, protocol

    def latency_s(self) -> float:
        """One way, seeded."""
        return self.rng.uniform(LATENCY_MIN_S, LATENCY_MAX_S)

    def cut(self, *, refusing: str = "", landing: bool = False) -> None:
        """Reset every connection; refuse new ones while `refusing` says why.

        What is in flight is lost, as when a router dies; or, `landing`, what the client had written still reaches the
        gateway, as when the kernel of a killed process sends its buffers.
        """
        self.refusing = refusing
        for transport in tuple(self._wires.values()):
            if landing:
                transport.land_everything()
            transport.reset(ConnectionResetError("connection reset by peer"))

    def end(self) -> None:
        """The process on this side is gone, and its sockets with it; nobody here hears anything more."""
        for conn_id in tuple(self._wires):
            self.gateway.disconnect(conn_id, self.now_us())
        self._wires.clear()
        self.gateway.drain()

    def accept(self) -> None:
        """Accept connections again."""
        self.refusing = ""

    def mute(self) -> None:
        """The gateway's bytes do not arrive any more, and no end of the connection is seen: half-open."""
        self.is_mute = True

    def unmute(self) -> None:
        """What was held back arrives now, in order."""
        self.is_mute = False
        for transport in tuple(self._wires.values()):
            transport.deliver_held()

    def arrived(self, conn_id: int, data: bytes) -> None:
        """Bytes of a client reach the gateway."""
        if conn_id in self._wires:
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
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_us = self.gateway.next_due_us()
        if due_us is not None:
            wait_s = max(0, due_us - self.now_us()) / 1e6
            self._timer = self.loop.call_later(wait_s, self._play)


class MemoryTransport(asyncio.Transport):
    """The client's end. What is written leaves its buffer at the loop's next turn, a window at a time, and arrives after
    the latency; pause_writing and resume_writing are called as asyncio's own transports do."""

    def __init__(self, network: MemoryNetwork, conn_id: int, protocol: Any) -> None:
        super().__init__()
        self._network = network
        self._conn_id = conn_id
        self._protocol = protocol
        self._buffer = bytearray()
        self._flying: deque[bytes] = deque()
        self._high, self._low = WINDOW_BYTES, WINDOW_BYTES // 4
        self._paused = False
        self._closing = False
        self._gone = False
        self._held: list[bytes] = []
        self._outward_at = 0.0
        self._inward_at = 0.0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._closing:
            return
        if not self._buffer:
            self._network.loop.call_soon(self._flush)
        self._buffer += bytes(data)
        if len(self._buffer) > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = WINDOW_BYTES if high is None else high
        self._low = self._high // 4 if low is None else low

    def _flush(self) -> None:
        """Put on the wire what the window has room for."""
        if not self._buffer:
            return
        room = WINDOW_BYTES - sum(map(len, self._flying))
        data = bytes(self._buffer[:room])
        del self._buffer[:room]
        if data and not self._gone:
            self._flying.append(data)
            self._outward_at = self._later(self._outward_at)
            self._network.loop.call_at(self._outward_at, self._land)
        if self._paused and len(self._buffer) <= self._low:
            self._paused = False
            self._protocol.resume_writing()
        if self._closing and not self._buffer:
            self._finish()

    def _land(self) -> None:
        if self._flying:
            self._network.arrived(self._conn_id, self._flying.popleft())
        if self._buffer and not self._gone:
            self._flush()

    def land_everything(self) -> None:
        """What was written and has not arrived yet arrives now, in order."""
        self._network.arrived(self._conn_id, b"".join(self._flying) + bytes(self._buffer))
        self._flying.clear()
        self._buffer.clear()

    def incoming(self, data: bytes) -> None:
        """Bytes of the gateway, on their way."""
        self._inward_at = self._later(self._inward_at)
        self._network.loop.call_at(self._inward_at, self._deliver, data)

    def deliver_held(self) -> None:
        """What a mute network held back."""
        held, self._held = self._held, []
        for data in held:
            self._deliver(data)

    def _deliver(self, data: bytes) -> None:
        if self._network.is_mute:
            self._held.append(data)
        elif not self._gone and not self._closing:
            self._protocol.data_received(data)

    def peer_closed(self) -> None:
        """The gateway closed, after what it had sent before."""
        self._inward_at = self._later(self._inward_at)
        self._network.loop.call_at(self._inward_at, self._lost, None)

    def reset(self, error: Exception) -> None:
        """Both ends lose the connection at once; buffers and flights are lost."""
        self._buffer.clear()
        self._network.left(self._conn_id)
        self._lost(error)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            if not self._buffer:
                self._finish()

    def _finish(self) -> None:
        """All that was written has left: the end follows it."""
        self._outward_at = self._later(self._outward_at)
        self._network.loop.call_at(self._outward_at, self._network.left, self._conn_id)
        self._network.loop.call_soon(self._lost, None)

    def abort(self) -> None:
        if not self._gone:
            self._closing = True
            self._buffer.clear()
            self._network.left(self._conn_id)
            self._network.loop.call_soon(self._lost, None)

    def _lost(self, error: Exception | None) -> None:
        if not self._gone:
            self._gone = self._closing = True
            self._protocol.connection_lost(error)

    def _later(self, last_at: float) -> float:
        """Strictly after what went the same way earlier: asyncio does not keep the order of equal deadlines."""
        return max(last_at + INSTANT_S, self._network.loop.time() + self._network.latency_s())

    def write_eof(self) -> None:
        """ib_async ends its side before it closes; the close that follows does the work."""

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default
