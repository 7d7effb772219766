"""Slices of a TWAP parent: how much, and when. Together they hold exactly the parent, always."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal

from hydra.core.instants import after_s
from hydra.values import Slice

SLICE_GAP_MIN_S = 1.0
SLICE_ROOM_MIN_S = 5.0


def split(quantity: Decimal, n: int) -> tuple[Decimal, ...]:
    """A whole quantity in at most n whole parts, the rest to the early ones: 13 in 5 is 3, 3, 3, 2, 2."""
    if quantity != quantity.to_integral_value() or quantity <= 0 or n < 1:
        raise ValueError(f"cannot split quantity {quantity} into {n} whole parts")
    whole = int(quantity)
    parts = min(n, whole)
    each, rest = divmod(whole, parts)
    return tuple(Decimal(each + (1 if i < rest else 0)) for i in range(parts))


def slices(
    quantity: Decimal, *, n: int, start: datetime, horizon_s: float, jitter: float, rng: random.Random
) -> tuple[Slice, ...]:
    """Slices over the horizon, the first at once, each other shifted by up to `jitter` of the time between
    two.

    Fewer than n when the quantity or the horizon is too small: each slice has at least SLICE_ROOM_MIN_S.
    The last is due before the horizon ends.
    """
    parts = split(quantity, max(1, min(n, int(horizon_s // SLICE_ROOM_MIN_S))))
    between_s = horizon_s / len(parts)
    due_s, made = 0.0, []
    for i, part in enumerate(parts):
        if i:
            shift = rng.uniform(-jitter, jitter)
            due_s = max(due_s + SLICE_GAP_MIN_S, (i + shift) * between_s)
        made.append(Slice(slice_n=i + 1, quantity=part, due_at=after_s(start, due_s)))
    return tuple(made)
