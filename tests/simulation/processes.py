"""`hydra simulate` in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    """What one process printed as JSON, and the file of its deliveries."""

    figures: dict[str, Any]
    trace: Path


def simulated(folder: Path, *options: str, hash_seed: int = 0) -> Run:
    """One market day in a new process that works in `folder`, where it finds a supervisor.toml and strategies if any."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", "from hydra.cli.root import main; main()", "simulate"]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("IB_", "IBKR_"))},
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join((str(folder), *filter(None, sys.path))),
    }
    done = subprocess.run(
        [*command, "--days", "1", "--trace", "trace.txt", "--json", *options],
        cwd=folder, env=environ, capture_output=True, text=True, check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return Run(figures=json.loads(done.stdout.splitlines()[-1]), trace=folder / "trace.txt")
