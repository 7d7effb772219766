"""What a child can do next, and how its wish becomes an order that risk can judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.core.rules_market import TIME_IN_FORCE
from hydra.values import OrderTerms, OrderWant, ParentEnd, ParentOrder, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Ask risk for this order. `quote` priced it."""

    slice_n: int
    attempt_n: int
    quantity: Decimal
    limit: Decimal
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Ask the broker to cancel this order."""

    order_ref: str
    broker_order_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing to do before this instant unless something happens; None: only an event can change anything."""

    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The parent has ended: nothing of it works any more (UNRESOLVED: nobody can say)."""

    end: ParentEnd
    filled: Decimal
    remainder: Decimal
    average_price: Decimal | None
    reason: str


Step = Place | Cancel | Wait | Finish


def order_ref_of(parent_ref: str, slice_n: int, attempt_n: int) -> str:
    """Our name of an order, sent as IB's orderRef."""
    return f"{parent_ref}.{slice_n}.{attempt_n}"


def parent_ref_of(order_ref: str) -> str:
    """The parent in our name of an order; a parent's own name may contain dots."""
    return order_ref.rpartition(".")[0].rpartition(".")[0]


def want_of(
    place: Place, parent: ParentOrder, *, origin: str, origin_sync: int, valid_until: datetime
) -> OrderWant:
    """The wish that goes to risk."""
    return OrderWant(
        order_ref=order_ref_of(parent.parent_ref, place.slice_n, place.attempt_n),
        parent_ref=parent.parent_ref,
        slice_n=place.slice_n,
        attempt_n=place.attempt_n,
        purpose=parent.purpose,
        episode=parent.episode,
        terms=OrderTerms(
            con_id=parent.con_id,
            symbol=parent.symbol,
            side=parent.side,
            quantity=place.quantity,
            limit=place.limit,
            tif=TIME_IN_FORCE,
        ),
        bid=place.quote.bid,
        ask=place.quote.ask,
        quote_at=place.quote.at,
        origin=origin,
        origin_sync=origin_sync,
        valid_until=valid_until,
    )
