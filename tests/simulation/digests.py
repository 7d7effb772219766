"""Digests of short hunted worlds by seed, also as JSON from a process: `python -m tests.simulation.digests CLOCK SEED...`"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from hydra.simulation.chaos.hunt import Wishes, hunt
from hydra.simulation.chaos.options import plan_of
from hydra.simulation.chaos.quiet import be_quiet
from hydra.simulation.world import ClockKind

MINUTES = 4.0
ROOT = Path(__file__).parents[2]


def digest_of(seed: int, clock: ClockKind) -> str:
    """The digest of a heavy world of a few minutes."""
    return hunt(plan_of(seed, "heavy", MINUTES), Wishes(clock=clock)).digest


def elsewhere(seeds: Iterable[int], *, clock: ClockKind, hash_seed: int) -> dict[int, str]:
    """The same from another process with this PYTHONHASHSEED."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.digests", clock, *map(str, seeds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return {int(seed): digest for seed, digest in json.loads(done.stdout).items()}


def main(clock: ClockKind, *seeds: str) -> None:
    be_quiet()
    print(json.dumps({seed: digest_of(int(seed), clock) for seed in seeds}))


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
