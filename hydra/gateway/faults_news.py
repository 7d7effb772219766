"""Lies about orders and executions as they happen: lost, late, told twice, out of order. The ledger is not touched."""

from collections.abc import Mapping

from hydra.gateway.faults import FaultSpec, Passage, Taken
from hydra.gateway.records import Order

_ACKS = ("PreSubmitted", "Submitted")


def _order_of(passage: Passage) -> Order | None:
    return passage.floor.desk.find(passage.values["permId"])


def _is_ack(passage: Passage) -> bool:
    """Whether this says only that an order, placed under the fault, has been taken or works."""
    order, values = _order_of(passage), passage.values
    is_new = order is not None and order.placed_us >= passage.fault.at_us
    return is_new and values["status"] in _ACKS and not values.get("filled")


def _lost(_passage: Passage) -> bool:
    return True


def _late(passage: Passage) -> bool:
    passage.later(passage.fault.amount)
    return True


def _twice(passage: Passage) -> bool:
    """Now, and once more when it may be true no longer."""
    passage.session.deliver(passage.name, passage.values)
    passage.later(passage.fault.amount)
    return True


def _any_time(passage: Passage) -> bool:
    passage.later(passage.chance.uniform(0.0, passage.fault.amount))
    return True


def _ack_lost(passage: Passage) -> bool:
    return _is_ack(passage)


def _ack_late(passage: Passage) -> bool:
    return _is_ack(passage) and _late(passage)


def _fill(rule: Taken) -> Mapping[str, Taken]:
    return {"execDetails": rule, "commissionReport": rule}


NEWS_FAULTS = (
    FaultSpec(
        kind="ack_lost",
        sentence="Nobody is told that an order placed now was taken: no openOrder, no orderStatus until it trades or ends.",
        lasts=True,
        news={"openOrder": _ack_lost, "orderStatus": _ack_lost},
    ),
    FaultSpec(
        kind="fill_before_ack",
        sentence="That an order was taken is told late, so that its fills may be told before.",
        lasts=True,
        amount="seconds of delay",
        news={"openOrder": _ack_late, "orderStatus": _ack_late},
    ),
    FaultSpec(kind="status_lost", sentence="No orderStatus is sent as it happens.", lasts=True, news={"orderStatus": _lost}),
    FaultSpec(
        kind="status_late",
        sentence="Every orderStatus comes late.",
        lasts=True,
        amount="seconds of delay",
        news={"orderStatus": _late},
    ),
    FaultSpec(
        kind="status_duplicated",
        sentence="Every orderStatus comes twice, the second time when it may be no longer true.",
        lasts=True,
        amount="seconds between the two",
        news={"orderStatus": _twice},
    ),
    FaultSpec(
        kind="status_reordered",
        sentence="Every openOrder and orderStatus comes at a random time within a window, in any order.",
        lasts=True,
        amount="seconds of the window",
        news={"openOrder": _any_time, "orderStatus": _any_time},
    ),
    FaultSpec(
        kind="execution_late",
        sentence="Executions are told late, after the status that says Filled.",
        lasts=True,
        amount="seconds of delay",
        news=_fill(_late),
    ),
    FaultSpec(
        kind="execution_lost",
        sentence="Executions are not told as they happen; who asks is told.",
        lasts=True,
        news=_fill(_lost),
    ),
    FaultSpec(
        kind="commission_late",
        sentence="Commission reports come late.",
        lasts=True,
        amount="seconds of delay",
        news={"commissionReport": _late},
    ),
    FaultSpec(
        kind="commission_missing",
        sentence="Commission reports do not come; who asks for executions gets them.",
        lasts=True,
        news={"commissionReport": _lost},
    ),
)
