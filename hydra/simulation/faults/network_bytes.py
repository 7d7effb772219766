"""Faults of the bytes themselves: late, in pieces, in heaps; and bytes towards the client that are no message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from hydra.gateway.framing import frame
from hydra.simulation.faults.base import Arena, Fault, Kind, Undo, lasting
from hydra.simulation.faults.network_rows import Begin, Draw, row
from hydra.simulation.weather import LATENCY_MIN_S, Cut

LATENCY_S = (0.01, 30.0)
WEATHER_S = (1.0, 600.0)
CUT_UP_S = (1.0, 120.0)
"""Shorter: each piece is a step of the loop."""
PIECE_BYTES_MAX = 1_500
PIECES_SPREAD_S = 0.05
"""So long at most between the first piece of a delivery and its last, and one microsecond a piece at least."""
HEAP_S = (0.001, 2.0)
GARBAGE_BYTES = (1, 200)
ABSURD = b"\xff\xff\xff\xfe"
"""The length of a frame of 4 GB."""
UNKNOWN_IDS = (0, 200, 9_999, -5)
VITAL_IDS = (3, 4, 5, 11, 59, 61, 101)
"""Order status, error, open order, execution, commission, position, completed order."""


def _late(arena: Arena, fault: Fault, chance: Random) -> Undo:
    return arena.network.weather.latency.lay(lambda: LATENCY_MIN_S * (fault.amount / LATENCY_MIN_S) ** chance.random())


def _cut_up(arena: Arena, fault: Fault, chance: Random) -> Undo:
    return arena.network.weather.cut.lay(cut_at_random(chance, int(fault.amount)))


def cut_at_random(chance: Random, piece_bytes_max: int) -> Cut:
    """Pieces of 1 to so many bytes, at random distances."""

    def cut(data: bytes) -> Iterator[tuple[float, bytes]]:
        begin, gap_s = 0, 0.0
        while begin < len(data):
            end = begin + chance.randint(1, piece_bytes_max)
            yield gap_s, data[begin:end]
            begin, gap_s = end, 1e-6 + chance.random() * PIECES_SPREAD_S * piece_bytes_max / (2 * len(data))

    return cut


def _heap_up(arena: Arena, fault: Fault, _chance: Random) -> Undo:
    return arena.network.weather.heap_s.lay(fault.amount)


def _saying(words: Callable[[Fault, Random], bytes], *, then_closes: bool = False) -> Begin:
    """The gateway says something to every client between two of its messages."""

    def begin(arena: Arena, fault: Fault, chance: Random) -> None:
        listening = [transport for transport in arena.network.connections if not transport.is_gone]
        if not listening:
            arena.missed(f"{fault.kind}: nobody is connected")
        for transport in listening:
            transport.incoming(words(fault, chance))
            if then_closes:
                arena.network.hang_up(transport)

    return begin


def _noise(fault: Fault, chance: Random) -> bytes:
    noise = chance.randbytes(int(fault.amount))
    return noise if fault.target == "raw" else len(noise).to_bytes(4, "big") + noise


def _numbered(fault: Fault, _chance: Random) -> bytes:
    """Fields that no decoder takes for numbers."""
    return frame((str(int(fault.amount)), "?", "?", "?"))


def _torn(fault: Fault, _chance: Random) -> bytes:
    return (int(fault.amount) + 1).to_bytes(4, "big") + b"?" * int(fault.amount)


def _bytes(chance: Random) -> float:
    return round(lasting(chance, *GARBAGE_BYTES))


KINDS: tuple[Kind, ...] = (
    row(
        "latency",
        (16,),
        "every delivery takes up to `amount` seconds",
        _late,
        Draw(lasts_s=WEATHER_S, amount=lambda chance: lasting(chance, *LATENCY_S)),
    ),
    row(
        "chunking",
        (16,),
        "everything arrives in pieces of at most `amount` bytes",
        _cut_up,
        Draw(lasts_s=CUT_UP_S, amount=lambda chance: round(lasting(chance, 1, PIECE_BYTES_MAX))),
    ),
    row(
        "coalescing",
        (16,),
        "everything arrives in heaps, every `amount` seconds",
        _heap_up,
        Draw(lasts_s=WEATHER_S, amount=lambda chance: lasting(chance, *HEAP_S)),
    ),
    row(
        "garbage",
        (17,),
        "the gateway says `amount` random bytes, framed or raw",
        _saying(_noise),
        Draw(targets=("framed", "raw"), amount=_bytes),
    ),
    row(
        "unknown_message",
        (17,),
        "the gateway says a message of an unknown kind",
        _saying(_numbered),
        Draw(amount=lambda chance: chance.choice(UNKNOWN_IDS)),
    ),
    row(
        "unreadable_message",
        (17,),
        "the gateway says a message of kind `amount` that nobody can read",
        _saying(_numbered),
        Draw(amount=lambda chance: chance.choice(VITAL_IDS)),
    ),
    row(
        "truncated_frame",
        (17,),
        "the gateway closes in the middle of a frame",
        _saying(_torn, then_closes=True),
        Draw(amount=_bytes),
    ),
    row("absurd_length", (17,), "the gateway announces a frame of 4 GB", _saying(lambda *_: ABSURD), Draw()),
)
