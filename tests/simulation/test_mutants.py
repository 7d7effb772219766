"""The hunter finds what is wrong: each rule that protects an account, taken away, breaks a law within so many seeds.

That the worlds of the same seeds break none with the rule in its place, test_chaos_seeds.py and the last test here hold.
"""

from __future__ import annotations

import pytest

from hydra.simulation.chaos.hunt import hunt, law_of
from hydra.simulation.chaos.options import plan_of
from tests.simulation.mutants import MUTANTS, Mutant

SEEDS_MAX = 25
MINUTES = 30.0


def broken_laws(mutant: Mutant, seed: int) -> set[str]:
    return set(map(law_of, hunt(plan_of(seed, "heavy", MINUTES, mutant.only)).violations))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_found_within_twenty_five_seeds(mutant: Mutant) -> None:
    for seed in range(mutant.first, mutant.first + SEEDS_MAX):
        with pytest.MonkeyPatch.context() as patch:
            mutant.broken(patch)
            broken = broken_laws(mutant, seed)
        if broken & mutant.spoken:
            assert set() == broken_laws(mutant, seed), "the world breaks the law without the mutant too"
            return
    raise AssertionError(f"nothing from seed {mutant.first} on shows that {mutant.broken.__doc__}")
