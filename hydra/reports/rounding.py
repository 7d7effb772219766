"""How figures of a report are rounded, in one place."""

from __future__ import annotations

from decimal import Decimal

_CENT = Decimal("0.01")
_MILLIONTH = Decimal("0.000001")
_BASIS_POINTS = 10_000


def money(value: Decimal) -> Decimal:
    """To cents; never a negative zero."""
    return value.quantize(_CENT) + 0


def average(price: Decimal) -> Decimal:
    """A computed price, to a millionth where it has more places than that."""
    shorter = price.quantize(_MILLIONTH)
    return price if price == shorter else shorter


def fraction(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """A share of `whole` to a millionth, None when the whole is unknown or not positive."""
    return (part / whole).quantize(_MILLIONTH) + 0 if whole is not None and whole > 0 else None


def basis_points(part: Decimal, whole: Decimal) -> Decimal:
    """To a hundredth of a basis point."""
    return (part / whole * _BASIS_POINTS).quantize(_CENT) + 0
