"""A standing desk served where the commands look for a running hydra, and the commands as a user calls them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hydra.cli.root import root
from hydra.config import Config
from hydra.control.server import ControlServer
from hydra.control.socket import private_folder, socket_path
from hydra.control.surface import control_surface
from tests.control.standing_desk import StandingDesk, as_desk

NO_ENVIRONMENT = {"IB_GATEWAY_HOST": None, "IB_GATEWAY_PORT": None, "IBKR_PAPER_ACCOUNT_ID": None}


@contextmanager
def running(desk: StandingDesk) -> Iterator[StandingDesk]:
    """XDG_RUNTIME_DIR and the working folder must be the test's own."""
    folder = private_folder(os.environ, os.getuid())
    server = ControlServer(control_surface(as_desk(desk)), socket_path(folder, Config().journal.path))
    server.start()
    try:
        yield desk
    finally:
        server.stop()


def hydra(*arguments: str, typed: str | None = None, **environ: str) -> Result:
    return CliRunner().invoke(root, arguments, input=typed, env={**NO_ENVIRONMENT, **environ}, prog_name="hydra")


def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in `folder`, with control sockets there too."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
