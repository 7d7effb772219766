"""One frozen picture of a running desk, from what its actors publish. It asks nobody and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from hydra.core.book import Book
from hydra.core.breakers import equity, marks
from hydra.core.instants import seconds_between
from hydra.core.positions import unrealized
from hydra.core.sessions import session_at
from hydra.records import BookImage, PositionRecord
from hydra.runtime.world import ActorStatus
from hydra.supervisor.alerts import RecentAlerts
from hydra.supervisor.broker import BrokerStatus
from hydra.supervisor.desk_status import (
    ActorRow,
    AlertRow,
    DeskStatus,
    OrderRow,
    PositionRow,
    SignalRow,
    Summary,
)
from hydra.supervisor.journal import JournalStatus
from hydra.supervisor.monitor import Marks
from hydra.values import Quote

MARK_STALE_S = 3600.0


def picture(
    published: Mapping[str, object], actors: tuple[ActorStatus, ...], *, now: datetime, speed: float
) -> DeskStatus:
    """The whole desk as of now (market time)."""
    image = book_of(published)
    book = Book.from_image(image)
    seen = published.get("monitor")
    quotes = {quote.con_id: quote for quote in seen.quotes} if isinstance(seen, Marks) else {}
    link = published.get("broker")
    marked = marks(book, quotes, now=now, stale_s=MARK_STALE_S)
    worth = equity(book, marked) if book.opening else None
    last = book.last_reconciliation
    return DeskStatus(
        market_at=now,
        speed=speed,
        run=book.run,
        account=book.account,
        link=str(link.state) if isinstance(link, BrokerStatus) else "DISCONNECTED",
        link_text=link.text if isinstance(link, BrokerStatus) else "",
        session=book.session,
        session_open=any(session_at(card.hours, now) for card in book.instruments.values()),
        trading=str(book.trading.state),
        trading_by=book.trading.by,
        trading_reason=book.trading.reason,
        equity=worth,
        day_pnl=worth - book.day_equity if worth is not None and book.day is not None else None,
        cash=book.cash,
        reconciled_at=last.at if last else None,
        reconciled_text=_reconciled(book),
        differences=tuple(difference.text for difference in book.differences.values()),
        breakers=tuple(f"{b.breaker} {b.value} (limit {b.limit})" for b in book.breakers.values()),
        actors=tuple(_actor(actor) for actor in actors),
        positions=tuple(
            _position(record, quotes.get(record.con_id), now)
            for record in book.positions.values()
            if record.quantity or record.realized
        ),
        orders=_orders(book),
        signals=_signals(book),
        alerts=_alerts(published),
        summary=summary(image, exit_reason=""),
    )


def book_of(published: Mapping[str, object]) -> BookImage:
    """The journal's book as last published; an empty one before its first commit."""
    status = published.get("journal")
    return status.book if isinstance(status, JournalStatus) else Book().image()


def summary(image: BookImage, *, exit_reason: str) -> Summary:
    """The figures of the journal so far, and what nobody has explained."""
    tally = image.tally
    open_differences = tuple(difference.text for difference in image.differences)
    unexplained = [f"open difference: {text}" for text in open_differences]
    if tally.violations:
        unexplained.append(f"{tally.violations} broken laws in this journal (hydra journal tail --kind LawViolated)")
    return Summary(
        signals=tally.signals,
        orders=tally.orders,
        fills=tally.fills,
        restarts=tally.restarts,
        reconciliations=tally.reconciliations,
        mismatches=tally.mismatches,
        terminal=dict(image.terminal),
        violations=tally.violations,
        open_differences=open_differences,
        exit_reason=exit_reason,
        unexplained=tuple(unexplained),
    )


def _reconciled(book: Book) -> str:
    last = book.last_reconciliation
    if last is None:
        return "not yet"
    differences = f"{last.differences_n} differences" if last.differences_n else "no differences"
    busy = f", {', '.join(last.unverified)} too busy to judge" if last.unverified else ""
    return f"{differences}, {last.repaired_n} repaired{busy} ({last.reason or 'scheduled'})"


def _actor(actor: ActorStatus) -> ActorRow:
    return ActorRow(
        name=actor.name,
        state=actor.state,
        incarnation=actor.incarnation,
        restarts=actor.restarts,
        mailbox=actor.mailbox_depth,
        why=actor.last_reason,
    )


def _position(record: PositionRecord, quote: Quote | None, now: datetime) -> PositionRow:
    mark: Decimal | None = quote.mid if quote is not None else None
    return PositionRow(
        symbol=record.symbol,
        quantity=record.quantity,
        average_price=record.average_price,
        mark=mark,
        unrealized=unrealized(record, mark) if mark is not None else None,
        realized=record.realized,
        commissions=record.commissions,
        quote_age_s=seconds_between(quote.at, now) if quote is not None else None,
    )


def _orders(book: Book) -> tuple[OrderRow, ...]:
    return tuple(
        OrderRow(
            order_ref=order.order_ref,
            symbol=order.intent.want.terms.symbol,
            side=order.intent.want.terms.side.value,
            quantity=order.intent.want.terms.quantity,
            filled=order.filled,
            limit=order.intent.want.terms.limit,
            state=order.state.value,
            since=order.changed_at,
        )
        for order in book.unproven()
    )


def _signals(book: Book) -> tuple[SignalRow, ...]:
    return tuple(
        SignalRow(
            signal_id=ref,
            symbol=record.signal.symbol,
            side=record.signal.side.value,
            quantity=record.signal.quantity,
            purpose=record.signal.purpose.value,
            child=book.parents[ref].parent.kind.value if ref in book.parents else "",
        )
        for ref, record in book.signals.items()
    )


def _alerts(published: Mapping[str, object]) -> tuple[AlertRow, ...]:
    recent = published.get("alerts")
    if not isinstance(recent, RecentAlerts):
        return ()
    return tuple(
        AlertRow(at=at, kind=alert.kind, about=alert.about, severity=alert.severity, text=alert.text)
        for at, alert in recent.alerts
    )


def not_ended(image: BookImage) -> tuple[str, ...]:
    """A sentence for each order and each signal whose end is not in the book."""
    orders = (order.order_ref for order in image.orders if not order.state.is_final)
    signals = (record.signal.signal_id for record in image.signals)
    return (
        *(f"order {ref} was not proven ended before the run stopped" for ref in orders),
        *(f"signal {ref} had no end before the run stopped" for ref in signals),
    )


def is_trading_free(image: BookImage) -> bool:
    """Whether nothing is open any more: no parent, no signal, no order without a proven end."""
    idle = not image.parents and not image.signals
    return idle and all(order.state.is_final for order in image.orders)
