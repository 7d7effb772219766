"""`hydra` in a process that kills itself with SIGKILL at a commit of its journal: before or after the first that records an
event of a class. `python -m tests.drills.sudden_death SIDE CLASS COMMAND...`; nothing of the product knows of it.
"""

from __future__ import annotations

import os
import signal
import sys

from hydra.cli import main
from hydra.messages import decisions, facts
from hydra.simulation.disk import Disk, installed
from hydra.simulation.recovery.points import AtCommit


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run(side: str, name: str) -> None:
    """Be `hydra` until then."""
    with installed(Disk()) as disk:
        disk.begin(AtCommit(getattr(facts, name, None) or getattr(decisions, name), die, is_after=side == "after"))
        main()


if __name__ == "__main__":
    side, name, *sys.argv[1:] = sys.argv[1:]
    run(side, name)
