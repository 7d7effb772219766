"""What risk looks at when it judges a wish: book, quotes, its promises, the limits. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hydra.config.trading import RiskConfig
from hydra.core.book import Book
from hydra.values import ZERO, OrderWant, Purpose, Quote, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView:
    """`reserved`: wants by order_ref that were permitted and are not yet intended or refused. They count.

    `close_margin_s`, `unverified_max_s` and `clock_skew_max_s` are market seconds. `delayed_allowed`: delayed quotes may
    price orders. `sync` is risk's own synchronisation; it dates the permits.
    """

    book: Book
    quotes: Mapping[int, Quote]
    reserved: Mapping[str, OrderWant]
    limits: RiskConfig
    close_margin_s: float
    unverified_max_s: float
    clock_skew_max_s: float
    delayed_allowed: bool
    in_maintenance: bool
    sync: int


def is_reducing(purpose: Purpose) -> bool:
    """EXIT and FLATTEN may only reduce."""
    return purpose is not Purpose.OPEN


def closing_signals(book: Book, symbol: str) -> tuple[str, ...]:
    """Signals at work that close our position in a symbol."""
    return tuple(
        record.signal.signal_id
        for record in book.signals.values()
        if record.admitted is not None
        and record.signal.symbol == symbol
        and is_reducing(record.signal.purpose)
    )


def promised(view: RiskView) -> tuple[OrderWant, ...]:
    """Reserved wants that the book does not know as orders yet."""
    return tuple(want for ref, want in view.reserved.items() if ref not in view.book.orders)


def open_on_side(view: RiskView, con_id: int, side: Side) -> Decimal:
    """What may still fill on one side of a contract, worst case: working, unknown and promised orders."""
    working = sum(
        (order.open_quantity for order in view.book.working(con_id) if order.intent.want.terms.side is side),
        ZERO,
    )
    reserved = sum(
        (
            want.terms.quantity
            for want in promised(view)
            if want.terms.con_id == con_id and want.terms.side is side
        ),
        ZERO,
    )
    return working + reserved


def held(view: RiskView, con_id: int) -> Decimal:
    """Our signed position; zero when we never had one."""
    record = view.book.positions.get(con_id)
    return record.quantity if record is not None else ZERO
