"""A plan decides everything: its world has one digest, whatever the process, its hash seed and its clock."""

from __future__ import annotations

import pytest

from tests.simulation.digests import digest_of, elsewhere

GROUPS = [range(begin, begin + 10) for begin in range(0, 50, 10)]


@pytest.mark.parametrize("seeds", GROUPS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_fifty_heavy_worlds_have_one_digest_in_every_process_with_every_hash_seed_and_either_clock(seeds: range) -> None:
    first = {seed: digest_of(seed, "plain") for seed in seeds}
    assert first == {seed: digest_of(seed, "plain") for seed in seeds}
    assert first == elsewhere(seeds, clock="plain", hash_seed=1)
    assert first == elsewhere(seeds, clock="freezegun", hash_seed=2)
    assert len(seeds) == len(set(first.values()))
