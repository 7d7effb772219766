"""Tests of hydra/simulation/memory.py."""

from __future__ import annotations

import gc

import pytest

from hydra.simulation.memory import COLLECT_AFTER, rare_collections, resident_mb

MORE_MB = 64


def test_memory_that_is_touched_is_resident_in_megabytes_of_a_million_bytes() -> None:
    before = resident_mb()
    touched = bytearray(b"x" * (MORE_MB * 1_000_000))
    assert MORE_MB * 0.9 < resident_mb() - before < MORE_MB * 2.2
    del touched


def test_collections_are_rare_inside_and_as_before_afterwards_also_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), rare_collections():
        assert COLLECT_AFTER == gc.get_threshold()
        raise ZeroDivisionError
    assert before == gc.get_threshold()
