"""The grammar of the wire tables: what a row of a message can be; it holds no message and touches no value.

A table is written in the notation of IB's field lists, one word a field:

    name:kind[=default][>=first server version][<first server version without it]

`reqId:i  right:s=?  duration:I>=158  faProfile:s<177`. Kinds: `i` int, `I` int or unset, `f` number,
`F` number or unset, `D` number whose unset is always spelled out (margins), `g` number printed without a
trailing `.0`, `q` quantity, `s` text, `b` bool, `v` a literal version field that no caller sees. The default
is the text that the real gateway prints for a value nobody gave.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

UNSET_DOUBLE = "1.7976931348623157E308"
UNSET_INT = "2147483647"
VERSIONS = range(157, 179)
DECIMAL_SIZES_SINCE = 163  # before it a quantity is integer text on the wire

_DEFAULTS = {"i": "0", "I": "", "f": "0.0", "F": "", "D": UNSET_DOUBLE, "g": "0", "q": "0", "s": "", "b": "0"}
_WORD = re.compile(r"([\w.]+):([iIfFDgqsbv])(?:=([^\s<>]*))?(?:>=(\d+))?(?:<(\d+))?", re.ASCII)

Test = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field on the wire, present from server version `since` up to, not including, `until`."""

    name: str
    kind: str
    default: str
    since: int = VERSIONS.start
    until: int = VERSIONS.stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A count, then that many times `rows`; in values a list of dicts under `name`."""

    name: str
    rows: "Rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """`rows` that are on the wire only if `test` holds for the values before them."""

    test: Test
    rows: "Rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Rows chosen by the number in the field `selector` before them."""

    selector: str
    cases: Mapping[int, "Rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Fields side by side, with nothing between them: most of a long message is written in a few of these."""

    fields: tuple[Field, ...]


Row = Field | Group | When | Variant | Run
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """A message: its name, its number on the wire and its rows after the number. Equal only to itself."""

    name: str
    number: int
    rows: Rows


def words(text: str) -> Rows:
    """Parse the notation above; raises ValueError naming the word that is none."""
    return tuple(_word(word) for word in text.split())


def _word(word: str) -> Field:
    match = _WORD.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} is not name:kind[=default][>=version][<version]")
    name, kind, default, since, until = match.groups()
    return Field(
        name=name,
        kind=kind,
        default=_DEFAULTS[kind] if default is None else default,
        since=int(since or VERSIONS.start),
        until=int(until or VERSIONS.stop),
    )


def rows(*parts: str | Row | Rows) -> Rows:
    """Join notation, single rows and ready tuples of rows into one tuple, in order."""
    joined: list[Row] = []
    for part in parts:
        if isinstance(part, str):
            joined += words(part)
        elif isinstance(part, tuple):
            joined += part
        else:
            joined.append(part)
    return tuple(joined)


def layout(number: int, name: str, *parts: str | Row | Rows) -> Layout:
    """Return the message `name` with the wire number `number`."""
    return Layout(name=name, number=number, rows=rows(*parts))


def group(name: str, *parts: str | Row | Rows) -> Group:
    """Return a counted group."""
    return Group(name=name, rows=rows(*parts))


def when(test: Test, *parts: str | Row | Rows) -> When:
    """Return conditional rows."""
    return When(test=test, rows=rows(*parts))


def one_of(name: str, *values: object) -> Test:
    """Hold if the value is one of `values`."""
    return lambda seen: seen[name] in values


def filled(name: str) -> Test:
    """Hold if the text or the group is not empty."""
    return lambda seen: bool(seen[name])


def positive(name: str) -> Test:
    """Hold if the number is set and above zero."""
    return lambda seen: seen[name] is not None and seen[name] > 0


def rows_at(table: Rows, version: int) -> Rows:
    """Return the rows that exist at a server version; a quantity before 163 becomes `Q`, whole units only."""
    return tuple(at for row in table if (at := _row_at(row, version)) is not None)


def _row_at(row: Row, version: int) -> Row | None:
    match row:
        case Field():
            if not row.since <= version < row.until:
                return None
            return replace(row, kind="Q") if row.kind == "q" and version < DECIMAL_SIZES_SINCE else row
        case Variant() | Group() | When() | Run():
            return _within(row, lambda table: rows_at(table, version))


def in_runs(table: Rows) -> Rows:
    """Return the same rows with fields that stand side by side joined, at every depth."""
    joined: list[Row] = []
    for _, side_by_side in groupby(table, lambda row: isinstance(row, Field)):
        rows_here = tuple(side_by_side)
        fields = tuple(row for row in rows_here if isinstance(row, Field))
        joined += [Run(fields=fields)] if fields else [_within(row, in_runs) for row in rows_here]
    return tuple(joined)


def _within(row: Row, change: Callable[[Rows], Rows]) -> Row:
    """Return the row with its inner tables changed."""
    match row:
        case Group() | When():
            return replace(row, rows=change(row.rows))
        case Variant():
            return replace(row, cases={number: change(case) for number, case in row.cases.items()})
        case Field() | Run():
            return row
