"""The ledger as tables for people. Text in, text out; it never reads a store."""

from collections.abc import Iterable, Sequence
from typing import Any

_POSITIONS = ("symbol", "quantity", "average_cost")
_ORDERS = ("order_ref", "perm_id", "client_id", "symbol", "side", "quantity", "filled", "limit_price", "status")
_EXECUTIONS = ("exec_id", "order_ref", "symbol", "side", "quantity", "price", "commission", "at")


def ledger_text(ledger: dict[str, Any]) -> str:
    """The account in two lines, then positions, orders and executions."""
    head = f"{ledger['account']} at market time {ledger['market_time']}"
    money = f"cash {ledger['cash']} USD, started with {ledger['start_cash']}, commissions {ledger['commission']}"
    parts = [f"{head}\n{money}"]
    for name, columns in (("positions", _POSITIONS), ("orders", _ORDERS), ("executions", _EXECUTIONS)):
        rows = ledger[name]
        parts.append(f"{name}\n{_table(columns, rows)}" if rows else f"{name}: none")
    return "\n\n".join(parts)


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    lines = [tuple(columns), *(tuple(str(row[column]) for column in columns) for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(f"  {line}".rstrip() for line in padded)
