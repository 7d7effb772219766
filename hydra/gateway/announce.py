"""Notices of the desk become messages to the clients that may see them, in the order of a live gateway."""

from collections.abc import Iterable

from hydra.gateway.floor import Floor
from hydra.gateway.notices import (
    CancelNotice,
    ErrorNotice,
    FillNotice,
    Notice,
    OrderNotice,
    PreviewNotice,
)
from hydra.gateway.order_messages import (
    commission_report,
    exec_details,
    open_order,
    order_status,
    preview,
)
from hydra.gateway.records import Order, OrderStatus
from hydra.gateway.session import Session
from hydra.gateway.session_account import tell_account, tell_position

LIVE = -1  # the request id of news nobody asked for


def announce(floor: Floor, notices: Iterable[Notice]) -> None:
    """Tell every client what it may know; after fills, positions at once, then the account values that
    changed.
    """
    traded: dict[str, None] = {}
    for notice in notices:
        _announce_one(floor, notice)
        if isinstance(notice, FillNotice):
            traded[notice.order.symbol] = None
    for symbol in traded:
        tell_position(floor, symbol)
    if traded:
        tell_account(floor)


def tell_order(floor: Floor, order: Order, status: OrderStatus | None = None) -> None:
    """openOrder and orderStatus to everybody who may see the order; with another status, orderStatus only."""
    for session in floor.clients():
        if floor.sees(session, order.client_id):
            if status is None:
                session.news("openOrder", open_order(order, floor.account))
            session.news("orderStatus", order_status(order, status))


def _announce_one(floor: Floor, notice: Notice) -> None:
    match notice:
        case ErrorNotice() | PreviewNotice():
            _answer_owner(floor, notice)
        case OrderNotice() | CancelNotice() | FillNotice():
            for session in floor.clients():
                if floor.sees(session, notice.order.client_id):
                    _tell(floor, session, notice)


def _answer_owner(floor: Floor, notice: ErrorNotice | PreviewNotice) -> None:
    owner_id = notice.client_id if isinstance(notice, ErrorNotice) else notice.ticket.client_id
    for session in floor.clients():
        if session.client_id == owner_id and isinstance(notice, ErrorNotice):
            session.refuse(notice.order_id, notice.refusal)
        elif session.client_id == owner_id and isinstance(notice, PreviewNotice):
            session.send("openOrder", preview(notice, floor.account))


def _tell(floor: Floor, session: Session, notice: OrderNotice | CancelNotice | FillNotice) -> None:
    match notice:
        case OrderNotice(order=order):
            session.news("openOrder", open_order(order, floor.account))
            session.news("orderStatus", order_status(order))
        case CancelNotice(order=order):
            session.news("orderStatus", order_status(order, OrderStatus.PENDING_CANCEL))
            session.news("orderStatus", order_status(order))
            if session.client_id == order.client_id:
                session.error(order.order_id, 202, f"Order Canceled - reason:{_cancel_reason(notice)}")
        case FillNotice():
            _tell_fill(floor, session, notice)


def _cancel_reason(notice: CancelNotice) -> str:
    """A trader's own cancel is confirmed without a reason, as live captures show; an expiry says so."""
    return "" if notice.order.end_reason == "Cancelled by Trader" else notice.order.end_reason


def _tell_fill(floor: Floor, session: Session, notice: FillNotice) -> None:
    """Execution, order, commission; a completed order is repeated with its commission, as the real gateway
    does.
    """
    order, execution = notice.order, notice.execution
    details = exec_details(
        execution, floor.account, request_id=LIVE, zone=floor.config.time_zone, version=session.version
    )
    session.news("execDetails", details)
    if order.status is OrderStatus.FILLED:
        session.news("openOrder", open_order(order, floor.account))
    session.news("orderStatus", order_status(order))
    if order.status is OrderStatus.FILLED:
        session.news("openOrder", open_order(order, floor.account, commission=order.commission))
    session.news("commissionReport", commission_report(execution))
