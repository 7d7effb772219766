"""What goes wrong with order actions: rejected, held, swallowed, refused, raced by a fill, warned about as if dead."""

from collections.abc import Callable
from decimal import Decimal

from hydra.gateway import mishaps
from hydra.gateway.announce import announce, tell_order
from hydra.gateway.desk import Desk
from hydra.gateway.faults import FaultSpec, Passage
from hydra.gateway.floor import Floor
from hydra.gateway.notices import ErrorNotice
from hydra.gateway.records import Order, OrderStatus
from hydra.gateway.refusals import Refusal
from hydra.gateway.session_orders import client_id_of, place_order, placed, ticket_of
from hydra.gateway.tickets import Ticket

ADVICE = {
    "10349": "Order TIF was set to DAY based on order preset.",
    "399": "Order Message:\nWarning: Your order will not be placed at the exchange until the next session",
    "2137": "The closing order quantity is greater than your current position.",
    "404": "Shares for this order are not immediately available for short sale. The order will be held while we attempt to "
    "locate the shares.",
    "2161": "In accordance with our regulatory obligations we may cap the price of this order.",
}
"""Words that leave an order alive, by error code; for some of them a client may think it dead."""

_REJECTED = Refusal(code=201, text="Order rejected - reason:The simulated risk department is out.")
_UNRESOLVED = Refusal(code=10328, text="Connection lost, order data could not be resolved")
_PART = 0.5


def _live(passage: Passage) -> Order | None:
    """The live order that the request names."""
    return passage.floor.desk.exchange.find(client_id_of(passage.session), passage.values["orderId"])


def _ticket(passage: Passage) -> Ticket | None:
    """A new order that would be taken as it stands; everything else is none of the faults of new orders."""
    if _live(passage) is not None or not passage.values["transmit"]:
        return None
    ticket = ticket_of(passage.floor, passage.session, passage.values)
    return None if isinstance(ticket, Refusal) or ticket.is_preview else ticket


def _reject_new(passage: Passage) -> bool:
    ticket = _ticket(passage)
    if ticket is not None:
        passage.floor.desk.books.use_order_id(ticket.client_id, ticket.order_id)
        passage.session.refuse(ticket.order_id, _REJECTED)
    return ticket is not None


def _reject_change(passage: Passage) -> bool:
    live = _live(passage)
    if live is not None:
        passage.session.refuse(live.order_id, _REJECTED)
    return live is not None


def _taken_inactive(passage: Passage, take: Callable[[Desk, Ticket, int], Order | ErrorNotice]) -> Order | None:
    """The order as it was taken, told as Inactive; a new order that could not be taken goes the gateway's way."""
    ticket, floor = _ticket(passage), passage.floor
    order = None if ticket is None else take(floor.desk, ticket, floor.now_us)
    if not isinstance(order, Order):
        return None
    tell_order(floor, order)
    return order


def _reject_inactive(passage: Passage) -> bool:
    return _taken_inactive(passage, mishaps.reject) is not None


def _hold(passage: Passage) -> bool:
    order, floor = _taken_inactive(passage, mishaps.hold), passage.floor
    if order is not None and passage.fault.amount > 0:
        perm_id = order.perm_id
        floor.later(passage.fault.amount, lambda: announce(floor, mishaps.release(floor.desk, perm_id, floor.now_us)))
    return order is not None


def _advise(passage: Passage) -> bool:
    """The order is taken, and talked about."""
    place_order(passage.floor, passage.session, dict(passage.values))
    code = passage.fault.target or passage.chance.choice(sorted(ADVICE))
    passage.session.error(passage.values["orderId"], int(code), ADVICE[code])
    return True


def _unresolved(passage: Passage) -> bool:
    """10328, whatever became of the order; if it lives, nothing is told of it until more happens."""
    ticket = _ticket(passage)
    if ticket is None:
        return False
    if passage.fault.target == "lived" or (passage.fault.target != "lost" and passage.chance.random() < _PART):
        placed(passage.floor, ticket)
    passage.session.refuse(ticket.order_id, _UNRESOLVED)
    return True


