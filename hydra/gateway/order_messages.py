"""Orders and executions as values of server messages. Pure; which client gets which message is decided
elsewhere.
"""

from decimal import Decimal
from typing import Any

from hydra.gateway.account import MARGIN_RATE
from hydra.gateway.contract_fields import contract_fields
from hydra.gateway.instants import execution_text, zoned_text
from hydra.gateway.notices import PreviewNotice
from hydra.gateway.records import Execution, Order, OrderStatus

COMPLETED_ZONE = "America/New_York"
VENUE = "IEX"
_LIQUIDITY_REMOVED = 2

Values = dict[str, Any]


def open_order(order: Order, account: str, *, commission: Decimal | None = None) -> Values:
    """openOrder of an order as it is; `commission` only after it is complete, as the real gateway repeats
    it.
    """
    terms = _terms(order, account)
    charged: Values = {} if commission is None else {"commission": commission, "commissionCurrency": "USD"}
    return (
        terms
        | charged
        | {
            "orderId": order.order_id,
            "clientId": order.client_id,
            "sharesAllocation": f"{order.perm_id}.0/{account}/{order.quantity}",
            "status": order.status.value,
        }
    )


def _terms(order: Order, account: str) -> Values:
    return contract_fields(order.symbol) | {
        "action": order.side,
        "totalQuantity": order.quantity,
        "orderType": "LMT",
        "lmtPrice": order.limit_price,
        "tif": order.tif,
        "account": account,
        "orderRef": order.order_ref,
        "permId": order.perm_id,
    }


def order_status(order: Order, status: OrderStatus | None = None) -> Values:
    """orderStatus of an order as it is, or with another status (PendingCancel on the way to Cancelled)."""
    return {
        "orderId": order.order_id,
        "status": (status or order.status).value,
        "filled": order.filled,
        "remaining": order.remaining,
        "avgFillPrice": order.average_price,
        "permId": order.perm_id,
        "lastFillPrice": order.last_price,
        "clientId": order.client_id,
    }


def completed_order(order: Order, account: str) -> Values:
    """completedOrder; of a filled order the real gateway shows a total quantity of 0 beside the filled
    one.
    """
    is_filled = order.status is OrderStatus.FILLED
    return _terms(order, account) | {
        "totalQuantity": Decimal(0) if is_filled else order.quantity,
        "status": order.status.value,
        "filledQuantity": order.filled,
        "completedTime": zoned_text(order.finished_us, COMPLETED_ZONE),
        "completedStatus": f"Filled Size: {order.filled}" if is_filled else order.end_reason,
    }


def exec_details(execution: Execution, account: str, *, request_id: int, zone: str, version: int) -> Values:
    """execDetails: an answer to a request, or, with request id -1, live news."""
    return contract_fields(execution.symbol) | {
        "reqId": request_id,
        "orderId": execution.order_id,
        "execId": execution.exec_id,
        "time": execution_text(execution.at_us, zone, version),
        "acctNumber": account,
        "exchange": VENUE,
        "ex.exchange": VENUE,
        "side": "BOT" if execution.side == "BUY" else "SLD",
        "shares": execution.quantity,
        "price": execution.price,
        "permId": execution.perm_id,
        "clientId": execution.client_id,
        "cumQty": execution.cumulative_quantity,
        "avgPrice": execution.average_price,
        "orderRef": execution.order_ref,
        "lastLiquidity": _LIQUIDITY_REMOVED,
    }


def commission_report(execution: Execution) -> Values:
    return {
        "execId": execution.exec_id,
        "commission": execution.commission,
        "currency": "USD",
        "realizedPNL": execution.realized,
    }


def preview(notice: PreviewNotice, account: str) -> Values:
    """The one openOrder that answers a what-if: margins before, after and their change, as money texts."""
    ticket, before = notice.ticket, notice.before
    margin_after = _cents(notice.gross_after * MARGIN_RATE)
    margin_before = _cents(before.margin)
    equity = _cents(before.net_liquidation)
    equity_after = equity - notice.commission
    return contract_fields(ticket.instrument.symbol) | {
        "orderId": ticket.order_id,
        "clientId": ticket.client_id,
        "action": ticket.side,
        "totalQuantity": ticket.quantity,
        "orderType": "LMT",
        "lmtPrice": ticket.limit_price,
        "tif": ticket.tif,
        "account": account,
        "orderRef": ticket.order_ref,
        "whatIf": True,
        "status": OrderStatus.PRE_SUBMITTED.value,
        "initMarginBefore": margin_before,
        "maintMarginBefore": margin_before,
        "equityWithLoanBefore": equity,
        "initMarginChange": margin_after - margin_before,
        "maintMarginChange": margin_after - margin_before,
        "equityWithLoanChange": equity_after - equity,
        "initMarginAfter": margin_after,
        "maintMarginAfter": margin_after,
        "equityWithLoanAfter": equity_after,
        "commission": notice.commission,
        "commissionCurrency": "USD",
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
