"""Rows of the five listings put together into one snapshot, and which symbols were too busy to judge. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from hydra.broker.news import (
    CommissionSeen,
    CompletedOrderSeen,
    ExecutionSeen,
    OpenOrderSeen,
    Part,
    PositionSeen,
    Row,
    StatusSeen,
    ValueSeen,
)
from hydra.messages.sync import BrokerSnapshot
from hydra.values import AccountFigures, Commission, Execution, OpenOrderLine, PositionLine

CASH_TAGS = (("TotalCashBalance", "BASE"), ("TotalCashValue", ""), ("CashBalance", "USD"))
"""Where the account's cash stands, best first; an empty currency takes any."""

FIGURE_TAGS = (*(tag for tag, _ in CASH_TAGS), "NetLiquidation", "BuyingPower", "Cushion")
"""What figures_of reads of the some ninety values that a gateway tells."""

ENDED = ("Filled", "Cancelled", "ApiCancelled")


class Activity:
    """When each contract last had news, in machine microseconds. Mutable; one per session."""

    def __init__(self) -> None:
        self._last_us: dict[int, int] = {}

    def note(self, con_id: int, now_us: int) -> None:
        """An execution or a status of this contract came."""
        self._last_us[con_id] = now_us

    def since(self, since_us: int) -> tuple[int, ...]:
        """Contracts with news at or after this instant, in order of con_id."""
        return tuple(sorted(con_id for con_id, at_us in self._last_us.items() if at_us >= since_us))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What was asked, when, and the rows of each part that ended; a part that is not here is unknown."""

    session: int
    request_n: int
    requested_at: datetime
    account: str
    parts: Mapping[Part, tuple[Row, ...]]
    missing: tuple[str, ...]
    unsettled: tuple[int, ...]


def snapshot_of(listed: Listed) -> BrokerSnapshot:
    """The message for the journal. Rows of other accounts of the login are left out."""
    parts = listed.parts
    executions = _executions(parts.get(Part.EXECUTIONS, ()), listed.account)
    return BrokerSnapshot(
        session=listed.session,
        request_n=listed.request_n,
        requested_at=listed.requested_at,
        missing=listed.missing,
        unsettled=listed.unsettled,
        open_orders=_open_orders(parts.get(Part.OPEN_ORDERS, ())),
        completed_orders=tuple(
            row.line for row in parts.get(Part.COMPLETED_ORDERS, ()) if isinstance(row, CompletedOrderSeen)
        ),
        executions=executions,
        commissions=_commissions(parts.get(Part.EXECUTIONS, ()), executions),
        positions=_positions(parts.get(Part.POSITIONS, ()), listed.account),
        figures=figures_of(parts.get(Part.VALUES, ()), listed.account),
    )


def figures_of(rows: tuple[Row, ...], account: str) -> AccountFigures:
    """The account's money; None for what the broker did not state."""
    amounts: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        if isinstance(row, ValueSeen) and row.account in ("", account) and row.amount is not None:
            amounts[row.tag, row.currency] = row.amount
    cash = (_amount(amounts, tag, currency) for tag, currency in CASH_TAGS)
    return AccountFigures(
        net_liquidation=_amount(amounts, "NetLiquidation", ""),
        cash=next((amount for amount in cash if amount is not None), None),
        buying_power=_amount(amounts, "BuyingPower", ""),
        cushion=_amount(amounts, "Cushion", ""),
    )


def _amount(amounts: Mapping[tuple[str, str], Decimal], tag: str, currency: str) -> Decimal | None:
    if currency:
        return amounts.get((tag, currency))
    return next((amount for (named, _), amount in amounts.items() if named == tag), None)


def _open_orders(rows: tuple[Row, ...]) -> tuple[OpenOrderLine, ...]:
    """Each order once, with the status and the filled quantity of the orderStatus that follows its openOrder."""
    lines: dict[int, OpenOrderLine] = {}
    for row in rows:
        if isinstance(row, OpenOrderSeen):
            lines[row.line.perm_id] = row.line
        elif isinstance(row, StatusSeen) and row.perm_id in lines:
            lines[row.perm_id] = replace(lines[row.perm_id], status=row.status, filled=row.filled)
    return tuple(line for line in lines.values() if line.status not in ENDED)


def _executions(rows: tuple[Row, ...], account: str) -> tuple[Execution, ...]:
    ours = {
        row.execution.exec_id: row.execution
        for row in rows
        if isinstance(row, ExecutionSeen) and row.account in ("", account)
    }
    return tuple(ours.values())


def _commissions(rows: tuple[Row, ...], executions: tuple[Execution, ...]) -> tuple[Commission, ...]:
    ours = {execution.exec_id for execution in executions}
    costs = {row.commission.exec_id: row.commission for row in rows if isinstance(row, CommissionSeen)}
    return tuple(cost for exec_id, cost in costs.items() if exec_id in ours)


def _positions(rows: tuple[Row, ...], account: str) -> tuple[PositionLine, ...]:
    """The last word on each contract; a closed position is none."""
    lines = {
        row.line.con_id: row.line
        for row in rows
        if isinstance(row, PositionSeen) and row.account in ("", account)
    }
    return tuple(line for line in lines.values() if line.quantity)
