"""What bare ib_async needs to decode bytes that a gateway has sent, for the bench: its own client, decoder and wrapper.

It connects to nothing. Nobody asked for what it hears, so it keeps what ib_async keeps of unasked news and no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ib_async import IB


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Seconds of the clock it was given, and how many messages there were in how many bytes."""

    seconds: float
    messages: int
    size: int


def decode(chunks: Iterable[tuple[int, bytes]], clock: Callable[[], float]) -> Decoded:
    """Feed (connection, bytes) in order, each connection to an IB object of its own; only the feeding is timed."""
    return asyncio.run(_decoded(chunks, clock))  # ib_async asks for a loop as soon as it is greeted


async def _decoded(chunks: Iterable[tuple[int, bytes]], clock: Callable[[], float]) -> Decoded:
    ibs: dict[int, IB] = {}
    seconds, size = 0.0, 0
    for connection, chunk in chunks:
        ib = ibs.get(connection)
        if ib is None:
            ib = ibs[connection] = IB()
        began = clock()
        ib.client.conn.data_received(chunk)  # type: ignore[no-untyped-call]
        seconds += clock() - began
        size += len(chunk)
    messages = sum(ib.client._numMsgRecv for ib in ibs.values())
    for ib in ibs.values():
        ib.client.reset()  # type: ignore[no-untyped-call]  # it was never connected, and would complain of that at its end
    return Decoded(seconds=seconds, messages=messages, size=size)
