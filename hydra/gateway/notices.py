"""What the desk tells about orders, in words of the gateway: values only. Who hears of it and in which bytes
is decided elsewhere.
"""

from dataclasses import dataclass
from decimal import Decimal

from hydra.gateway.account import Worth
from hydra.gateway.records import Execution, Order
from hydra.gateway.refusals import Refusal
from hydra.gateway.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotice:
    """The order has this status and these terms now."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class FillNotice:
    """The order (as it is after the fill) got this execution."""

    order: Order
    execution: Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelNotice:
    """The order is cancelled; `order.end_reason` says why."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorNotice:
    """An error or warning about one client's order number."""

    client_id: int
    order_id: int
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewNotice:
    """The answer to a what-if order: the account before, the gross position value after, the commission."""

    ticket: Ticket
    before: Worth
    gross_after: Decimal
    commission: Decimal


Notice = OrderNotice | FillNotice | CancelNotice | ErrorNotice | PreviewNotice
