"""ib_async's objects into our news, and our orders and contracts into its objects. Nothing is sent here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ib_async import BarData, CommissionReport, Contract, ContractDetails, Order, OrderState
from ib_async import Execution as IbExecution

from hydra.broker import translation as t
from hydra.broker.news import (
    BarSeen,
    CommissionSeen,
    CompletedOrderSeen,
    ContractSeen,
    ExecutionSeen,
    OpenOrderSeen,
    PositionSeen,
)
from hydra.core.folding_orders import split_exec_id
from hydra.core.liquid_hours import parse_liquid_hours
from hydra.values import (
    ZERO,
    Commission,
    CompletedOrderLine,
    Execution,
    Instrument,
    Intent,
    OpenOrderLine,
    PositionLine,
)


def ib_order(intent: Intent, account: str) -> Order:
    """A new Order each time: ib_async changes the one it is given."""
    fields: dict[str, Any] = t.order_fields(intent, account)
    return Order(**fields)


def ib_contract(instrument: Instrument) -> Contract:
    """The contract to trade or to subscribe to."""
    fields: dict[str, Any] = t.contract_fields(instrument)
    return Contract(**fields)


def ib_contract_of(intent: Intent, instrument: Instrument | None) -> Contract:
    """The contract of an order, from its instrument when we have looked it up."""
    if instrument is not None:
        return ib_contract(instrument)
    fields: dict[str, Any] = t.bare_contract_fields(intent.want.terms)
    return Contract(**fields)


def ib_stock(symbol: str) -> Contract:
    """The contract to ask details for."""
    fields: dict[str, Any] = t.stock_fields(symbol)
    return Contract(**fields)


def open_order(order_id: int, contract: Contract, order: Order, state: OrderState) -> OpenOrderSeen:
    """Filled is not in the message; the status that follows it says it."""
    line = OpenOrderLine(
        order_ref=order.orderRef,
        perm_id=t.whole(order.permId),
        broker_order_id=order_id,
        client_id=order.clientId,
        con_id=contract.conId,
        symbol=contract.symbol,
        side=t.side(order.action),
        quantity=t.quantity(order.totalQuantity, f"quantity of order {order_id}"),
        limit=t.price(order.lmtPrice),
        status=state.status,
        filled=ZERO,
    )
    return OpenOrderSeen(line=line)


def completed_order(contract: Contract, order: Order, state: OrderState) -> CompletedOrderSeen:
    """It bears no order id; an unset filled quantity is an order that never filled."""
    line = CompletedOrderLine(
        order_ref=order.orderRef,
        perm_id=t.whole(order.permId),
        con_id=contract.conId,
        symbol=contract.symbol,
        side=t.side(order.action),
        status=state.status,
        filled=t.number(order.filledQuantity) or ZERO,
        text=state.completedStatus,
    )
    return CompletedOrderSeen(line=line)


def execution(request_id: int, contract: Contract, report: IbExecution) -> ExecutionSeen:
    """TWS leaves the order id of a manual order unset."""
    root, revision = split_exec_id(report.execId)
    what = f"of execution {report.execId}"
    told = Execution(
        exec_id=report.execId,
        exec_root=root,
        revision=revision,
        order_ref=report.orderRef,
        perm_id=t.whole(report.permId),
        broker_order_id=t.whole(report.orderId),
        client_id=report.clientId,
        con_id=contract.conId,
        symbol=contract.symbol,
        side=t.side(report.side),
        quantity=t.quantity(report.shares, f"quantity {what}"),
        price=t.quantity(report.price, f"price {what}"),
        at=t.instant(report.time),
    )
    return ExecutionSeen(request_id=request_id, account=report.acctNumber, execution=told)


def commission(report: CommissionReport) -> CommissionSeen:
    """The amount must be there; realised P&L is ours to compute."""
    amount = t.quantity(report.commission, f"commission of execution {report.execId}")
    return CommissionSeen(commission=Commission(exec_id=report.execId, amount=amount, currency=report.currency))


def position(account: str, contract: Contract, size: float, average_cost: float) -> PositionSeen:
    """A position row."""
    line = PositionLine(
        con_id=contract.conId,
        symbol=contract.symbol,
        quantity=t.quantity(size, f"position in {contract.symbol}"),
        average_cost=t.number(average_cost) or ZERO,
    )
    return PositionSeen(account=account, line=line)


def contract(request_id: int, details: ContractDetails) -> ContractSeen:
    """Exchange SMART is kept: the details name it for a smart-routed request."""
    found = details.contract
    if found is None:
        raise t.Untranslatable("contract details without a contract")
    instrument = Instrument(
        con_id=found.conId,
        symbol=found.symbol,
        sec_type=found.secType,
        exchange=found.exchange,
        primary_exchange=found.primaryExchange,
        currency=found.currency,
        local_symbol=found.localSymbol,
        trading_class=found.tradingClass,
        multiplier=t.number(found.multiplier) or Decimal(1),
        tick=t.quantity(details.minTick, f"price increment of {found.symbol}"),
    )
    hours = parse_liquid_hours(details.liquidHours, details.timeZoneId)
    return ContractSeen(request_id=request_id, instrument=instrument, hours=hours)


def daily_bar(request_id: int, bar: BarData) -> BarSeen:
    """ib_async leaves the day as the text it read; its annotation says otherwise."""
    return BarSeen(
        request_id=request_id,
        day=t.trading_date(str(bar.date)),
        close=t.quantity(bar.close, "close of a daily bar"),
        volume=max(t.number(bar.volume) or ZERO, ZERO),  # -1 where IB has none
    )
