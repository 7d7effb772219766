"""How a new connection is met at the gateway's door, as ever or otherwise. It changes that one connection only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hydra.gateway.framing import FrameReader, frame

if TYPE_CHECKING:
    from hydra.simulation.transport import MemoryTransport

Greeting = Literal["serve", "refuse", "swallow", "silence", "hang up", "announce", "speak"]
_HELLO = re.compile(rb"API\0(....)v(\d+)\.\.(\d+)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How a new connection is met.

    serve: as ever. refuse: nobody listens. swallow: nothing answers, until the client's kernel gives up. silence: it is
    accepted, and nobody reads it. hang up: closed after `amount` bytes to the client. announce: the gateway names server
    version `amount` and speaks its own. speak: the gateway is one of server version `amount` at most.
    """

    greeting: Greeting = "serve"
    amount: int = 0


def meet(transport: MemoryTransport, door: Door) -> None:
    """A connection that was accepted at this door."""
    match door.greeting:
        case "silence":
            transport.outward.is_leaking = True
        case "hang up":
            transport.inward.cut_off_after(door.amount, lambda: transport.reset(None))
        case "announce":
            transport.inward.edit = lambda data: _announcing(data, door.amount)
        case "speak":
            transport.outward.edit = lambda data: _ending_at(data, door.amount)


def _announcing(data: bytes, version: int) -> bytes:
    """The version frame (version, time) with another version; what follows it stays."""
    first, *rest = FrameReader(expects_hello=False).feed(data)
    if not isinstance(first, tuple) or len(first) != 2:
        raise ValueError(f"a gateway began with {first!r}, not with its version and time")
    return frame((str(version), first[1])) + b"".join(frame(fields) for fields in rest if isinstance(fields, tuple))


def _ending_at(hello: bytes, version: int) -> bytes:
    """A client's hello whose range of versions ends here at the latest."""
    match = _HELLO.fullmatch(hello)
    if match is None:
        raise ValueError(f"a client began with {hello!r}, not with a range of versions")
    low, high = int(match[2]), int(match[3])
    spoken = b"v%d..%d%s" % (low, max(low, min(high, version)), match[4])
    return b"API\0" + len(spoken).to_bytes(4, "big") + spoken
