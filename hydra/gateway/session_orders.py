"""Requests about orders: place, modify, cancel; and the listings of open orders, completed orders and
executions.
"""

from collections.abc import Mapping
from typing import Any

from hydra.gateway.announce import announce
from hydra.gateway.calendar import next_session
from hydra.gateway.floor import Floor
from hydra.gateway.instants import parse_text
from hydra.gateway.notices import Notice
from hydra.gateway.order_messages import (
    commission_report,
    completed_order,
    exec_details,
    open_order,
    order_status,
)
from hydra.gateway.records import Execution, Order
from hydra.gateway.refusals import NO_DEFINITION, Refusal, invalid
from hydra.gateway.repeats import Answered
from hydra.gateway.session import Session
from hydra.gateway.tickets import Ticket, read_ticket

_Values = dict[str, Any]


def place_order(floor: Floor, session: Session, values: _Values) -> None:
    """A new order or new terms. An untransmitted order stays unknown, as it would to everybody else at IB."""
    ticket = ticket_of(floor, session, values)
    if isinstance(ticket, Refusal):
        session.refuse(values["orderId"], ticket)
    elif values["transmit"]:
        announce(floor, placed(floor, ticket))


def ticket_of(floor: Floor, session: Session, values: Mapping[str, Any]) -> Ticket | Refusal:
    """What a placeOrder asks for."""
    instrument = floor.instrument(values)
    if instrument is None:
        return NO_DEFINITION
    return read_ticket(client_id_of(session), values, instrument, floor.account)


def placed(floor: Floor, ticket: Ticket) -> list[Notice]:
    """The ticket at the desk, now."""
    return floor.desk.place(ticket, floor.now_us, next_session(floor.now_us).open_us)


def cancel_order(floor: Floor, session: Session, values: _Values) -> None:
    announce(floor, floor.desk.cancel(client_id_of(session), values["orderId"], floor.now_us))


def req_global_cancel(floor: Floor, _session: Session, _values: _Values) -> None:
    announce(floor, floor.desk.cancel_all(floor.now_us))


def req_open_orders(floor: Floor, session: Session, _values: _Values) -> None:
    """The orders this client may see as its own, then the end marker."""
    for order in _live(floor):
        if floor.sees(session, order.client_id):
            _list_order(floor, session, order)
    session.send("openOrderEnd", {})


def req_all_open_orders(floor: Floor, session: Session, _values: _Values) -> None:
    for order in _live(floor):
        _list_order(floor, session, order)
    session.send("openOrderEnd", {})


def req_auto_open_orders(_floor: Floor, session: Session, values: _Values) -> None:
    """Only client 0 may bind orders of the trading window; this gateway has no window, so there is nothing to
    bind.
    """
    if session.client_id != 0 and values["bAutoBind"]:
        text = "Only the default client (i.e 0) can auto bind orders."
        session.error(-1, 327, text)


def req_completed_orders(floor: Floor, session: Session, _values: _Values) -> None:
    """Orders of all clients that ended today, oldest end first. There are no orders but the API's."""
    orders = sorted(floor.desk.books.finished.values(), key=lambda each: (each.finished_us, each.perm_id))
    for message in floor.completed.listing(orders, lambda order: completed_order(order, floor.account)):
        session.send("completedOrder", message)
    session.send("completedOrdersEnd", {})


def req_executions(floor: Floor, session: Session, values: _Values) -> None:
    """Today's executions that pass the filter, the end marker, then their commissions."""
    request_id = values["reqId"]
    try:
        since_us = parse_text(values["time"], floor.config.time_zone) if values["time"] else 0
    except ValueError as error:
        session.refuse(request_id, invalid(str(error)))
        return
    found = [each for each in floor.desk.books.executions if _passes(floor, session, each, values, since_us)]
    account, zone, version = floor.account, floor.config.time_zone, session.version
    for message in session.executions.listing(
        found, lambda each: exec_details(each, account, request_id=request_id, zone=zone, version=version)
    ):
        session.send("execDetails", Answered(message, request_id))
    session.send("execDetailsEnd", {"reqId": request_id})
    for message in floor.commissions.listing(found, commission_report):
        session.send("commissionReport", message)


def _passes(floor: Floor, session: Session, execution: Execution, wanted: _Values, since_us: int) -> bool:
    return (
        floor.sees(session, execution.client_id)
        and wanted["clientId"] in (0, execution.client_id)
        and wanted["acctCode"] in ("", floor.account)
        and execution.at_us >= since_us
        and wanted["symbol"] in ("", execution.symbol)
        and wanted["secType"] in ("", "STK")
        and wanted["side"].upper() in ("", *_SIDE_NAMES[execution.side])
    )


_SIDE_NAMES = {"BUY": ("BUY", "BOT"), "SELL": ("SELL", "SLD")}


def _live(floor: Floor) -> list[Order]:
    return list(floor.desk.exchange.working.values())


def _list_order(floor: Floor, session: Session, order: Order) -> None:
    session.send("openOrder", open_order(order, floor.account))
    session.send("orderStatus", order_status(order))


def client_id_of(session: Session) -> int:
    """Of a session that has said who it is."""
    assert session.client_id is not None, "orders come after startApi"
    return session.client_id
