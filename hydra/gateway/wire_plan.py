"""A message table made ready for one server version: gates applied, defaults parsed; no message yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra.gateway.wire_rows import VERSIONS, Field, Group, Layout, Rows, Variant, When, in_runs, rows_at
from hydra.gateway.wire_text import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one dict of values may hold: the names known at any version, and the value of a name nobody gave.

    The names of a variant have no default: which of them exist depends on the selector. `is_plain`: fields only.
    """

    known: frozenset[str]
    defaults: Mapping[str, Any]
    groups: tuple[str, ...]
    is_plain: bool

    def fresh(self) -> dict[str, Any]:
        """Return a new dict of the defaults; a group's default is an empty list of its own."""
        values = dict(self.defaults)
        for name in self.groups:
            values[name] = []
        return values

    def completed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values with the defaults of the rest; as they are where no row asks for another's value."""
        return values if self.is_plain else {**self.fresh(), **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One message at one server version; `blocks` by group name, the message's own block is `""`."""

    layout: Layout
    rows: Rows
    blocks: Mapping[str, Block]


@cache  # bounded: one entry for each message and server version
def plan_of(layout: Layout, version: int) -> Plan:
    """Return the plan; raises ValueError for a version outside the tables."""
    if version not in VERSIONS:
        raise ValueError(f"server version {version} is outside {VERSIONS.start} to {VERSIONS.stop - 1}")
    blocks: dict[str, Block] = {}
    _add_block("", layout.rows, blocks)
    return Plan(layout=layout, rows=in_runs(rows_at(layout.rows, version)), blocks=blocks)


def _add_block(name: str, rows: Rows, blocks: dict[str, Block]) -> None:
    fields: list[Field] = []
    groups: list[str] = []
    variants: list[Field] = []
    _sort_rows(rows, fields, groups, variants, blocks)
    blocks[name] = Block(
        known=frozenset((*(field.name for field in (*fields, *variants)), *groups)),
        defaults={field.name: parse(field.kind, field.default) for field in fields},
        groups=tuple(groups),
        is_plain=all(isinstance(row, Field) for row in rows),
    )


def _sort_rows(rows: Rows, fields: list[Field], groups: list[str], variants: list[Field], blocks: dict[str, Block]) -> None:
    for row in rows:
        match row:
            case Field():
                if row.kind != "v":
                    fields.append(row)
            case Group():
                groups.append(row.name)
                _add_block(row.name, row.rows, blocks)
            case When():
                _sort_rows(row.rows, fields, groups, variants, blocks)
            case Variant():
                for case_rows in row.cases.values():
                    _sort_rows(case_rows, variants, groups, variants, blocks)
