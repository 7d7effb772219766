"""A message table made ready for one server version: gates applied, defaults parsed; no message yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra.gateway.wire_rows import VERSIONS, Field, Group, Layout, Rows, Variant, When, rows_at
from hydra.gateway.wire_text import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one dict of values may hold: the names known at any version, and the value of a name nobody gave.

    The names of a variant have no default: which of them exist depends on the selector.
    """

    known: frozenset[str]
    defaults: Mapping[str, Any]
    groups: tuple[str, ...]

    def fresh(self) -> dict[str, Any]:
        """Return a new dict of the defaults; a group's default is an empty list of its own."""
        values = dict(self.defaults)
        for name in self.groups:
            values[name] = []
        return values


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
    return Plan(layout=layout, rows=rows_at(layout.rows, version), blocks=blocks)


def _add_block(name: str, rows: Rows, blocks: dict[str, Block]) -> None:
    fields: list[Field] = []
    groups: list[str] = []
    variants: list[Field] = []
    _sort_rows(rows, fields, groups, variants, blocks)
    blocks[name] = Block(
        known=frozenset((*(field.name for field in (*fields, *variants)), *groups)),
        defaults={field.name: parse(field.kind, field.default) for field in fields},
        groups=tuple(groups),
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
