"""Options that several commands share, and who it is that types them."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import click

from hydra.config import Config, apply_environment, load_config
from hydra.control.client import ControlClient, NotRunning
from hydra.control.socket import find_socket

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="The file to read instead of ./supervisor.toml (built-in defaults where there is none).",
)

reason_option = click.option(
    "--reason", default="by hand", show_default=True, help="Why; it is recorded in the journal."
)


def config_in_force(path: Path | None) -> Config:
    """File and environment. Raises ConfigError."""
    return apply_environment(load_config(path), os.environ)


def client_of(config: Config) -> ControlClient:
    """The client of the hydra on this journal. Raises NotRunning when there is no socket of it."""
    path = find_socket(config.journal.path, os.environ, os.getuid())
    if path is None:
        raise NotRunning(f"no hydra runs on the journal {config.journal.path}")
    return ControlClient(path)


def wall_us() -> int:
    """This machine's wall clock, microseconds since 1970."""
    return time.time_ns() // 1000


def who() -> str:
    """The operating system's name of this user; the environment cannot change it."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
