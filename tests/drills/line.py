"""A real TCP line between a client and a gateway that can be cut and mended. It only carries bytes."""

from __future__ import annotations

import selectors
import socket
import threading

JOIN_WITHIN_S = 10.0


class Line:
    """A TCP proxy on loopback that can be cut: `cut` resets what is open, and refuses new connections until `mend`."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: dict[socket.socket, socket.socket] = {}
        self._is_cut = False
        self._wake, self._waker = socket.socketpair()
        self._over = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._carry, name="line", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
        self._waker.send(b"!")

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        with self._lock:
            self._over = self._is_cut = True
        self._waker.send(b"!")
        self._thread.join(JOIN_WITHIN_S)
        for each in (self._listening, self._wake, self._waker):
            each.close()

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self._over:
                for key, _ in selector.select():
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    if end is self._wake:
                        end.recv(64)
                        self._drop_all(selector)
                    elif end is self._listening:
                        self._accept(selector)
                    elif end in self._open:
                        self._pass_on(selector, end)
            self._drop_all(selector)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        near, _ = self._listening.accept()
        if self._is_cut:
            _reset(near)
            return
        far = socket.create_connection(("127.0.0.1", self._to_port))
        for end, other in ((near, far), (far, near)):
            self._open[end] = other
            selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, selector: selectors.BaseSelector, end: socket.socket) -> None:
        try:
            data = end.recv(65_536)
            if data:
                self._open[end].sendall(data)
                return
        except OSError:
            pass  # either end is gone: so is the other
        self._drop(selector, end)

    def _drop_all(self, selector: selectors.BaseSelector) -> None:
        while self._is_cut and self._open:
            self._drop(selector, next(iter(self._open)))

    def _drop(self, selector: selectors.BaseSelector, end: socket.socket) -> None:
        for each in (end, self._open[end]):
            selector.unregister(each)
            del self._open[each]
            _reset(each)


def _reset(end: socket.socket) -> None:
    """Close with RST, as a router does that forgot the connection."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    end.close()
