"""The hunter finds what is wrong: each rule that protects an account, taken away, breaks a law within so many seeds.

Each of these worlds broke no law with the rule in its place when it was chosen; that others break none, test_chaos_seeds.py
holds.
"""

from __future__ import annotations

import pytest

from hydra.simulation.chaos.hunt import hunt, law_of
from hydra.simulation.chaos.options import plan_of
from tests.simulation.mutants import MUTANTS, Mutant

SEEDS_MAX = 25


def found_broken(mutant: Mutant) -> set[str]:
    """The laws that are broken in the first world that breaks any, hunting seeds in order."""
    for seed in range(mutant.first, mutant.first + mutant.within):
        with pytest.MonkeyPatch.context() as patch:
            mutant.broken(patch)
            violations = hunt(plan_of(seed, "heavy", mutant.minutes)).violations
        if violations:
            return set(map(law_of, violations))
    return set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_found_within_its_seeds(mutant: Mutant) -> None:
    assert mutant.within <= SEEDS_MAX
    assert mutant.spoken & found_broken(mutant), f"nothing from seed {mutant.first} on shows {mutant.broken.__doc__}"
