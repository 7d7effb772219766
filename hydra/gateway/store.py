"""The gateway's durable truth: what must be known after a SIGKILL. It stores records and knows no rule of
trading.

The `save`s collect; `commit` makes all of it durable at once, or none. The gateway commits before any
byte leaves it.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from hydra.gateway.records import Execution, Head, Order, Position

SCHEMA_VERSION = 1
Record = Head | Order | Position | Execution
_R = TypeVar("_R")

_SCHEMA = """
CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    account TEXT NOT NULL, seed INTEGER NOT NULL, start_cash TEXT NOT NULL, cash TEXT NOT NULL,
    realized TEXT NOT NULL, day TEXT NOT NULL, market_us INTEGER NOT NULL, next_perm_id INTEGER NOT NULL,
    next_execution INTEGER NOT NULL
) STRICT;
CREATE TABLE clients (client_id INTEGER PRIMARY KEY, next_order_id INTEGER NOT NULL) STRICT;
CREATE TABLE positions (
    symbol TEXT PRIMARY KEY,
    con_id INTEGER NOT NULL, quantity TEXT NOT NULL, cost TEXT NOT NULL, realized TEXT NOT NULL
) STRICT;
CREATE TABLE orders (
    perm_id INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL, order_id INTEGER NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL,
    side TEXT NOT NULL, quantity TEXT NOT NULL, limit_price TEXT NOT NULL, tif TEXT NOT NULL,
    order_ref TEXT NOT NULL, status TEXT NOT NULL, placed_us INTEGER NOT NULL, filled TEXT NOT NULL, value TEXT NOT NULL,
    last_price TEXT NOT NULL, commission TEXT NOT NULL, finished_us INTEGER NOT NULL, end_reason TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_end ON orders (finished_us);
CREATE TABLE executions (
    exec_id TEXT PRIMARY KEY,
    perm_id INTEGER NOT NULL, client_id INTEGER NOT NULL, order_id INTEGER NOT NULL, order_ref TEXT NOT NULL,
    con_id INTEGER NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL,
    price TEXT NOT NULL, cumulative_quantity TEXT NOT NULL, average_price TEXT NOT NULL, commission TEXT NOT NULL,
    realized TEXT, at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX executions_by_time ON executions (at_us);
"""

_TABLES: dict[type, str] = {Head: "head", Position: "positions", Order: "orders", Execution: "executions"}


class Store(Protocol):
    """What the gateway asks of its memory; on disk for the server, in memory for the simulation."""

    def head(self) -> Head | None: ...

    def next_order_ids(self) -> dict[int, int]: ...

    def positions(self) -> list[Position]: ...

    def orders(self, *, ended_since_us: int) -> list[Order]:
        """Live orders, and those that ended at or after the instant, oldest first."""
        ...

    def executions(self, *, since_us: int) -> list[Execution]:
        """In the order of their first save; of a corrected execution, every revision."""
        ...

    def save(self, record: Record) -> None:
        """Put or replace the record with this key."""
        ...

    def save_next_order_id(self, client_id: int, next_order_id: int) -> None: ...

    def delete_position(self, symbol: str) -> None: ...

    def commit(self) -> None: ...


@dataclass(slots=True)
class _Tables:
    head: dict[int, Head] = field(default_factory=dict)
    clients: dict[int, int] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)


class MemoryStore:
    """The store of a simulated world. What was not committed is lost by `crash`, as a killed process would
    lose it.
    """

    def __init__(self) -> None:
        self._durable = _Tables()
        self._pending: list[Callable[[_Tables], object]] = []

    def crash(self) -> None:
        self._pending.clear()

    def head(self) -> Head | None:
        return self._durable.head.get(1)

    def next_order_ids(self) -> dict[int, int]:
        return dict(self._durable.clients)

    def positions(self) -> list[Position]:
        return [self._durable.positions[symbol] for symbol in sorted(self._durable.positions)]

    def orders(self, *, ended_since_us: int) -> list[Order]:
        return [order for order in self._durable.orders.values() if _is_current(order, ended_since_us)]

    def executions(self, *, since_us: int) -> list[Execution]:
        return [execution for execution in self._durable.executions.values() if execution.at_us >= since_us]

    def save(self, record: Record) -> None:
        match record:
            case Head():
                self._pending.append(lambda tables: tables.head.update({1: record}))
            case Order():
                self._pending.append(lambda tables: tables.orders.update({record.perm_id: record}))
            case Position():
                self._pending.append(lambda tables: tables.positions.update({record.symbol: record}))
            case Execution():
                self._pending.append(lambda tables: tables.executions.update({record.exec_id: record}))

    def save_next_order_id(self, client_id: int, next_order_id: int) -> None:
        self._pending.append(lambda tables: tables.clients.update({client_id: next_order_id}))

    def delete_position(self, symbol: str) -> None:
        self._pending.append(lambda tables: tables.positions.pop(symbol, None))

    def commit(self) -> None:
        for change in self._pending:
            change(self._durable)
        self._pending.clear()


def _is_current(order: Order, ended_since_us: int) -> bool:
    return not order.is_final or order.finished_us >= ended_since_us


class SqliteStore:
    """The store on disk: STRICT tables, WAL, synchronous=FULL, one writer. `read_only` never writes a byte.

    Raises sqlite3.OperationalError when the file cannot be opened, ValueError when it is not such a store.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        mode = "?mode=ro" if read_only else ""
        with ExitStack() as undo:
            self._db = sqlite3.connect(f"file:{path}{mode}", uri=True, isolation_level=None)
            undo.callback(self._db.close)
            self._db.row_factory = sqlite3.Row
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
            self._ensure_schema(path, read_only=read_only)
            undo.pop_all()

    def _ensure_schema(self, path: Path, *, read_only: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not read_only:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            raise ValueError(
                f"{path}: gateway store of version {version}, this program reads version {SCHEMA_VERSION}"
            )

    def close(self) -> None:
        self._db.close()

    def head(self) -> Head | None:
        rows = self._select(Head, "")
        return rows[0] if rows else None

    def next_order_ids(self) -> dict[int, int]:
        return dict(
            self._db.execute("SELECT client_id, next_order_id FROM clients ORDER BY client_id").fetchall()
        )

    def positions(self) -> list[Position]:
        return self._select(Position, "ORDER BY symbol")

    def orders(self, *, ended_since_us: int) -> list[Order]:
        where = "WHERE finished_us = 0 OR finished_us >= ? ORDER BY perm_id"
        return self._select(Order, where, ended_since_us)

    def executions(self, *, since_us: int) -> list[Execution]:
        return self._select(Execution, "WHERE at_us >= ? ORDER BY rowid", since_us)

    def _select(self, kind: type[_R], tail: str, *arguments: object) -> list[_R]:
        rows = self._db.execute(f"SELECT * FROM {_TABLES[kind]} {tail}", arguments)
        return [msgspec.convert(dict(row), kind, strict=False) for row in rows]

    def save(self, record: Record) -> None:
        row: dict[str, Any] = msgspec.to_builtins(record)
        self._write(type(record), row)

    def _write(self, kind: type, row: dict[str, Any]) -> None:
        if kind is Head:
            row["only"] = 1
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self._change(f"INSERT OR REPLACE INTO {_TABLES[kind]} ({columns}) VALUES ({marks})", row.values())

    def save_next_order_id(self, client_id: int, next_order_id: int) -> None:
        self._change("INSERT OR REPLACE INTO clients VALUES (?, ?)", (client_id, next_order_id))

    def delete_position(self, symbol: str) -> None:
        self._change("DELETE FROM positions WHERE symbol = ?", (symbol,))

    def _change(self, statement: str, values: Iterable[object]) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(statement, tuple(values))

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