def _cancel_refused(passage: Passage) -> bool:
    live = _live(passage)
    if live is None:
        return False
    code = int(passage.fault.target or passage.chance.choice(("10147", "10148")))
    end = "is not found." if code == 10147 else f"cannot be cancelled, state: {live.status.value}."
    passage.session.error(live.order_id, code, f"OrderId {live.order_id} that needs to be cancelled {end}")
    return True


def _cancel_lost(_passage: Passage) -> bool:
    return True


def _cancel_race(passage: Passage) -> bool:
    """PendingCancel now; a little later the order trades at its limit, all of it or a part, and the rest is cancelled."""
    live, floor = _live(passage), passage.floor
    if live is None:
        return False
    tell_order(floor, live, OrderStatus.PENDING_CANCEL)
    perm_id, is_part = live.perm_id, passage.chance.random() < _PART
    floor.later(passage.fault.amount, lambda: _finish_race(floor, perm_id, is_part=is_part))
    return True


def _finish_race(floor: Floor, perm_id: int, *, is_part: bool) -> None:
    desk, now_us = floor.desk, floor.now_us
    order = desk.exchange.working.get(perm_id)
    if order is not None and desk.exchange.is_open and order.status is OrderStatus.SUBMITTED:
        quantity = max(order.remaining // 2, Decimal(1)) if is_part else order.remaining
        announce(floor, mishaps.fill(desk, order, quantity=quantity, price=order.limit_price, at_us=now_us))
        order = desk.exchange.working.get(perm_id)
    if order is not None:
        announce(floor, desk.cancel(order.client_id, order.order_id, now_us))


def _localized(passage: Passage) -> bool:
    if passage.values["errorCode"] != 202:
        return False
    passage.session.deliver(passage.name, {**passage.values, "errorMsg": "订单已取消 - 原因:"})
    return True


DESK_FAULTS = (
    FaultSpec(
        kind="reject_new",
        sentence="New orders are rejected with error 201.",
        lasts=True,
        requests={"placeOrder": _reject_new},
    ),
    FaultSpec(
        kind="reject_change",
        sentence="Changes of live orders are rejected with error 201; the order lives on as it was.",
        lasts=True,
        requests={"placeOrder": _reject_change},
    ),
    FaultSpec(
        kind="reject_inactive",
        sentence="New orders become Inactive and are dead, without an error.",
        lasts=True,
        requests={"placeOrder": _reject_inactive},
    ),
    FaultSpec(
        kind="inactive_then_live",
        sentence="New orders are held as Inactive and work later.",
        lasts=True,
        amount="seconds until they work; 0: until they are cancelled or the session closes",
        requests={"placeOrder": _hold},
    ),
    FaultSpec(
        kind="false_cancel_errors",
        sentence="New orders are taken and get an error message that leaves them alive.",
        lasts=True,
        target="error code; any of these if empty",
        choices=tuple(ADVICE),
        requests={"placeOrder": _advise},
    ),
    FaultSpec(
        kind="connection_lost_order",
        sentence="New orders get error 10328, order data could not be resolved: they may be at the exchange or not.",
        lasts=True,
        target="what became of them; either if empty",
        choices=("lived", "lost"),
        requests={"placeOrder": _unresolved},
    ),
    FaultSpec(
        kind="cancel_refused",
        sentence="Cancels of live orders are refused; the order lives on.",
        lasts=True,
        target="error code; either if empty",
        choices=("10147", "10148"),
        requests={"cancelOrder": _cancel_refused},
    ),
    FaultSpec(
        kind="cancel_lost",
        sentence="Cancels are swallowed without an answer.",
        lasts=True,
        requests={"cancelOrder": _cancel_lost, "reqGlobalCancel": _cancel_lost},
    ),
    FaultSpec(
        kind="cancel_fill_race",
        sentence="An order to be cancelled becomes PendingCancel and then trades at its limit, all of it or a part.",
        lasts=True,
        amount="seconds from PendingCancel to the trade",
        requests={"cancelOrder": _cancel_race},
    ),
    FaultSpec(
        kind="cancel_localized",
        sentence="The confirmation of a cancel (202) is in Chinese.",
        lasts=True,
        answers={"errMsg": _localized},
    ),
)
