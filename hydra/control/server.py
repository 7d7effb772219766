"""The control surface served on its Unix socket by a thread of its own. It installs no signal handlers.

Started after the desk and stopped before it, so nobody is ever answered by a half of it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from loguru import logger
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from hydra.control.socket import listen, peer_uid

CONNECTIONS_MAX = 32
GRACE_S = 2
STOP_TIMEOUT_S = 5.0


def same_user(uid: int) -> bool:
    """Whether this is the user we run as; root is another."""
    return uid == os.getuid()


class ControlServer:
    """Serves until stopped. `admits` judges the user id at the other end of each connection."""

    def __init__(self, surface: Starlette, path: Path, admits: Callable[[int], bool] = same_user) -> None:
        self.path = path
        self._listening = listen(path)
        config = uvicorn.Config(
            surface,
            http=_guarded(admits),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listening],), name="control", daemon=True
        )

    def start(self) -> None:
        """Connections wait in the kernel from the constructor on; from here on they are answered."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what is under way, take nothing more, leave no socket file."""
        self._server.should_exit = True
        self._thread.join(STOP_TIMEOUT_S)
        self._listening.close()
        self.path.unlink(missing_ok=True)


def _guarded(admits: Callable[[int], bool]) -> type[H11Protocol]:
    class GuardedProtocol(H11Protocol):
        """Drops a connection whose other end is not admitted before a byte of it is read."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            uid = peer_uid(transport.get_extra_info("socket"))
            if not admits(uid):
                logger.warning("the control socket was opened by user {}, who is not admitted: closed", uid)
                transport.abort()

    return GuardedProtocol
