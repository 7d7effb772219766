"""The model check as a command: `python -m tests.model --seeds 5000 --budget 300`. Ends with 1 if a law was broken."""

from __future__ import annotations

import argparse
import sys
import time

from tests.model.mutants import MUTANTS
from tests.model.running import first_failure, lives


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first one")
    parser.add_argument("--budget", type=float, default=3_600.0, help="seconds after which no further seed is begun")
    parser.add_argument("--mutants", action="store_true", help="look for the planted mutants instead")
    options = parser.parse_args()
    return find_mutants() if options.mutants else check(options.first, options.seeds, options.budget)


def check(first: int, seeds: int, budget_s: float) -> int:
    begun = time.monotonic()
    lived = failures = steps = 0
    for town, failure in lives(first, seeds):
        lived += 1
        steps += town.steps
        if failure is not None:
            failures += 1
            print(failure, end="\n\n")
        if time.monotonic() - begun > budget_s:
            break
    took_s = time.monotonic() - begun
    print(f"{lived} seeds from {first} on, {steps} steps, {took_s:.1f} s: {failures} broke a law")
    return int(failures > 0)


def find_mutants() -> int:
    missed = 0
    for mutant in MUTANTS:
        found = first_failure(mutant)
        missed += found is None
        text = f"not within {mutant.within} seeds" if found is None else f"seed {found.seed}: {found.sentence}"
        print(f"{mutant.name}: {text}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
