"""The order protocol holds under any crashes, and the model would see it if it did not.

More of it: `python -m tests.model --seeds 5000`. A failing seed prints its trace and the command that replays it.
"""

from __future__ import annotations

from collections import Counter

import pytest

from hydra.messages import decisions as d
from tests.model.mutants import MUTANTS, Mutant
from tests.model.running import failure_of, first_failure, lives
from tests.model.town import Town

SEEDS = 250

SOMETIMES = {
    "the journal dies": 20,
    "the broker dies": 20,
    "risk dies": 20,
    "router/s1 dies": 10,
    "THE PROCESS DIES": 20,
    "the socket is lost": 50,
    "FILLED": 50,
    "CANCELLED": 50,
    "REJECTED": 10,
    "NEVER_REACHED": 10,
    "NOT_WRITTEN": 2,
    "refused": 20,
    "doubted": 50,
    "found again": 20,
}
"""What a slice of this size must have seen at least so often; a model in which nothing happens proves nothing."""


def seen(town: Town) -> Counter[str]:
    counts = Counter(name for line in town.trace for name in SOMETIMES if name in line)
    for page in town.disk.pages:
        match page.event:
            case d.OrderEnded(state=state):
                counts[state] += 1
            case d.OrderRefused():
                counts["refused"] += 1
            case d.OrderDoubted():
                counts["doubted"] += 1
            case d.OrderFound():
                counts["found again"] += 1
    return counts


def test_at_most_one_wire_order_per_intent_nothing_forgotten_nothing_over_limit_no_verdict_false() -> None:
    total: Counter[str] = Counter()
    for town, failure in lives(0, SEEDS):
        assert failure is None, str(failure)
        total += seen(town)
    rare = {name: total[name] for name, least in SOMETIMES.items() if total[name] < least}
    assert {} == rare


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_protocol_without_one_of_its_rules_is_found_out(mutant: Mutant) -> None:
    assert first_failure(mutant) is not None, f"{mutant.name} lived through {mutant.within} seeds"


def test_one_seed_is_one_life() -> None:
    first, second = Town(48), Town(48)
    assert (failure_of(first, 48), failure_of(second, 48)) == (None, None)
    assert first.trace == second.trace
    assert 100 < len(first.trace)
