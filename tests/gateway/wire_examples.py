"""Values for every message of the tables, drawn by row; what the codec tests feed on."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hydra.gateway.framing import FrameReader
from hydra.gateway.wire_plan import plan_of
from hydra.gateway.wire_rows import Field, Group, Layout, Rows, Run, Variant, When

VERSIONS = (157, 159, 160, 162, 163, 164, 166, 169, 170, 174, 176, 177, 178)
GOLDEN = Path(__file__).parent / "golden"

# Fields whose value decides what else is on the wire: drawn from the values that decide.
DECIDING: Mapping[str, tuple[object, ...]] = {
    "secType": ("STK", "BAG"),
    "orderType": ("LMT", "PEG BENCH", "PEGBENCH", "PEG BEST", "PEGBEST", "PEG MID", "PEGMID"),
    "exchange": ("SMART", "IBKRATS"),
    "deltaNeutralOrderType": ("", "None", "MKT"),
    "hedgeType": ("", "D"),
    "algoStrategy": ("", "Twap"),
    "scalePriceIncrement": (None, Decimal("0.05"), Decimal(0)),
    "competeAgainstBestOffset": (None, Decimal("0.02"), Decimal("Infinity")),
}

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
_INTS = st.integers(-(10**6), 10**6)
_PRICES = st.decimals(-(10**6), 10**6, places=4)
_WHOLE = st.integers(-(10**6), 10**6).map(Decimal)
_SIMPLE: Mapping[str, st.SearchStrategy[Any]] = {
    "s": _TEXTS,
    "i": _INTS,
    "b": st.booleans(),
    "f": _PRICES,
    "g": _PRICES,
    "q": _PRICES,
    "Q": _WHOLE,
}


def fields_of(text: str) -> tuple[str, ...]:
    """Return the fields of a line in the notation of the reference: every field closed by a bar."""
    assert text.endswith("|")
    return tuple(text[:-1].split("|"))


def golden(name: str) -> tuple[str, ...]:
    """Return the fields of a recorded frame."""
    return fields_of((GOLDEN / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n"))


def unframed(data: bytes) -> tuple[str, ...]:
    """Return the fields of exactly one frame."""
    (fields,) = FrameReader(expects_hello=False).feed(data)
    assert isinstance(fields, tuple)
    return fields


def values_of(layout: Layout, version: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw values for everything that may be on the wire at a version, the conditional parts included."""
    return _block(plan_of(layout, version).rows)


@st.composite
def _block(draw: st.DrawFn, rows: Rows) -> dict[str, Any]:
    values: dict[str, Any] = {}
    _fill(draw, rows, values)
    return values


def _fill(draw: st.DrawFn, rows: Rows, values: dict[str, Any]) -> None:
    for row in rows:
        match row:
            case Run():
                values.update({field.name: draw(_value(field)) for field in row.fields if field.kind != "v"})
            case Group():
                values[row.name] = draw(st.lists(_block(row.rows), max_size=2))
            case When():
                _fill(draw, row.rows, values)
            case Variant():
                values[row.selector] = draw(st.sampled_from(tuple(row.cases)))
                _fill(draw, row.cases[values[row.selector]], values)


def _value(row: Field) -> st.SearchStrategy[Any]:
    if row.name in DECIDING:
        return st.sampled_from(DECIDING[row.name])
    if row.kind in _SIMPLE:
        return _SIMPLE[row.kind]
    number: st.SearchStrategy[Any] = _INTS if row.kind == "I" else _PRICES
    has_unset = row.default != "0.0"  # the two prices of openOrder print an unset value as zero
    return st.none() | number if has_unset else number
