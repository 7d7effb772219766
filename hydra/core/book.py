"""The fold of all recorded events: orders, positions, signals, trading state as of event `seq`.

A Book is mutable and lives in exactly one actor; it travels as a `BookImage`. It only ever changes by `apply`.
"""

from __future__ import annotations

from datetime import datetime

from hydra.core.book_state import BookState
from hydra.core.folding import FOLDS, GATE_EVENTS
from hydra.messages.base import Event
from hydra.records import BookImage, OrderRecord


class Book(BookState):
    """What is true as of `seq`, by the journal."""

    def apply(self, seq: int, at: datetime, event: Event) -> None:
        """Fold one recorded event; an event of an unknown class raises KeyError."""
        FOLDS[type(event)](self, at, event)
        self.seq = seq
        if type(event) in GATE_EVENTS:
            self.gate_seq = seq

    def orders_of(self, parent_ref: str) -> tuple[OrderRecord, ...]:
        """All orders of a parent, by slice and attempt."""
        mine = (order for order in self.orders.values() if order.intent.want.parent_ref == parent_ref)
        return tuple(sorted(mine, key=lambda order: (order.intent.want.slice_n, order.intent.want.attempt_n)))

    def working(self, con_id: int) -> tuple[OrderRecord, ...]:
        """Orders of one contract whose end is not proven."""
        return tuple(
            order
            for order in self.orders.values()
            if order.intent.want.terms.con_id == con_id and not order.state.is_final
        )

    def unproven(self) -> tuple[OrderRecord, ...]:
        """All orders whose end is not proven."""
        return tuple(order for order in self.orders.values() if not order.state.is_final)

    def image(self) -> BookImage:
        """The whole as a frozen value."""
        return BookImage(
            seq=self.seq,
            run=self.run,
            session=self.session,
            session_live=self.session_live,
            link_token=self.link_token,
            clock_skew_s=self.clock_skew_s,
            clock_skew_before_s=self.clock_skew_before_s,
            account=self.account,
            client_id=self.client_id,
            client_since=self.client_since,
            gate_seq=self.gate_seq,
            order_id_mark=self.order_id_mark,
            trading=self.trading,
            flatten_by=self.flatten_by,
            opening=self.opening,
            cash=self.cash,
            day=self.day,
            day_equity=self.day_equity,
            instruments=tuple(self.instruments.values()),
            signals=tuple(self.signals.values()),
            parents=tuple(self.parents.values()),
            orders=tuple(self.orders.values()),
            executions=tuple(self.executions.values()),
            positions=tuple(self.positions.values()),
            position_bases=tuple(self.position_bases.values()),
            ignored=tuple(self.ignored.values()),
            breakers=tuple(self.breakers.values()),
            differences=tuple(self.differences.values()),
            accepted=tuple(self.accepted.values()),
            found=tuple(self.found.values()),
            settled=tuple(self.settled.values()),
            late_costs=tuple(self.late_costs.items()),
            unverified=tuple(self.unverified.items()),
            last_reconciliation=self.last_reconciliation,
            disorderly_runs=self.disorderly_runs,
            open_runs=self.open_runs,
            tally=self.tally,
            terminal=tuple(self.terminal.items()),
        )

    @classmethod
    def from_image(cls, image: BookImage) -> Book:
        """The book that an image shows."""
        book = cls()
        for name in _PLAIN:
            setattr(book, name, getattr(image, name))
        book.instruments = {card.instrument.symbol: card for card in image.instruments}
        book.signals = {record.signal.signal_id: record for record in image.signals}
        book.parents = {record.parent.parent_ref: record for record in image.parents}
        book.orders = {record.order_ref: record for record in image.orders}
        book.executions = {record.exec_root: record for record in image.executions}
        book.positions = {record.con_id: record for record in image.positions}
        book.position_bases = {record.con_id: record for record in image.position_bases}
        book.ignored = {line.con_id: line for line in image.ignored}
        book.breakers = {record.breaker: record for record in image.breakers}
        book.differences = {difference.item: difference for difference in image.differences}
        book.accepted = {difference.item: difference for difference in image.accepted}
        book.found = {record.difference.item: record for record in image.found}
        book.settled = {record.difference.item: record for record in image.settled}
        book.late_costs = dict(image.late_costs)
        book.unverified = dict(image.unverified)
        book.terminal = dict(image.terminal)
        return book


_PLAIN = (
    "seq",
    "run",
    "session",
    "session_live",
    "link_token",
    "clock_skew_s",
    "clock_skew_before_s",
    "account",
    "client_id",
    "client_since",
    "gate_seq",
    "order_id_mark",
    "trading",
    "flatten_by",
    "opening",
    "cash",
    "day",
    "day_equity",
    "last_reconciliation",
    "disorderly_runs",
    "open_runs",
    "tally",
)
