"""Bytes to frames and back, as the TWS API frames them; it reads no socket and knows no message."""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

FRAME_LENGTH_MAX = 0xFFFFFF  # "Bad message length" above it (ibapi: MAX_MSG_LEN)
HELLO_LENGTH_MAX = 4096  # version range and connect options; every known client sends under 40 bytes
SERVER_VERSION_MIN = 157
SERVER_VERSION_MAX = 178
SERVER_VERSION_BROKEN = 158  # ib_async and ib_insync skip `duration` at 158: never announce it

_GREETING = b"API\0"
LENGTH = struct.Struct(">I")
_VERSION_RANGE = re.compile(r"v(\d{1,9})(?:\.\.(\d{1,9}))?(?: (.*))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a client says first: the server versions it can read and its connect options."""

    min_version: int
    max_version: int
    options: str


Frame = Hello | tuple[str, ...]


class FramingError(ValueError):
    """The byte stream cannot be cut into frames any more; the connection has to be closed.

    `frames` are the complete frames that came before the bad bytes in the same `feed`: they are still valid.
    """

    def __init__(self, text: str, frames: list[Frame]) -> None:
        super().__init__(text)
        self.frames = frames


class FrameReader:
    """Collects bytes, cut anywhere, and returns whole frames.

    A server's reader expects the hello (`API\\0`, length, version range) once and first; a client's reader
    (`expects_hello=False`) gets plain frames only, of which the version frame is the first.
    """

    def __init__(self, *, expects_hello: bool = True) -> None:
        self._pending = bytearray()
        self._expects_hello = expects_hello

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes, in order; raises FramingError on bytes that fit none."""
        self._pending += data
        frames: list[Frame] = []
        try:
            while (found := self._next()) is not None:
                frames.append(found)
        except ValueError as error:
            raise FramingError(str(error), frames) from None
        return frames

    def _next(self) -> Frame | None:
        if self._expects_hello:
            return self._next_hello()
        body = self._cut(start=0, limit=FRAME_LENGTH_MAX)
        return None if body is None else _fields(body)

    def _next_hello(self) -> Hello | None:
        head = bytes(self._pending[: len(_GREETING)])
        if not _GREETING.startswith(head):
            raise ValueError(f"the connection began with {head!r}, not with {_GREETING!r}")
        body = self._cut(start=len(_GREETING), limit=HELLO_LENGTH_MAX)
        if body is None:
            return None
        self._expects_hello = False
        return _hello(body)

    def _cut(self, *, start: int, limit: int) -> bytes | None:
        begin = start + LENGTH.size
        if len(self._pending) < begin:
            return None
        (length,) = LENGTH.unpack_from(self._pending, start)
        if length > limit:
            raise ValueError(f"frame length {length} is over the limit {limit}")
        if len(self._pending) < begin + length:
            return None
        body = bytes(self._pending[begin : begin + length])
        del self._pending[: begin + length]
        return body


def _fields(body: bytes) -> tuple[str, ...]:
    if body and body[-1] != 0:
        raise ValueError(f"a frame of {len(body)} bytes does not end with NUL")
    return tuple(body.decode(errors="backslashreplace").split("\0")[:-1])


def _hello(body: bytes) -> Hello:
    text = body.decode(errors="backslashreplace")
    match = _VERSION_RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"the version range {text!r} is not of the form vMIN..MAX")
    low = int(match[1])
    high = low if match[2] is None else int(match[2])
    if high < low:
        raise ValueError(f"the version range {text!r} ends below its start")
    return Hello(min_version=low, max_version=high, options=match[3] or "")


def frame(fields: Iterable[str]) -> bytes:
    """Return one frame: u32 big-endian length, then every field closed by NUL.

    Raises ValueError for a NUL inside a field and for a frame over the limit.
    """
    texts = tuple(fields)
    joined = "\0".join((*texts, ""))
    if joined.count("\0") != len(texts):
        field = next(text for text in texts if "\0" in text)
        raise ValueError(f"the field {field!r} contains NUL, which ends a field")
    body = joined.encode(errors="backslashreplace")
    if len(body) > FRAME_LENGTH_MAX:
        raise ValueError(f"frame length {len(body)} is over the limit {FRAME_LENGTH_MAX}")
    return LENGTH.pack(len(body)) + body


def renumbered(framed: bytes, request_id: int) -> bytes:
    """The same frame with another id in its first field after the message's number."""
    number, _, rest = framed[LENGTH.size :].split(b"\0", 2)
    body = b"%b\0%d\0%b" % (number, request_id, rest)
    return LENGTH.pack(len(body)) + body


def negotiate(hello: Hello) -> int | None:
    """Return the server version for this client, or None when there is none inside both ranges."""
    version = min(hello.max_version, SERVER_VERSION_MAX)
    if version == SERVER_VERSION_BROKEN:
        version -= 1
    return version if version >= max(hello.min_version, SERVER_VERSION_MIN) else None
