"""Recorded daily bars, bundled or a user's own; a bad row is refused with its line, never repaired."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path

BUNDLED_SYMBOLS = ("AAPL", "IBM", "MSFT")
COLUMNS = ("Ticker", "Date", "Open", "High", "Low", "Close", "Volume")

_BUNDLED_FILE = "stocks-daily-2004-2013.csv.gz"
_A_DAY = date(1970, 1, 1)  # its class is the real one, also while freezegun has replaced the name `date`


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyBar:
    """One symbol's day: prices in dollars as traded, volume in shares; open and close lie in low to high."""

    day: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


class BarsError(ValueError):
    """A file of bars that cannot be used; the text names the file, the line and what is wrong."""


def load_bars(symbol: str) -> tuple[DailyBar, ...]:
    """Return the bundled bars of a symbol, 2004-01-02 to 2013-03-01, in order of days.

    Source: the package bokeh_sampledata, see `data/SOURCE.txt`. Raises BarsError for any other symbol.
    """
    if symbol not in BUNDLED_SYMBOLS:
        raise BarsError(f"there are no bundled bars of {symbol}, only of {', '.join(BUNDLED_SYMBOLS)}")
    return _bundled()[symbol]


def bundled_bars() -> dict[str, tuple[DailyBar, ...]]:
    """The bundled bars of every bundled symbol, see load_bars."""
    return {symbol: load_bars(symbol) for symbol in BUNDLED_SYMBOLS}


@cache  # one entry
def _bundled() -> dict[str, tuple[DailyBar, ...]]:
    packed = files("hydra.gateway").joinpath("data", _BUNDLED_FILE).read_bytes()
    return _read(gzip.decompress(packed).decode().splitlines(), _BUNDLED_FILE)


def load_bars_csv(path: Path) -> dict[str, tuple[DailyBar, ...]]:
    """Return the bars of a user's own file by symbol, in order of days; `.gz` is unpacked.

    The first line names at least the columns Ticker, Date (yyyy-mm-dd), Open, High, Low, Close, Volume.
    Raises BarsError for a bad row and OSError for a file that cannot be read.
    """
    content = path.read_bytes()
    try:
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError) as error:
        raise BarsError(f"{path.name} cannot be unpacked as text: {error}") from None
    return _read(text.splitlines(), path.name)


def _read(lines: Iterable[str], source: str) -> dict[str, tuple[DailyBar, ...]]:
    reader = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BarsError(f"{source} has no column {', '.join(missing)}")
    bars: dict[str, list[DailyBar]] = {}
    for row in reader:
        try:
            bar = _bar(row)
            of_symbol = bars.setdefault(row["Ticker"], [])
            _require(not of_symbol or of_symbol[-1].day < bar.day, f"{bar.day} is not after the row before")
        except ValueError as error:
            raise BarsError(f"{source}, line {reader.line_num}, {row['Ticker']}: {error}") from None
        of_symbol.append(bar)
    return {symbol: tuple(of_symbol) for symbol, of_symbol in bars.items()}


def _bar(row: dict[str, str]) -> DailyBar:
    _require(all(row[column] for column in COLUMNS), "a cell is empty or missing")
    bar = DailyBar(
        day=_A_DAY.fromisoformat(row["Date"]),
        open=_price(row["Open"]),
        high=_price(row["High"]),
        low=_price(row["Low"]),
        close=_price(row["Close"]),
        volume=_volume(row["Volume"]),
    )
    limits = f"low {bar.low} to high {bar.high}"
    _require(bar.low <= bar.open <= bar.high, f"open {bar.open} is outside {limits}")
    _require(bar.low <= bar.close <= bar.high, f"close {bar.close} is outside {limits}")
    _require(bar.low > 0, f"low {bar.low} is not above zero")
    return bar


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a price") from None
    _require(price.is_finite(), f"{text!r} is not a price")
    return price


def _volume(text: str) -> int:
    _require(text.isdecimal() and int(text) > 0, f"volume {text!r} is not a whole number above zero")
    return int(text)


def _require(holds: bool, text: str) -> None:
    if not holds:
        raise ValueError(text)
