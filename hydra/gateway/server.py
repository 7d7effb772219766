"""The only socket of the gateway, and the only place that reads clocks: bytes and time go in, bytes come out.

Market time is the stored tape position plus the real time since the start, times the speed. The gateway
itself decides everything else.
"""

import asyncio
import socket
import time
from dataclasses import dataclass

from hydra.gateway.gateway import Close, Gateway, Send

# A client that lets this much pile up does not read any more: it is disconnected, so that it cannot eat the memory.
UNREAD_BYTES_MAX = 8 * 1024 * 1024
WAKE_S_MAX = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketClock:
    """Market microseconds from the monotonic clock: `market_us` at `anchor_ns`, then `speed` times as
    fast.
    """

    market_us: int
    anchor_ns: int
    speed: float

    def now_us(self) -> int:
        return self.market_us + int((time.monotonic_ns() - self.anchor_ns) * self.speed) // 1000

    def seconds_until(self, market_us: int) -> float:
        """Real seconds, never negative."""
        return max(0.0, (market_us - self.now_us()) / 1_000_000 / self.speed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the server listens, and one reading of both clocks taken at the same moment."""

    host: str
    port: int
    market_us: int
    wall_us: int
    speed: float


class GatewayServer:
    """Serves one gateway on one address. Everything happens on the one event loop that `start` runs on."""

    def __init__(self, gateway: Gateway, *, speed: float, unread_bytes_max: int = UNREAD_BYTES_MAX) -> None:
        self._unread_bytes_max = unread_bytes_max
        self._gateway = gateway
        self._clock = MarketClock(market_us=gateway.resumes_us(speed), anchor_ns=time.monotonic_ns(), speed=speed)
        self._transports: dict[int, asyncio.Transport] = {}
        self._wake: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> Listening:
        """Listen; port 0 takes a free one. Raises OSError when the address is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port)
        bound = self._server.sockets[0].getsockname()
        self._turn()
        return Listening(
            host=bound[0],
            port=bound[1],
            market_us=self._clock.now_us(),
            wall_us=time.time_ns() // 1000,
            speed=self._clock.speed,
        )

    async def stop(self) -> None:
        """Close every connection and commit: the tape stands where it stands now.

        A client that has not read what was sent loses the rest: nobody waits for it.
        """
        if self._wake is not None:
            self._wake.cancel()
        if self._server is not None:
            self._server.close()
        self._gateway.advance(self._clock.now_us())
        self._flush()
        for transport in list(self._transports.values()):
            if transport.get_write_buffer_size():
                transport.abort()
            else:
                transport.close()
        if self._server is not None:
            await self._server.wait_closed()

    def opened(self, transport: asyncio.Transport) -> int:
        """A client has connected; returns its connection id."""
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=self._unread_bytes_max)
        conn_id = self._gateway.connect(self._clock.now_us())
        self._transports[conn_id] = transport
        return conn_id

    def received(self, conn_id: int, data: bytes) -> None:
        self._gateway.receive(conn_id, data, self._clock.now_us())
        self._turn()

    def lost(self, conn_id: int) -> None:
        self._transports.pop(conn_id, None)
        self._gateway.disconnect(conn_id, self._clock.now_us())

    def _turn(self) -> None:
        """Let the market go on to now, write what came of it, and wake again when something is due."""
        self._gateway.advance(self._clock.now_us())
        self._flush()
        if self._wake is not None:
            self._wake.cancel()
        due_us = self._gateway.next_due_us()
        delay_s = WAKE_S_MAX if due_us is None else min(self._clock.seconds_until(due_us), WAKE_S_MAX)
        self._wake = asyncio.get_running_loop().call_later(delay_s, self._turn)

    def _flush(self) -> None:
        for output in self._gateway.drain():
            transport = self._transports.get(output.conn_id)
            if transport is None:
                continue
            match output:
                case Send(data=data):
                    transport.write(data)
                case Close():
                    transport.close()
        self._drop_those_who_do_not_read()

    def _drop_those_who_do_not_read(self) -> None:
        for transport in list(self._transports.values()):
            if transport.get_write_buffer_size() > self._unread_bytes_max:
                transport.abort()


class _Connection(asyncio.Protocol):
    """One TCP connection, handed on to the server."""

    def __init__(self, server: GatewayServer) -> None:
        self._server = server
        self._conn_id = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a TCP server makes stream transports"
        self._conn_id = self._server.opened(transport)

    def data_received(self, data: bytes) -> None:
        self._server.received(self._conn_id, data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a reset and an orderly end are the same to the gateway
        self._server.lost(self._conn_id)
