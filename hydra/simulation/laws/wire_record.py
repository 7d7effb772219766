"""What one process wrote to its sockets, overheard: its orders, and whether it ever spoke too fast. It judges nothing else.

Frames are counted when hydra hands them to the socket: a stalled line delivers in one heap what was sent well paced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hydra.gateway.framing import FrameReader, FramingError, Hello
from hydra.gateway.wire import WireError, decode_client

WINDOW_US = 1_000_000
PLACE_ORDER, START_API = "3", "71"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOrder:
    """One placeOrder, at market time `at_us`. `latched` is why the broker had been told to write none, or empty."""

    at_us: int
    conn_id: int
    client_id: int
    order_id: int
    order_ref: str
    con_id: int
    side: str
    quantity: Decimal
    limit: Decimal | None
    latched: str


@dataclass(slots=True)
class _Line:
    """One connection. `version` is what the gateway announced, 0 before."""

    written: FrameReader = field(default_factory=FrameReader)
    announced: FrameReader | None = field(default_factory=lambda: FrameReader(expects_hello=False))
    version: int = 0
    client_id: int = 0
    times_us: deque[int] = field(default_factory=deque)
    is_bursting: bool = False


class WireRecord:
    """A listener of a MemoryNetwork. `latched` is asked at each order; `per_s_max` is the gateway's limit."""

    def __init__(self, *, per_s_max: int, latched: Callable[[], str]) -> None:
        self.orders: list[WrittenOrder] = []
        self.bursts: list[str] = []
        self.unreadable: list[str] = []
        self._per_s_max = per_s_max
        self._latched = latched
        self._lines: dict[int, _Line] = {}

    def __call__(self, now_us: int, conn_id: int, way: str, data: bytes) -> None:
        if way == "outward":
            return
        line = self._lines.get(conn_id)
        if line is None:
            line = self._lines[conn_id] = _Line()
        if way == "written":
            self._written(now_us, conn_id, line, data)
        elif line.announced is not None:
            _learn_version(line, data)

    def _written(self, now_us: int, conn_id: int, line: _Line, data: bytes) -> None:
        for frame in line.written.feed(data):
            if not isinstance(frame, Hello):
                self._count(now_us, conn_id, line)
                if frame[0] in (PLACE_ORDER, START_API):
                    self._read(now_us, conn_id, line, frame)

    def _count(self, now_us: int, conn_id: int, line: _Line) -> None:
        times_us = line.times_us
        while times_us and times_us[0] <= now_us - WINDOW_US:
            times_us.popleft()
        times_us.append(now_us)
        is_over = len(times_us) > self._per_s_max
        if is_over and not line.is_bursting:
            text = f"{len(times_us)} messages within a second at {now_us} us, limit {self._per_s_max}"
            self.bursts.append(f"connection {conn_id} wrote {text}")
        line.is_bursting = is_over

    def _read(self, now_us: int, conn_id: int, line: _Line, frame: tuple[str, ...]) -> None:
        try:
            message = decode_client(frame, line.version)
        except WireError as error:
            self.unreadable.append(f"connection {conn_id} wrote what is no message of version {line.version}: {error}")
            return
        values = message.values
        if message.name == "startApi":
            line.client_id = values["clientId"]
            return
        self.orders.append(
            WrittenOrder(
                at_us=now_us,
                conn_id=conn_id,
                client_id=line.client_id,
                order_id=values["orderId"],
                order_ref=values["orderRef"],
                con_id=values["conId"],
                side=values["action"],
                quantity=values["totalQuantity"],
                limit=values["lmtPrice"],
                latched=self._latched(),
            )
        )


def _learn_version(line: _Line, data: bytes) -> None:
    """The first frame of the gateway names it; what cannot be read is not for us to judge."""
    assert line.announced is not None
    try:
        frames = line.announced.feed(data)
    except FramingError as error:
        frames = error.frames
        line.announced = None
    for frame in frames:
        if not isinstance(frame, Hello) and frame and frame[0].isdecimal():
            line.version = int(frame[0])
        line.announced = None
        return
