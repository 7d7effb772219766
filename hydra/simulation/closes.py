"""Daily bars made of closes, for years of which nothing else is at hand: a shape around recorded prices, not a recording.

A day opens at the close before it and ends at its own; its range reaches beyond both. It never guesses a missing day.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from hydra.errors import UsageError
from hydra.gateway.bars import DailyBar

CLOSES = Path("../shared/data/sp500-20-stocks-close-1990-2022.csv.gz")
"""Beside the checkout, seen from the directory in which hydra runs: a column of closes for each stock."""
SYMBOLS = ("AAPL", "MSFT", "JNJ", "JPM", "KO", "PG", "WMT", "XOM", "BAC", "CVX")
"""Those of its twenty stocks that the simulated gateway has contracts of."""
FIRST, LAST = date(2019, 6, 3), date(2020, 12, 31)
REACH = Decimal("0.004")
"""How far high and low lie beyond open and close, as a fraction of them: no day is narrower than a spread."""
VOLUME = 20_000_000
"""Shares a day. The file has none."""
_CENT = Decimal("0.01")


def bars_of_closes(path: Path = CLOSES) -> Mapping[str, tuple[DailyBar, ...]]:
    """The bars of 2020 and the months before it, by symbol. Raises UsageError when the file is not there."""
    if not path.exists():
        raise UsageError(f"the prices of 2020 are made of {path}, and there is no such file here")
    rows = list(csv.DictReader(gzip.decompress(path.read_bytes()).decode("ascii").splitlines()))
    return {symbol: tuple(_bars(symbol, rows)) for symbol in SYMBOLS}


def _bars(symbol: str, rows: list[dict[str, str]]) -> Iterator[DailyBar]:
    opening: Decimal | None = None
    for row in rows:
        day, close = FIRST.fromisoformat(row["Date"]), Decimal(row[symbol]).quantize(_CENT)
        if opening is not None and FIRST <= day <= LAST:
            yield _bar(day, opening, close)
        opening = close


def _bar(day: date, opening: Decimal, close: Decimal) -> DailyBar:
    return DailyBar(
        day=day,
        open=opening,
        high=(max(opening, close) * (1 + REACH)).quantize(_CENT),
        low=(min(opening, close) * (1 - REACH)).quantize(_CENT),
        close=close,
        volume=VOLUME,
    )
