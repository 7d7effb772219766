"""How it is seen from outside that an order stands at a point: on the disk, on the wire, in the published book.

Nothing of the product knows that it is watched. A point is reached once; what happens then is somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hydra.gateway.framing import FrameReader, Hello
from hydra.messages.base import Event
from hydra.messages.decisions import OrderIntended
from hydra.records import BookImage, OrderRecord
from hydra.simulation.disk import Disk, Statement, Trouble
from hydra.simulation.network import MemoryNetwork, Way, WireListener
from hydra.simulation.recovery.cells import Point
from hydra.values import OrderState

PLACE_ORDER, CANCEL_ORDER = "3", "4"
"""Message ids of the TWS protocol."""

Spring = Callable[[], None]


class AtCommit(Trouble):
    """Springs once at the commit of the first transaction that records an event of this class, before or after SQLite has
    done it."""

    def __init__(self, kind: type[Event], spring: Spring, *, is_after: bool) -> None:
        self.kind = kind
        self.spring = spring
        self.is_after = is_after
        self._is_inserted = False
        self._has_sprung = False

    def before(self, statement: Statement) -> None:
        if statement.verb == "BEGIN":
            self._is_inserted = False
        if statement.verb == "INSERT" and self.kind.__name__ in statement.texts:
            self._is_inserted = True
        if not self.is_after:
            self._spring_at(statement)

    def after(self, statement: Statement) -> None:
        if self.is_after:
            self._spring_at(statement)

    def _spring_at(self, statement: Statement) -> None:
        if statement.verb == "COMMIT" and self._is_inserted and not self._has_sprung:
            self._has_sprung = True
            self.spring()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A message of ours on the wire that is waited for: which, and how far it has come."""

    way: Way
    message: str


FRAMES: Mapping[Point, _Frame] = {
    "in the socket buffer": _Frame(way="written", message=PLACE_ORDER),
    "sent unacknowledged": _Frame(way="outward", message=PLACE_ORDER),
    "cancel sent": _Frame(way="outward", message=CANCEL_ORDER),
}


class OnWire:
    """Stands in front of a network's listener, at a moment when its one connection is silent, and springs once, when the
    first such message has come so far. It springs between two callbacks of the loop: what is handed to a socket is then in
    its buffer, what arrived is at the gateway."""

    def __init__(self, network: MemoryNetwork, frame: _Frame, spring: Spring) -> None:
        self._network = network
        self._behind: WireListener | None = network.listener
        self._frame = frame
        self._spring = spring
        self._reader = FrameReader(expects_hello=False)
        network.listener = self

    def __call__(self, now_us: int, conn_id: int, way: Way, data: bytes) -> None:
        if self._behind is not None:
            self._behind(now_us, conn_id, way, data)
        if way == self._frame.way:
            self._look(data)

    def _look(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            if not isinstance(frame, Hello) and frame[0] == self._frame.message:
                self._network.listener = self._behind
                self._network.loop.call_soon(self._spring)
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the journal's book shows of the order. `fills_first`: so much of it trades before."""

    is_so: Callable[[OrderRecord], bool]
    fills_first: str = ""


SHOWN: Mapping[Point, _Shown] = {
    "acknowledged": _Shown(is_so=lambda order: order.state is OrderState.WORKING),
    "partly filled": _Shown(is_so=lambda order: order.filled > 0, fills_first="part"),
    "filled": _Shown(is_so=lambda order: order.filled == order.intent.want.terms.quantity, fills_first="whole"),
}


def is_shown(point: Point, book: BookImage) -> bool:
    """Whether an order stands at this point by the book."""
    return any(SHOWN[point].is_so(order) for order in book.orders)


def watch(point: Point, disk: Disk, network: MemoryNetwork, spring: Spring) -> None:
    """Spring when the first order comes to this point, if it is one of the disk or of the wire."""
    if point in ("before intent", "after intent"):
        disk.begin(AtCommit(OrderIntended, spring, is_after=point == "after intent"))
    elif point in FRAMES:
        OnWire(network, FRAMES[point], spring)
