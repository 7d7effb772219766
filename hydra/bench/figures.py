"""What a measurement is: a sorted list of seconds, read as percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Percentiles of one measured thing, in milliseconds."""

    n: int
    p50_ms: float
    p99_ms: float


def timing(seconds: Sequence[float]) -> Timing:
    """Nearest-rank percentiles. Raises ValueError when nothing was measured."""
    if not seconds:
        raise ValueError("nothing was measured: 0 samples")
    ordered = sorted(seconds)
    return Timing(n=len(ordered), p50_ms=_rank(ordered, 0.50), p99_ms=_rank(ordered, 0.99))


def _rank(ordered: Sequence[float], share: float) -> float:
    index = min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))
    return round(ordered[index] * 1000, 4)
