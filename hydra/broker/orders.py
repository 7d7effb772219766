"""The orders of one session: which refs were written, refused or cancelled, and what was last told of each. Pure.

The set of refs is the broker's whole memory of hand-overs and dies with the session (PROTOCOL section 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hydra.broker.news import OpenOrderSeen, StatusSeen
from hydra.core.orders import LIVE_STATUSES, UNENDED_STATUSES
from hydra.messages.facts import OrderStatusReported
from hydra.values import ZERO, Intent, OpenOrderLine


class Fate(Enum):
    """What became of a ref in this session."""

    QUEUED = "queued"
    WRITTEN = "written"
    REFUSED = "refused"
    CANCELLED_EARLY = "cancelled early"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """What an order id or perm id stands for."""

    order_ref: str
    con_id: int
    perm_id: int


class SessionOrders:
    """Mutable; owned by one BrokerActor, one per socket. `client_id` is ours."""

    def __init__(self, client_id: int) -> None:
        self.client_id = client_id
        self._fates: dict[str, Fate] = {}
        self._known: dict[tuple[int, int], KnownOrder] = {}
        self._by_perm_id: dict[int, KnownOrder] = {}
        self._told: dict[tuple[int, int, int], OrderStatusReported] = {}
        self._unended: dict[tuple[int, int, int], None] = {}
        self._statused: dict[tuple[int, int, int], None] = {}
        self._listed: dict[tuple[int, int, int], None] = {}

    def fate(self, order_ref: str) -> Fate | None:
        """What became of a ref, None while it is new to this session."""
        return self._fates.get(order_ref)

    def queue(self, intent: Intent) -> bool:
        """Whether this hand-over is the first one of its ref; a forestalled ref stays cancelled."""
        ref = intent.want.order_ref
        if ref in self._fates:
            return False
        self._fates[ref] = Fate.QUEUED
        self._learn(
            self.client_id,
            intent.broker_order_id,
            KnownOrder(order_ref=ref, con_id=intent.want.terms.con_id, perm_id=0),
        )
        return True

    def settle(self, order_ref: str, fate: Fate) -> None:
        """The ref was written, refused, or cancelled before its intent arrived."""
        self._fates[order_ref] = fate

    def ref_of(self, broker_order_id: int) -> str:
        """The ref behind an order id of ours, empty when we do not know it."""
        known = self._known.get((self.client_id, broker_order_id))
        return "" if known is None else known.order_ref

    def opened(self, seen: OpenOrderSeen) -> OrderStatusReported | None:
        """An openOrder acknowledges an order; it is told only while no status of it was, and only as live:
        it does not say how much is filled."""
        line = seen.line
        self._learn(line.client_id, line.broker_order_id, _known(line))
        key = (line.client_id, line.broker_order_id, line.perm_id)
        self._listed[key] = None
        if key in self._told or line.status not in LIVE_STATUSES:
            return None
        return self._tell(
            key,
            OrderStatusReported(
                session=0,
                order_ref=line.order_ref,
                broker_order_id=line.broker_order_id,
                perm_id=line.perm_id,
                client_id=line.client_id,
                status=line.status,
                filled=ZERO,
                remaining=line.quantity,
                why_held="",
            ),
        )

    def status(self, seen: StatusSeen) -> OrderStatusReported | None:
        """An orderStatus, when it says something that was not told."""
        known = self.known(seen)
        self._statused[_key(seen)] = self._listed[_key(seen)] = None
        return self._tell(
            _key(seen),
            OrderStatusReported(
                session=0,
                order_ref="" if known is None else known.order_ref,
                broker_order_id=seen.broker_order_id,
                perm_id=seen.perm_id,
                client_id=seen.client_id,
                status=seen.status,
                filled=seen.filled,
                remaining=seen.remaining,
                why_held=seen.why_held,
            ),
        )

    def begin_listing(self) -> None:
        """The open orders are about to be listed."""
        self._listed.clear()

    def end_listing(self) -> None:
        """A listing that leaves a live or held order out has unsaid what was told of it: what comes of it now is news."""
        for key in tuple(self._unended):
            if key not in self._listed:
                del self._told[key], self._unended[key]

    def had_status(self, seen: StatusSeen) -> bool:
        """Whether an orderStatus of this order came before in this session; an openOrder does not count."""
        return _key(seen) in self._statused

    def known(self, seen: StatusSeen) -> KnownOrder | None:
        """Orders made by hand have order id 0 or a negative one: then the perm id names them."""
        if seen.broker_order_id > 0:
            found = self._known.get((seen.client_id, seen.broker_order_id))
            if found is not None:
                return found
        return self._by_perm_id.get(seen.perm_id)

    def _learn(self, client_id: int, broker_order_id: int, known: KnownOrder) -> None:
        if broker_order_id > 0:
            self._known[client_id, broker_order_id] = known
        if known.perm_id:
            self._by_perm_id[known.perm_id] = known

    def _tell(self, key: tuple[int, int, int], report: OrderStatusReported) -> OrderStatusReported | None:
        if self._told.get(key) == report:
            return None
        self._told[key] = report
        if report.status in UNENDED_STATUSES:
            self._unended[key] = None
        else:
            self._unended.pop(key, None)
        return report


def _key(seen: StatusSeen) -> tuple[int, int, int]:
    return seen.client_id, seen.broker_order_id, seen.perm_id


def _known(line: OpenOrderLine) -> KnownOrder:
    return KnownOrder(order_ref=line.order_ref, con_id=line.con_id, perm_id=line.perm_id)
