"""Pieces of Markdown: tables, lists, numbers, instants. It knows nothing of reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from hydra.core.instants import NEW_YORK, wall
from hydra.core.wording import number

NONE = "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> list[str]:
    """Lines of a table; the sentence `nothing` where there are no rows."""
    lines = [_row(row) for row in rows]
    if not lines:
        return [nothing]
    return [_row(heads), _row(["---"] * len(heads)), *lines]


def bullets(texts: Iterable[str]) -> list[str]:
    """Lines of a list."""
    return [f"- {_flat(text)}" for text in texts]


def clock(at: datetime | None) -> str:
    """New York's wall clock to the second; the day too is New York's."""
    return NONE if at is None else wall(at, NEW_YORK).strftime("%m-%d %H:%M:%S")


def amount(value: Decimal | None) -> str:
    """A price or a quantity, exact."""
    return NONE if value is None else number(value)


def money(value: Decimal | None) -> str:
    """Dollars and cents with separated thousands."""
    return NONE if value is None else f"{value:,.2f}"


def share(value: Decimal | None) -> str:
    """` (-0.25 %)` for -0.0025, nothing when it is unknown."""
    return "" if value is None else f" ({value * 100:+.2f} %)"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_flat(cell).replace('|', chr(92) + '|') or NONE for cell in cells)} |"


def _flat(text: str) -> str:
    """One line, whatever a broker or a traceback put into it."""
    return " ".join(text.split())
