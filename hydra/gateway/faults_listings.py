"""Lies in what a client asks for: missing ends, hidden orders and executions, listings of another time, numbers of the past.

The ledger is not touched.
"""

from hydra.gateway.faults import ANY, FaultSpec, Passage
from hydra.gateway.instants import SECOND_US
from hydra.gateway.session_account import list_positions
from hydra.gateway.session_start import refuse_busy

_END = "End"


def _end_marker(passage: Passage) -> bool:
    target = passage.fault.target
    return passage.name == target if target else passage.name.endswith(_END)


def _is_chosen(passage: Passage, symbol: str) -> bool:
    return passage.fault.target in ("", symbol)


def _order_hidden(passage: Passage) -> bool:
    order = passage.floor.desk.find(passage.values["permId"])
    return order is not None and _is_chosen(passage, order.symbol)


def _execution_hidden(passage: Passage) -> bool:
    exec_id, executions = passage.values["execId"], passage.floor.desk.books.executions
    return any(each.exec_id == exec_id and _is_chosen(passage, each.symbol) for each in executions)


def _late(passage: Passage) -> bool:
    passage.later(passage.fault.amount)
    return True


def _stale_positions(passage: Passage) -> bool:
    floor = passage.floor
    then_us = floor.now_us - round(passage.fault.amount * SECOND_US)
    list_positions(floor, passage.session, floor.desk.books.positions_at(then_us))
    return True


def _earlier_number(passage: Passage) -> bool:
    number = max(1, passage.values["orderId"] - round(passage.fault.amount))
    passage.session.deliver(passage.name, {"orderId": number})
    return True


def _client_id_busy(passage: Passage) -> bool:
    left_us = passage.floor.left_us.get(passage.values["clientId"])
    if left_us is None or passage.floor.now_us >= left_us + round(passage.fault.amount * SECOND_US):
        return False
    refuse_busy(passage.session)
    return True


LISTING_FAULTS = (
    FaultSpec(
        kind="end_marker_missing",
        sentence="Listings do not end: the end marker is not sent.",
        lasts=True,
        target="name of the marker, as openOrderEnd; all if empty",
        answers={ANY: _end_marker},
    ),
    FaultSpec(
        kind="unlisted_order",
        sentence="Live orders are not in the listings of open orders.",
        lasts=True,
        target="symbol; all if empty",
        answers={"openOrder": _order_hidden, "orderStatus": _order_hidden},
    ),
    FaultSpec(
        kind="unlisted_completed",
        sentence="Ended orders are not in the listing of completed orders.",
        lasts=True,
        target="symbol; all if empty",
        answers={"completedOrder": _order_hidden},
    ),
    FaultSpec(
        kind="unlisted_execution",
        sentence="Executions are not in the listing of executions.",
        lasts=True,
        target="symbol; all if empty",
        answers={"execDetails": _execution_hidden, "commissionReport": _execution_hidden},
    ),
    FaultSpec(
        kind="late_listing",
        sentence="Listed open orders come after the end marker.",
        lasts=True,
        amount="seconds of delay",
        answers={"openOrder": _late, "orderStatus": _late},
    ),
    FaultSpec(
        kind="stale_positions",
        sentence="Who asks for positions gets those of a while ago.",
        lasts=True,
        amount="seconds ago",
        requests={"reqPositions": _stale_positions},
    ),
    FaultSpec(
        kind="order_id_rollback",
        sentence="The next valid order id that is told is lower than ids that were used.",
        lasts=True,
        amount="how much lower",
        answers={"nextValidId": _earlier_number},
    ),
    FaultSpec(
        kind="client_id_busy",
        sentence="A client id stays in use (326) for a while after its connection ended.",
        lasts=True,
        amount="seconds after the end",
        requests={"startApi": _client_id_busy},
    ),
)
