"""The client's end of a connection in memory, as asyncio's own transports behave. It knows bytes only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hydra.simulation.lane import Lane

if TYPE_CHECKING:
    from hydra.simulation.network import MemoryNetwork

WINDOW_BYTES = 65_536
"""What may be in flight one way; what is written beyond waits in the transport's buffer, as with a real socket."""


class MemoryTransport(asyncio.Transport):
    """What is written leaves its buffer at the loop's next turn, a window at a time, and arrives after the latency;
    pause_writing and resume_writing are called as asyncio's own transports do."""

    def __init__(self, network: MemoryNetwork, conn_id: int, protocol: Any) -> None:
        super().__init__()
        self.conn_id = conn_id
        self._network = network
        self._protocol = protocol
        loop, weather = network.loop, network.weather
        self.outward = Lane(loop, weather, arrive=self._land, ended=lambda: network.left(conn_id))
        self.inward = Lane(loop, weather, arrive=self._deliver, ended=lambda: self._lost(None))
        self._buffer = bytearray()
        self._high, self._low = WINDOW_BYTES, WINDOW_BYTES // 4
        self._paused = False
        self._closing = False
        self._gone = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._closing:
            return
        self._network.written(self.conn_id, bytes(data))
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
        room = max(0, WINDOW_BYTES - self.outward.carrying)
        data = bytes(self._buffer[:room])
        del self._buffer[:room]
        if data and not self._gone:
            self.outward.put(data)
        if self._paused and len(self._buffer) <= self._low:
            self._paused = False
            self._protocol.resume_writing()
        if self._closing and not self._buffer:
            self._finish()

    def _land(self, data: bytes) -> None:
        self._network.arrived(self.conn_id, data)
        if self._buffer and not self._gone:
            self._flush()

    def land_everything(self) -> None:
        """What was written and has not arrived yet arrives now, in order."""
        data = self.outward.take_all() + bytes(self._buffer)
        self._buffer.clear()
        self._network.arrived(self.conn_id, data)

    def incoming(self, data: bytes) -> None:
        """Bytes of the gateway, on their way."""
        self.inward.put(data)

    def _deliver(self, data: bytes) -> None:
        if not self._gone and not self._closing:
            self._network.heard(self.conn_id, data)
            self._protocol.data_received(data)

    def peer_closed(self) -> None:
        """The gateway closed, after what it had sent before."""
        self.inward.end()

    def reset(self, error: Exception | None) -> None:
        """Both ends lose the connection at once; buffers and flights are lost. Without an error the client sees an
        orderly end."""
        self._buffer.clear()
        self.outward.lose_all()
        self._network.left(self.conn_id)
        self._lost(error)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            if not self._buffer:
                self._finish()

    def _finish(self) -> None:
        """All that was written has left: the end follows it."""
        self.outward.end()
        self._network.loop.call_soon(self._lost, None)

    def abort(self) -> None:
        """Over a line that carries nothing the gateway does not hear of it either."""
        if self._gone:
            return
        self._closing = True
        self._buffer.clear()
        if self.outward.is_held:
            self.outward.end()
        else:
            self.outward.lose_all()
            self._network.left(self.conn_id)
        self._network.loop.call_soon(self._lost, None)

    def _lost(self, error: Exception | None) -> None:
        if not self._gone:
            self._gone = self._closing = True
            self.inward.lose_all()
            self._protocol.connection_lost(error)

    def write_eof(self) -> None:
        """ib_async ends its side before it closes; the close that follows does the work."""

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self._closing

    @property
    def is_gone(self) -> bool:
        """Whether the client has lost it; the gateway may not know yet."""
        return self._gone

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default
