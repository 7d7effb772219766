"""Tests of hydra/broker/snapshot.py."""

from __future__ import annotations

from dataclasses import replace

from hydra.broker.news import CommissionSeen, ExecutionSeen, Part, PositionSeen, Row, ValueSeen
from hydra.broker.snapshot import Activity, Listed, figures_of, snapshot_of
from hydra.values import PositionLine
from tests.broker.cases import NOW, D, commission, execution, opened, status


def listed(parts: dict[Part, tuple[Row, ...]], missing: tuple[str, ...] = ()) -> Listed:
    return Listed(
        session=3, request_n=5, requested_at=NOW, account="DU1", parts=parts, missing=missing, unsettled=(1,)
    )


def value(tag: str, currency: str, amount: int, account: str = "DU1") -> ValueSeen:
    return ValueSeen(account=account, tag=tag, currency=currency, amount=D(amount))


def position(con_id: int, quantity: int, account: str = "DU1") -> PositionSeen:
    line = PositionLine(con_id=con_id, symbol=f"S{con_id}", quantity=D(quantity), average_cost=D(1))
    return PositionSeen(account=account, line=line)


def test_an_open_order_has_the_status_and_the_fills_of_the_status_that_follows_it() -> None:
    rows = (opened(status="PreSubmitted"), status("Submitted", filled=30))
    snapshot = snapshot_of(listed({Part.OPEN_ORDERS: rows}))
    (line,) = snapshot.open_orders
    assert (line.status, line.filled, line.order_ref) == ("Submitted", D(30), "s1/0/0")


def test_an_order_that_ended_while_it_was_listed_is_not_open() -> None:
    rows = (opened(), status("Cancelled"))
    assert snapshot_of(listed({Part.OPEN_ORDERS: rows})).open_orders == ()


def test_rows_of_other_accounts_and_closed_positions_are_left_out() -> None:
    rows = (position(1, 5), position(2, 5, account="DU2"), position(3, 5), position(3, 0))
    snapshot = snapshot_of(listed({Part.POSITIONS: rows}))
    assert [line.con_id for line in snapshot.positions] == [1]
    executions: tuple[Row, ...] = (
        ExecutionSeen(request_id=1, account="DU1", execution=execution("0001.01")),
        ExecutionSeen(request_id=1, account="DU2", execution=execution("0002.01")),
        CommissionSeen(commission=commission("0001.01")),
        CommissionSeen(commission=commission("0002.01")),
    )
    snapshot = snapshot_of(listed({Part.EXECUTIONS: executions}))
    assert snapshot.executions == (execution("0001.01"),)
    assert snapshot.commissions == (commission("0001.01"),)


def test_a_missing_part_is_named() -> None:
    snapshot = snapshot_of(listed({}, missing=("positions",)))
    assert snapshot.missing == ("positions",)
    assert snapshot.unsettled == (1,)


def test_cash_is_the_base_currency_balance_or_the_next_best() -> None:
    best = (value("CashBalance", "USD", 1), value("TotalCashValue", "USD", 2), value("TotalCashBalance", "BASE", 3))
    assert figures_of(best, "DU1").cash == D(3)
    assert figures_of(best[:2], "DU1").cash == D(2)
    assert figures_of(best[:1], "DU1").cash == D(1)
    assert figures_of((), "DU1").cash is None


def test_figures_are_of_our_account_and_none_where_nothing_was_stated() -> None:
    rows = (
        value("NetLiquidation", "USD", 10),
        value("NetLiquidation", "USD", 99, account="DU2"),
        value("BuyingPower", "USD", 40),
        replace(value("Cushion", "", 0), amount=None),
    )
    figures = figures_of(rows, "DU1")
    assert (figures.net_liquidation, figures.buying_power, figures.cushion) == (D(10), D(40), None)


def test_activity_is_what_came_since() -> None:
    activity = Activity()
    activity.note(2, 100)
    activity.note(1, 200)
    assert activity.since(150) == (1,)
    assert activity.since(100) == (1, 2)
    assert activity.since(201) == ()
