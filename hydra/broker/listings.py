"""Listings under way: which rows belong to which request, and where each ends. An incomplete one is never a short one.

Listings without a request id are told apart by counting end markers: one that was given up still owes its marker, and rows
before that marker belong to it, not to the next one (a listing that began in the middle of an older answer would lack rows).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hydra.broker.codes import Effect, Target, effect_of
from hydra.broker.news import (
    BarSeen,
    CommissionSeen,
    CompletedOrderSeen,
    ContractSeen,
    Ended,
    ErrorSeen,
    ExecutionSeen,
    GatewayTimeTold,
    News,
    OpenOrderSeen,
    Part,
    PositionSeen,
    Row,
    StatusSeen,
    ValueSeen,
)
from hydra.errors import HydraError

_PARTS: dict[type[object], Part] = {
    OpenOrderSeen: Part.OPEN_ORDERS,
    StatusSeen: Part.OPEN_ORDERS,
    CompletedOrderSeen: Part.COMPLETED_ORDERS,
    ExecutionSeen: Part.EXECUTIONS,
    CommissionSeen: Part.EXECUTIONS,
    PositionSeen: Part.POSITIONS,
    ValueSeen: Part.VALUES,
    GatewayTimeTold: Part.GATEWAY_TIME,
    ContractSeen: Part.CONTRACT,
    BarSeen: Part.BARS,
}


class LinkLost(HydraError):
    """The socket ended, or was never there."""


class NoAnswer(HydraError):
    """A listing did not end in its time: unknown, never empty."""


class RequestRefused(HydraError):
    """The gateway answered a request with an error code."""

    def __init__(self, part: Part, error: ErrorSeen) -> None:
        super().__init__(f"{part.value}: {error.code} {error.text}")
        self.error = error


@dataclass(slots=True, eq=False)
class Listing:
    """One request and its rows so far. `is_sent` once its bytes left; only then its end marker is owed."""

    part: Part
    request_id: int
    answer: asyncio.Future[tuple[Row, ...]]
    rows: list[Row] = field(default_factory=list)
    is_sent: bool = False


class Listings:
    """At most one listing of each part without an id, any number of those with one."""

    def __init__(self) -> None:
        self._open: dict[tuple[Part, int], Listing] = {}
        self._owed: dict[Part, int] = {}

    def begin(self, part: Part, request_id: int, answer: asyncio.Future[tuple[Row, ...]]) -> Listing:
        """Expect the rows of a request that is about to be sent."""
        key = (part, request_id)
        if key in self._open:
            raise RuntimeError(f"{part.value} is being listed already")
        listing = self._open[key] = Listing(part, request_id, answer)
        return listing

    def take(self, news: News) -> bool:
        """Put a row where it belongs, or end a listing. True when an error code was the answer to a request."""
        part = _PARTS.get(type(news))
        if part is not None:
            self._collect(part, news)  # type: ignore[arg-type]
            if part is Part.GATEWAY_TIME:
                self._end(part, 0)
        elif isinstance(news, Ended):
            self._end(news.part, news.request_id)
        elif isinstance(news, ErrorSeen):
            return self._refuse(news)
        return False

    def give_up(self, listing: Listing) -> None:
        """It did not end in its time, or nobody waits any more. No matter when it has ended."""
        if self._open.get((listing.part, listing.request_id)) is not listing:
            return
        del self._open[listing.part, listing.request_id]
        if listing.is_sent and not listing.request_id:
            self._owed[listing.part] = self._owed.get(listing.part, 0) + 1

    def fail_all(self, error: HydraError) -> None:
        """The socket is gone."""
        for listing in self._open.values():
            if not listing.answer.done():
                listing.answer.set_exception(error)
        self._open.clear()
        self._owed.clear()

    def _collect(self, part: Part, row: Row) -> None:
        if isinstance(row, CommissionSeen):  # it names an execution, no request
            for each in self._open.values():
                if each.part is part:
                    each.rows.append(row)
            return
        listing = self._open.get((part, getattr(row, "request_id", 0)))
        if listing is not None:
            listing.rows.append(row)

    def _end(self, part: Part, request_id: int) -> None:
        listing = self._open.get((part, request_id))
        if not request_id and self._owed.get(part, 0):
            self._owed[part] -= 1
            if listing is not None:
                listing.rows.clear()
            return
        if listing is not None:
            del self._open[part, request_id]
            if not listing.answer.done():
                listing.answer.set_result(tuple(listing.rows))

    def _refuse(self, error: ErrorSeen) -> bool:
        effect = effect_of(error.code, Target.REQUEST)
        listing = next((each for each in self._open.values() if each.request_id == error.target_id), None)
        if listing is None or not error.target_id or effect in (Effect.NOTICE, Effect.WARNING, Effect.DATA):
            return False
        del self._open[listing.part, listing.request_id]
        if not listing.answer.done():
            listing.answer.set_exception(RequestRefused(listing.part, error))
        return True
