"""A gateway for faults: a raw TCP server that speaks frames and does exactly what a test tells it, right or wrong."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable

WELCOME = ("15|1|{account}|", "9|1|1|")


def frame(text: str) -> bytes:
    """`4|2|-1|2104|text||` with `|` for NUL, framed."""
    body = text.replace("|", "\0").encode()
    return struct.pack(">I", len(body)) + body


class Scripted:
    """One server; `answer` gets each frame of a client as text with `|` for NUL, and says what to send back."""

    def __init__(self, *, account: str = "DU1234567", answer: Callable[[str], list[str]] | None = None) -> None:
        self.account = account
        self.answer = answer or (lambda _text: [])
        self.welcome: list[str] = [text.format(account=account) for text in WELCOME]
        self.received: list[bytes] = []
        self.frames: list[str] = []
        self.clients: list[asyncio.StreamWriter] = []
        self.ended_n = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients.append(writer)
        buffer = b""
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65536):
                self.received.append(chunk)
                buffer = self._take(buffer + chunk, writer)
        self.ended_n += 1
        writer.close()

    def _take(self, buffer: bytes, writer: asyncio.StreamWriter) -> bytes:
        if buffer.startswith(b"API\0"):
            buffer = buffer[4:]
        while len(buffer) >= 4 and len(buffer) >= 4 + (length := struct.unpack(">I", buffer[:4])[0]):
            text = buffer[4 : 4 + length].decode().replace("\0", "|")
            buffer = buffer[4 + length :]
            self.frames.append(text)
            for reply in self._reply(text):
                writer.write(frame(reply))
        return buffer

    def _reply(self, text: str) -> list[str]:
        if text.startswith("v"):
            return ["178|20120604 09:30:00 US/Eastern|"]
        if text.startswith("71|"):
            return self.welcome
        return self.answer(text)

    def say(self, *texts: str) -> None:
        """Send frames to the newest client, unasked."""
        for text in texts:
            self.clients[-1].write(frame(text))


@contextlib.asynccontextmanager
async def scripted(server: Scripted) -> AsyncIterator[Scripted]:
    """Listen on a free port of loopback for as long as the block lasts."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for writer in server.clients:
            writer.close()
        await asyncio.sleep(0)
