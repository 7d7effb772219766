"""Numbers as people read them in a reason: separated thousands, no exponent, no idle zeros."""

from __future__ import annotations

from decimal import Decimal


def number(value: Decimal) -> str:
    """`12,400.5` for 12400.50."""
    return f"{value.normalize():,f}"


def percent(fraction: Decimal) -> str:
    """`1.25 %` for 0.0125, at most two places."""
    return f"{number(round(fraction * 100, 2))} %"


def seconds(value: float) -> str:
    """`12.5 s`, at most one place."""
    return f"{round(value, 1):g} s"
