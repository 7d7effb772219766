"""Tests of hydra/simulation/memory.py."""

from __future__ import annotations

from hydra.simulation.memory import resident_mb

MORE_MB = 64


def test_memory_that_is_touched_is_resident_in_megabytes_of_a_million_bytes() -> None:
    before = resident_mb()
    touched = bytearray(b"x" * (MORE_MB * 1_000_000))
    assert MORE_MB * 0.9 < resident_mb() - before < MORE_MB * 2.2
    del touched
