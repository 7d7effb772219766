"""How actors come back: Reconcile asks, BrokerSnapshot is the broker's side, Recorded and Reconciled bring the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from hydra.messages.base import Event, Urgent
from hydra.records import BookImage
from hydra.runtime.message import Message, WhenFull
from hydra.values import AccountFigures, Commission, CompletedOrderLine, Execution, OpenOrderLine, PositionLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile(Message):
    """Actor -> journal: I am unsynchronised; answer `sync_n`. A `fresh` child of a new parent needs no new listing.

    Travels in the lane of permits, so that no permit older than the sync can be committed after it.
    """

    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER
    who: str
    sync_n: int
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled(Urgent):
    """Journal -> actor: the answer to your `sync_n`. `book` is the whole fold as of event `seq`."""

    sync_n: int
    seq: int
    book: BookImage


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalUp(Urgent):
    """Journal -> everyone: I (re)started; synchronise again."""

    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Message):
    """Journal -> hearers (supervisor/wiring.py): this event is committed as number `seq`."""

    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER
    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSnapshot(Message):
    """Broker -> journal: one complete or incomplete listing, in the lane of the facts.

    `missing` names the parts that did not come in time: unknown, never empty. `unsettled` are con_ids with an execution or a
    status from settle_quiet_s before the first request to the last end marker (PROTOCOL section 3).
    """

    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER
    session: int
    request_n: int
    requested_at: datetime
    missing: tuple[str, ...]
    unsettled: tuple[int, ...]
    open_orders: tuple[OpenOrderLine, ...]
    completed_orders: tuple[CompletedOrderLine, ...]
    executions: tuple[Execution, ...]
    commissions: tuple[Commission, ...]
    positions: tuple[PositionLine, ...]
    figures: AccountFigures
