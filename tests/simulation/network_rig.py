"""A byte-level client and a byte-level peer in the gateway's place, on the virtual loop, with a memory network between."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from hydra.gateway.gateway import Output, Send
from hydra.runtime.loops import VirtualLoop
from hydra.simulation.network import MemoryNetwork
from hydra.simulation.transport import MemoryTransport


class Peer:
    """Sans-I/O like the gateway: keeps what it got, says what it is told to."""

    def __init__(self) -> None:
        self.got = bytearray()
        self.came_n = 0
        self.left_n = 0
        self.outputs: list[Output] = []

    def connect(self, now_us: int) -> int:
        self.came_n += 1
        return self.came_n

    def disconnect(self, conn_id: int, now_us: int) -> None:
        self.left_n += 1

    def receive(self, conn_id: int, data: bytes, now_us: int) -> None:
        self.got += data

    def advance(self, now_us: int) -> None:
        """Nothing happens by itself."""

    def drain(self) -> list[Output]:
        outputs, self.outputs = self.outputs, []
        return outputs

    def next_due_us(self) -> int | None:
        return None


class Client(asyncio.Protocol):
    """Keeps what it got and what it was told of its transport."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.flow: list[str] = []
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.got.append(data)

    def pause_writing(self) -> None:
        self.flow.append("pause")

    def resume_writing(self) -> None:
        self.flow.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)


class Rig:
    """One client that is connected, and time that a test lets pass."""

    def __init__(self, seed: int) -> None:
        self.loop = VirtualLoop()
        self.peer = Peer()
        gateway: Any = self.peer
        self.network = MemoryNetwork(
            self.loop, gateway, now_us=self.loop.now_us, rng=random.Random(seed)
        )
        self.loop.network = self.network
        self.client = Client()
        self.transport: MemoryTransport = self.run(self.loop.create_connection(lambda: self.client, "h", 1))[0]

    def run(self, awaitable: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(awaitable)

    def wait(self, seconds: float = 1.0) -> None:
        self.run(asyncio.sleep(seconds))

    def say(self, data: bytes) -> None:
        """The peer says this to the first client."""
        self.peer.outputs.append(Send(1, data))
        self.network.settle()

    def dial(self) -> Client:
        """One more client, or the error that it got."""
        client = Client()
        self.run(self.loop.create_connection(lambda: client, "h", 1))
        return client
